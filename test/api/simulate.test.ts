import { beforeAll, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving, SAMPLE_RULE } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())

beforeAll(async () => {
  await world.api.post('/campaigns', { campaign_name: 'off', status: 'inactive', rules: [giving('5')] })
  const add = (campaign_name: string, formula: string, terms: object) =>
    world.api.post('/campaigns', {
      ...{
        client: 'group',
        campaign_name,
        event_types: ['Review'],
        exclusive_group: 'stars',
        rules: [giving(formula, STARS)],
      },
      ...terms,
    })
  await add('first', '$.stars', {})
  await add('second', '$.stars * 2', { priority: -5 })
  await add('third', '$.stars * 3', { status: 'draft', priority: 5 })
})

const DAY_MS = 86_400_000
const STARS = { variable: '$.stars', rule: 'numeric_greater_than', value: 0 } as const
const simulate = (body: object) => world.api.post('/campaigns/simulate', body)

test('rules of the request are evaluated one by one, with the reason of those that cannot be', async () => {
  const rules = [SAMPLE_RULE, giving('$.colour'), { ...SAMPLE_RULE, variable: '$.quantity' }]
  const { status, body } = await simulate({ event: { amount: 1234.5, quantity: 1 }, rules })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    points: 123,
    campaigns: [
      {
        campaign_name: null,
        exact: '123.45',
        rules: [
          { rule: 0, outcome: 'gave', exact: '123.45' },
          { rule: 1, outcome: 'not_evaluated', reason: { code: 'missing' } },
          { rule: 2, outcome: 'did_not_match' },
        ],
      },
    ],
  })
})

test('stored campaigns are evaluated as they stand; one that does not run says why and what it would give, and counts nothing', async () => {
  const { body } = await simulate({ event: { amount: 1700, quantity: 1 } })
  expect(body.points).toBe(170)
  expect(body.campaigns).toMatchObject([
    { campaign_name: '1', not_running: null, earned: 170, points: 170 },
    { campaign_name: 'off', not_running: 'inactive', earned: 5, points: 0 },
  ])
  const one = await simulate({ event: { amount: 1700, quantity: 1 }, campaign_name: 'off' })
  expect(one.body).toMatchObject({ points: 0, campaigns: [{ campaign_name: 'off' }] })
})

test('a stored campaign can be tried with changes, before they are saved', async () => {
  const event = { amount: 1700, quantity: 1 }
  const changes = { status: 'active', cap_total_points: 3, starts_at: '2020-01-01T00:00:00Z' }
  const { body } = await simulate({ event, campaign_name: 'off', ...changes })
  expect(body).toMatchObject({
    points: 3,
    campaigns: [{ campaign_name: 'off', not_running: null, earned: 5, points: 3, limited_by: 'total_points' }],
  })
  const later = await simulate({ event, campaign_name: 'off', status: 'active', starts_at: '2999-01-01T00:00:00Z' })
  expect(later.body.campaigns).toMatchObject([{ not_running: 'not_started', points: 0 }])
})

test('campaigns are simulated by their priority, with one of each exclusive group; one that is tried, beside the others of its own', async () => {
  const event = { type: 'Review', stars: 5 }
  const { body } = await simulate({ client: 'group', event })
  expect(body.points).toBe(10)
  expect(body.campaigns).toMatchObject([
    { campaign_name: 'third', not_running: 'draft', earned: 15, points: 0, limited_by: null },
    { campaign_name: 'first', earned: 5, points: 0, limited_by: 'exclusive_group' },
    { campaign_name: 'second', earned: 10, points: 10, limited_by: null },
  ])
  const tried = async (terms: object) => (await simulate({ client: 'group', event, ...terms })).body
  const beaten = { points: 0, campaigns: [{ points: 0, limited_by: 'exclusive_group' }] }
  const counts = (points: number) => ({ points, campaigns: [{ points, limited_by: null }] })
  expect(await tried({ campaign_name: 'first' })).toMatchObject(beaten)
  expect(await tried({ campaign_name: 'first', exclusive_group: null })).toMatchObject(counts(5))
  expect(await tried({ campaign_name: 'second' })).toMatchObject(counts(10))
  const candidate = { event_types: ['Review'], exclusive_group: 'stars', rules: [giving('10', STARS)] }
  expect(await tried({ ...candidate, priority: -5 })).toMatchObject(beaten)
  expect(await tried(candidate)).toMatchObject(counts(10))
})

