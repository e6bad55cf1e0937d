import { Client, Connection } from '@temporalio/client'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginCompensation, chargeWallet, confirmPurchase, reserveStock } from '#db/purchases.ts'
import { awardWorkflowId, purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
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
    const { runId } = await workflow(purchaseWorkflowId(purchaseId)).describe()

    expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect((await workflow(purchaseWorkflowId(purchaseId)).describe()).runId).not.toBe(runId)
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

  test.each(['never started', 'terminated before its first step'])(
    'a purchase whose workflow was %s has it started, and is sold',
    async (how) => {
      const order = { userId: buyer, productId: product, quantity: 1 }
      const purchaseId =
        how === 'never started'
          ? await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
          : await lost((await stuck.post('/purchase', order)).body.purchaseId)
      expect(await repair(purchaseId)).toMatchObject({ status: 200, body: { purchaseId, status: 'completed' } })
      expect(await world.shop.balance(buyer)).toBe(400)
    },
  )

  test('a purchase in the moment between its row and its workflow does not undo it', async () => {
    let repaired: Promise<{ status: number }> | undefined
    const writes = interceptSql(world.shop.sql, async (text, send) => {
      const recorded = await send()
      if (!text.includes('open_purchase')) return recorded
      const [purchase] = await world.shop.sql<{ id: string }[]>`
        select p.id from purchases p join users u on u.id = p.user_id where u.username = ${buyer}`
      repaired = repair(purchase?.id ?? '')
      await repaired
      return recorded
    })
    const api = await world.serve({ writes })
    const answer = await api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    expect(answer).toMatchObject({ status: 200, body: { status: 'completed' } })
    expect(await repaired).toMatchObject({ status: 200, body: { status: 'completed' } })
  })

  test('purchases that are just being made undoes none of them', async () => {
    const rich = await world.shop.addWallet({ balanceMinor: 1_000_000 })
    const plenty = await world.shop.addProduct({ priceMinor: 600, stock: 100 })
    const known = new Set<string>()
    let buying = true
    const repairs: Promise<unknown>[] = []
    const repairing = (async () => {
      while (buying) {
        const rows = await world.shop.sql<{ id: string }[]>`
          select p.id from purchases p join users u on u.id = p.user_id where u.username = ${rich}`
        for (const { id } of rows) if (known.size < known.add(id).size) repairs.push(repair(id))
      }
    })()
    const order = { userId: rich, productId: plenty, quantity: 1 }
    const answers = await Promise.all(Array.from({ length: 25 }, () => world.api.post('/purchase', order)))
    buying = false
    await repairing
    await Promise.all(repairs)
    expect(repairs).toHaveLength(25)
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { status: 'completed' } })
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

test('no saga has a timeout, which would end it without its undo', async () => {
  const { purchaseId } = (await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })).body
  expect((await world.api.call('POST', `/purchases/${purchaseId}/refund`)).status).toBe(200)
  const undone = await compensating()
  await repair(undone)
  const event = { type: 'Review', client: 'ReviewSite', account_id: buyer, payload: {} }
  const { event_id: eventId } = (await world.api.post('/events', event, { key: crypto.randomUUID() })).body
  const sagas = [
    purchaseWorkflowId(purchaseId),
    refundWorkflowId(purchaseId),
    purchaseWorkflowId(undone),
    awardWorkflowId({ eventId }),
  ]
  for (const workflowId of sagas) {
    const { executionConfig } = (await workflow(workflowId).describe()).raw
    const { workflowRunTimeout, workflowExecutionTimeout } = executionConfig ?? {}
    expect([workflowRunTimeout, workflowExecutionTimeout].map((timeout) => Number(timeout?.seconds ?? 0))).toEqual([
      0, 0,
    ])
  }
})
