import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
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
    await api.post('/points', { account_id: 'dErIcK', amount: 7 })
    const bought = await api.post('/purchase', {
      userId: 'derick',
      productId: await world.shop.addProduct({ priceMinor: 100, stock: 1 }),
      quantity: 1,
    })
    expect(bought.body).toMatchObject({ username: 'Derick', total: 1 })
    expect((await api.get('/users')).body.items).toEqual([expect.objectContaining({ username: 'Derick', balance: 14 })])
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
    ['with a joiner that nobody sees', 'double', 'dou\u200dble'],
  ])('are one when their names differ %s', async (_, first, second) => {
    expect((await campaign(first)).status).toBe(201)
    expect(await campaign(second)).toMatchObject({ status: 409, body: { code: 'campaign_exists' } })
  })

  test('are found by their name in either normal form, and shown in NFC', async () => {
    expect((await campaign('re\u0301sume\u0301')).body.campaign_name).toBe('r\u00e9sum\u00e9')
    for (const name of ['r\u00e9sum\u00e9', 're\u0301sume\u0301'])
      expect((await api.get(`/campaigns/${encodeURIComponent(name)}?client=Test`)).status).toBe(200)
  })
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
    ['a tag', 'unicorn\u{e0041}'],
    ['a filler', 'uni\u3164corn'],
  ])('with %s is refused', async (_, name) => {
    for (const answer of [await product(name), await campaign(name)])
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  test.each([
    'Unicorn \u{1f469}\u200d\u{1f680}',
    '\u2764\ufe0f heart',
    '\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    'Ø Ångström 独角兽',
  ])('in emoji and scripts of the world is taken: %s', async (name) => {
    expect((await product(name)).body.name).toBe(name.normalize('NFC'))
  })

  test('is stored in NFC', async () => {
    expect((await product('cafe\u0301')).body.name).toBe('caf\u00e9')
  })
})