test('what a campaign gives is told with when it counts and ends, whenever the event is', async () => {
  const dates = async (terms: object, occurredAt?: string) => {
    const { body } = await simulate({
      event: { amount: 1700, quantity: 1, occurredAt },
      rules: [SAMPLE_RULE],
      ...terms,
    })
    const { available_at, expires_at } = body.campaigns[0]
    return [available_at, expires_at]
  }
  const [, usual] = await dates({})
  const days = (Date.parse(usual) - Date.now()) / DAY_MS
  expect([days > 364, days <= 365, usual.slice(10)]).toEqual([true, true, 'T00:00:00.000Z'])
  // Days from that of the award.
  const day = (number: number) => new Date(Date.parse(usual) + (number - 365) * DAY_MS).toISOString()
  expect(await dates({}, '9999-12-31T23:59:59Z')).toEqual([null, usual])
  expect(await dates({ available_after_days: 14 })).toEqual([day(14), day(14 + 365)])
  expect(await dates({ available_after_days: 1, expiry: { days: 1 } })).toEqual([day(1), day(2)])
  expect(await dates({ expiry: { on: '2999-12-31' } })).toEqual([null, '3000-01-01T00:00:00.000Z'])
  expect(await dates({ available_after_days: 9, expiry: { on: '2026-02-28' } })).toEqual([day(9), day(10)])
  const [, endOfMonth] = await dates({ available_after_days: 3, expiry: { end_of_month: 1 } })
  const counts = new Date(day(3))
  expect(endOfMonth).toBe(new Date(Date.UTC(counts.getUTCFullYear(), counts.getUTCMonth() + 2, 1)).toISOString())
})

test('an event of a type that a campaign does not name does not run it, and the answer says so', async () => {
  const event = { type: 'Review', amount: 1700, quantity: 1 }
  expect((await simulate({ event })).body).toMatchObject({
    points: 0,
    campaigns: [{ not_running: 'other_type', earned: 170, points: 0 }, { not_running: 'inactive' }],
  })
  const named = await simulate({ event, campaign_name: '1', event_types: ['Review'] })
  expect(named.body).toMatchObject({ points: 170, campaigns: [{ not_running: null }] })
})

test('what can hardly be meant is simulated, with warnings', async () => {
  const event = { amount: 1700, quantity: 1 }
  const { body } = await simulate({ event, rules: [giving('$.colour')], event_types: ['PurchaseCompleted', 'Review'] })
  expect(body.campaigns).toMatchObject([{ rules: [{ outcome: 'not_evaluated' }] }])
  expect(body.warnings).toEqual([
    { path: 'event_types', message: expect.stringMatching(/^nothing in the store is a Review/) },
  ])
  const closed = await simulate({ event, rules: [giving('$.colour')] })
  expect(closed.body.warnings).toEqual([
    { path: 'rules/0/action/formula', message: expect.stringMatching(/^can never be evaluated: \$\.colour/) },
  ])
  expect((await simulate({ event })).body.warnings).toEqual([])
})

test('caps count what was given already, in all and to the customer of the event', async () => {
  await world.api.post('/campaigns', {
    client: 'Reviews',
    campaign_name: 'c',
    event_types: ['Review'],
    rules: [giving('6')],
    cap_points_per_customer: 10,
  })
  const review = { client: 'Reviews', type: 'Review', account_id: 'rita', payload: { quantity: 1 } }
  await world.api.post('/events', review, { key: 'rita 1' })
  const judged = async (event: object) =>
    (await simulate({ client: 'Reviews', event: { type: 'Review', quantity: 1, ...event } })).body
  expect(await judged({ accountId: 'rita' })).toMatchObject({
    points: 4,
    campaigns: [{ limited_by: 'points_per_customer' }],
  })
  expect(await judged({ username: 'rita' })).toMatchObject({ points: 4 })
  expect(await judged({ accountId: 'ruth' })).toMatchObject({ points: 6, campaigns: [{ limited_by: null }] })
  expect(await judged({})).toMatchObject({ points: 6 })
})

