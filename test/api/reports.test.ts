import { describe, expect, test } from 'vitest'
import type { Sql } from '#db/client.ts'
import { oneLot } from '#domain/points/account.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld({ sampleCampaign: false }))
const { api, shop } = world

const PATH = '/reports/points-liability'
/** A name that a spreadsheet would carry out. */
const FORMULA = '=HYPERLINK("http://shop.example","win")'

await shop.addProduct({ id: 'air', priceMinor: 80_000, stock: 100 })
for (const [campaign_name, formula] of [
  ['quarter', '$.amount/4'],
  [FORMULA, '0'],
])
  expect((await api.post('/campaigns', { campaign_name, rules: [giving(formula as string)] })).status).toBe(201)

const aBuyer = () => shop.addWallet({ balanceMinor: 1_000_000 })
const buy = async (userId: string, more: object = {}) => {
  const { status, body } = await api.post('/purchase', { userId, productId: 'air', quantity: 1, ...more })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.purchaseId as string
}

/** The report as it is sent, at the newest instant or at one that was asked for. */
async function report(query = '', headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}${PATH}${query}`, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const newest = async () => (await api.get(PATH)).body

describe('the report', () => {
  test('of a sale of 800.00 that earned 200 points says 780.49 of revenue and 19.51 of liability, released as they go', async () => {
    expect((await newest()).deferred_revenue).toEqual({
      ...{ sales: 0, paid: 0, revenue: 0, deferred: 0 },
      ...{ released_by_redemption: 0, released_by_expiry: 0, open: 0 },
    })
    const buyer = await aBuyer()
    await buy(buyer)
    const sold = await newest()
    expect(sold).toMatchObject({
      currency: 'USD',
      point_value: 0.1,
      issued: { points: 200, amount: 20 },
      open: { points: 200, amount: 20 },
      available: { points: 200, amount: 20 },
      by_campaign: [{ kind: 'campaign', client: 'UnicornStore', campaign_name: 'quarter', available: { points: 200 } }],
      deferred_revenue: { sales: 1, paid: 800, revenue: 780.49, deferred: 19.51, open: 19.51 },
      breakage: { lots: 0, rate: null, expected: null },
    })
    expect(sold.by_expiry_month).toHaveLength(1)

    await api.post('/points/redemptions', { account_id: buyer, amount: 100 })
    expect(await newest()).toMatchObject({
      redeemed: { points: 100, amount: 10 },
      open: { points: 100, amount: 10 },
      deferred_revenue: { deferred: 19.51, released_by_redemption: 9.76, released_by_expiry: 0, open: 9.75 },
    })
  })

  test('of a refund has less paid, less deferred, and what was made good in money as sold', async () => {
    const before = await newest()
    const buyer = await aBuyer()
    const purchaseId = await buy(buyer)
    await api.post('/points/redemptions', { account_id: buyer, amount: 50 })
    expect((await api.post(`/purchases/${purchaseId}/refund`, {})).status).toBe(200)
    const after = await newest()
    // The 150 points that were left are taken back; the value of the other 50 was withheld.
    const plus = (name: string) => Math.round((after.deferred_revenue[name] - before.deferred_revenue[name]) * 100)
    expect(after.reversed.points - before.reversed.points).toBe(150)
    expect(['sales', 'paid', 'revenue', 'deferred', 'released_by_redemption', 'open'].map(plus)).toEqual([
      ...[100, 500, 0],
      ...[500, 500, 0],
    ])
    expect(after.owed.points).toBe(0)
  })

  test('has points that wait apart, with the month from which they count and the one in which they end', async () => {
    const before = await newest()
    const waits = { available_after_days: 40, expiry: { end_of_month: 1 } }
    const { body: campaign } = await api.post('/campaigns', { campaign_name: 'later', rules: [giving('12')], ...waits })
    expect(campaign).toMatchObject(waits)
    const purchaseId = await buy(await aBuyer())
    const after = await newest()
    const first = new Date(Date.parse(after.as_of) + 40 * 86_400_000)
    const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1))
    const monthOf = (date: Date) => date.toISOString().slice(0, 7)
    expect(after.pending).toEqual({ points: 12, amount: 1.2 })
    expect(after.available.points).toBe(before.available.points + 200)
    expect(after.pending_by_month).toEqual([{ month: monthOf(first), points: 12, amount: 1.2 }])
    expect(after.by_expiry_month).toContainEqual({
      month: monthOf(last),
      available: { points: 0, amount: 0 },
      pending: { points: 12, amount: 1.2 },
    })
    expect(after.by_campaign).toContainEqual(
      expect.objectContaining({ campaign_name: 'later', pending: { points: 12, amount: 1.2 } }),
    )
    // What was paid for the award is deferred for all of it, whether it counts yet or not: 800 x 21.20 / 821.20.
    expect(after.deferred_revenue.deferred - before.deferred_revenue.deferred).toBeCloseTo(20.65, 5)
    await api.post(`/purchases/${purchaseId}/refund`, {})
    expect(await newest()).toMatchObject({ pending: { points: 0 }, available: before.available, pending_by_month: [] })
    await api.call('DELETE', '/campaigns/later', { headers: { 'If-Match': '*' } })
  })

  test('has what customers owe apart from what they have', async () => {
    const buyer = await aBuyer()
    const { body } = await api.post('/points', { account_id: buyer, amount: 30 })
    await api.post('/points/redemptions', { account_id: buyer, amount: 20 })
    const before = await newest()
    expect(before.by_campaign.at(-1)).toMatchObject({ kind: 'none', campaign_id: null, available: { points: 10 } })
    await api.post(`/points/transactions/${body.id}/reversal`, {})
    const after = await newest()
    expect(after.owed).toEqual({ points: 20, amount: 2 })
    expect(after.open.points).toBe(before.open.points - 10)
    expect(after.by_campaign.at(-1)?.kind).toBe('campaign')
  })
})

describe('an instant', () => {
  test('has the same bytes however late it is asked for, whatever happened to users, campaigns, products and points', async () => {
    const [kept, erased] = [await aBuyer(), await aBuyer()]
    await api.post('/campaigns', { campaign_name: 'passing', rules: [giving('7')] })
    const purchaseId = await buy(kept)
    await buy(erased)
    const { as_of } = await newest()
    const asked = { json: `?as_of=${as_of}`, csv: `?as_of=${as_of}&format=csv` }
    const [json, csv] = [await report(asked.json), await report(asked.csv)]
    expect(json.status).toBe(200)
    expect(JSON.parse(json.text).as_of).toBe(as_of)

    await api.post('/points/redemptions', { account_id: kept, amount: 60 })
    await buy(kept, { redeemPoints: 40 })
    await api.post(`/purchases/${purchaseId}/refund`, {})
    await api.post(`/users/${erased}/erasure`, { forfeit: true })
    await shop.setPrice('air', 70_000)
    for (const name of ['passing', FORMULA])
      await api.call('DELETE', `/campaigns/${encodeURIComponent(name)}`, { headers: { 'If-Match': '*' } })
    await api.post('/campaigns', { campaign_name: 'passing', rules: [giving('1')] })
    await shop.setPrice('air', 80_000)

    expect((await report(asked.json)).text).toBe(json.text)
    expect((await report(asked.csv)).text).toBe(csv.text)
    expect((await report()).text).not.toBe(json.text)
  })

  test('before everything is one of which there is nothing to say', async () => {
    const { body } = await api.get(`${PATH}?as_of=1970-01-01T00:00:00Z`)
    expect(body).toMatchObject({
      as_of: '1970-01-01T00:00:00.000Z',
      issued: { points: 0, amount: 0 },
      by_expiry_month: [],
      by_campaign: [],
      pending_by_month: [],
      deferred_revenue: { sales: 0, paid: 0 },
    })
  })

  test('that is no instant, or of which nobody can know yet, is refused', async () => {
    expect(await api.get(`${PATH}?as_of=yesterday`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(await api.get(`${PATH}?format=xml`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    for (const path of [`${PATH}?as_of=9999-01-01T00:00:00Z`, '/points?account_id=derick&as_of=9999-01-01T00:00:00Z'])
      expect(await api.get(path)).toMatchObject({ status: 409, body: { code: 'too_recent' } })
  })

  test('about which a transaction may still write is too recent, and the problem has the newest that is not', async () => {
    const accountId = await shop.idOf(await aBuyer())
    const asks = (at: string) => [`${PATH}?as_of=${at}`, `/points?account_id=derick&as_of=${at}`]
    await shop.sql.begin(async (tx: Sql) => {
      const booked = await createPointsLedger(tx).execute({
        accountId,
        ...commandOf({ type: 'issue', ...oneLot(5, 10) }),
      })
      expect(booked.ok).toBe(true)
      const [now] = await shop.sql<{ at: Date }[]>`select clock_timestamp() as at`
      for (const path of asks(now?.at.toISOString() ?? '')) {
        const { status, body } = await api.get(path)
        expect({ status, code: body.code }).toEqual({ status: 409, code: 'too_recent' })
        expect((await api.get(path.replace(/as_of=.*/, `as_of=${body.newest}`))).status).toBe(200)
      }
    })
    const { as_of } = await newest()
    for (const path of asks(as_of)) expect((await api.get(path)).status).toBe(200)
  })
})

describe('CSV', () => {
  const read = (text: string) =>
    text
      .split('\r\n')
      .slice(0, -1)
      .map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
          ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
        ),
      )

  test('is what Accept prefers, or format asks for', async () => {
    for (const [query, accept] of [
      ['?format=csv', 'application/json'],
      ['', 'text/csv'],
      ['', 'application/json;q=0.5, text/csv'],
    ] as const) {
      const { headers, text } = await report(query, { Accept: accept })
      expect(headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present')
      expect(headers.get('Content-Disposition')).toMatch(/^attachment; filename="points-liability-[\dTZ-]+\.csv"$/)
      expect(headers.get('Vary')).toContain('Accept')
      expect(text).toMatch(/^as_of,section,key,client,campaign,points,amount,value,currency\r\n/)
    }
    for (const [query, accept] of [
      ['?format=json', 'text/csv'],
      ['', '*/*'],
      ['', 'text/html, application/xhtml+xml, */*;q=0.8'],
      ['', 'text/csv;q=0.5, application/json'],
    ] as const)
      expect((await report(query, { Accept: accept })).headers.get('Content-Type')).toBe('application/json')
  })

  test('has the numbers of the JSON, and no cell that a spreadsheet would carry out', async () => {
    await api.post('/campaigns', { campaign_name: FORMULA, rules: [giving('3')] })
    await buy(await aBuyer())
    const { body } = await api.get(PATH)
    const { text } = await report(`?as_of=${body.as_of}&format=csv`)
    const [head = [], ...lines] = read(text)
    const rows = lines.map((line) => Object.fromEntries(head.map((name, index) => [name, line[index]])))
    for (const line of lines) expect(line).toHaveLength(9)
    for (const cell of lines.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    for (const row of rows) expect([row.as_of, row.currency]).toEqual([body.as_of, 'USD'])
    const find = (section: string, key: string) => rows.find((row) => row.section === section && row.key === key)
    for (const key of ['issued', 'redeemed', 'expired', 'reversed', 'open', 'available', 'pending', 'owed'])
      expect(find('total', key)).toMatchObject({
        points: String(body[key].points),
        amount: body[key].amount.toFixed(2),
      })
    for (const { campaign_id, kind, campaign_name, available } of body.by_campaign)
      expect(find('available_by_campaign', campaign_id ?? kind)).toMatchObject({
        campaign: campaign_name === FORMULA ? `'${FORMULA}` : (campaign_name ?? ''),
        points: String(available.points),
      })
    for (const { month, available } of body.by_expiry_month)
      expect(find('available_by_expiry_month', month)?.points).toBe(String(available.points))
    const { sales, ...amounts } = body.deferred_revenue
    expect(find('deferred_revenue', 'sales')?.value).toBe(String(sales))
    for (const [key, amount] of Object.entries(amounts))
      expect(find('deferred_revenue', key)?.amount).toBe((amount as number).toFixed(2))
    expect(text).toContain(`"'=HYPERLINK(""http://shop.example"",""win"")"`)
  })
})

describe('the balance as it was', () => {
  test('is what was answered then, at any instant later', async () => {
    const buyer = await aBuyer()
    const seen: { at: string; body: object }[] = []
    const look = async () => {
      const { as_of: at } = await newest()
      const { body } = await api.get(`/points?account_id=${buyer}`)
      expect((await api.get(`/points?account_id=${buyer}&as_of=${at}`)).body).toEqual(body)
      seen.push({ at, body })
    }
    await look()
    const purchaseId = await buy(buyer)
    await look()
    await api.post('/points/redemptions', { account_id: buyer, amount: 60 })
    await look()
    await api.post(`/purchases/${purchaseId}/refund`, {})
    await look()
    for (const { at, body } of seen)
      expect((await api.get(`/points?account_id=${buyer}&as_of=${at}`)).body).toEqual(body)
    expect(new Set(seen.map(({ body }) => JSON.stringify(body))).size).toBe(seen.length)
  })

  test('of an account that is not there, or was not yet, is nothing', async () => {
    const { body } = await api.get('/points?account_id=nobody&as_of=2020-01-01T00:00:00Z')
    expect(body).toMatchObject({ balance: 0, balance_entries: [] })
  })
})
