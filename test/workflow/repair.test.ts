import { defaultPayloadConverter } from '@temporalio/common'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type LostSaga,
  type ReconciledPage,
  type ReconcilerCursor,
  type ReconcilerDependencies,
  reconcilePage,
} from '#activities/reconciler.ts'
import { readWorkflow, startUnlessOpen } from '#config/temporal.ts'
import { recordOutcome, requestCancel } from '#db/purchases.ts'
import { topUpWallet } from '#db/wallets.ts'
import { PURCHASE_STEPS, purchaseWorkflowId } from '#domain/purchase.ts'
import { loseWorkflow } from '#test/replay/scenarios.ts'
import { openMoments } from '#test/support/earlier-moment.ts'
import { failing, onlyRegular } from '#test/support/faults.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'
import { CUSTOMER, type PurchaseResult, repairStart } from '#workflows/contract.ts'
import type { reconcilePurchases } from '#workflows/scheduled.ts'

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

/** What the schedule does every minute, when the purchase has not moved for a while. @returns how many sagas were started */
async function reconcile(purchaseId: string, quietFor = '2 minutes'): Promise<number> {
  await world.shop.asOwner(
    (sql) => sql`update purchases set updated_at = now() - ${quietFor}::interval where id = ${purchaseId}`,
  )
  const { started, failed } = await world.client.workflow.execute<typeof reconcilePurchases>('reconcilePurchases', {
    workflowId: `reconcile-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
  })
  expect(failed).toBe(0)
  return started
}

const ownOf = (purchaseId: string) => world.client.workflow.getHandle(purchaseWorkflowId(purchaseId))

async function repairOf(purchaseId: string): Promise<PurchaseResult> {
  return await ownOf(purchaseId).result()
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
    ['chargeWallet', 'with its stock reserved', ['reserveStock undone']],
    ['confirmPurchase', 'with its money taken', ['chargeWallet undone', 'reserveStock undone']],
  ] as const)('at %s, %s, gives everything back and ends as failed', async (step, _when, undone) => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, step)
    expect(await reconcile(purchaseId)).toBe(1)
    expect(await repairOf(purchaseId)).toEqual({ status: 'failed', code: 'interrupted' })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ code: 'interrupted' })
    expect((await world.shop.timeline(purchaseId)).filter((line) => line.endsWith('undone'))).toEqual(undone)
    await expectUndone(purchaseId, 'failed')
    expect(await world.shop.balance(buyer)).toBe(1000)
  })

  test('before any step had happened is started again as itself, and sold', async () => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, 'reserveStock')
    expect(await reconcile(purchaseId)).toBe(1)
    expect(await ownOf(purchaseId).result()).toEqual({ status: 'completed' })
    await expectSold(purchaseId)
  })

  test('after its confirmation stands, and is completed', async () => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, 'recordOutcome')
    expect(await reconcile(purchaseId)).toBe(1)
    world.faults.on(purchaseId, 'recordOutcome', {})
    expect(await repairOf(purchaseId)).toEqual({ status: 'completed' })
    await expectSold(purchaseId)
  })

  test('while it was being undone for a refusal keeps that refusal as its outcome', async () => {
    const purchaseId = await anOrder({ balanceMinor: 100 })
    await loseWorkflow(world, purchaseId, 'releaseStock')
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ status: 'compensating' })
    expect(await reconcile(purchaseId)).toBe(1)
    world.faults.on(purchaseId, 'releaseStock', {})
    expect(await repairOf(purchaseId)).toEqual({
      status: 'refused',
      refusal: { code: 'insufficient_funds', missingMinor: 500 },
    })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({
      code: 'insufficient_funds',
      detail: { missingMinor: 500 },
    })
    await expectUndone(purchaseId, 'refused')
  })
})

describe('a purchase whose workflow was never started', () => {
  test('is started by the reconciler as the API would have done it', async () => {
    const purchaseId = await anOrder()
    expect(await reconcile(purchaseId)).toBe(1)
    expect(await ownOf(purchaseId).result()).toEqual({ status: 'completed' })
    await expectSold(purchaseId)

    const description = await ownOf(purchaseId).describe()
    expect(description.type).toBe('purchase')
    expect(await description.staticSummary()).toBe(`Purchase of 1 × Product ${product}`)
    expect(description.typedSearchAttributes.get(CUSTOMER)).toBe(await world.shop.idOf(buyer))
    const { events } = await ownOf(purchaseId).fetchHistory()
    const [started] = events ?? []
    const { input, workflowRunTimeout, workflowExecutionTimeout } =
      started?.workflowExecutionStartedEventAttributes ?? {}
    expect(input?.payloads?.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
      { purchaseId, lane: 'fast' },
    ])
    for (const timeout of [workflowRunTimeout, workflowExecutionTimeout]) expect(Number(timeout?.seconds ?? 0)).toBe(0)
  })

  test('and that was cancelled meanwhile ends as cancelled', async () => {
    const purchaseId = await anOrder()
    await requestCancel(world.shop.sql, purchaseId, 'test')
    expect(await reconcile(purchaseId)).toBe(1)
    expect(await ownOf(purchaseId).result()).toEqual({ status: 'cancelled' })
    expect(await world.shop.stock(product)).toEqual({ onHand: 2, reserved: 0 })
  })

  test('can no longer be carried out once it was repaired', async () => {
    const purchaseId = await anOrder()
    expect(await startRepair(purchaseId)).toEqual({ status: 'failed', code: 'interrupted' })
    const late = await world.start(purchaseId)
    expect(await late.result()).toEqual({ status: 'failed', code: 'interrupted' })
    await expectUndone(purchaseId, 'failed')
    expect(await world.shop.balance(buyer)).toBe(1000)
  })
})

describe('a purchase whose workflow had ended before the last commits were lost', () => {
  let moments: ReturnType<typeof openMoments>
  beforeAll(() => {
    moments = openMoments(world.shop.databaseUrl)
  })
  afterAll(() => moments.close())

  /** The workflow of a purchase ends, and the database goes back to before one of its steps. */
  async function loseFrom(step: string, order: { balanceMinor?: number } = {}) {
    const purchaseId = await anOrder(order)
    let goBack = async () => {}
    world.faults.on(purchaseId, step, {
      before: async ({ number }) => {
        if (number === 1) goBack = await moments.remember()
      },
    })
    const handle = await world.start(purchaseId, { lane: 'visible' })
    const told = await handle.result()
    await goBack()
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ status: 'running' })
    return { purchaseId, told }
  }

  test.each(PURCHASE_STEPS.filter((step) => step !== 'redeemPoints'))(
    'and that it had completed is carried out again from %s on: its client knows of the sale',
    async (step) => {
      const { purchaseId, told } = await loseFrom(step)
      expect(told).toEqual({ status: 'completed' })
      expect(await reconcile(purchaseId)).toBe(1)
      expect(await ownOf(purchaseId).result()).toEqual({ status: 'completed' })
      await expectSold(purchaseId)
    },
  )

  test.each(['reserveStock', 'chargeWallet', 'beginCompensation'])(
    'and that was refused is not sold afterwards, whatever the buyer has by then, when all since %s is lost',
    async (step) => {
      const { purchaseId, told } = await loseFrom(step, { balanceMinor: 100 })
      expect(told).toMatchObject({ status: 'refused' })
      const topUp = { username: buyer, amountMinor: 1000, actor: 'test' }
      await topUpWallet(world.shop.sql, aRequest(purchaseId), topUp)
      expect(await reconcile(purchaseId)).toBe(1)
      expect(await repairOf(purchaseId)).toEqual({ status: 'failed', code: 'interrupted' })
      await expectUndone(purchaseId, 'failed')
    },
  )
})

describe('a purchase that its client has carried out again', () => {
  test('after the reconciler has looked is not undone by what the reconciler starts then', async () => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, 'chargeWallet')
    await world.shop.asOwner(
      (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where id = ${purchaseId}`,
    )
    const gate = Promise.withResolvers<void>()
    world.faults.on(purchaseId, 'chargeWallet', { before: () => gate.promise })
    const started: boolean[] = []
    const temporal = {
      readWorkflow: (id: string) => readWorkflow(world.client, id),
      startLost: async (lost: LostSaga) => {
        expect(lost.saga).toBe('repair')
        const { purchase } = lost as PurchaseSaga
        const { taskQueue } = world
        const workflowId = purchaseWorkflowId(purchaseId)
        await world.client.workflow.start('purchase', { workflowId, taskQueue, args: [{ purchaseId }] })
        const { workflowType, ...start } = repairStart(purchase, 'it was lost')
        const answer = await startUnlessOpen(world.client, workflowType, { taskQueue, ...start })
        started.push(answer)
        return answer
      },
    }
    const report = { progress: () => {}, warn: () => {} }
    await reconcilePage({ sql: world.shop.sql, ...temporal }, { of: 'purchases' }, report)
    gate.resolve()
    expect(started).toEqual([false])
    expect(await ownOf(purchaseId).result()).toEqual({ status: 'completed' })
    await expectSold(purchaseId)
  })
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
    expect(await reconcile(purchaseId)).toBe(0)
    wayIsClear = true
    expect(await handle.result()).toEqual({ status: 'completed' })
    await expectSold(purchaseId)
  })

  test('a purchase that moved within the last minute: its workflow may be about to start', async () => {
    const purchaseId = await anOrder()
    expect(await reconcile(purchaseId, '50 seconds')).toBe(0)
    expect(await reconcile(purchaseId, '61 seconds')).toBe(1)
    await ownOf(purchaseId).result()
  })

  test('a purchase that is being repaired already, and one that has been', async () => {
    const purchaseId = await anOrder()
    await loseWorkflow(world, purchaseId, 'chargeWallet')
    world.faults.on(purchaseId, 'beginCompensation', { before: failing(1e6) })
    expect(await reconcile(purchaseId)).toBe(1)
    expect(await reconcile(purchaseId)).toBe(0)
    world.faults.on(purchaseId, 'beginCompensation', {})
    expect(await repairOf(purchaseId)).toEqual({ status: 'failed', code: 'interrupted' })
    expect(await reconcile(purchaseId)).toBe(0)
  })
})

