import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { redeemPoints } from '#activities/points.ts'
import { readAvailable, readClock } from '#db/points.ts'
import { chargeWallet, confirmPurchase, readPurchase, reserveStock } from '#db/purchases.ts'
import { openRefund } from '#db/refunds.ts'
import type { Condition } from '#domain/campaigns/condition.ts'
import type { PurchaseLine } from '#domain/purchase.ts'
import { paymentFor, piecesLeft, piecesOf } from '#domain/refund.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { commandOf } from '#test/support/points-ledger.ts'

/**
 * After any refunds in any order the books are as if only what was kept had been bought: somebody who buys, and gives back, ends as
 * somebody does who buys no more than what the first one keeps.
 */

const POINT_MINOR = 10
const OPENING_MINOR = 100_000_000
const GIVEN = 50_000

/** Of so many points each that whole ones can pay for any part of it. */
const PRICES = { a: 1_000, b: 33_333, c: 200, d: 9_999 } as const
const PRODUCTS = Object.keys(PRICES) as (keyof typeof PRICES)[]

let shop: CampaignShop

beforeAll(async () => {
  shop = await openCampaignShop()
  for (const id of PRODUCTS) await shop.addProduct({ id, priceMinor: PRICES[id], stock: 1_000_000_000 })
  const atLeast = (variable: string, value: number): Condition => ({
    variable,
    rule: 'numeric_greater_than_equals',
    value,
  })
  await shop.addCampaign('a tenth', { rules: [giving('$.amount / 10')] })
  await shop.addCampaign('for much', { rules: [giving('50', atLeast('$.total', 300)), giving('$.total / 7')] })
  await shop.addCampaign('for many', { rules: [giving('$.quantity * 3', atLeast('$.quantity', 3))] })
  await shop.addCampaign('capped', {
    caps: { totalPoints: null, pointsPerCustomer: 40 },
    rules: [giving('$.quantity * 10')],
  })
  // Each gives most for some purchases: by their price, by their pieces, and for little.
  const terms = { exclusiveGroup: GROUP }
  await shop.addCampaign(`${GROUP} by price`, { ...terms, rules: [giving('$.amount / 20')] })
  await shop.addCampaign(`${GROUP} by piece`, {
    ...terms,
    caps: { totalPoints: null, pointsPerCustomer: 90 },
    rules: [giving('$.quantity * 15')],
  })
  await shop.addCampaign(`${GROUP} at least`, { ...terms, priority: 3, rules: [giving('20')] })
})
afterAll(() => shop.close())
afterEach(async () => {
  expect(await shop.brokenInvariants()).toEqual([])
})

async function join(): Promise<string> {
  const buyer = await shop.addWallet({ balanceMinor: OPENING_MINOR })
  await shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'issue', amount: GIVEN, ttlDays: 365 }) })
  return buyer
}

async function buy(buyer: string, lines: PurchaseLine[], points: number): Promise<string> {
  const purchaseId = await shop.order({ username: buyer, lines, redeemPoints: points })
  expect(await reserveStock(shop.sql, purchaseId)).toMatchObject({ ok: true })
  if (points > 0) expect(await redeemPoints(shop.points, purchaseId)).toMatchObject({ ok: true })
  expect(await chargeWallet(shop.sql, purchaseId)).toMatchObject({ ok: true })
  await confirmPurchase(shop.sql, purchaseId)
  await shop.complete(purchaseId)
  return purchaseId
}

/** Names of its campaigns begin with it. What is kept of an award stays with the one that had given. */
const GROUP = 'exclusive'

/** Money, points, what campaigns count as given, those of a group as one, and what is sold to somebody. */
async function booksOf(buyer: string) {
  const sold = await shop.sql`
    select product_id, -sum(m.quantity)::bigint as sold
    from stock_movements m join purchases p on p.id::text = m.reference
    where p.user_id = ${buyer} group by product_id having sum(m.quantity) <> 0 order by product_id`
  const campaigns = await shop.sql`
    select coalesce(c.exclusive_group, c.name) as name, sum(g.given_points) as given
    from campaign_customers g join campaigns c on c.id = g.campaign_id
    where account_id = ${buyer} and g.given_points <> 0 group by 1 order by 1`
  return {
    balanceMinor: await shop.balance(buyer),
    points: await readAvailable(shop.sql, buyer, await readClock(shop.sql)),
    sold: [...sold],
    campaigns: [...campaigns],
  }
}

