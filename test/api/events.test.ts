import { beforeAll, beforeEach, expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { readAward, recordExternalEvent } from '#db/awards.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'

const world = await shared(openApiWorld())
let run = 0
let account: string

beforeAll(async () => {
  await world.api.post('/campaigns', {
    client: 'ReviewSite',
    campaign_name: 'stars',
    event_types: ['Review'],
    rules: [giving('$.stars*2', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })],
    cap_points_per_customer: 25,
  })
})
beforeEach(() => {
  run += 1
  account = `reviewer-${run}`
})

const event = (body: object = {}, key: string = crypto.randomUUID()) =>
  world.api.post(
    '/events',
    { type: 'Review', client: 'ReviewSite', account_id: account, payload: { stars: 5 }, ...body },
    { key },
  )
const points = async () => (await world.api.get(`/points?account_id=${account}`)).body.balance

/** An event that was taken, and that no workflow carries out. */
async function taken(): Promise<string> {
  const eventId = crypto.randomUUID()
  const request = aRequest(eventId)
  await recordExternalEvent(world.shop.sql, request, {
    eventId,
    type: 'Review',
    client: 'reviewsite',
    username: account,
    payload: { stars: 4 },
    actor: 'test',
  })
  return eventId
}

test('an event earns what the campaigns of its client give, and says by which rule', async () => {
  const { status, body } = await event()
  expect(status).toBe(200)
  expect(body).toMatchObject({
    status: 'booked',
    points: 10,
    campaigns: [{ campaign: 'stars', points: 10 }],
  })
  expect(await points()).toBe(10)
  expect((await world.api.get(`/events/${body.event_id}/evaluation`)).body).toEqual({
    points: 10,
    campaigns: [{ campaign: 'stars', points: 10, exact: '10', limitedBy: null, rules: [{ rule: 0, exact: '10' }] }],
  })
})

test.each(['0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50', 'none'])(
  'an event that does not exist, %s, has no evaluation',
  async (id) => {
    expect((await world.api.get(`/events/${id}/evaluation`)).body).toMatchObject({ status: 404, code: 'unknown_event' })
    const { body } = await world.api.get(`/purchases/${id}/evaluation`)
    expect(body).toMatchObject({ status: 404, code: 'unknown_purchase' })
  },
)

test('the statement says which campaign gave how many points, and for what', async () => {
  const { body } = await event()
  const { items } = (await world.api.get(`/points/transactions?account_id=${account}`)).body
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({
    reason: 'event',
    reference: body.event_id,
    event: 'Review',
    actor: { role: 'demo' },
    campaigns: [{ campaign: 'stars', points: 10 }],
  })
})

test.each([
  ['of another type', { type: 'SignUp' }],
  ['of another client', { client: 'OtherSite' }],
  ['that calls itself a purchase', { type: 'PurchaseCompleted', payload: { stars: 5, amount: 1700 } }],
  ['whose payload says it were of another type', { type: 'SignUp', payload: { type: 'Review', stars: 5 } }],
])('an event %s earns nothing', async (_, body) => {
  expect((await event(body)).body).toMatchObject({ status: 'nothing', points: 0 })
})

test.each(['UnicornStore', 'unicornstore', 'UNICORNSTORE', 'uNiCoRnStOrE'])(
  'an event in the name of the store, as %s, is refused: its purchases are its own',
  async (client) => {
    for (const type of ['PurchaseCompleted', 'Review']) {
      const { status, body } = await event({ client, type, payload: { amount: 1700, quantity: 1 } })
      expect([status, body.code]).toEqual([400, 'invalid_request'])
      expect(body.errors).toEqual([{ path: 'client', message: expect.stringMatching(/^must not be UnicornStore/) }])
    }
    expect(await points()).toBe(0)
    expect((await event({ client: `${client}2` })).body).toMatchObject({ status: 'nothing' })
  },
)

test('a purchase of another shop matters to the campaigns of that client only, and only to those that name its type', async () => {
  const rules = [giving('$.amount/100')]
  await world.api.post('/campaigns', { client: 'OtherShop', campaign_name: 'bought', rules })
  await world.api.post('/campaigns', { client: 'OtherShop', campaign_name: 'reviewed', event_types: ['Review'], rules })
  const bought = { client: 'OtherShop', type: 'PurchaseCompleted', payload: { amount: 1700, quantity: 1 } }
  expect((await event(bought)).body).toMatchObject({ points: 17, campaigns: [{ campaign: 'bought', points: 17 }] })
  expect(await points()).toBe(17)
})

