import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'

/** Names that people cannot tell apart. */

const world = await shared(openApiWorld())
const { api } = world
const campaign = (campaign_name: string) => api.post('/campaigns', { client: 'Test', campaign_name, rules: [] })
const product = (name: string) => api.post('/products', { name, description: '', price: 1, stock: 1 })

describe('users', () => {
  test('of one name in another case are one user, whoever asks and however it is written', async () => {
    expect((await api.post('/users', { username: 'Derick', balance: 10 })).status).toBe(201)
    expect(await api.post('/users', { username: 'derick', balance: 10 })).toMatchObject({
      status: 409,
      body: { code: 'user_exists' },
    })
    expect((await api.get('/users/balance/DERICK')).body).toMatchObject({ username: 'Derick', balance: 10 })
    await api.post('/users/derick/top-ups', { amount: 5 })
    await api.call('PATCH', '/users/dERICK', { body: { tags: ['vip'] } })
    await api.post('/points', { account_id: 'dErIcK', amount: 7 })
    const bought = await api.post('/purchase', {
      userId: 'derick',
      productId: await world.shop.addProduct({ priceMinor: 100, stock: 1 }),
      quantity: 1,
    })
    expect(bought.body).toMatchObject({ username: 'Derick', total: 1 })
    expect((await api.get('/users')).body.items).toEqual([
      expect.objectContaining({ username: 'Derick', balance: 14, tags: ['vip'] }),
    ])
    expect((await api.get('/points?account_id=Derick')).body.balance).toBeGreaterThanOrEqual(7)
    expect((await api.get('/purchases?userId=dErIcK')).body.count).toBe(1)
  })

  test('that are added at once in two cases are one', async () => {
    const answers = await Promise.all(
      ['ann', 'ANN', 'Ann', 'aNN'].map((username) => api.post('/users', { username, balance: 1 })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409])
  })
})

