import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { beforeEach, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: 'air', priceMinor: 170_000, stock: 1_000 })
let buyer: string

beforeEach(async () => {
  buyer = await world.shop.addWallet({ balanceMinor: 1_000_000 })
})

const points = async () => (await world.api.get(`/points?account_id=${buyer}`)).body.balance
const quote = (order: object) => world.api.post('/purchase/quote', { userId: buyer, ...order })
const buy = (order: object) => world.api.post('/purchase', { userId: buyer, ...order })
const one = { productId: 'air', quantity: 1 }

/** A campaign that gives so many points for each purchase of this test's buyer, and to nobody else. */
const addCampaign = (name: string, formula: string, terms: object = {}) =>
  world.api.post('/campaigns', {
    campaign_name: `${name} of ${buyer}`,
    rules: [giving(formula, { variable: '$.username', rule: 'string_equals', value: buyer })],
    ...terms,
  })

const DAY_MS = 86_400_000

type Quoted = { campaign: string; points: number; limitedBy: string | null; availableAt: string | null }

/** What a quote, and the evaluation of the purchase that follows it, say of the points. */
const earned = ({ body }: { body: { campaigns: Quoted[] } }) =>
  body.campaigns.map(({ campaign, points, limitedBy }) => [campaign, points, limitedBy])

test('a quote says what a purchase comes to, and writes nothing', async () => {
  await world.api.post('/points', { account_id: buyer, amount: 700 })
  const { status, body } = await quote({ lines: [{ productId: 'air', quantity: 2 }], redeemPoints: 500 })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    total: 3400,
    amount: 3350,
    pointsRedeemed: 500,
    mostPoints: 700,
    pointsEarned: 335,
    campaigns: [{ campaign: '1', points: 335 }],
  })
  const counted = await world.shop
    .sql`select from campaign_customers where account_id = ${await world.shop.idOf(buyer)}`
  expect([counted.length, await points()]).toEqual([0, 700])
  const bought = await buy({ lines: [{ productId: 'air', quantity: 2 }], redeemPoints: 500 })
  expect(bought.body).toMatchObject({ total: body.total, amount: body.amount, pointsIssued: body.pointsEarned })
})

test('a quote knows the customer, the labels and the clocks that its purchase will know', async () => {
  const product = await world.shop.addProduct({ priceMinor: 1_000, stock: 10 })
  await world.api.call('PATCH', `/products/${product}`, { body: { categories: ['unicorns'], tags: ['new'] } })
  await world.api.call('PATCH', `/users/${buyer}`, { body: { tags: ['rider', 'vip'] } })
  const mine = { variable: '$.username', rule: 'string_equals', value: buyer } as const
  const contains = (variable: string, value: string) => ({
    all: [mine, { variable, rule: 'contains', value } as const],
  })
  await world.api.post('/campaigns', {
    campaign_name: `by facts, of ${buyer}`,
    time_zone: 'Asia/Kathmandu',
    rules: [
      giving('1', contains('$.customer.tags', 'vip')),
      giving('10', contains('$.lines[0].categories', 'unicorns')),
      giving('100', contains('$.lines[0].tags', 'new')),
      giving('$.lines[0].total * 0 + $.local.hour * 0 + 1000', mine),
      giving('10000', { all: [mine, { variable: '$.customer.purchases', rule: 'numeric_equals', value: 0 }] }),
    ],
  })
  const order = { lines: [{ productId: product, quantity: 1 }] }
  for (const points of [11_111, 1_111]) {
    const quoted = await quote(order)
    expect(quoted.body.pointsEarned).toBe(points)
    expect((await buy(order)).body.pointsIssued).toBe(points)
  }
})

test('the last point of a quote and of a purchase may be worth less, and a refund gives it back whole', async () => {
  await world.shop.addProduct({ id: 'odd', priceMinor: 5_999, stock: 5 })
  await world.api.post('/points', { account_id: buyer, amount: 700 })
  for (const [redeemPoints, amount] of [
    [599, 0.09],
    [600, 0],
  ] as const) {
    const order = { productId: 'odd', quantity: 1, redeemPoints }
    expect((await quote(order)).body).toMatchObject({ mostPoints: 600, pointsRedeemed: redeemPoints, amount })
    const { body } = await buy(order)
    expect(body).toMatchObject({ total: 59.99, amount, pointsRedeemed: redeemPoints })
    const refund = (await world.api.post(`/purchases/${body.purchaseId}/refund`, undefined)).body
    expect(refund).toMatchObject({ refund: { amount, pointsReturned: redeemPoints } })
    expect(await points()).toBe(700)
  }
  expect((await buy({ productId: 'odd', quantity: 1, redeemPoints: 601 })).body).toMatchObject({
    code: 'redeem_exceeds_total',
    mostPoints: 600,
  })
})

