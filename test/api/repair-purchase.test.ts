import { Client, Connection } from '@temporalio/client'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginCompensation, chargeWallet, confirmPurchase, reserveStock } from '#db/purchases.ts'

import { purchaseWorkflowId, repairWorkflowId } from '#domain/purchase.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
/** Nobody works for this one: the workflows that it starts do not get anywhere. */
let stuck: Api
let product: string
let buyer: string

beforeAll(async () => {
  stuck = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 0 })
})
beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 600, stock: 2 })
  buyer = await world.shop.addWallet({ balanceMinor: 1000 })
})

const repair = (purchaseId: string, api = world.api) => api.call('POST', `/operations/purchases/${purchaseId}/repair`)
const workflow = (workflowId: string) => world.client.workflow.getHandle(workflowId)

/** Its stock is reserved and its money taken, and its workflow lives, but does not get on. */
async function paid(): Promise<string> {
  const { body } = await stuck.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
  await reserveStock(world.shop.sql, body.purchaseId)
  await chargeWallet(world.shop.sql, body.purchaseId)
  return body.purchaseId
}

async function compensating(): Promise<string> {
  const purchaseId = await paid()
  await beginCompensation(world.shop.sql, purchaseId, { status: 'cancelled' })
  return purchaseId
}

async function lost(purchaseId: string): Promise<string> {
  await workflow(purchaseWorkflowId(purchaseId)).terminate('lost on purpose')
  return purchaseId
}

async function expectEverythingGivenBack() {
  expect(await world.shop.stock(product)).toEqual({ onHand: 2, reserved: 0 })
  expect(await world.shop.balance(buyer)).toBe(1000)
}

/** Holds the first attempt to give the money back, until it is let go. */
function holdUndo(purchaseId: string) {
  const arrived = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  world.faults.on(purchaseId, 'undoCharge', {
    before: async ({ number }) => {
      if (number > 1) return
      arrived.resolve()
      await gate.promise
    },
  })
  return { arrived: arrived.promise, letGo: gate.resolve }
}

describe('repairing', () => {
  test('a purchase that is being undone gives everything back, for the reason that it was undone for', async () => {
    const purchaseId = await compensating()
    const { body } = await world.api.get('/purchases?status=compensating')
    expect(body.items.map((item: { purchaseId: string }) => item.purchaseId)).toContain(purchaseId)
    expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { purchaseId, status: 'cancelled' } })
    await expectEverythingGivenBack()
  })

  test('again, while the first repair waits, tries again at once', async () => {
    const purchaseId = await compensating()
    const undo = holdUndo(purchaseId)
    const impatient = await world.serve({ purchaseWaitMs: 0 })
    const first = await repair(purchaseId, impatient)
    expect(first).toMatchObject({ status: 202, body: { purchaseId, status: 'compensating' } })
    expect(first.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
    await undo.arrived
    const { runId } = await workflow(repairWorkflowId(purchaseId)).describe()

    expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect((await workflow(repairWorkflowId(purchaseId)).describe()).runId).not.toBe(runId)
    undo.letGo()
    await expectEverythingGivenBack()
  })

  test('many times at once gives everything back once', async () => {
    const purchaseId = await compensating()
    const answers = await Promise.all(Array.from({ length: 8 }, () => repair(purchaseId)))
    for (const { status } of answers) expect([200, 202]).toContain(status)
    const status = async () => (await world.shop.purchase(purchaseId)).status
    await expect.poll(status).toBe('cancelled')
    await expectEverythingGivenBack()
  })

  test('a purchase whose workflow was lost before its confirmation undoes it', async () => {
    const purchaseId = await lost(await paid())
    expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { purchaseId, status: 'failed' } })
    await expectEverythingGivenBack()
  })

  test('a purchase whose workflow was lost after its confirmation completes it', async () => {
    const purchaseId = await lost(await paid())
    await confirmPurchase(world.shop.sql, purchaseId)
    expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { purchaseId, status: 'completed' } })
    expect(await world.shop.balance(buyer)).toBe(400)
  })

  test('a purchase whose workflow was never started undoes it', async () => {
    const purchaseId = await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
    expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { purchaseId, status: 'failed' } })
  })

  test('a purchase that is carried out is refused, and it goes on', async () => {
    const purchaseId = await paid()
    const answer = await repair(purchaseId)
    expect(answer).toMatchObject({ status: 409, body: { code: 'not_repairable', purchaseId } })
    expect(await confirmPurchase(world.shop.sql, purchaseId)).toMatchObject({ ok: true })
    await repair(await lost(purchaseId))
  })

  test('a purchase that has its outcome is refused, whichever it is', async () => {
    const cancelled = await compensating()
    await repair(cancelled)
    const { purchaseId: completed } = (
      await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    ).body
    for (const [purchaseId, purchaseStatus] of Object.entries({ [cancelled]: 'cancelled', [completed]: 'completed' })) {
      const answer = await repair(purchaseId)
      expect(answer).toMatchObject({ status: 409, body: { code: 'already_settled', purchaseStatus } })
    }
  })

  test.each(['019abcde-0000-7000-8000-000000000001', 'nonsense'])('finds no purchase by the id %s', async (id) => {
    expect(await repair(id)).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })

  test('while Temporal is away is 503, and nothing was done', async () => {
    const nowhere = Connection.lazy({ address: '127.0.0.1:1' })
    const cutOff = await world.serve({ temporal: new Client({ connection: nowhere }) })
    const purchaseId = await compensating()
    const answer = await repair(purchaseId, cutOff)
    expect(answer).toMatchObject({ status: 503, body: { code: 'temporal_unavailable', purchaseId } })
    expect((await world.shop.purchase(purchaseId)).status).toBe('compensating')
    await nowhere.close()
  })
})
