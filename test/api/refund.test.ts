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

describe('a refund', () => {
  test('answers with what was given back, and the purchase shows it', async () => {
    const { purchaseId } = await buy()
    const given = { amount: 1700, withheld: 0, shortfall: 0, pointsReturned: 0, pointsTakenBack: 170, pointsSpent: 0 }
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
