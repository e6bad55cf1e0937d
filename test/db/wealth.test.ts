import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { redeemPoints, undoRedemption } from '#activities/points.ts'
import { quoteRefund } from '#api/refunds.ts'
import { readAvailable, readClock } from '#db/points.ts'
import { compareAccount } from '#db/points-rebuild.ts'
import {
  beginCompensation,
  chargeWallet,
  confirmPurchase,
  readPurchase,
  recordOutcome,
  releaseStock,
  reserveStock,
  type StoredPurchase,
  undoCharge,
} from '#db/purchases.ts'
import type { Condition } from '#domain/campaigns/condition.ts'
import { amountToCharge, pointsToPay } from '#domain/money.ts'
import { paymentFor } from '#domain/refund.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { accepted, commandOf } from '#test/support/points-ledger.ts'

/**
 * Wealth is money, points that can be spent at what they pay for, and what was bought and kept, at what was paid for it. Buying
 * makes nobody poorer; awards, and points that are given, are what makes richer. What is reversed, in whatever order, leaves
 * everybody as if only what is kept had happened.
 */

const POINT_MINOR = 10
const OPENING_MINOR = 1_000_000

/** What they cost, and what they earn: more than they cost, less, a little, by far more. */
const PRODUCTS = [
  { id: 'generous', priceMinor: 505, formula: '1000' },
  { id: 'plain', priceMinor: 10_000, formula: '$.amount / 10' },
  { id: 'odd', priceMinor: 5_999, formula: '3' },
  { id: 'lavish', priceMinor: 33_333, formula: '$.amount * 20' },
] as const

let shop: CampaignShop

beforeAll(async () => {
  shop = await openCampaignShop()
  for (const { id, priceMinor } of PRODUCTS) await shop.addProduct({ id, priceMinor, stock: 1_000_000 })
  const bought = (id: string): Condition => ({ variable: '$.productId', rule: 'string_equals', value: id })
  await shop.addCampaign('products', { rules: PRODUCTS.map(({ id, formula }) => giving(formula, bought(id))) })
  await shop.addCampaign('capped', {
    caps: { totalPoints: null, pointsPerCustomer: 20 },
    rules: [giving('7')],
  })
  // For one piece the first, for some the second until its cap is reached, for many the third.
  const group = { exclusiveGroup: 'group' }
  await shop.addCampaign('at least', { ...group, rules: [giving('9')] })
  await shop.addCampaign('by piece', {
    ...group,
    caps: { totalPoints: null, pointsPerCustomer: 50 },
    rules: [giving('$.quantity * 6')],
  })
  await shop.addCampaign('by price', { ...group, priority: 1, rules: [giving('$.total / 30')] })
})
afterAll(async () => {
  await shop.close()
})
afterEach(async () => {
  expect(await shop.brokenInvariants()).toEqual([])
})

/** A part of something, in tenths: mostly all of it. */
const share = fc.constantFrom(0, 3, 7, 10, 10)
const product = fc.nat({ max: PRODUCTS.length - 1 })
const quantity = fc.integer({ min: 1, max: 4 })
const which = fc.nat({ max: 20 })

