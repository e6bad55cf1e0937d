import { beforeEach, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
// The sample campaign gives nothing for so little.
await world.shop.addProduct({ id: 'horn', priceMinor: 5_000, stock: 1_000 })
let buyer: string

beforeEach(async () => {
  buyer = await world.shop.addWallet({ balanceMinor: 1_000_000 })
  const rules = [giving('40', { variable: '$.username', rule: 'string_equals', value: buyer })]
  await world.api.post('/campaigns', {
    campaign_name: `of ${buyer}`,
    rules,
    available_after_days: 14,
    expiry: { days: 30 },
  })
})

const DAY_MS = 86_400_000
const buy = (order: object = {}) =>
  world.api.post('/purchase', { userId: buyer, productId: 'horn', quantity: 1, ...order })
const points = async () => (await world.api.get(`/points?account_id=${buyer}`)).body

test('points that wait are told with their day by every answer about them', async () => {
  const quote = (await world.api.post('/purchase/quote', { userId: buyer, productId: 'horn', quantity: 1 })).body
  const { body: bought } = await buy()
  const campaigns = [{ campaign: `of ${buyer}`, points: 40, availableAt: expect.stringMatching(/T00:00:00\.000Z$/) }]
  expect(bought).toMatchObject({ pointsIssued: 40, campaigns })
  const [{ availableAt }] = bought.campaigns
  const waits = (Date.parse(availableAt) - Date.now()) / DAY_MS
  expect([waits > 13, waits <= 14]).toEqual([true, true])
  const expiresAt = new Date(Date.parse(availableAt) + 30 * DAY_MS).toISOString()
  expect(quote).toMatchObject({ pointsEarned: 40, campaigns: [{ availableAt, expiresAt }] })
  expect((await world.api.get(`/purchases/${bought.purchaseId}`)).body.campaigns).toEqual(bought.campaigns)
  expect(await points()).toMatchObject({
    balance: 0,
    pending_total: 40,
    pending: [{ available_on: availableAt.slice(0, 10), amount: 40 }],
    expires_next: { on: expiresAt.slice(0, 10), amount: 40 },
  })
  const { items: lots } = (await world.api.get(`/points/lots?account_id=${buyer}`)).body
  expect(lots).toMatchObject([
    { campaign: `of ${buyer}`, available_at: availableAt, expires_at: expiresAt, remaining: 40 },
  ])
  const { items: lines } = (await world.api.get(`/points/transactions?account_id=${buyer}`)).body
  expect(lines).toMatchObject([{ campaigns: [{ points: 40, available_at: availableAt }] }])
})

test('points that count at once have no day', async () => {
  await world.api.call('PATCH', `/campaigns/${encodeURIComponent(`of ${buyer}`)}`, {
    body: { available_after_days: 0 },
    headers: { 'If-Match': '"1"' },
  })
  expect((await buy()).body.campaigns).toEqual([{ campaign: `of ${buyer}`, points: 40, availableAt: null }])
  const { items } = (await world.api.get(`/points/transactions?account_id=${buyer}`)).body
  expect(items).toMatchObject([{ campaigns: [{ points: 40, available_at: null }] }])
  expect(await points()).toMatchObject({ balance: 40, pending_total: 0, pending: [] })
})

test('points that wait pay for nothing: neither quoted, nor taken', async () => {
  await buy()
  await world.api.post('/points', { account_id: buyer, amount: 10 })
  const quoted = await world.api.post('/purchase/quote', {
    userId: buyer,
    productId: 'horn',
    quantity: 1,
    redeemPoints: 50,
  })
  expect(quoted.body).toMatchObject({ mostPoints: 10, pointsRedeemed: 10 })
  const refused = await buy({ redeemPoints: 11 })
  expect([refused.status, refused.body]).toMatchObject([
    409,
    { code: 'insufficient_points', points: 11, available: 10 },
  ])
  const redeemed = await world.api.post('/points/redemptions', { account_id: buyer, amount: 11 })
  expect([redeemed.status, redeemed.body]).toMatchObject([409, { code: 'insufficient_points', available: 10 }])
  expect((await buy({ redeemPoints: 10 })).body).toMatchObject({ pointsRedeemed: 10, pointsIssued: 40 })
  expect(await points()).toMatchObject({ balance: 0, pending_total: 80 })
})

test('a refund in time takes points that wait back whole, and withholds nothing', async () => {
  const { purchaseId } = (await buy()).body
  const refunded = (await world.api.post(`/purchases/${purchaseId}/refund`, undefined)).body
  expect(refunded.refund).toMatchObject({ amount: 50, withheld: 0, shortfall: 0, pointsTakenBack: 40, pointsSpent: 0 })
  expect(await points()).toMatchObject({ balance: 0, pending_total: 0, pending: [], expires_next: null })
})
