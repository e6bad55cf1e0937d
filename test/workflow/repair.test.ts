import { beforeEach, describe, expect, test } from 'vitest'
import { findLostPurchases } from '#activities/reconciler.ts'
import { recordOutcome } from '#db/purchases.ts'
import { purchaseWorkflowId, repairWorkflowId } from '#domain/purchase.ts'
import { loseWorkflow } from '#test/replay/scenarios.ts'
import { failing, onlyRegular } from '#test/support/faults.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'
import type { PurchaseResult } from '#workflows/contract.ts'

const world = await shared(openSagaWorld())
let run = 0
let product: string
let buyer: string

beforeEach(() => {
  run += 1
  product = `product-${run}`
  buyer = `buyer-${run}`
})

/** A buyer with 10.00 orders one thing at 6.00, of which there are two. */
async function anOrder({ balanceMinor = 1000 } = {}) {
  await world.shop.addProduct({ id: product, priceMinor: 600, stock: 2 })
  await world.shop.addWallet({ username: buyer, balanceMinor })
  return await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
}

/** What the schedule does every minute, when the purchase has not moved for a while. */
async function reconcile(purchaseId: string, quietFor = '2 minutes'): Promise<string[]> {
  await world.shop.asOwner(
    (sql) => sql`update purchases set updated_at = now() - ${quietFor}::interval where id = ${purchaseId}`,
  )
  const { repaired } = await world.client.workflow.execute<() => Promise<{ repaired: string[] }>>(
    'reconcilePurchases',
    {
      workflowId: `reconcile-${crypto.randomUUID()}`,
      taskQueue: world.taskQueue,
    },
  )
  return repaired
}

async function repairOf(purchaseId: string): Promise<PurchaseResult> {
  return await world.client.workflow.getHandle(repairWorkflowId(purchaseId)).result()
}

async function expectUndone(purchaseId: string, status: 'failed' | 'refused') {
  expect(await world.shop.purchase(purchaseId)).toMatchObject({ status })
  expect(await world.shop.stock(product)).toEqual({ onHand: 2, reserved: 0 })
}

async function expectSold(purchaseId: string) {
  expect(await world.shop.purchase(purchaseId)).toMatchObject({ status: 'completed' })
  expect(await world.shop.stock(product)).toEqual({ onHand: 1, reserved: 0 })
  expect(await world.shop.balance(buyer)).toBe(400)
}

describe('a purchase whose workflow was terminated', () => {
  test.each([
    ['reserveStock', 'before anything had happened', []],
    ['chargeWallet', 'with its stock reserved', ['reserveStock undone']],
    ['confirmPurchase', 'with its money taken', ['chargeWallet undone', 'reserveStock undone']],
  ] as const)('at %s, %s, gives everything back and ends as failed', async (step, _when, undone) => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, step)
    expect(await reconcile(purchaseId)).toEqual([purchaseId])
    expect(await repairOf(purchaseId)).toEqual({ status: 'failed' })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ code: 'interrupted' })
    expect((await world.shop.timeline(purchaseId)).filter((line) => line.endsWith('undone'))).toEqual(undone)
    await expectUndone(purchaseId, 'failed')
    expect(await world.shop.balance(buyer)).toBe(1000)
  })

  test('after its confirmation stands, and is completed', async () => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, 'recordOutcome')
    expect(await reconcile(purchaseId)).toEqual([purchaseId])
    world.faults.on(purchaseId, 'recordOutcome', {})
    expect(await repairOf(purchaseId)).toEqual({ status: 'completed' })
    await expectSold(purchaseId)
  })

  test('while it was being undone for a refusal keeps that refusal as its outcome', async () => {
    const purchaseId = await anOrder({ balanceMinor: 100 })
    await loseWorkflow(world, purchaseId, 'releaseStock')
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ status: 'compensating' })
    expect(await reconcile(purchaseId)).toEqual([purchaseId])
    world.faults.on(purchaseId, 'releaseStock', {})
    expect(await repairOf(purchaseId)).toEqual({ status: 'refused' })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({
      code: 'insufficient_funds',
      detail: { missingMinor: 500 },
    })
    await expectUndone(purchaseId, 'refused')
  })
})

test('a purchase whose workflow was never started ends as failed, and can no longer be carried out', async () => {
  const purchaseId = await anOrder()
  expect(await reconcile(purchaseId)).toEqual([purchaseId])
  expect(await repairOf(purchaseId)).toEqual({ status: 'failed' })
  const late = await world.start(purchaseId)
  expect(await late.result()).toEqual({ status: 'failed' })
  await expectUndone(purchaseId, 'failed')
  expect(await world.shop.balance(buyer)).toBe(1000)
})

