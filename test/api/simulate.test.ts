import { beforeAll, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving, SAMPLE_RULE } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())

beforeAll(async () => {
  await world.api.post('/campaigns', { campaign_name: 'off', status: 'inactive', rules: [giving('5')] })
})

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
  expect((await simulate({ event: {}, rules: [{}] })).body.errors[0].path).toBe('rules/0/condition')
  expect((await simulate({ event: {}, campaign_name: 'none' })).body.code).toBe('unknown_campaign')
  expect((await simulate({ event: {}, cap: 1 })).body.errors[0]).toEqual({ path: 'cap', message: 'is not known here' })
  expect(
    await world.shop
      .sql`select from campaign_customers where account_id <> (select id from users where username = 'rita')`,
  ).toHaveLength(0)
  expect(await world.shop.sql`select from campaign_history`).toHaveLength(3)
})
