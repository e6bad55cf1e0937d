import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type Client, Connection, Client as TemporalClient } from '@temporalio/client'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

const crashingWorker = new URL('../support/crashing-worker.ts', import.meta.url)
const taskQueue = `purchases-${crypto.randomUUID()}`
let shop: Shop
let connection: Connection
let client: Client
let children: ChildProcess[] = []

beforeAll(async () => {
  shop = await openShop()
  connection = await Connection.connect({ address: inject('temporalAddress') })
  client = new TemporalClient({ connection })
  await shop.addProduct({ id: '1', priceMinor: 170_000, stock: 100 })
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await connection.close()
  await shop.close()
  expect(broken).toEqual([])
})

/** Starts a worker process; `crashed` resolves when it is dead. */
async function startWorker(crashAfter = '') {
  const args = [shop.databaseUrl, inject('temporalAddress'), taskQueue, inject('workflowBundlePath'), crashAfter]
  const child = fork(crashingWorker, args)
  children.push(child)
  const crashed = once(child, 'exit')
  const ready = once(child, 'message').then(() => true)
  const started = await Promise.race([ready, crashed.then(() => false)])
  if (!started) throw new Error('the worker process ended before it was ready')
  return { crashed }
}

async function startPurchase(username: string) {
  await shop.addWallet({ username, balanceMinor: 330_000 })
  const purchaseId = await shop.order({ username, lines: [{ productId: '1', quantity: 1 }] })
  const handle = await client.workflow.start('purchase', {
    workflowId: purchaseWorkflowId(purchaseId),
    taskQueue,
    args: [{ purchaseId }],
  })
  return { purchaseId, handle }
}

test.each(['reserveStock', 'chargeWallet', 'confirmPurchase', 'awardPoints', 'recordOutcome'])(
  'a worker killed between the commit of %s and its report: another completes the purchase, with one charge',
  async (step) => {
    const { crashed } = await startWorker(step)
    const { purchaseId, handle } = await startPurchase(`buyer-${step}`)
    const [, signal] = await crashed
    expect(signal).toBe('SIGKILL')
    expect(await shop.timeline(purchaseId)).toContain(
      step === 'recordOutcome' ? 'purchase completed' : `${step} applied`,
    )

    await startWorker()
    expect(await handle.result()).toEqual({ status: 'completed' })
    expect(await shop.balance(`buyer-${step}`)).toBe(160_000)
    expect(await shop.timeline(purchaseId)).toEqual([
      'purchase running',
      'reserveStock applied',
      'chargeWallet applied',
      'confirmPurchase applied',
      'awardPoints applied',
      'purchase completed',
    ])
  },
)

test('a cancel that comes while the worker is dead gives the money of a charge back that the history does not show', async () => {
  const { crashed } = await startWorker('chargeWallet')
  const { purchaseId, handle } = await startPurchase('canceller')
  await crashed
  expect(await shop.balance('canceller')).toBe(160_000)
  await handle.cancel()

  await startWorker()
  expect(await handle.result()).toEqual({ status: 'cancelled' })
  expect(await shop.balance('canceller')).toBe(330_000)
  expect((await shop.timeline(purchaseId)).slice(-3)).toEqual([
    'chargeWallet undone',
    'reserveStock undone',
    'purchase cancelled',
  ])
})
