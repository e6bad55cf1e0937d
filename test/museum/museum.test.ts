import { describe, expect, test } from 'vitest'
import { createPointsLedger } from '#ledger/ledger.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { type Door, type Exhibit, visit } from './exhibit.ts'
import { keysAndHeaders } from './keys-and-headers.ts'
import { money } from './money.ts'
import { openNaiveShop } from './naive-shop.ts'
import { names } from './names.ts'
import { points } from './points.ts'
import { rules } from './rules.ts'
import { stock } from './stock.ts'

/** Published races and exploits of others, on our shop, and on one of which it is known that it falls for them. */

const world = await shared(openApiWorld({ sampleCampaign: false }))

const ours: Door = {
  async send({ method, path, headers, body }) {
    const lines: Record<string, string[]> = {}
    for (const [name, value] of headers) lines[name] = [...(lines[name] ?? []), value]
    const { Host: [host = ''] = [], ...others } = lines
    const sent = { method, headers: { ...others, ...(host && { Host: host }) }, body }
    const answer = await rawRequest(world.api.url, path, sent)
    return { ...answer, headers: new Headers(answer.headers as Record<string, string>) }
  },
  async issueLongAgo(account, amount) {
    const ledger = createPointsLedger(world.shop.sql, { clock: async () => '2024-01-01T10:00:00.000Z' })
    const command = commandOf({ type: 'issue', amount, ttlDays: 10 })
    await ledger.execute({ accountId: await world.shop.idOf(account), ...command })
  },
}

const exhibits: Exhibit[] = [...money, ...stock, ...points, ...keysAndHeaders, ...rules, ...names]

for (const exhibit of exhibits) {
  describe(`${exhibit.name} (${exhibit.published})`, () => {
    test('is not so at ours', async () => {
      expect(await exhibit.attack(visit(ours))).toEqual(exhibit.ours)
    })

    test('is so at the naive shop', async () => {
      expect(exhibit.naive).not.toEqual(exhibit.ours)
      expect(await exhibit.attack(visit(openNaiveShop()))).toEqual(exhibit.naive)
    })
  })
}

test('each was published somewhere, and is not the same as another one', () => {
  expect(new Set(exhibits.map(({ name }) => name)).size).toBe(exhibits.length)
  for (const { published } of exhibits) expect(published).toMatch(/^.+, https:\/\/\S+$/)
  expect(new Set(exhibits.map(({ published }) => published)).size).toBe(exhibits.length)
})

// What both do for everybody who asks for one thing at a time: the naive shop falls for nothing else.
describe.each([
  ['ours', () => ours],
  ['the naive shop', openNaiveShop],
])('in the ordinary course of things %s', (_, open) => {
  const shop = visit(open())

  test('sells, gives points, takes them for money, and refunds once', async () => {
    const [product, buyer] = [await shop.product(100, 3), await shop.buyer(250)]
    await shop.campaign(product, '$.amount/10', { cap_total_points: 15 })
    const first = await shop.done(shop.buy(buyer, product))
    const second = await shop.done(shop.buy(buyer, product, { redeemPoints: 10 }))
    expect([first.pointsIssued, second.pointsIssued]).toEqual([10, 5])
    expect([await shop.money(buyer), await shop.points(buyer), await shop.stock(product)]).toEqual([51, 5, 1])
    expect((await shop.refund(second.purchaseId)).status).toBe(200)
    await shop.refund(second.purchaseId)
    expect([await shop.money(buyer), await shop.stock(product)]).toEqual([150, 2])
  })

  test('refuses what is not there', async () => {
    const [product, buyer] = [await shop.product(100, 1), await shop.buyer(50)]
    expect((await shop.buy(buyer, product, { quantity: 2 })).status).toBe(409)
    expect((await shop.buy(buyer, product)).status).toBe(409)
    expect((await shop.buy(shop.newName(), product)).status).toBe(404)
    expect((await shop.post('/users', { username: buyer, balance: 1 })).status).toBe(409)
    expect((await shop.post('/points/redemptions', { account_id: buyer, amount: 1 })).status).toBe(409)
    expect(await shop.money(buyer)).toBe(50)
  })

  test('carries out once what comes again with its key', async () => {
    const [product, buyer] = [await shop.product(100), await shop.buyer(500)]
    const first = await shop.done(shop.buy(buyer, product, {}, { key: buyer }))
    const again = await shop.done(shop.buy(buyer, product, {}, { key: buyer }))
    expect(again.purchaseId).toBe(first.purchaseId)
    expect(await shop.stock(product)).toBe(9)
  })

  test('cancels what is under way, or sells it', async () => {
    const [product, buyer] = [await shop.product(100), await shop.buyer(500)]
    const headers = [['Prefer', 'respond-async']] as const
    const { purchaseId } = await shop.done(shop.buy(buyer, product, {}, { headers }))
    const status = async () => (await shop.done(shop.get(`/purchases/${purchaseId}`))).status
    await expect.poll(status).toBe('completed')
    expect((await shop.cancel(purchaseId)).status).toBe(409)
    expect([await shop.money(buyer), await shop.stock(product)]).toEqual([400, 9])
  })

  test('issues, redeems and reverses points, and adds money and stock', async () => {
    const [product, member] = [await shop.product(100), await shop.buyer(0)]
    await shop.issue(member, 30)
    await shop.issue(member, 70)
    const { id } = await shop.done(shop.post('/points/redemptions', { account_id: member, amount: 60 }))
    expect(await shop.points(member)).toBe(40)
    expect((await shop.post(`/points/transactions/${id}/reversal`)).status).toBe(200)
    expect((await shop.post(`/points/transactions/${id}/reversal`)).status).toBe(409)
    expect(await shop.points(member)).toBe(100)
    await shop.done(shop.post(`/users/${member}/top-ups`, { amount: 10 }))
    await shop.done(shop.post(`/users/${member}/top-ups`, { amount: 5 }))
    await shop.done(shop.post(`/products/${product}/stock-adjustments`, { quantity: -3, reason: 'Lost' }))
    expect([await shop.money(member), await shop.stock(product)]).toEqual([15, 7])
  })

  test('changes a campaign for whoever has read it as it is, and takes no second one of a name', async () => {
    const campaign = await shop.campaign(await shop.product(100), '1')
    const at = `/campaigns/${campaign}?client=UnicornStore`
    const headers = [['If-Match', (await shop.get(at)).headers.get('ETag') ?? '']] as const
    expect((await shop.call('PATCH', at, { status: 'inactive' }, { headers })).status).toBe(200)
    expect((await shop.call('PATCH', at, { status: 'active' }, { headers })).status).toBe(412)
    const again = { client: 'UnicornStore', campaign_name: campaign, rules: [] }
    expect((await shop.post('/campaigns', again)).status).toBe(409)
  })
})