describe('the reconciler leaves alone', () => {
  test('a purchase whose workflow still runs, however long it has been quiet', async () => {
    const purchaseId = await anOrder()
    let wayIsClear = false
    world.faults.on(purchaseId, 'chargeWallet', {
      before: () => {
        if (!wayIsClear) throw new Error('injected fault: the way is not clear yet')
      },
    })
    const handle = await world.start(purchaseId)
    await expect.poll(() => world.faults.attempts(purchaseId, 'chargeWallet')).toBeGreaterThan(2)
    expect(await reconcile(purchaseId)).toEqual([])
    wayIsClear = true
    expect(await handle.result()).toEqual({ status: 'completed' })
    await expectSold(purchaseId)
  })

  test('a purchase that moved within the last minute: its workflow may be about to start', async () => {
    const purchaseId = await anOrder()
    expect(await reconcile(purchaseId, '50 seconds')).toEqual([])
    expect(await reconcile(purchaseId, '61 seconds')).toEqual([purchaseId])
    await repairOf(purchaseId)
  })

  test('a purchase that is being repaired already, and one that has been', async () => {
    const purchaseId = await anOrder()
    world.faults.on(purchaseId, 'beginCompensation', { before: failing(1e6) })
    expect(await reconcile(purchaseId)).toEqual([purchaseId])
    expect(await reconcile(purchaseId)).toEqual([])
    world.faults.on(purchaseId, 'beginCompensation', {})
    expect(await repairOf(purchaseId)).toEqual({ status: 'failed' })
    expect(await reconcile(purchaseId)).toEqual([])
  })
})

test('the reconciler finds every lost purchase, also when there are more than it looks at in one go', async () => {
  await world.shop.addProduct({ id: product, priceMinor: 600, stock: 2 })
  await world.shop.addWallet({ username: buyer, balanceMinor: 1000 })
  const lines = [{ productId: product, quantity: 1 }]
  const orders = await Promise.all(Array.from({ length: 230 }, () => world.shop.order({ username: buyer, lines })))
  await world.shop.asOwner(
    (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where user_id = ${buyer}`,
  )
  const open = new Set(orders.slice(0, 20).map(purchaseWorkflowId))
  const progress: Record<string, number>[] = []
  const findPage = (after?: string) =>
    findLostPurchases(
      world.shop.sql,
      async (id) => open.has(id),
      after,
      (details) => progress.push(details),
    )

  const found: string[] = []
  for (let page = await findPage(); ; page = await findPage(page.next)) {
    found.push(...page.lost)
    if (page.next === undefined) break
  }
  expect(found).toEqual(orders.slice(20).toSorted())
  expect(progress.filter(({ of }) => of === 30)).toEqual(
    orders.slice(200).map((_, purchases) => ({ purchases, of: 30 })),
  )
  for (const purchaseId of orders) await recordOutcome(world.shop.sql, purchaseId, { status: 'cancelled' })
})

describe('a repair beside a workflow that lives after all', () => {
  test.each(['reserveStock', 'chargeWallet', 'confirmPurchase', 'recordOutcome'] as const)(
    'at %s ends in one outcome, and both say the same',
    async (step) => {
      const purchaseId = await anOrder()
      let repaired: Promise<PurchaseResult> | undefined
      world.faults.on(purchaseId, step, {
        async before(attempt) {
          onlyRegular(attempt)
          // The repair notes the outcome, too.
          if (repaired !== undefined) return
          repaired = startRepair(purchaseId)
          await repaired
        },
      })
      const handle = await world.start(purchaseId)
      const [own, other] = [await handle.result(), await repaired]
      expect(own).toEqual(other)
      expect(own).toEqual({ status: step === 'recordOutcome' ? 'completed' : 'failed' })
      if (step === 'recordOutcome') await expectSold(purchaseId)
      else await expectUndone(purchaseId, 'failed')
    },
  )

  test('that it races ends in one outcome, whichever of the two is faster', async () => {
    const outcomes = await Promise.all(Array.from({ length: 16 }, (_, headStart) => race(headStart * 8)))
    for (const { own, other, recorded } of outcomes) {
      expect(other).toEqual(own)
      expect(recorded).toBe(own.status)
    }
    const sales = outcomes.filter(({ recorded }) => recorded === 'completed').length
    const products = await world.shop.sql<{ sold: number }[]>`
      select sum(100 - on_hand)::bigint as sold from products where id like ${`${product}-%`} and reserved = 0`
    expect(products[0]?.sold).toBe(sales)
  })

  /** Starts a purchase, and the repair of it a little later. */
  async function race(headStartMs: number) {
    const id = `${product}-${headStartMs}`
    await world.shop.addProduct({ id, priceMinor: 600, stock: 100 })
    await world.shop.addWallet({ username: id, balanceMinor: 1000 })
    const purchaseId = await world.shop.order({ username: id, lines: [{ productId: id, quantity: 1 }] })
    const handle = await world.start(purchaseId)
    await new Promise((resolve) => setTimeout(resolve, headStartMs))
    const [own, other] = await Promise.all([handle.result(), startRepair(purchaseId)])
    return { own, other, recorded: (await world.shop.purchase(purchaseId)).status }
  }
})

async function startRepair(purchaseId: string): Promise<PurchaseResult> {
  return await world.client.workflow.execute('repair', {
    workflowId: repairWorkflowId(purchaseId),
    taskQueue: world.taskQueue,
    args: [{ purchaseId }],
  })
}
