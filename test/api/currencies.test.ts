import { describe, expect, test } from 'vitest'
import { createMoney } from '#domain/money.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'

/** Everything that has an amount, in currencies without minor digits and with three. */

type Case = {
  currency: string
  locale: string
  digits: number
  /** The least amount, one that is none, and the most. */
  least: number
  tooFine: number
  most: number
  price: number
  balance: number
  /** What ten points pay for at ten minor units each. */
  worth: number
  shown: { missing: string; total: string }
}

const CASES: Case[] = [
  {
    currency: 'JPY',
    locale: 'ja-JP',
    digits: 0,
    least: 1,
    tooFine: 1.5,
    most: 1_000_000_000,
    price: 1_700,
    balance: 3_300,
    worth: 100,
    shown: { missing: '￥1,700', total: '￥1,700' },
  },
  {
    currency: 'KWD',
    locale: 'en-US',
    digits: 3,
    least: 0.001,
    tooFine: 0.0005,
    most: 100_000_000,
    price: 19.995,
    balance: 40,
    worth: 0.1,
    shown: { missing: 'KWD\u00a019.885', total: 'KWD\u00a019.995' },
  },
]

describe.each(CASES)(
  'in $currency',
  ({ currency, locale, digits, least, tooFine, most, price, balance, worth, shown }) => {
    const money = createMoney(currency, locale)
    // Sums of what people see, without what binary fractions make of them.
    const sum = (...amounts: number[]) => Number(amounts.reduce((all, one) => all + one, 0).toFixed(digits))

    test('amounts are taken, charged, refunded and shown with its minor digits', async () => {
      const world = await shared(openApiWorld())
      await world.shop.asOwner((sql) => sql`update currency set code = ${currency}, minor_digits = ${digits}`)
      const api = await world.serve({ money })
      expect((await api.get('/settings')).body).toMatchObject({ currency, minorDigits: digits, locale })

      const product = (given: number) =>
        api.post('/products', { id: 'p', name: 'P', description: '', price: given, stock: 9 })
      for (const wrong of [tooFine, most + 1, 0, -least])
        expect(await product(wrong)).toMatchObject({ status: 400, body: { errors: [{ path: 'price' }] } })
      for (const edge of [least, most]) {
        const id = `edge-${edge}`.replace('.', '_')
        const made = await api.post('/products', { id, name: 'Edge', description: '', price: edge, stock: 1 })
        expect(made).toMatchObject({ status: 201, body: { price: edge } })
      }
      expect((await product(price)).body).toMatchObject({ price })
      expect((await api.post('/users', { username: 'yuki', balance })).body).toMatchObject({ balance })

      // Rules see major units, whatever the digits.
      await api.call('DELETE', '/campaigns/1', { headers: { 'If-Match': '"1"' } })
      await api.post('/campaigns', { campaign_name: 'tenth', rules: [giving('$.amount * 1000')] })
      const order = { userId: 'yuki', productId: 'p', quantity: 1, expectedTotal: price }
      expect((await api.post('/purchase/quote', order)).body).toMatchObject({
        total: price,
        amount: price,
        pointsEarned: Math.round(price * 1000),
      })
      const first = await api.post('/purchase', order)
      expect(first.body).toMatchObject({ total: price, amount: price, pointsIssued: Math.round(price * 1000) })
      const changed = await api.post('/purchase', { ...order, expectedTotal: least })
      expect(changed.body).toMatchObject({
        code: 'price_changed',
        total: price,
        detail: `The total is ${shown.total}.`,
      })

      // A point pays for POINT_VALUE_MINOR minor units.
      const rest = sum(price, -worth)
      const second = await api.post('/purchase', { ...order, redeemPoints: 10 })
      const left = sum(balance, -price, -rest)
      expect(second.body).toMatchObject({ total: price, amount: rest, pointsRedeemed: 10 })
      expect((await api.get('/users/balance/yuki')).body).toMatchObject({ balance: left })
      const missing = await api.post('/purchase', order)
      const short = sum(price, -left)
      expect(missing.body).toMatchObject({ code: 'insufficient_funds', missing: short })
      expect(missing.body.detail).toContain(money.format(Math.round(short * 10 ** digits)))
      expect(money.format(Math.round(short * 10 ** digits))).toBe(shown.missing)

      const refunded = await api.call('POST', `/purchases/${second.body.purchaseId}/refund`)
      expect(refunded.body.refund).toMatchObject({ amount: rest, pointsReturned: 10 })
      const { items } = (await api.get('/users/yuki/wallet-entries')).body
      expect(items.map(({ amount }: { amount: number }) => amount)).toEqual([rest, -rest, -price, balance])
      const { body } = await api.get(`/purchases/${second.body.purchaseId}`)
      expect(body).toMatchObject({ total: price, amount: rest, pointValue: sum(worth / 10) })
      expect(await world.shop.brokenInvariants()).toEqual([])
    })
  },
)