const acquire = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('buy' as const), product, quantity, share }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('be given' as const), points: fc.integer({ min: 1, max: 2_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redeem' as const), share }) },
)
const giveBack = fc.record({ do: fc.constant('give back' as const), which })
/** Some pieces of a purchase. */
const giveSomeBack = fc.record({
  do: fc.constant('give some back' as const),
  which,
  pieces: fc.integer({ min: 1, max: 3 }),
})
/** A purchase that is cancelled, while another one is refunded that earned the points it is paid with. */
const abandon = fc.record({ do: fc.constant('abandon' as const), product, share, which })

type Action =
  typeof acquire | typeof giveBack | typeof giveSomeBack | typeof abandon extends fc.Arbitrary<infer One> ? One : never
type Abandon = typeof abandon extends fc.Arbitrary<infer One> ? One : never

/** More is earned than was paid, all of it is spent, and what earned it is refunded before what it was spent on. */
const EARNER_FIRST: Action[] = [
  { do: 'buy', product: 0, quantity: 1, share: 0 },
  { do: 'buy', product: 1, quantity: 1, share: 10 },
  { do: 'give back', which: 0 },
  { do: 'give back', which: 0 },
]

/** Something that happened and can be reversed; its value in money, and what it made its owner richer by. */
type Kept = { reverse: () => Promise<unknown>; purchaseId?: string; goodsMinor: number; gainMinor: number }

/** Somebody who buys, and what is kept of it, in the order in which it happened. */
class Customer {
  readonly kept: Kept[] = []
  readonly name: string

  private constructor(name: string) {
    this.name = name
  }

  static async join(): Promise<Customer> {
    return new Customer(await shop.addWallet({ balanceMinor: OPENING_MINOR }))
  }

  async do(action: Action): Promise<void> {
    switch (action.do) {
      case 'buy':
        return await this.buy(action)
      case 'abandon':
        return await this.abandon(action)
      case 'be given': {
        const { id } = await this.ledger({ type: 'issue', amount: action.points, ttlDays: 365 })
        this.kept.push({ reverse: () => this.reverse(id), goodsMinor: 0, gainMinor: action.points * POINT_MINOR })
        return
      }
      case 'redeem': {
        const amount = Math.floor(((await this.available()) * action.share) / 10)
        if (amount === 0) return
        const { id } = await this.ledger({ type: 'redeem', amount })
        this.kept.push({ reverse: () => this.reverse(id), goodsMinor: amount * POINT_MINOR, gainMinor: 0 })
        return
      }
      case 'give back':
        return await this.giveBack(action.which)
      case 'give some back':
        return await this.giveSomeBack(action)
    }
  }

  private async buy({ product, quantity, share }: { product: number; quantity: number; share: number }): Promise<void> {
    const { purchaseId, redeem, totalMinor } = await this.order(product, share, quantity)
    await chargeWallet(shop.sql, purchaseId)
    await confirmPurchase(shop.sql, purchaseId)
    await shop.complete(purchaseId)
    const { pointsIssued } = await this.purchase(purchaseId)
    this.kept.push({
      reverse: () => shop.refund(purchaseId),
      purchaseId,
      // The last point may have been worth less than a whole one; what was paid is what comes back.
      goodsMinor: amountToCharge(totalMinor, redeem, POINT_MINOR) + redeem * POINT_MINOR,
      gainMinor: (pointsIssued ?? 0) * POINT_MINOR,
    })
  }

  private async order(product: number, share: number, quantity = 1) {
    const { id, priceMinor } = PRODUCTS[product] as (typeof PRODUCTS)[number]
    const totalMinor = quantity * priceMinor
    const mostPoints = Math.min(await this.available(), pointsToPay(totalMinor, POINT_MINOR))
    const redeem = Math.floor((mostPoints * share) / 10)
    const lines = [{ productId: id, quantity }]
    const purchaseId = await shop.order({ username: this.name, lines, redeemPoints: redeem })
    await reserveStock(shop.sql, purchaseId)
    if (redeem > 0) await redeemPoints(shop.points, purchaseId)
    return { purchaseId, redeem, totalMinor }
  }

  private async abandon({ product, share, which }: Abandon): Promise<void> {
    const { purchaseId } = await this.order(product, share)
    await chargeWallet(shop.sql, purchaseId)
    const other = this.take(which)
    await other?.reverse()
    await beginCompensation(shop.sql, purchaseId, { status: 'cancelled' })
    await undoCharge(shop.sql, purchaseId)
    await undoRedemption(shop.points, purchaseId)
    await releaseStock(shop.sql, purchaseId)
    await recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })
  }

  /** A purchase is refunded as it was foreseen. */
  async giveBack(which: number): Promise<void> {
    const one = this.take(which)
    const foreseen = one?.purchaseId && (await quoteRefund(shop.sql, await this.purchase(one.purchaseId)))
    await one?.reverse()
    if (!one?.purchaseId) return
    const refunded = await this.purchase(one.purchaseId)
    expect(refunded.refunds.at(-1)?.refund).toEqual(foreseen)
    expect(await quoteRefund(shop.sql, refunded)).toEqual(foreseen)
  }

  /** What is left of a purchase is kept at what was paid for it, with what it still gives. */
  private async giveSomeBack({ which, pieces }: { which: number; pieces: number }): Promise<void> {
    const one = this.kept[which % Math.max(1, this.kept.length)]
    if (!one?.purchaseId) return
    const before = await this.purchase(one.purchaseId)
    const [line] = before.lines
    if (!line || line.quantity - line.refunded <= pieces) return
    const back = [{ productId: line.productId, quantity: pieces }]
    const foreseen = await quoteRefund(shop.sql, before, back)
    const given = await shop.refund(one.purchaseId, back)
    expect(given).toEqual(foreseen)
    const { pointsReturned, pointsWithheld, pointsTakenBack, pointsSpent, amountMinor, withheldMinor } = given
    one.goodsMinor -= amountMinor + withheldMinor + (pointsReturned + pointsWithheld) * POINT_MINOR
    one.gainMinor -= (pointsTakenBack + pointsSpent) * POINT_MINOR
    const { lines, redeemPoints, pointValueMinor } = before
    const priced = lines.map(({ unitPriceMinor, ...rest }) => ({ ...rest, unitPriceMinor: unitPriceMinor ?? 0 }))
    const kept = new Map([[line.productId, line.quantity - line.refunded - pieces]])
    const paid = paymentFor({ lines: priced, redeemPoints, pointValueMinor }, kept)
    expect(one.goodsMinor).toBe(paid.amountMinor + paid.points * POINT_MINOR)
  }

  private async purchase(purchaseId: string): Promise<StoredPurchase> {
    const purchase = await readPurchase(shop.sql, purchaseId)
    if (!purchase) throw new Error(`no purchase ${purchaseId}`)
    return purchase
  }

  private take(which: number): Kept | undefined {
    return this.kept.splice(which % Math.max(1, this.kept.length), 1)[0]
  }

  private async reverse(id: string): Promise<void> {
    await this.ledger({ type: 'reverse', reverses: id })
  }

  private async ledger(command: Parameters<typeof commandOf>[0]) {
    return accepted(await shop.ledger.execute({ accountId: this.name, ...commandOf(command) }))
  }

  private async available(): Promise<number> {
    return await readAvailable(shop.sql, this.name, await readClock(shop.sql))
  }

  async wealth() {
    const [row] = await shop.sql<{ points: number }[]>`
      select coalesce(sum(owed), 0)::bigint as points from points_lots where account_id = ${this.name}`
    const owedMinor = (row?.points ?? 0) * POINT_MINOR
    const goodsMinor = this.kept.reduce((sum, one) => sum + one.goodsMinor, 0)
    const pointsMinor = (await this.available()) * POINT_MINOR
    return { minor: (await shop.balance(this.name)) + pointsMinor + goodsMinor, owedMinor }
  }

  /** What is not owed is what there was at first, and what is kept of what made richer. */
  async expectToBeFair() {
    const { minor, owedMinor } = await this.wealth()
    expect(minor - owedMinor).toBe(OPENING_MINOR + this.kept.reduce((sum, one) => sum + one.gainMinor, 0))
    return minor
  }
}

