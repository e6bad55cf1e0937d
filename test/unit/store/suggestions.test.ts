import { describe, expect, test } from 'vitest'
import { suggestionsFor } from '#web/buy/suggestions.ts'
import type { Order, Quote, Refusal } from '#web/client/purchases.ts'

const means = { balance: 2_000, pointValue: 0.1 }
const fiveUnicorns: Order = {
  userId: 'derick',
  lines: [{ productId: '1', quantity: 5 }],
  expectedTotal: 8_500,
}

/** What is offered, each at an amount of 1,700.00. */
function offers(refusal: Refusal | null, order = fiveUnicorns, pointsRedeemed = 0) {
  const lines = order.lines.map((line) => ({ ...line, name: 'Unicorn', unitPrice: 1_700, refunded: 0 }))
  return suggestionsFor({ refusal, lines }, order, means).map(({ order, offer }) => ({
    order,
    words: offer({ amount: 1_700, pointsRedeemed } as Quote),
  }))
}

describe('instead of what is not in stock', () => {
  test('as many as there are', () => {
    const short = [{ productId: '1', requested: 5, available: 2 }]
    expect(offers({ code: 'out_of_stock', short })).toEqual([
      { order: { userId: 'derick', lines: [{ productId: '1', quantity: 2 }] }, words: 'Buy 2 for $1,700.00' },
    ])
  })

  test('nothing, when there is none', () => {
    expect(offers({ code: 'out_of_stock', short: [{ productId: '1', requested: 5, available: 0 }] })).toEqual([])
  })

  test('of several products those that there are', () => {
    const lines = ['1', '2', '3'].map((productId) => ({ productId, quantity: 3 }))
    const short = [
      { productId: '1', requested: 3, available: 0 },
      { productId: '3', requested: 3, available: 1 },
    ]
    const [offer] = offers({ code: 'out_of_stock', short }, { userId: 'derick', lines })
    expect(offer?.words).toBe('Buy what is left for $1,700.00')
    expect(offer?.order.lines).toEqual([
      { productId: '2', quantity: 3 },
      { productId: '3', quantity: 1 },
    ])
  })
})

describe('instead of what the wallet does not cover', () => {
  test('the same after a top-up, more points, or as many as it pays for', () => {
    const orders = offers({ code: 'insufficient_funds', missing: 6_500.05 }).map(({ order }) => order)
    expect(orders).toEqual([
      { userId: 'derick', lines: [{ productId: '1', quantity: 5 }] },
      { userId: 'derick', lines: [{ productId: '1', quantity: 5 }], redeemPoints: 65_001 },
      { userId: 'derick', lines: [{ productId: '1', quantity: 1 }] },
    ])
  })

  test('no fewer than one', () => {
    const one = { ...fiveUnicorns, lines: [{ productId: '1', quantity: 1 }] }
    expect(offers({ code: 'insufficient_funds', missing: 1 }, one)).toHaveLength(2)
  })
})

test('instead of too many points, as many as the total takes, or as there are', () => {
  const order = { ...fiveUnicorns, redeemPoints: 500 }
  const [capped] = offers({ code: 'redeem_exceeds_total', mostPoints: 400 }, order, 400)
  expect(capped?.order.redeemPoints).toBe(400)
  expect(capped?.words).toBe('Pay 400 points and $1,700.00')
  const [withoutAny] = offers({ code: 'insufficient_points', available: 0 }, order)
  expect(withoutAny?.order).not.toHaveProperty('redeemPoints')
  expect(withoutAny?.words).toBe('Buy for $1,700.00')
})

test.each([{ code: 'price_changed' } as const, null])('after %j the same, at the price of then', (refusal) => {
  expect(offers(refusal)).toEqual([
    { order: { userId: 'derick', lines: [{ productId: '1', quantity: 5 }] }, words: 'Buy for $1,700.00' },
  ])
})
