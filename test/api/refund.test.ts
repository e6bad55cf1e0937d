import { beforeEach, describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 170_000, stock: 4 })
  buyer = await world.shop.addWallet({ balanceMinor: 330_000 })
})

const buy = async (more: object = {}) =>
  (await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1, ...more })).body
const refund = (purchaseId: string) => world.api.call('POST', `/purchases/${purchaseId}/refund`)
const balance = async () => (await world.api.get(`/users/balance/${buyer}`)).body.balance

const quote = (purchaseId: string) => world.api.get(`/purchases/${purchaseId}/refund-quote`)
const points = async () => (await world.api.get(`/points?account_id=${buyer}`)).body.balance
const lots = async () => (await world.api.get(`/points/lots?account_id=${buyer}`)).body.items
const statement = async () => (await world.api.get(`/points/transactions?account_id=${buyer}`)).body.items
const reverse = (id: string) => world.api.call('POST', `/points/transactions/${id}/reversal`)

const NOTHING = {
  amount: 0,
  withheld: 0,
  shortfall: 0,
  pointsReturned: 0,
  pointsWithheld: 0,
  pointsTakenBack: 0,
  pointsSpent: 0,
}

describe('a refund', () => {
  test('answers with what was given back, and the purchase shows it', async () => {
    const { purchaseId } = await buy()
    const given = { ...NOTHING, amount: 1700, pointsTakenBack: 170 }
    expect(await refund(purchaseId)).toMatchObject({ status: 200, body: { status: 'refunded', refund: given } })
    const { body } = await world.api.get(`/purchases/${purchaseId}`)
    expect(body).toMatchObject({ status: 'refunded', refund: given })
    expect(body.steps.at(-1)).toMatchObject({ step: 'purchase', state: 'refunded' })
    expect(await balance()).toBe(3300)
    const entries = await world.api.get(`/users/${buyer}/wallet-entries`)
    expect(entries.body.items[0]).toMatchObject({ amount: 1700, reason: 'refund', reference: purchaseId })
  })

  test('that is asked for 20 times at once, and once more, happens once and is answered alike', async () => {
    const { purchaseId } = await buy()
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(purchaseId)))
    answers.push(await refund(purchaseId))
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).toEqual(answers[0]?.body)
    }
    expect(await balance()).toBe(3300)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
  })

  test('shows in the answer to a repeat of the purchase', async () => {
    const order = { userId: buyer, productId: product, quantity: 1 }
    const key = crypto.randomUUID()
    const { body } = await world.api.post('/purchase', order, { key })
    await refund(body.purchaseId)
    const repeat = await world.api.post('/purchase', order, { key })
    expect(repeat).toMatchObject({ status: 200, body: { purchaseId: body.purchaseId, status: 'refunded' } })
  })

  test('of what was never bought is refused', async () => {
    const refused = await buy({ quantity: 5 })
    expect(await refund(refused.purchaseId)).toMatchObject({
      status: 409,
      body: { code: 'not_refundable', purchaseStatus: 'refused' },
    })
    expect(await refund(crypto.randomUUID())).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })

  test('leaves nothing to cancel', async () => {
    const { purchaseId } = await buy()
    await refund(purchaseId)
    expect(await world.api.call('POST', `/purchases/${purchaseId}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'already_settled', purchaseStatus: 'refunded' },
    })
  })
})

describe('a quote of a refund', () => {
  test.each([
    ['nothing of what was earned is spent', 0, { amount: 1700, pointsTakenBack: 170 }],
    ['some of it is spent', 50, { amount: 1695, withheld: 5, pointsTakenBack: 120, pointsSpent: 50 }],
  ])('says what the refund returns when %s, before and after it', async (_, spent, sums) => {
    const { purchaseId } = await buy()
    if (spent > 0) await world.api.post('/points/redemptions', { account_id: buyer, amount: spent })
    expect(await quote(purchaseId)).toMatchObject({ status: 200, body: { ...NOTHING, ...sums } })
    expect(await points()).toBe(170 - spent)
    expect((await refund(purchaseId)).body.refund).toEqual({ ...NOTHING, ...sums })
    expect((await quote(purchaseId)).body).toEqual({ ...NOTHING, ...sums })
  })

  test('goes by what a point was worth when it was ordered', async () => {
    await world.api.post('/points', { account_id: buyer, amount: 500 })
    const { purchaseId } = await buy({ redeemPoints: 500 })
    await world.shop.asOwner((sql) => sql`update purchases set point_value_minor = 20 where id = ${purchaseId}`)
    await world.api.post('/points/redemptions', { account_id: buyer, amount: 10 })
    expect((await quote(purchaseId)).body).toMatchObject({ withheld: 2, pointsReturned: 500, pointsSpent: 10 })
    await world.shop.asOwner((sql) => sql`update purchases set point_value_minor = 10 where id = ${purchaseId}`)
  })

  test('of what was never bought is refused', async () => {
    const refused = await buy({ quantity: 5 })
    expect(await quote(refused.purchaseId)).toMatchObject({ status: 409, body: { code: 'not_refundable' } })
    expect(await quote(crypto.randomUUID())).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })
})

describe('points that earned more than their purchase cost, spent on another one', () => {
  let earner: string
  let spender: string

  /** A wallet of 1000.00: 5.00 for A, which earns 1000 points, and all of these for B, which costs 100.00. */
  beforeEach(async () => {
    const [a, b] = [`${product}-a`, `${product}-b`]
    await world.shop.addProduct({ id: a, priceMinor: 500, stock: 1 })
    await world.shop.addProduct({ id: b, priceMinor: 10_000, stock: 1 })
    await world.api.post('/campaigns', {
      client: 'UnicornStore',
      campaign_name: a,
      rules: [
        {
          variable: '$.productId',
          condition: { rule: 'string_equals', value: a },
          action: { command: 'issue', formula: '1000' },
        },
      ],
    })
    buyer = await world.shop.addWallet({ balanceMinor: 100_000 })
    earner = (await buy({ productId: a })).purchaseId
    spender = (await buy({ productId: b, redeemPoints: 1_000 })).purchaseId
    expect([await balance(), await points()]).toEqual([995, 0])
  })

  test('are owed when A is refunded first, as far as its money does not make them good, and come back no further', async () => {
    const ofEarner = { ...NOTHING, withheld: 5, shortfall: 95, pointsSpent: 1_000 }
    expect((await quote(earner)).body).toEqual(ofEarner)
    expect((await refund(earner)).body.refund).toEqual(ofEarner)
    expect([await balance(), await points()]).toEqual([995, 0])
    expect(await lots()).toMatchObject([{ original: 1_000, remaining: 0, owed: 950 }])

    const ofSpender = { ...NOTHING, pointsReturned: 50, pointsWithheld: 950 }
    expect((await quote(spender)).body).toEqual(ofSpender)
    expect((await refund(spender)).body.refund).toEqual(ofSpender)
    expect([await balance(), await points()]).toEqual([995, 50])
    expect(await lots()).toMatchObject([{ original: 1_000, remaining: 50, owed: 0 }])
    expect((await statement())[0]).toMatchObject({ reverses_type: 'redeem', amount: 50, withheld: 950, balance: 50 })
    const { body } = await world.api.get(`/purchases/${spender}`)
    expect(body.steps).toContainEqual(
      expect.objectContaining({ step: 'redeemPoints', state: 'undone', detail: { points: 50, pointsWithheld: 950 } }),
    )
    expect(await world.shop.brokenInvariants()).toEqual([])
  })

  test('are taken back as they are when B is refunded first, and the money comes back whole', async () => {
    expect((await refund(spender)).body.refund).toEqual({ ...NOTHING, pointsReturned: 1_000 })
    expect((await refund(earner)).body.refund).toEqual({ ...NOTHING, amount: 5, pointsTakenBack: 1_000 })
    expect([await balance(), await points()]).toEqual([1_000, 0])
    expect(await world.shop.brokenInvariants()).toEqual([])
  })
})

describe('points that were given by hand, spent, and reversed by hand', () => {
  test('do not come back with the refund of what they were spent on', async () => {
    const given = await world.api.post('/points', { account_id: buyer, amount: 1_000 })
    const { purchaseId } = await buy({ redeemPoints: 1_000 })
    await world.api.post('/points', { account_id: buyer, amount: 7 })
    expect((await reverse(given.body.id)).body).toMatchObject({
      amount: 0,
      withheld: 0,
      not_taken_back: { spent: 1_000, expired: 0 },
    })
    expect((await refund(purchaseId)).body.refund).toEqual({
      ...NOTHING,
      amount: 1_600,
      pointsWithheld: 1_000,
      pointsTakenBack: 160,
    })
    expect([await balance(), await points()]).toEqual([3_300, 7])
    expect(await world.shop.brokenInvariants()).toEqual([])
  })

  test('do not come back with the reversal of their redemption, which says so', async () => {
    const given = await world.api.post('/points', { account_id: buyer, amount: 100 })
    const redeemed = await world.api.post('/points/redemptions', { account_id: buyer, amount: 60 })
    await reverse(given.body.id)
    expect((await reverse(redeemed.body.id)).body).toMatchObject({ amount: 0, withheld: 60, balance: 0 })
  })
})

describe('points at the checkout', () => {
  test('pay a part, and the receipt says so', async () => {
    await world.api.post('/points', { account_id: buyer, amount: 500 })
    expect(await buy({ redeemPoints: 500 })).toMatchObject({
      total: 1700,
      amount: 1650,
      pointsRedeemed: 500,
      pointsIssued: 165,
    })
  })

  test('that are not there, or are worth more than the total, are refused with what there is', async () => {
    await world.api.post('/points', { account_id: buyer, amount: 20_000 })
    expect(await buy({ redeemPoints: 20_001 })).toMatchObject({ code: 'redeem_exceeds_total', mostPoints: 17_000 })
    await world.shop.addProduct({ id: `${product}-dear`, priceMinor: 1_000_000, stock: 1 })
    const dear = await buy({ productId: `${product}-dear`, redeemPoints: 20_001 })
    expect(dear).toMatchObject({ code: 'insufficient_points', available: 20_000, success: false })
  })
})