test('an event that comes many times under one key earns its points once, and another one may not have the key', async () => {
  const key = crypto.randomUUID()
  const answers = await Promise.all(Array.from({ length: 10 }, () => event({}, key)))
  expect(new Set(answers.map(({ body }) => body.event_id)).size).toBe(1)
  expect((await event({}, key)).headers.get('Idempotency-Replayed')).toBe('true')
  expect((await event({ payload: { stars: 1 } }, key)).status).toBe(422)
  expect(await points()).toBe(10)
})

test('an event that takes longer than the wait is answered with 202, and when to ask again', async () => {
  const idle = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 1 })
  const body = { type: 'Review', client: 'ReviewSite', account_id: account, payload: { stars: 5 } }
  const answer = await idle.post('/events', body, { key: crypto.randomUUID() })
  expect(answer).toMatchObject({ status: 202, body: { status: 'running', points: 0 } })
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
})

test('an event without a key is refused: whoever got no answer could not send it again', async () => {
  const body = { type: 'Review', client: 'ReviewSite', account_id: account, payload: { stars: 5 } }
  const { status, body: problem } = await world.api.post('/events', body)
  expect([status, problem.errors]).toEqual([400, [{ path: 'Idempotency-Key', message: 'is missing' }]])
  expect(await points()).toBe(0)
})

test('events at once reach the cap per customer to the point', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => event()))
  expect(answers.reduce((sum, { body }) => sum + body.points, 0)).toBe(25)
  expect(await points()).toBe(25)
})

test('an event whose points could not be booked is parked, listed, and booked once when it is retried', async () => {
  const id = await taken()
  await parkAward(world.shop.points, { eventId: id }, 'unavailable')
  const { body } = await world.api.get('/operations/parked')
  expect(body.items).toMatchObject([{ id, kind: 'event', username: account, points: 8, problem: 'unavailable' }])
  const retry = () => world.api.call('POST', `/operations/parked/${id}/retry`)
  await Promise.all(Array.from({ length: 5 }, retry))
  expect((await retry()).body).toMatchObject({ status: 'booked', pointsIssued: 8 })
  expect(await points()).toBe(8)
})

test('a parked award that is retried under every spelling of its id is booked once', async () => {
  const id = await taken()
  await parkAward(world.shop.points, { eventId: id }, 'unavailable')
  const retry = (writtenId: string) => world.api.call('POST', `/operations/parked/${writtenId}/retry`)
  const answers = await Promise.all([retry(id), retry(id.toUpperCase()), retry(id), retry(id.toUpperCase())])
  expect(answers.map(({ body }) => body)).toEqual(answers.map(() => expect.objectContaining({ id, status: 'booked' })))
  expect(await points()).toBe(8)
})

test('an event whose workflow was never started is carried out by the reconciler', async () => {
  const id = await taken()
  await world.shop.asOwner(async (sql) => {
    // An hour may have begun in between, and clocks said something else then.
    await sql`alter table event_facts disable trigger append_only`
    await sql`
      with event as (update external_events set occurred_at = now() - interval '2 minutes' where id = ${id}), facts as (
        update event_facts set facts = jsonb_set(facts, '{local,UTC}', local_facts(now() - interval '2 minutes', 'UTC')) where id = ${id}
      )
      update awards set created_at = now() - interval '2 minutes' where id = ${id}`
    await sql`alter table event_facts enable trigger append_only`
  })
  const { started } = await world.client.workflow.execute('reconcilePurchases', {
    workflowId: `reconcile-${id}`,
    taskQueue: world.taskQueue,
  })
  expect(started).toBe(1)
  // Two minutes ago the campaign did not exist.
  await expect.poll(async () => (await readAward(world.shop.sql, id)).state).toBe('nothing')
})

test.each([
  ['nested too deeply', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, 'payload', /^must not be nested/],
  ['with NUL in a text', '{"a":["\\u0000"]}', 'payload.a.0', /NUL in its text$/],
  [
    'with half a surrogate pair in a text',
    '{"a":{"b":"\\ud83e"}}',
    'payload.a.b',
    /half a surrogate pair in its text$/,
  ],
  ['with half a surrogate pair in a name', '{"\\ud800":1}', 'payload.\ufffd', /half a surrogate pair in its name$/],
  ['that is no object', '[]', 'payload', /./],
])('a payload %s is refused, with its place', async (_, payload, path, message) => {
  const body = `{"type":"Review","client":"ReviewSite","account_id":"${account}","payload":${payload}}`
  const key = crypto.randomUUID()
  const answer = await world.api.call('POST', '/events', { body, key })
  expect(answer.body.code).toBe('invalid_request')
  expect(answer.body.errors).toEqual([{ path, message: expect.stringMatching(message) }])
})

test('a payload with a backslash before the letters of an escape is taken', async () => {
  expect((await event({ payload: { stars: 1, note: '\\u0000' } })).status).toBe(200)
})
