import { beforeEach, describe, expect, test } from 'vitest'
import { listLots, readAvailable } from '#db/points.ts'
import { openRefund } from '#db/refunds.ts'
import { refundWorkflowId } from '#domain/purchase.ts'
import { failing } from '#test/support/faults.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openSagaWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 170_000, stock: 4 })
  buyer = await world.shop.addWallet({ balanceMinor: 330_000 })
})

async function buy(options: { redeemPoints?: number; quantity?: number } = {}): Promise<string> {
  const { redeemPoints = 0, quantity = 1 } = options
  const lines = [{ productId: product, quantity }]
  const purchaseId = await world.shop.order({ username: buyer, lines, redeemPoints })
  expect(await (await world.start(purchaseId)).result()).toEqual({ status: 'completed' })
  return purchaseId
}

async function startRefund(purchaseId: string) {
  await world.shop.askForRefund(purchaseId)
  return await world.client.workflow.start('refund', {
    workflowId: refundWorkflowId(purchaseId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue: world.taskQueue,
    args: [{ purchaseId }],
  })
}

async function refund(purchaseId: string) {
  expect(await (await startRefund(purchaseId)).result()).toEqual({ status: 'refunded' })
  const [row] = await world.shop.sql`select refund from purchases where id = ${purchaseId}`
  return row?.refund
}

async function spend(amount: number) {
  const answer = await world.shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'redeem', amount }) })
  expect(answer.ok).toBe(true)
}

const give = (amount: number) =>
  world.shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'issue', amount, ttlDays: 365 }) })
const available = () => readAvailable(world.shop.sql, buyer, new Date().toISOString())

