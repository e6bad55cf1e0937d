import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { readFactsFor, readKeptPurchase, readOccurrences } from '#db/campaign-past.ts'
import { readProduct } from '#db/products.ts'
import { chargeWallet, confirmPurchase, readPurchase, reserveStock } from '#db/purchases.ts'

import { type EventFacts, inTimeZone, LOCAL_TIMES } from '#domain/campaigns/campaign.ts'
import { localFacts } from '#domain/campaigns/local-time.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'

/** What rules see beside a purchase or an event itself is what was true when it happened. */

let shop: CampaignShop

beforeEach(async () => {
  shop = await openCampaignShop()
  await shop.addProduct({ id: 'polish', priceMinor: 1_295, stock: 1_000 })
  await shop.addBuyer('ann')
  await shop.asOwner((sql) => sql`update users set created_at = '2026-03-01T23:59:59.999Z'`)
})
afterEach(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const A_DAY = expect.stringMatching(/^20\d\d-\d\d-\d\d$/)

async function factsOf(id: string): Promise<EventFacts> {
  const [row] = await shop.sql<{ facts: EventFacts }[]>`select facts from event_facts where id = ${id}`
  if (!row) throw new Error(`${id} has no facts`)
  return row.facts
}

const purchasesBefore = async (id: string) => (await factsOf(id)).customer.purchases

async function purchasesOf(accountId: string): Promise<number> {
  const asked = { accountId, client: 'UnicornStore', at: new Date().toISOString() }
  return (await readFactsFor(shop.sql, asked)).customer.purchases
}

async function eventOf(id: string, kind: 'purchase' | 'event' = 'purchase') {
  const occurrence = (await readOccurrences(shop.sql, [{ id, kind, refund: 0 }])).get(id)
  if (!occurrence) throw new Error(`${id} has not happened`)
  return occurrence.event
}

/** Gives by what a line, a customer and a clock say. */
const RULES = [
  giving('1', { variable: '$.lines[0].categories[0]', rule: 'string_equals', value: 'unicorns' }),
  giving('10', { variable: '$.customer.tags[0]', rule: 'string_equals', value: 'vip' }),
  giving('100', { variable: '$.customer.purchases', rule: 'numeric_equals', value: 0 }),
  giving('$.local.hour * 0 + 1000'),
]

describe('the facts of a purchase', () => {
  test('are its lines with their labels, its customer, and the clocks of the campaigns of its client', async () => {
    await shop.label('air', { categories: ['unicorns'], tags: ['light', 'new'] })
    await shop.tag('ann', ['vip'])
    await shop.addCampaign('here', { timeZone: 'Asia/Kathmandu' })
    await shop.addCampaign('gone', { timeZone: 'Pacific/Kiritimati' })
    await shop.change('gone', null)
    const lines = ['polish', 'air'].map((productId) => ({ productId, quantity: 3 }))
    const purchaseId = await shop.order({ username: 'ann', lines })
    await shop.confirm(purchaseId)
    const event = await eventOf(purchaseId)
    expect(event).toMatchObject({
      lines: [
        { productId: 'polish', quantity: 3, price: 12.95, total: 38.85, categories: [], tags: [] },
        { productId: 'air', quantity: 3, price: 1700, total: 5100, categories: ['unicorns'], tags: ['light', 'new'] },
      ],
      customer: { purchases: 0, tags: ['vip'], since: '2026-03-01' },
    })
    expect(event[LOCAL_TIMES]).toEqual({
      UTC: localFacts(event.occurredAt, 'UTC'),
      'Asia/Kathmandu': localFacts(event.occurredAt, 'Asia/Kathmandu'),
    })
    await shop.complete(purchaseId)
  })

  test('stay what they were, whatever changes: for the award, a retry, what is kept after a refund, and a backtest', async () => {
    await shop.label('air', { categories: ['unicorns'] })
    await shop.tag('ann', ['vip'])
    await shop.addCampaign('by facts', { rules: RULES })
    const [awarded, parked, refunded] = [
      await shop.confirmed('ann'),
      await shop.confirmed('ann'),
      await shop.confirmed('ann', 2),
    ]
    await parkAward(shop.points, { purchaseId: parked }, 'unavailable')
    const before = await Promise.all([awarded, parked, refunded].map((id) => eventOf(id)))

    await shop.label('air', { categories: ['donkeys'], tags: ['sale'] })
    await shop.tag('ann', [])
    for (const purchaseId of [awarded, parked, refunded]) await shop.complete(purchaseId)
    expect(await Promise.all([awarded, parked, refunded].map((id) => eventOf(id)))).toEqual(before)
    const issued = async (id: string) => (await readPurchase(shop.sql, id))?.pointsIssued
    expect(await issued(awarded)).toBe(1111)
    expect((await awardPoints(shop.points, { purchaseId: parked })).points).toBe(1011)
    expect(await issued(refunded)).toBe(1011)

    await shop.refund(refunded, [{ productId: 'air', quantity: 1 }])
    const { event } = await readKeptPurchase(shop.sql, { id: refunded, refund: 1 })
    expect(event).toEqual({
      ...before[2],
      ...{ amount: 1700, total: 1700, quantity: 1 },
      lines: [{ productId: 'air', quantity: 1, price: 1700, total: 1700, categories: ['unicorns'], tags: [] }],
    })
    expect((await readPurchase(shop.sql, refunded))?.pointsKept).toBe(1011)
    expect((await readProduct(shop.sql, 'air'))?.categories).toEqual(['donkeys'])
  })
})

test('a time zone that the database does not know any more keeps nothing from happening: rules see no clocks there', async () => {
  const clocks = (points: number) => giving(`$.local.hour * 0 + ${points}`)
  await shop.addCampaign('nowhere', { timeZone: 'Mars/Phobos', rules: [clocks(1_000), giving('7')] })
  await shop.addCampaign('somewhere', { timeZone: 'Asia/Kathmandu', rules: [clocks(20)] })
  await shop.addCampaign('draft', { timeZone: 'Mars/Deimos', status: 'draft' })
  const { purchaseId, points } = await shop.buy('ann')
  expect(points).toBe(27)
  const eventId = await shop.review('ann')
  expect((await awardPoints(shop.points, { eventId })).points).toBe(27)
  for (const event of [await eventOf(purchaseId), await eventOf(eventId, 'event')]) {
    const zones = ['UTC', 'Asia/Kathmandu']
    expect(event[LOCAL_TIMES]).toEqual(
      Object.fromEntries(zones.map((zone) => [zone, localFacts(event.occurredAt, zone)])),
    )
    expect(inTimeZone(event)('Mars/Phobos')).not.toHaveProperty('local')
  }
  const asked = { accountId: 'ann', client: 'UnicornStore', at: '2026-03-29T01:00:00.000Z' }
  expect(Object.keys((await readFactsFor(shop.sql, asked)).local).sort()).toEqual(['Asia/Kathmandu', 'UTC'])
})

describe('the facts of an event of another system', () => {
  test('are its customer and clocks, beside what its payload says by these names, and stay what they were', async () => {
    await shop.tag('ann', ['vip'])
    const payload = {
      stars: 5,
      customer: { purchases: 99, tier: 'gold' },
      local: { weekday: 'never', hour: 99, stars: 3 },
      [LOCAL_TIMES]: { UTC: { hour: 99 } },
    }
    await shop.buy('ann')
    const eventId = await shop.review('ann', payload)
    await shop.tag('ann', [])
    await shop.buy('ann')
    const event = await eventOf(eventId, 'event')
    expect(event).toMatchObject({ stars: 5, customer: { purchases: 1, tags: ['vip'], tier: 'gold' } })
    expect(event[LOCAL_TIMES]).toEqual({ UTC: localFacts(event.occurredAt, 'UTC') })
    expect(inTimeZone(event)('UTC')).toMatchObject({ local: { ...localFacts(event.occurredAt, 'UTC'), stars: 3 } })
    expect((await factsOf(eventId)).products).toEqual({})
  })

  test('leave what is something else by their names as it is', async () => {
    const eventId = await shop.review('ann', { customer: 'ann', local: ['here'] })
    expect(inTimeZone(await eventOf(eventId, 'event'))('UTC')).toMatchObject({ customer: 'ann', local: ['here'] })
  })

  test('of somebody who was nobody before are those of a new customer', async () => {
    const eventId = await shop.review('newcomer')
    expect((await factsOf(eventId)).customer).toEqual({ purchases: 0, tags: [], since: A_DAY })
  })
})

describe('how often a customer has bought', () => {
  test('counts each of 50 purchases at once once, also those that have no product in common', async () => {
    await shop.addBuyer('ben')
    const products = Array.from({ length: 50 }, (_, index) => `product-${index}`)
    for (const id of products) await shop.addProduct({ id, priceMinor: 100, stock: 10 })
    await shop.addCampaign('first purchase', { rules: [RULES[2] ?? giving('0')] })
    const buy = async (username: string, productId: string) => {
      const purchaseId = await shop.order({ username, lines: [{ productId, quantity: 1 }] })
      await shop.confirm(purchaseId)
      await shop.complete(purchaseId)
      return { purchaseId, points: (await readPurchase(shop.sql, purchaseId))?.pointsIssued }
    }
    const [anns, bens] = await Promise.all([
      Promise.all(products.map((id) => buy('ann', id))),
      Promise.all(products.slice(40).map((id) => buy('ben', id))),
    ])
    for (const bought of [anns, bens]) {
      const counted = await Promise.all(bought.map(({ purchaseId }) => purchasesBefore(purchaseId)))
      expect(counted.toSorted((a, b) => a - b)).toEqual(bought.map((_, index) => index))
      expect(bought.map(({ points }) => points).toSorted()).toEqual([...bought.slice(1).map(() => 0), 100].toSorted())
    }
  })

  test('does not count what was refunded as a whole, from when that is through, and counts what was refunded in part', async () => {
    const { purchaseId: whole } = await shop.buy('ann')
    const { purchaseId: part } = await shop.buy('ann', 2)
    await shop.refund(part, [{ productId: 'air', quantity: 1 }])
    expect(await purchasesOf('ann')).toBe(2)
    await shop.askForRefund(whole)
    expect(await purchasesOf('ann')).toBe(2)
    await shop.refund(part)
    expect(await purchasesBefore((await shop.buy('ann')).purchaseId)).toBe(1)
    // What was true then stays.
    expect([await purchasesBefore(whole), await purchasesBefore(part)]).toEqual([0, 1])
  })

  test('counts a purchase from its confirmation on, and none that is not confirmed, or undone', async () => {
    const open = await shop.order({ username: 'ann', lines: [{ productId: 'air', quantity: 1 }] })
    for (const step of [reserveStock, chargeWallet]) await step(shop.sql, open)
    expect(await purchasesOf('ann')).toBe(0)
    const confirmed = await shop.confirmed('ann')
    expect(await purchasesOf('ann')).toBe(1)
    await confirmPurchase(shop.sql, open)
    // Again, as when its report was lost: it is one, and its facts are those of the first time.
    await confirmPurchase(shop.sql, open)
    expect([await purchasesBefore(confirmed), await purchasesBefore(open), await purchasesOf('ann')]).toEqual([0, 1, 2])
    for (const purchaseId of [open, confirmed]) await shop.complete(purchaseId)
    expect(await purchasesOf('ann')).toBe(2)
  })

  test('is told of nobody, and of somebody who is none yet, as of a new customer', async () => {
    const at = '2026-03-29T01:00:00.000Z'
    for (const accountId of [undefined, 'stranger']) {
      const { customer, local } = await readFactsFor(shop.sql, { accountId, client: 'UnicornStore', at })
      expect(customer).toEqual({ purchases: 0, tags: [], since: A_DAY })
      expect(local).toEqual({ UTC: { weekday: 'sunday', hour: 1, date: '2026-03-29' } })
    }
  })
})