const known = (event: object, terms: object = {}) => {
  const rules = [
    giving('$.customer.purchases'),
    giving('1000', { variable: '$.customer.tags', rule: 'contains', value: 'vip' }),
    giving('$.local.hour * 10000 + 7', { variable: '$.local.weekday', rule: 'string_equals', value: 'sunday' }),
  ]
  return simulate({ event: { type: 'Any', quantity: 1, ...event }, event_types: ['Any'], rules, ...terms })
}
const gave = ({ body }: Awaited<ReturnType<typeof known>>) =>
  body.campaigns[0].rules.map(({ outcome, exact }: { outcome: string; exact?: string }) => exact ?? outcome)

test('an event is of the customer that it names, as known now, or of a new one, or of what it says itself', async () => {
  const product = await world.shop.addProduct({ priceMinor: 100, stock: 5 })
  const customer = await world.shop.addWallet({ balanceMinor: 1_000 })
  for (const quantity of [1, 2]) await world.api.post('/purchase', { userId: customer, productId: product, quantity })
  await world.api.call('PATCH', `/users/${customer}`, { body: { tags: ['vip'] } })
  const monday = { occurredAt: '2026-11-23T12:00:00Z' }
  const none = 'did_not_match'
  for (const name of [{ username: customer }, { accountId: customer.toUpperCase() }])
    expect(gave(await known({ ...monday, ...name }))).toEqual(['2', '1000', none])
  for (const name of [{}, { username: 'nobody' }])
    expect(gave(await known({ ...monday, ...name }))).toEqual(['0', none, none])
  const said = { username: customer, customer: { purchases: 50, tags: [] } }
  expect(gave(await known({ ...monday, ...said }))).toEqual(['50', none, none])
})

test('clocks say what they say at the time of the event in the time zone of the campaign, whatever the event says', async () => {
  const hour = async (occurredAt: string, time_zone: string, event = {}) =>
    gave(await known({ occurredAt, ...event }, { time_zone }))[2]
  expect(await hour('2026-03-29T00:59:59.999Z', 'Europe/Berlin')).toBe('10007')
  expect(await hour('2026-03-29T01:00:00Z', 'Europe/Berlin')).toBe('30007')
  expect(await hour('2026-03-29T01:00:00Z', 'UTC')).toBe('10007')
  expect(await hour('2026-03-29T02:00:00Z', 'America/New_York')).toBe('did_not_match')
  expect(await hour('2026-03-29T23:59:00+23:59', 'UTC')).toBe('7')
  const lies = { local: { UTC: { weekday: 'sunday', hour: 9 }, weekday: 'sunday', hour: 9 } }
  expect(await hour('2026-11-23T12:00:00Z', 'UTC', lies)).toBe('did_not_match')
})

test.each([
  ['a time that is none', { occurredAt: 'yesterday' }, 'event.occurredAt'],
  ['a time that is no text', { occurredAt: ['2026-11-25T00:00:00Z'] }, 'event.occurredAt'],
  ['a time that is a number', { occurredAt: 5 }, 'event.occurredAt'],
  ['a time that cannot become a text', { occurredAt: { toString: null, valueOf: null } }, 'event.occurredAt'],
  ['a day that no calendar has', { occurredAt: '2026-02-31T12:00:00Z' }, 'event.occurredAt'],
  ['a time between two milliseconds', { occurredAt: '2026-11-25T00:00:00.0009Z' }, 'event.occurredAt'],
  ['a very long time', { occurredAt: 'T'.repeat(60_000) }, 'event.occurredAt'],
  ['NUL in a text', { username: '\0' }, 'event.username'],
])('an event with %s is refused with its place', async (_, event, path) => {
  const { status, body } = await simulate({ event })
  expect([status, body.errors?.[0]?.path]).toEqual([400, path])
})

test('errors are reported with their place, and nothing is written', async () => {
  expect((await simulate({ event: {}, rules: [{}] })).body.errors[0].path).toBe('rules/0/action')
  expect((await simulate({ event: {}, campaign_name: 'none' })).body.code).toBe('unknown_campaign')
  expect((await simulate({ event: {}, cap: 1 })).body.errors[0]).toEqual({ path: 'cap', message: 'is not known here' })
  expect(
    await world.shop
      .sql`select from campaign_customers where account_id <> (select id from users where username = 'rita')`,
  ).toHaveLength(0)
  expect(await world.shop.sql`select from campaign_history`).toHaveLength(6)
})