type PurchaseSaga = Exclude<LostSaga, { saga: 'award' }>

describe('the reconciler, with more than it looks at in one go,', () => {
  const MANY = 230
  let orders: string[]
  /** A purchase whose saga ends at once, as far as the reconciler can see. */
  const settle = (purchaseId: string) => recordOutcome(world.shop.sql, purchaseId, { status: 'cancelled' })

  beforeEach(async () => {
    await world.shop.addProduct({ id: product, priceMinor: 600, stock: 2 })
    await world.shop.addWallet({ username: buyer, balanceMinor: 1000 })
    const lines = [{ productId: product, quantity: 1 }]
    orders = await Promise.all(Array.from({ length: MANY }, () => world.shop.order({ username: buyer, lines })))
    orders.sort()
    await world.shop.asOwner(
      (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where user_id = ${buyer}`,
    )
  })

  /** All pages, with another Temporal than the real one. */
  async function reconcileWith(temporal: Pick<ReconcilerDependencies, 'readWorkflow' | 'startLost'>) {
    const pages: ReconciledPage[] = []
    const progress: Record<string, number>[] = []
    const warnings: Record<string, unknown>[] = []
    const report = {
      progress: (details: Record<string, number>) => void progress.push(details),
      warn: (_: string, details: Record<string, unknown>) => void warnings.push(details),
    }
    let from: ReconcilerCursor | undefined = { of: 'purchases' }
    while (from !== undefined) {
      const page = await reconcilePage({ sql: world.shop.sql, ...temporal }, from, report)
      pages.push(page)
      from = page.next
    }
    return { pages, progress, warnings }
  }

  test('finds every lost purchase, and has no more under way than a few', async () => {
    const open = new Set(orders.slice(0, 20).map(purchaseWorkflowId))
    const found: string[] = []
    const underWay = new Set<string>()
    let most = 0
    const { pages, progress } = await reconcileWith({
      readWorkflow: async (id) => ({ isOpen: open.has(id) }),
      startLost: async (lost) => {
        expect(lost.saga).toBe('purchase')
        const { purchaseId } = (lost as PurchaseSaga).purchase
        found.push(purchaseId)
        most = Math.max(most, underWay.add(purchaseId).size)
        setTimeout(async () => {
          underWay.delete(purchaseId)
          await settle(purchaseId)
        }, 30)
        return true
      },
    })
    expect(found.toSorted()).toEqual(orders.slice(20))
    expect(pages.map(({ started }) => started)).toEqual([80, 100, 30, 0])
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(10)
    // It is heard of with each description, and with each poll.
    expect(progress.length).toBeGreaterThan(MANY)
    for (const purchaseId of orders.slice(0, 20)) await settle(purchaseId)
  })

  test('goes on though some cannot be described or started, which it says', async () => {
    const away = new Error('injected fault: Temporal is away')
    const { pages, warnings } = await reconcileWith({
      readWorkflow: async (id) => {
        if (id === purchaseWorkflowId(orders[3] ?? '')) throw away
        return { isOpen: false }
      },
      startLost: async (lost) => {
        const { purchaseId } = (lost as PurchaseSaga).purchase
        if (purchaseId === orders[5]) throw away
        await settle(purchaseId)
        return true
      },
    })
    expect(pages).toMatchObject([{ started: 98, failed: 2 }, { started: 100 }, { started: 30 }, { started: 0 }])
    const failed = [orders[3], orders[5]].map((id) => purchaseWorkflowId(id ?? ''))
    expect(warnings).toEqual(failed.map((lost) => ({ lost, error: away })))
    for (const purchaseId of [orders[3], orders[5]]) await settle(purchaseId ?? '')
  })
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
      expect(own).toEqual(
        step === 'recordOutcome' ? { status: 'completed' } : { status: 'failed', code: 'interrupted' },
      )
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
    workflowId: `repair-${purchaseId}`,
    taskQueue: world.taskQueue,
    args: [{ purchaseId }],
  })
}