/** Which campaign of the group has given to somebody. */
async function givingOfGroup(buyer: string): Promise<string | undefined> {
  const [row] = await shop.sql<{ name: string }[]>`
    select c.name from campaign_customers g join campaigns c on c.id = g.campaign_id
    where account_id = ${buyer} and c.exclusive_group = ${GROUP} and g.given_points > 0`
  return row?.name
}

const lines = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...PRODUCTS), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
    maxLength: 4,
    selector: ([id]) => id,
  })
  .map((all) => all.map(([productId, quantity]) => ({ productId: productId as string, quantity })))

/** An order, which share of it is paid with points, and which pieces come back in which refund. */
const stories = lines.chain((order) =>
  fc.record({
    order: fc.constant(order),
    share: fc.constantFrom(0, 0, 0.1, 0.5, 0.9),
    refunds: fc.array(
      fc.uniqueArray(
        fc.tuple(fc.constantFrom(...order.map(({ productId }) => productId)), fc.integer({ min: 1, max: 3 })),
        { minLength: 1, maxLength: 4, selector: ([id]) => id },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    all: fc.constantFrom(false, false, false, true),
  }),
)

const priced = (order: readonly PurchaseLine[]) =>
  order.map((line) => ({ ...line, unitPriceMinor: PRICES[line.productId as keyof typeof PRICES] }))

describe('after refunds of parts, in any order', { timeout: 240_000 }, () => {
  test('the books are as if only what was kept had been bought', async () => {
    let partial = 0
    let others = 0
    const property = fc.asyncProperty(stories, async ({ order, share, refunds, all }) => {
      const totalMinor = priced(order).reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
      const redeemPoints = Math.floor((totalMinor * share) / POINT_MINOR)
      const buyer = await join()
      const purchaseId = await buy(buyer, order, redeemPoints)
      let kept = piecesOf(order)
      for (const refund of refunds) {
        const back = refund.flatMap(([productId, pieces]) => {
          const quantity = Math.min(pieces, kept.get(productId) ?? 0)
          return quantity > 0 ? [{ productId, quantity }] : []
        })
        if (back.length === 0) continue
        await shop.refund(purchaseId, back)
        kept = piecesLeft(kept, back)
      }
      if (all) {
        await shop.refund(purchaseId)
        kept = new Map()
      }
      const isKept = [...kept.values()].some((pieces) => pieces > 0)
      if (isKept && refunds.length > 0) partial += 1
      expect((await readPurchase(shop.sql, purchaseId))?.status).toBe(isKept ? 'completed' : 'refunded')

      const other = await join()
      const paid = paymentFor({ lines: priced(order), redeemPoints, pointValueMinor: POINT_MINOR }, kept)
      const keptLines = order.flatMap(({ productId }) => {
        const quantity = kept.get(productId) ?? 0
        return quantity > 0 ? [{ productId, quantity }] : []
      })
      if (isKept) await buy(other, keptLines, paid.points)
      expect(await booksOf(buyer)).toEqual(await booksOf(other))
      if (isKept && (await givingOfGroup(buyer)) !== (await givingOfGroup(other))) others += 1
    })
    await fc.assert(property, { numRuns: 50 })
    expect(others, 'purchases for whose rest another campaign of the group gives').toBeGreaterThan(0)
    expect(partial, 'purchases of which something was kept, so that the above means something').toBeGreaterThan(10)
  })
})

describe('a refund', () => {
  test('of one unit that is asked for twice at once is given once', async () => {
    const buyer = await join()
    const purchaseId = await buy(buyer, [{ productId: 'a', quantity: 1 }], 0)
    const ask = (key: string) =>
      openRefund(shop.sql, {
        purchaseId,
        lines: [{ productId: 'a', quantity: 1 }],
        actor: 'test',
        request: { scope: 'test', key, requestHash: '' },
      })
    const keys = Array.from({ length: 10 }, () => crypto.randomUUID())
    const answers = await Promise.all(keys.map(ask))
    expect(answers.filter(({ result }) => result === 'done')).toHaveLength(1)
    const refused = answers.filter(({ result }) => result === 'refused')
    expect(refused).toHaveLength(9)
    for (const answer of refused) expect(answer).toMatchObject({ refusal: { code: 'exceeds_purchase', left: [] } })
    // Repeated, each is answered as before.
    expect((await Promise.all(keys.map(ask))).map(({ result }) => result)).toEqual(answers.map(({ result }) => result))
    await shop.refund(purchaseId)
    expect(await shop.balance(buyer)).toBe(OPENING_MINOR)
  })

  test.each([
    ['more than is left of a line', [{ productId: 'a', quantity: 3 }]],
    ['a product that was not bought', [{ productId: 'b', quantity: 1 }]],
    [
      'a line too many',
      [
        { productId: 'a', quantity: 1 },
        { productId: 'b', quantity: 1 },
      ],
    ],
  ])('of %s is refused, and says what is left', async (_, wanted) => {
    const purchaseId = await buy(await join(), [{ productId: 'a', quantity: 3 }], 0)
    await shop.refund(purchaseId, [{ productId: 'a', quantity: 1 }])
    const request = { scope: 'test', key: crypto.randomUUID(), requestHash: '' }
    expect(await openRefund(shop.sql, { purchaseId, lines: wanted, actor: 'test', request })).toMatchObject({
      result: 'refused',
      refusal: { code: 'exceeds_purchase', left: [{ productId: 'a', quantity: 2 }] },
    })
  })

  test('of which points were spent leaves owed what its money does not cover, which the money of the next one makes good', async () => {
    await shop.addProduct({ id: 'cheap', priceMinor: 100, stock: 100 })
    await shop.addCampaign('generous', {
      rules: [giving('$.quantity * 30', { variable: '$.productId', rule: 'string_equals', value: 'cheap' })],
    })
    const buyer = await shop.addWallet({ balanceMinor: OPENING_MINOR })
    const purchaseId = await buy(buyer, [{ productId: 'cheap', quantity: 3 }], 0)
    const earned = await readAvailable(shop.sql, buyer, await readClock(shop.sql))
    await shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'redeem', amount: earned }) })
    const one = [{ productId: 'cheap', quantity: 1 }]
    const refunds = [
      await shop.refund(purchaseId, one),
      await shop.refund(purchaseId, one),
      await shop.refund(purchaseId),
    ]
    // Each money of 1.00 makes ten points good.
    for (const refund of refunds)
      expect(refund).toMatchObject({ amountMinor: 0, withheldMinor: 100, pointsTakenBack: 0 })
    const purchase = await readPurchase(shop.sql, purchaseId)
    expect(purchase?.refund).toMatchObject({
      pointsSpent: earned,
      withheldMinor: 300,
      shortfallMinor: earned * POINT_MINOR - 300,
    })
    expect(await shop.balance(buyer)).toBe(OPENING_MINOR - 300)
  })

  test('of pieces that earned nothing makes good what an earlier one left owed', async () => {
    await shop.addProduct({ id: 'generous', priceMinor: 100, stock: 100 })
    await shop.addProduct({ id: 'barren', priceMinor: 500, stock: 100 })
    const only: Condition = { variable: '$.productId', rule: 'string_equals', value: 'generous' }
    await shop.addCampaign('for the first', { rules: [giving('80', only)] })
    const buyer = await shop.addWallet({ balanceMinor: OPENING_MINOR })
    const [generous, barren] = ['generous', 'barren'].map((productId) => ({ productId, quantity: 1 }))
    const purchaseId = await buy(buyer, [generous, barren] as PurchaseLine[], 0)
    const earned = await readAvailable(shop.sql, buyer, await readClock(shop.sql))
    await shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'redeem', amount: earned }) })
    const first = await shop.refund(purchaseId, [generous] as PurchaseLine[])
    expect(first).toMatchObject({ amountMinor: 0, withheldMinor: 100 })
    expect(first.shortfallMinor).toBeGreaterThan(0)
    // What is left of its award, if anything, is taken back too: all of its money goes there.
    const second = await shop.refund(purchaseId)
    expect(second).toMatchObject({ amountMinor: 0, withheldMinor: 500 })
    expect(first.shortfallMinor + second.shortfallMinor).toBe(earned * POINT_MINOR - 600)
  })
})
