import { beforeEach, describe, expect, test } from 'vitest'
import { listTransactions, readAvailable } from '#db/points.ts'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { shortPatience } from '#test/replay/scenarios.ts'
import { failing, onlyRegular } from '#test/support/faults.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openSagaWorld())
let run = 0
let product: string
let buyer: string

beforeEach(() => {
  run += 1
  product = `product-${run}`
  buyer = `buyer-${run}`
})

type Options = { balanceMinor?: number; points?: number; redeemPoints?: number; in?: SagaWorld }

/** A buyer with 3300.00 and some points orders a unicorn at 1700.00; a point pays for 0.10. */
async function anOrder({ balanceMinor = 330_000, points = 0, redeemPoints = 0, in: place = world }: Options = {}) {
  await place.shop.addProduct({ id: product, priceMinor: 170_000, stock: 4 })
  await place.shop.addWallet({ username: buyer, balanceMinor })
  if (points > 0) await give(points, place)
  return await place.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }], redeemPoints })
}

async function give(amount: number, place = world) {
  await place.shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'issue', amount, ttlDays: 365 }) })
}

async function carryOut(purchaseId: string, place = world) {
  return await (await place.start(purchaseId)).result()
}

const available = () => readAvailable(world.shop.sql, buyer, new Date().toISOString())

describe('a purchase', () => {
  test('earns a point for every 10 charged', async () => {
    const purchaseId = await anOrder()
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(await available()).toBe(170)
    expect(await world.shop.timeline(purchaseId)).toContain('awardPoints applied')
  })

  test('pays a part with points, and earns points for the rest only', async () => {
    const purchaseId = await anOrder({ points: 1000, redeemPoints: 700 })
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(await world.shop.balance(buyer)).toBe(330_000 - 163_000)
    expect(await available()).toBe(1000 - 700 + 163)
  })

  test('can be paid wholly with points: nothing is charged, and nothing earned', async () => {
    const purchaseId = await anOrder({ balanceMinor: 0, points: 17_000, redeemPoints: 17_000 })
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(await available()).toBe(0)
    expect(await world.shop.timeline(purchaseId)).toContain('awardPoints nothing')
  })

  test.each([
    { what: 'too few points', points: 699, redeemPoints: 700, code: 'insufficient_points', detail: { available: 699 } },
    {
      what: 'points worth more than the total',
      points: 20_000,
      redeemPoints: 17_001,
      code: 'redeem_exceeds_total',
      detail: { mostPoints: 17_000 },
    },
    { what: 'too little money for the rest', points: 700, redeemPoints: 700, code: 'insufficient_funds', detail: {} },
  ])('with $what is refused, and every point is back where it was', async ({ points, redeemPoints, code, detail }) => {
    const purchaseId = await anOrder({ balanceMinor: 100, points, redeemPoints })
    expect(await carryOut(purchaseId)).toMatchObject({ status: 'refused', refusal: { code, ...detail } })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ code, detail })
    expect(await available()).toBe(points)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
  })

  test.each([
    { points: 129, left: 5, status: 'completed' },
    { points: 130, left: 0, status: 'completed' },
    { points: 131, left: 1_000, status: 'refused' },
  ])(
    'of 12.95 takes 130 points at most, the last worth half, so with $points it is $status',
    async ({ points, left, status }) => {
      await world.shop.addProduct({ id: product, priceMinor: 1_295, stock: 1 })
      await world.shop.addWallet({ username: buyer, balanceMinor: 1_000 })
      await give(200)
      const lines = [{ productId: product, quantity: 1 }]
      const purchaseId = await world.shop.order({ username: buyer, lines, redeemPoints: points })
      const refusal = { code: 'redeem_exceeds_total', points, mostPoints: 130 }
      expect(await carryOut(purchaseId)).toEqual(status === 'completed' ? { status } : { status, refusal })
      if (status === 'completed') expect(await world.shop.balance(buyer)).toBe(1_000 - left)
      else expect(await world.shop.purchase(purchaseId)).toMatchObject({ detail: { points, mostPoints: 130 } })
    },
  )

  test('that is refused undoes last in first out: money, points, stock', async () => {
    const purchaseId = await anOrder({ points: 700, redeemPoints: 700 })
    world.faults.on(purchaseId, 'chargeWallet', {
      before: onlyRegular,
      after: () => world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).cancel(),
    })
    expect(await carryOut(purchaseId)).toEqual({ status: 'cancelled' })
    expect((await world.shop.timeline(purchaseId)).slice(-5)).toEqual([
      'purchase compensating',
      'chargeWallet undone',
      'redeemPoints undone',
      'reserveStock undone',
      'purchase cancelled',
    ])
    expect(await available()).toBe(700)
  })

  test.each(['redeemPoints', 'awardPoints'])('moves points once when the report of %s is lost', async (step) => {
    const purchaseId = await anOrder({ points: 700, redeemPoints: 700 })
    world.faults.on(purchaseId, step, { after: failing(3) })
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(world.faults.attempts(purchaseId, step)).toBe(4)
    expect(await available()).toBe(163)
    expect(await listTransactions(world.shop.sql, { accountId: buyer, limit: 10 })).toHaveLength(3)
  })
})

describe('an award that cannot be booked', () => {
  test('does not undo the sale: after ten minutes it is parked, with what it came to', async () => {
    const patience = await openSagaWorld({ workflowInterceptors: [shortPatience] })
    try {
      const purchaseId = await anOrder({ in: patience })
      patience.faults.on(purchaseId, 'awardPoints', { before: failing(1e6) })
      expect(await carryOut(purchaseId, patience)).toEqual({ status: 'completed' })
      const [parked] = await patience.shop.sql`select evaluation, problem, state from awards`
      expect(parked).toMatchObject({ evaluation: { points: 170 }, problem: 'unavailable', state: 'parked' })
      expect(await patience.shop.balance(buyer)).toBe(160_000)
      expect(await patience.shop.brokenInvariants()).toEqual([])
    } finally {
      await patience.close()
    }
  })

  test('is not parked when it was booked after all and only its report was lost', async () => {
    const patience = await openSagaWorld({ workflowInterceptors: [shortPatience] })
    try {
      const purchaseId = await anOrder({ in: patience })
      patience.faults.on(purchaseId, 'awardPoints', { after: failing(1e6) })
      expect(await carryOut(purchaseId, patience)).toEqual({ status: 'completed' })
      expect(await patience.shop.sql`select * from awards where parked_at is not null`).toHaveLength(0)
      expect(await readAvailable(patience.shop.sql, buyer, new Date().toISOString())).toBe(170)
      expect(await patience.shop.brokenInvariants()).toEqual([])
    } finally {
      await patience.close()
    }
  })
})