describe('whatever is bought, earned, given, spent, refunded, reversed and cancelled', { timeout: 120_000 }, () => {
  test('giving back makes nobody richer, and leaves everybody with what is kept, less what is owed', async () => {
    let owing = 0
    const actions = fc.array(fc.oneof(acquire, acquire, giveBack, giveSomeBack, giveSomeBack, abandon), {
      minLength: 4,
      maxLength: 16,
    })
    const property = fc.asyncProperty(actions, async (actions) => {
      const customer = await Customer.join()
      let before = await customer.expectToBeFair()
      for (const action of actions) {
        await customer.do(action)
        const after = await customer.expectToBeFair()
        if (['give back', 'give some back', 'abandon'].includes(action.do)) expect(after).toBeLessThanOrEqual(before)
        before = after
        if ((await customer.wealth()).owedMinor > 0) owing += 1
      }
      while (customer.kept.length > 0) await customer.giveBack(0)
      expect(await customer.wealth()).toEqual({ minor: OPENING_MINOR, owedMinor: 0 })
      expect(await compareAccount(shop.sql, customer.name)).toEqual([])
    })
    await fc.assert(property, { numRuns: 60, examples: [[EARNER_FIRST]] })
    expect(owing, 'times at which something was owed, so that the above means something').toBeGreaterThan(0)
  })

  test('the order in which things are given back makes no difference', async () => {
    const cases = fc
      .record({ actions: fc.array(acquire, { minLength: 2, maxLength: 8 }), kept: fc.infiniteStream(fc.boolean()) })
      .chain(({ actions, kept }) => {
        const given = [...actions.keys()].filter(() => !kept.next().value)
        const order = fc.shuffledSubarray(given, { minLength: given.length })
        return fc.record({ actions: fc.constant(actions), orders: fc.tuple(order, order) })
      })
    const property = fc.asyncProperty(cases, async ({ actions, orders }) => {
      const wealth = []
      for (const order of orders) {
        const customer = await Customer.join()
        for (const action of actions) await customer.do(action)
        const acquired = [...customer.kept]
        for (const one of order.map((index) => acquired[index])) {
          if (one) await customer.giveBack(customer.kept.indexOf(one))
        }
        await customer.expectToBeFair()
        wealth.push(await customer.wealth())
      }
      expect(wealth[0]).toEqual(wealth[1])
    })
    await fc.assert(property, { numRuns: 40 })
  })

  test('nor does it when all of it is given back at once', async () => {
    const property = fc.asyncProperty(fc.array(acquire, { minLength: 2, maxLength: 8 }), async (actions) => {
      const customer = await Customer.join()
      for (const action of actions) await customer.do(action)
      await Promise.all(customer.kept.splice(0).map(({ reverse }) => reverse()))
      expect(await customer.wealth()).toEqual({ minor: OPENING_MINOR, owedMinor: 0 })
    })
    await fc.assert(property, { numRuns: 15 })
  })
})