describe('a refund', () => {
  test('gives back stock, money and points, each once', async () => {
    const purchaseId = await buy()
    expect(await refund(purchaseId)).toEqual({
      amountMinor: 170_000,
      withheldMinor: 0,
      shortfallMinor: 0,
      pointsReturned: 0,
      pointsWithheld: 0,
      pointsTakenBack: 170,
      pointsSpent: 0,
    })
    expect(await world.shop.balance(buyer)).toBe(330_000)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
    expect(await available()).toBe(0)
    expect((await world.shop.timeline(purchaseId)).slice(-5)).toEqual([
      'purchase refunding',
      'awardPoints undone',
      'returnStock applied',
      'returnMoney applied',
      'purchase refunded',
    ])
  })

  test('withholds the value of awarded points that were spent meanwhile', async () => {
    const purchaseId = await buy()
    await spend(50)
    expect(await refund(purchaseId)).toMatchObject({
      amountMinor: 169_500,
      withheldMinor: 500,
      pointsTakenBack: 120,
      pointsSpent: 50,
    })
    expect(await world.shop.balance(buyer)).toBe(329_500)
    expect(await available()).toBe(0)
  })

  test('of a purchase paid wholly with points gives them back to the lots they came from', async () => {
    await give(9_000)
    await give(9_000)
    const before = await listLots(world.shop.sql, { accountId: buyer, openOnly: true, limit: 10 })
    const purchaseId = await buy({ redeemPoints: 17_000 })
    expect(await refund(purchaseId)).toMatchObject({ amountMinor: 0, pointsReturned: 17_000, pointsTakenBack: 0 })
    expect(await listLots(world.shop.sql, { accountId: buyer, openOnly: true, limit: 10 })).toEqual(before)
    expect(await world.shop.balance(buyer)).toBe(330_000)
  })

  test('that is asked for many times at once, and again later, happens once', async () => {
    const purchaseId = await buy()
    await Promise.all(Array.from({ length: 10 }, () => startRefund(purchaseId)))
    await world.client.workflow.getHandle(refundWorkflowId(purchaseId)).result()
    expect(await openRefund(world.shop.sql, { purchaseId, actor: 'test' })).toEqual({
      result: 'done',
      resource: '1',
      status: 'refunded',
      replayed: true,
    })
    await world.client.workflow.execute('refund', {
      workflowId: refundWorkflowId(purchaseId),
      taskQueue: world.taskQueue,
      args: [{ purchaseId }],
    })
    expect(await world.shop.balance(buyer)).toBe(330_000)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
  })

  test.each(['nextRefund', 'takeBackAward', 'returnPoints', 'returnStock', 'returnMoney', 'recordRefunded'])(
    'whose %s reports failure after it happened gives nothing back twice',
    async (step) => {
      await give(700)
      const purchaseId = await buy({ redeemPoints: 700 })
      world.faults.on(purchaseId, step, { after: failing(2) })
      expect(await refund(purchaseId)).toMatchObject({
        amountMinor: 163_000,
        pointsReturned: 700,
        pointsTakenBack: 163,
      })
      expect(world.faults.attempts(purchaseId, step)).toBe(3)
      expect(await world.shop.balance(buyer)).toBe(330_000)
      expect(await available()).toBe(700)
    },
  )

  test('whose workflow was lost is carried on by the reconciler', async () => {
    const purchaseId = await buy()
    await world.shop.askForRefund(purchaseId)
    await world.shop.asOwner(
      (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where id = ${purchaseId}`,
    )
    const { started } = await world.client.workflow.execute('reconcilePurchases', {
      workflowId: `reconcile-${purchaseId}`,
      taskQueue: world.taskQueue,
    })
    expect(started).toBe(1)
    expect(await world.client.workflow.getHandle(refundWorkflowId(purchaseId)).result()).toEqual({ status: 'refunded' })
    expect(await world.shop.balance(buyer)).toBe(330_000)
  })

  test.each(['running', 'refused'])('is not begun for a purchase that is %s', async (status) => {
    const quantity = status === 'running' ? 1 : 5
    const lines = [{ productId: product, quantity }]
    const purchaseId = await world.shop.order({ username: buyer, lines })
    if (status === 'refused') await (await world.start(purchaseId)).result()
    expect(await openRefund(world.shop.sql, { purchaseId, actor: 'test' })).toMatchObject({
      result: 'refused',
      refusal: { code: 'not_refundable', status },
    })
    if (status === 'running') await (await world.start(purchaseId)).result()
  })
})

describe('refunds of parts', () => {
  const piece = () => [{ productId: product, quantity: 1 }]
  /** The numbers of the refunds that are through, in the order in which they were. */
  const through = async (purchaseId: string) => {
    const events = await world.shop.sql<{ refund: number }[]>`
      select (detail -> 'refund')::integer as refund from purchase_events
      where purchase_id = ${purchaseId} and state in ('partially_refunded', 'refunded')
      order by seq`
    return events.map(({ refund }) => refund)
  }
  const lose = (purchaseId: string) =>
    world.client.workflow.getHandle(refundWorkflowId(purchaseId)).terminate('lost on purpose')

  beforeEach(async () => {
    product = await world.shop.addProduct({ priceMinor: 50_000, stock: 4 })
  })

  test('that are asked for at once are carried out one after the other, and give back no more than was paid', async () => {
    await give(100)
    const purchaseId = await buy({ quantity: 3, redeemPoints: 100 })
    const handles = await Promise.all([1, 2, 3].map(() => world.refund(purchaseId, piece())))
    await Promise.all(handles.map((handle) => handle.result()))
    expect((await world.shop.purchase(purchaseId)).status).toBe('refunded')
    expect(await through(purchaseId)).toEqual([1, 2, 3])
    expect(await world.shop.balance(buyer)).toBe(330_000)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
    expect(await available()).toBe(100)
  })

  test('leave what is kept as if nothing else had been bought', async () => {
    const purchaseId = await buy({ quantity: 3 })
    expect(await (await world.refund(purchaseId, piece())).result()).toEqual({ status: 'completed' })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ status: 'completed' })
    expect(await world.shop.balance(buyer)).toBe(230_000)
    expect(await world.shop.stock(product)).toEqual({ onHand: 2, reserved: 0 })
    expect(await available()).toBe(100)
  })

  test('of which one is asked for while the last one is being recorded are both carried out by its workflow', async () => {
    const purchaseId = await buy({ quantity: 3 })
    world.faults.on(purchaseId, 'recordRefunded', {
      after: ({ number }) => (number === 1 ? world.refund(purchaseId, piece()) : undefined),
    })
    const first = await world.refund(purchaseId, piece())
    const { runId } = await first.describe()
    expect(await first.result()).toEqual({ status: 'completed' })
    expect(await through(purchaseId)).toEqual([1, 2])
    expect((await first.describe()).runId).toBe(runId)
    expect(await world.shop.balance(buyer)).toBe(280_000)
  })

  test('of which the second is asked for when the first has ended have a workflow each', async () => {
    const purchaseId = await buy({ quantity: 3 })
    const runs = new Set<string>()
    for (const status of ['completed', 'completed', 'refunded']) {
      const handle = await world.refund(purchaseId, piece())
      runs.add((await handle.describe()).runId)
      expect(await handle.result()).toEqual({ status })
    }
    expect(runs.size).toBe(3)
    expect(await world.shop.balance(buyer)).toBe(330_000)
  })

  test.each(['takeBackAward', 'returnStock', 'returnMoney', 'recordRefunded'])(
    'whose workflow was lost after %s are carried on by the reconciler, none twice and none left out',
    async (step) => {
      const purchaseId = await buy({ quantity: 3 })
      const lost = Promise.withResolvers<void>()
      world.faults.on(purchaseId, step, {
        after: async ({ number }) => {
          if (number > 1) return
          // Nobody tells Temporal of the second one.
          await world.shop.askForRefund(purchaseId, piece())
          await lose(purchaseId)
          lost.resolve()
        },
      })
      await world.refund(purchaseId, piece())
      await lost.promise
      expect((await world.shop.purchase(purchaseId)).status).toBe('refunding')
      await world.shop.asOwner(
        (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where id = ${purchaseId}`,
      )
      await world.client.workflow.execute('reconcilePurchases', {
        workflowId: `reconcile-${purchaseId}`,
        taskQueue: world.taskQueue,
      })
      const handle = world.client.workflow.getHandle(refundWorkflowId(purchaseId))
      expect(await handle.result()).toEqual({ status: 'completed' })
      expect(await through(purchaseId)).toEqual([1, 2])
      expect(await world.shop.balance(buyer)).toBe(280_000)
      expect(await world.shop.stock(product)).toEqual({ onHand: 3, reserved: 0 })
      expect(await available()).toBe(50)
    },
  )
})

describe('buying, earning, spending and refunding in a circle', () => {
  test.each(['earner', 'spender'])('makes nobody richer when the %s of the points is refunded first', async (first) => {
    await world.shop.addWallet({ username: `${buyer}-rich`, balanceMinor: 1_000_000 })
    buyer = `${buyer}-rich`
    for (let round = 0; round < 2; round++) {
      const before = await worth()
      const earner = await buy()
      const spender = await buy({ redeemPoints: 170 })
      for (const purchaseId of first === 'earner' ? [earner, spender] : [spender, earner]) await refund(purchaseId)
      expect(await worth()).toBe(before)
    }
  })
})

/** Money and points, at what a point pays for. */
async function worth(): Promise<number> {
  return (await world.shop.balance(buyer)) + (await available()) * 10
}