describe('campaigns', () => {
  test.each([
    ['in another case', 'Spring', 'SPRING'],
    ['in another normal form', 'caf\u00e9', 'cafe\u0301'],
    ['in compatible characters', 'fi 2', '\ufb01 \uff12'],
    ['with a sharp s', 'Stra\u00dfe', 'STRASSE'],
    ['in spaces', 'two words', 'two  words'],
    ['in what kind of space', 'two more words', 'two\u00a0more\u2003words'],
    ['with a joiner', '\u0645\u06cc\u062e\u0648\u0627\u0647\u0645', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
  ])('are one when their names differ %s', async (_, first, second) => {
    expect((await campaign(first)).status).toBe(201)
    expect(await campaign(second)).toMatchObject({ status: 409, body: { code: 'campaign_exists' } })
  })

  test('are found by their name in either normal form, and shown in NFC', async () => {
    expect((await campaign('re\u0301sume\u0301')).body.campaign_name).toBe('r\u00e9sum\u00e9')
    for (const name of ['r\u00e9sum\u00e9', 're\u0301sume\u0301'])
      expect((await api.get(`/campaigns/${encodeURIComponent(name)}?client=Test`)).status).toBe(200)
  })

  test('are found by every name that nobody can tell from theirs, and their versions go on under each', async () => {
    expect((await campaign('Summer')).status).toBe(201)
    for (const name of ['SUMMER', '\uff33ummer'])
      expect((await api.get(`/campaigns/${encodeURIComponent(name)}?client=Test`)).body.campaign_name).toBe('Summer')
    await api.call('DELETE', '/campaigns/summer?client=Test', { headers: { 'If-Match': '"1"' } })
    expect((await campaign('SUMMER')).body).toMatchObject({ campaign_name: 'SUMMER', version: 3 })
    expect((await api.get('/campaigns/summer/history?client=Test')).body.count).toBe(3)
  })
})

describe('clients', () => {
  const SPELLINGS = ['reviewsite', 'ReviewSite', 'REVIEWSITE']
  const rules = [giving('$.quantity')]
  let run = 0

  test.each(SPELLINGS)('of one name in another case are one client in every route, as %s', async (client) => {
    const other = SPELLINGS.find((spelling) => spelling !== client) ?? ''
    run += 1
    const campaign_name = `stars-${run}`
    const event_types = [`Review${run}`]
    const at = `/campaigns/${campaign_name}?client=${client}`
    const history = `/campaigns/${campaign_name}/history`

    const created = await api.post('/campaigns', { client, campaign_name, event_types, rules })
    expect([created.status, created.body.client]).toEqual([201, 'reviewsite'])
    expect(created.headers.get('Location')).toBe(`/campaigns/${campaign_name}?client=reviewsite`)
    expect(await api.post('/campaigns', { client: other, campaign_name, event_types, rules })).toMatchObject({
      body: { code: 'campaign_exists' },
    })
    const listed = (await api.get(`/campaigns?client=${client}`)).body.items
    expect(listed.map((item: { campaign_name: string }) => item.campaign_name)).toContain(campaign_name)
    const simulated = { client, event: { type: event_types[0], quantity: 5 } }
    expect((await api.post('/campaigns/simulate', simulated)).body.points).toBe(5)

    const key = crypto.randomUUID()
    const event = { type: event_types[0], account_id: `member-${run}`, payload: { quantity: 5 } }
    const booked = await api.post('/events', { ...event, client }, { key })
    expect(booked.body).toMatchObject({ status: 'booked', points: 5 })
    const again = await api.post('/events', { ...event, client: other }, { key })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.body).toEqual(booked.body)
    expect((await api.get(`/points?account_id=member-${run}`)).body.balance).toBe(5)

    const past = { client, campaign_name, from: '2026-01-01T00:00:00Z' }
    expect(await backtest(past)).toMatchObject({ evaluated: run, points: 5, points_issued: 5 * run })

    const changed = await api.call('PATCH', at, { body: { cap_total_points: 9 }, headers: { 'If-Match': '"1"' } })
    expect(changed.body).toMatchObject({ client: 'reviewsite', version: 2 })
    const { items } = (await api.get(`${history}?client=${other}`)).body
    expect(items).toHaveLength(2)
    expect((await api.get(`${history}/${items[0].id}?client=${client}`)).status).toBe(200)
    const deleted = await api.call('DELETE', at, { headers: { 'If-Match': '"2"' } })
    expect(deleted.body).toMatchObject({ client: 'reviewsite', deleted: true })
    expect((await api.get(`/campaigns/${campaign_name}?client=${other}`)).status).toBe(404)
  })

  test.each(['unicornstore', 'UNICORNSTORE', 'UnicornStore'])(
    'are the store when they are called %s',
    async (client) => {
      run += 1
      const campaign_name = `sale-${run}`
      const made = await api.post('/campaigns', { client, campaign_name, rules: [giving('100')] })
      expect(made.body.client).toBe('UnicornStore')
      const username = `buyer-${run}`
      await api.post('/users', { username, balance: 10 })
      const productId = await world.shop.addProduct({ priceMinor: 100, stock: 1 })
      const bought = await api.post('/purchase', { userId: username, productId, quantity: 1 })
      expect(bought.body.campaigns).toContainEqual({ availableAt: null, campaign: campaign_name, points: 100 })
      expect((await api.get(`/campaigns/${campaign_name}`)).body.given_points).toBe(100)
    },
  )

  /** Lines of JSON, of which the last one has the totals. */
  async function backtest(body: object) {
    const answer = await fetch(`${api.url}/campaigns/backtest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    return JSON.parse((await answer.text()).trimEnd().split('\n').at(-1) ?? '')
  }
})

describe('what people write', () => {
  test.each([
    ['a zero width space', 'uni\u200bcorn'],
    ['a word joiner', 'uni\u2060corn'],
    ['a soft hyphen', 'uni\u00adcorn'],
    ['an override of direction', '\u202enrocinu'],
    ['an isolate of direction', '\u2066unicorn\u2069'],
    ['a mark of direction', 'unicorn\u200f'],
    ['a byte order mark', 'uni\ufeffcorn'],
    ['a joiner in front', '\u200dunicorn'],
    ['a joiner between letters that need none', 'uni\u200dcorn'],
    ['a non-joiner between letters that need none', 'uni\u200ccorn'],
    ['a selector after a letter', 'unicorn\ufe0f'],
    ['a tag', 'unicorn\u{e0041}'],
    ['a filler', 'uni\u3164corn'],
  ])('with %s is refused', async (_, name) => {
    for (const answer of [await product(name), await campaign(name)])
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  test.each([
    'Unicorn \u{1f469}\u200d\u{1f680}',
    '\u2764\ufe0f heart',
    '\u0930\u093e\u091c\u094d\u200d\u092f',
    '\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    'Ø Ångström 独角兽',
  ])('in emoji and scripts of the world is taken: %s', async (name) => {
    expect((await product(name)).body.name).toBe(name.normalize('NFC'))
  })

  test('is stored in NFC', async () => {
    expect((await product('cafe\u0301')).body.name).toBe('caf\u00e9')
  })
})