test('a quote offers no more points than the total is worth', async () => {
  await world.api.post('/points', { account_id: buyer, amount: 20_000 })
  expect((await quote({ productId: 'air', quantity: 1, redeemPoints: 20_000 })).body).toMatchObject({
    mostPoints: 17_000,
    pointsRedeemed: 17_000,
    amount: 0,
    pointsEarned: 0,
  })
})

test('a quote takes only what an order takes', async () => {
  const order = { userId: buyer, ...one, lane: 'fast', slowMotion: true }
  for (const path of ['/purchase/quote', '/purchase'])
    expect(await world.api.post(path, order)).toMatchObject({ status: 400, body: { errors: [{ path: 'lane' }] } })
})

test('a quote is refused for a buyer or a product that does not exist', async () => {
  expect((await quote({ userId: 'nobody', productId: 'air', quantity: 1 })).body.code).toBe('unknown_user')
  expect((await quote({ productId: 'none', quantity: 1 })).body.code).toBe('unknown_product')
})

test('a quote is within the cap per customer, of which others have their own, and the purchase gives what it says', async () => {
  await addCampaign('capped', '$.quantity*40', { cap_points_per_customer: 100 })
  const name = `capped of ${buyer}`
  await buy(one)
  expect(earned(await quote(one))).toEqual([
    ['1', 170, null],
    [name, 40, null],
  ])
  const three = { productId: 'air', quantity: 3 }
  const limited = await quote(three)
  expect(earned(limited)).toEqual([
    ['1', 510, null],
    [name, 60, 'pointsPerCustomer'],
  ])
  expect(limited.body.pointsEarned).toBe(570)
  // A quote holds nothing: asked again, it says the same.
  expect((await quote(three)).body).toEqual(limited.body)
  const bought = await buy(three)
  expect(bought.body.pointsIssued).toBe(570)
  const given = limited.body.campaigns.map(({ campaign, points, availableAt }: Quoted) => ({
    campaign,
    points,
    availableAt,
  }))
  expect(bought.body.campaigns).toEqual(given)
  const { body: evaluation } = await world.api.get(`/purchases/${bought.body.purchaseId}/evaluation`)
  expect(earned({ body: evaluation })).toEqual(earned(limited))
  expect(earned(await quote(one))).toEqual([
    ['1', 170, null],
    [name, 0, 'pointsPerCustomer'],
  ])
})

test('a cap per customer that one buyer has used up is untouched for another', async () => {
  const rules = [giving('7', { variable: '$.quantity', rule: 'numeric_equals', value: 2 })]
  await world.api.post('/campaigns', { campaign_name: 'pairs', rules, cap_points_per_customer: 7 })
  await world.shop.addWallet({ username: 'other', balanceMinor: 1_000_000 })
  const two = { productId: 'air', quantity: 2 }
  await buy(two)
  expect((await quote(two)).body.pointsEarned).toBe(340)
  expect((await quote({ ...two, userId: 'other' })).body.pointsEarned).toBe(347)
})

test('a quote adds up all campaigns that run at once, each with its own part', async () => {
  await addCampaign('extra', '5')
  await addCampaign('tiny', '$.amount/1000')
  const quoted = await quote(one)
  // 1.7 is rounded to 2: each campaign by itself, not the sum.
  expect(earned(quoted)).toEqual([
    ['1', 170, null],
    [`extra of ${buyer}`, 5, null],
    [`tiny of ${buyer}`, 2, null],
  ])
  expect(quoted.body.pointsEarned).toBe(177)
  const given = quoted.body.campaigns.map(({ campaign, points, availableAt }: Quoted) => ({
    campaign,
    points,
    availableAt,
  }))
  expect((await buy(one)).body).toMatchObject({ pointsIssued: 177, campaigns: given })
})

test('a quote says of each campaign when its points would count, and when they would end', async () => {
  await addCampaign('later', '5', { available_after_days: 14, expiry: { on: '2999-12-31' } })
  const { campaigns } = (await quote(one)).body
  const { expiresAt } = campaigns[0]
  const days = (Date.parse(expiresAt) - Date.now()) / DAY_MS
  expect([days > 364, days <= 365, expiresAt.slice(10)]).toEqual([true, true, 'T00:00:00.000Z'])
  const fortnight = new Date(Date.parse(expiresAt) - 351 * DAY_MS).toISOString()
  expect(campaigns).toMatchObject([
    { campaign: '1', availableAt: null },
    { campaign: `later of ${buyer}`, availableAt: fortnight, expiresAt: '3000-01-01T00:00:00.000Z' },
  ])
})

