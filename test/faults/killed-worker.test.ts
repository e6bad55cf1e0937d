import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type Client, Connection, Client as TemporalClient } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, inject, type TestContext, test } from 'vitest'
import { listTransactions, readAvailable } from '#db/points.ts'
import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openShop, type Shop } from '#test/support/shop.ts'
import { REFUND_ASKED } from '#workflows/contract.ts'

const crashingWorker = new URL('../support/crashing-worker.ts', import.meta.url)
let shop: Shop
let connection: Connection
let client: Client

beforeAll(async () => {
  shop = await openShop()
  connection = await Connection.connect({ address: inject('temporalAddress') })
  client = new TemporalClient({ connection })
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await connection.close()
  await shop.close()
  expect(broken).toEqual([])
})

/**
 * A buyer, a product and a task queue of a test's own: each waits ten seconds until Temporal gives the dead worker up, so
 * they wait together.
 */
async function openStage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, { priceMinor = 170_000 } = {}) {
  const id = crypto.randomUUID()
  const taskQueue = `purchases-${id}`
  await shop.addProduct({ id, priceMinor, stock: 4 })
  await shop.addWallet({ username: id, balanceMinor: 330_000 })
  const children: ChildProcess[] = []
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL')
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

  async function startPurchase({ redeemPoints = 0, quantity = 1 } = {}) {
    const command = commandOf({ type: 'issue', amount: redeemPoints, ttlDays: 365 })
    if (redeemPoints > 0) await shop.ledger.execute({ accountId: id, ...command })
    const purchaseId = await shop.order({ username: id, lines: [{ productId: id, quantity }], redeemPoints })
    const handle = await client.workflow.start('purchase', {
      workflowId: purchaseWorkflowId(purchaseId),
      taskQueue,
      args: [{ purchaseId }],
    })
    return { purchaseId, handle }
  }

  /** @param quantity left out: of all that is left */
  async function startRefund(purchaseId: string, quantity?: number) {
    await shop.askForRefund(purchaseId, quantity === undefined ? quantity : [{ productId: id, quantity }])
    return await client.workflow.signalWithStart('refund', {
      workflowId: refundWorkflowId(purchaseId),
      taskQueue,
      args: [{ purchaseId }],
      signal: REFUND_ASKED,
    })
  }

  return {
    startWorker,
    startPurchase,
    startRefund,
    balance: () => shop.balance(id),
    stock: () => shop.stock(id),
    available: () => readAvailable(shop.sql, id, new Date().toISOString()),
    /** What became of the points, oldest first. */
    points: async () =>
      (await listTransactions(shop.sql, { accountId: id, limit: 20 }))
        .map((line) => [line.type, line.amount])
        .reverse(),
  }
}

describe.concurrent('a worker that is killed between the commit of a step and its report', { timeout: 120_000 }, () => {
  test.for(['reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase', 'awardPoints', 'recordOutcome'])(
    '(%s): another completes the purchase, with one charge',
    async (step, context) => {
      const stage = await openStage(context)
      const { crashed } = await stage.startWorker(step)
      const { purchaseId, handle } = await stage.startPurchase({ redeemPoints: step === 'redeemPoints' ? 700 : 0 })
      const [, signal] = await crashed
      expect(signal).toBe('SIGKILL')
      const applied = step === 'recordOutcome' ? 'purchase completed' : `${step} applied`
      expect((await shop.timeline(purchaseId)).at(-1)).toBe(applied)

      await stage.startWorker()
      expect(await handle.result()).toEqual({ status: 'completed' })
      const withPoints = step === 'redeemPoints'
      expect(await stage.balance()).toBe(withPoints ? 167_000 : 160_000)
      expect(await stage.available()).toBe(withPoints ? 163 : 170)
      expect(await shop.timeline(purchaseId)).toEqual([
        'purchase running',
        'reserveStock applied',
        ...(withPoints ? ['redeemPoints applied'] : []),
        'chargeWallet applied',
        'confirmPurchase applied',
        'awardPoints applied',
        'purchase completed',
      ])
    },
  )

  test.for([
    ['takeBackAward', 'awardPoints undone'],
    ['returnPoints', 'redeemPoints undone'],
    ['returnStock', 'returnStock applied'],
    ['returnMoney', 'returnMoney applied'],
    ['recordRefunded', 'purchase refunded'],
  ] as const)('(%s): another completes the refund, with everything given back once', async ([step, done], context) => {
    const stage = await openStage(context)
    const { crashed } = await stage.startWorker(step)
    const { purchaseId, handle: purchase } = await stage.startPurchase({ redeemPoints: 700 })
    expect(await purchase.result()).toEqual({ status: 'completed' })
    expect(await stage.balance()).toBe(167_000)
    const refund = await stage.startRefund(purchaseId)
    const [, signal] = await crashed
    expect(signal).toBe('SIGKILL')
    expect((await shop.timeline(purchaseId)).at(-1)).toBe(done)

    await stage.startWorker()
    expect(await refund.result()).toEqual({ status: 'refunded' })
    expect(await stage.balance()).toBe(330_000)
    expect(await stage.stock()).toEqual({ onHand: 4, reserved: 0 })
    expect(await stage.available()).toBe(700)
    expect(await stage.points()).toEqual([
      ['issued', 700],
      ['redeemed', 700],
      ['issued', 163],
      ['reversed', 163],
      ['reversed', 700],
    ])
    expect((await shop.timeline(purchaseId)).slice(-6)).toEqual([
      'purchase refunding',
      'awardPoints undone',
      'redeemPoints undone',
      'returnStock applied',
      'returnMoney applied',
      'purchase refunded',
    ])
  })

  test.for(['takeBackAward', 'returnMoney', 'recordRefunded'])(
    '(%s of one of three pieces): another completes that refund and the next one, which was asked for meanwhile',
    async (step, context) => {
      const stage = await openStage(context, { priceMinor: 50_000 })
      const { crashed } = await stage.startWorker(step)
      const { purchaseId, handle: purchase } = await stage.startPurchase({ redeemPoints: 300, quantity: 3 })
      expect(await purchase.result()).toEqual({ status: 'completed' })
      await stage.startRefund(purchaseId, 1)
      const [, signal] = await crashed
      expect(signal).toBe('SIGKILL')
      const refund = await stage.startRefund(purchaseId, 1)

      await stage.startWorker()
      expect(await refund.result()).toEqual({ status: 'completed' })
      expect(await stage.balance()).toBe(330_000 - 49_000)
      expect(await stage.stock()).toEqual({ onHand: 3, reserved: 0 })
      expect(await stage.available()).toBe(200 + 49)
      expect(await stage.points()).toEqual([
        ['issued', 300],
        ['redeemed', 300],
        ['issued', 147],
        ['reversed', 49],
        ['reversed', 100],
        ['reversed', 49],
        ['reversed', 100],
      ])
    },
  )

  test('a cancel that comes meanwhile gives the money of a charge back that the history does not show', async (context) => {
    const stage = await openStage(context)
    const { crashed } = await stage.startWorker('chargeWallet')
    const { purchaseId, handle } = await stage.startPurchase()
    await crashed
    expect(await stage.balance()).toBe(160_000)
    await handle.cancel()

    await stage.startWorker()
    expect(await handle.result()).toEqual({ status: 'cancelled' })
    expect(await stage.balance()).toBe(330_000)
    expect((await shop.timeline(purchaseId)).slice(-3)).toEqual([
      'chargeWallet undone',
      'reserveStock undone',
      'purchase cancelled',
    ])
  })
})