test('a quote says which campaign of an exclusive group counts, as the purchase does then, and its evaluation why not the others', async () => {
  const group = { exclusive_group: `of-${buyer}`.toLowerCase().replaceAll('_', '-').slice(0, 40) }
  await addCampaign('little', '5', { ...group, priority: 1 })
  await addCampaign('most', '9', { ...group, cap_points_per_customer: 9 })
  const said = (most: number, little: number) => [
    [`little of ${buyer}`, little, little > 0 ? null : 'exclusiveGroup'],
    ['1', 170, null],
    [`most of ${buyer}`, most, most > 0 ? null : 'pointsPerCustomer'],
  ]
  for (const expected of [said(9, 0), said(0, 5)]) {
    expect(earned(await quote(one))).toEqual(expected)
    const bought = await buy(one)
    expect(earned(await world.api.get(`/purchases/${bought.body.purchaseId}/evaluation`))).toEqual(expected)
  }
  expect(await points()).toBe(179 + 175)
})

test.each([
  ['is inactive', { status: 'inactive' }],
  ['is a draft', { status: 'draft' }],
  ['has not started', { starts_at: '2999-01-01T00:00:00Z' }],
  ['has ended', { starts_at: '2020-01-01T00:00:00Z', ends_at: '2020-01-02T00:00:00Z' }],
])('a quote leaves out a campaign that %s, and has it once it runs', async (_, terms) => {
  const { headers } = await addCampaign('off', '5', terms)
  expect(earned(await quote(one))).toEqual([['1', 170, null]])
  const running = { status: 'active', starts_at: null, ends_at: null }
  const path = `/campaigns/${encodeURIComponent(`off of ${buyer}`)}`
  const call = { body: running, headers: { 'If-Match': headers.get('ETag') ?? '' } }
  expect((await world.api.call('PATCH', path, call)).status).toBe(200)
  const quoted = await quote(one)
  expect(earned(quoted)).toEqual([
    ['1', 170, null],
    [`off of ${buyer}`, 5, null],
  ])
  expect((await buy(one)).body.pointsIssued).toBe(quoted.body.pointsEarned)
})

test('a quote stops at the next pause when its client has gone', async () => {
  const long = giving(`0${'+$.amount'.repeat(100)}`)
  await world.api.post('/campaigns', { campaign_name: 'long', rules: Array.from({ length: 20 }, () => long) })
  const leave = new AbortController()
  const closed = Promise.withResolvers<void>()
  const onRequest = (started: unknown) =>
    void once((started as { socket: Socket }).socket, 'close').then(() => closed.resolve())
  const sent: string[] = []
  const sql = interceptSql(world.shop.sql, async (text, send) => {
    sent.push(text)
    const rows = await send()
    if (text.includes('select clock_timestamp()')) {
      leave.abort()
      await closed.promise
    }
    return rows
  })
  const api = await world.serve({ sql })
  subscribe('http.server.request.start', onRequest)
  try {
    const asked = api.post('/purchase/quote', { userId: buyer, ...one }, { signal: leave.signal })
    await expect(asked).rejects.toThrow('aborted')
    const answered = () => api.log.find(({ path }) => path === '/purchase/quote')?.status
    await expect.poll(answered).toBe(499)
  } finally {
    unsubscribe('http.server.request.start', onRequest)
  }
  expect(sent.filter((text) => text.includes('pointsPerCustomer'))).toEqual([])
})

test('the total of an order may be larger than one amount: as large as of 20 lines of 1000 pieces of the largest price', async () => {
  const most = 1_000_000_000
  for (let line = 0; line < 20; line++) {
    await world.shop.addProduct({ id: `dear-${line}`, priceMinor: most * 100, stock: 1_000 })
  }
  const lines = Array.from({ length: 20 }, (_, line) => ({ productId: `dear-${line}`, quantity: 1_000 }))
  await world.api.post('/points', { account_id: buyer, amount: 1_000_000_000 })
  await world.api.post('/points', { account_id: buyer, amount: 1_000_000_000 })
  const { body } = await quote({ lines })
  // One transaction of the ledger has at most so many points, and an order takes no more.
  expect(body).toMatchObject({ total: most * 20_000, mostPoints: 1_000_000_000 })
  const order = { lines, redeemPoints: body.mostPoints }
  const missing = await buy({ ...order, expectedTotal: body.total })
  expect(missing.body).toMatchObject({ code: 'insufficient_funds', missing: most * 20_000 - 100_000_000 - 10_000 })
  const other = await buy({ ...order, expectedTotal: body.total - 0.01 })
  expect(other.body).toMatchObject({ code: 'price_changed', expectedTotal: 19_999_999_999_999.99, total: body.total })
  const beyond = await buy({ ...order, expectedTotal: body.total + 0.01 })
  expect(beyond).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'expectedTotal', message: `must be at most ${most * 20_000}` }] },
  })
})
