import { beforeEach, describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving, SAMPLE_RULE } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: 'air', priceMinor: 170_000, stock: 1_000 })
await world.shop.addWallet({ username: 'derick', balanceMinor: 100_000_000 })
let run = 0
let name: string

beforeEach(() => {
  run += 1
  name = `campaign ${run}`
})

const at = (suffix = '') => `/campaigns/${encodeURIComponent(name)}${suffix}`
const create = (body: object = {}, call = {}) =>
  world.api.post('/campaigns', { client: 'Test', campaign_name: name, rules: [SAMPLE_RULE], ...body }, call)
const patch = (body: object, ifMatch: string, call: { key?: string } = {}) =>
  world.api.call('PATCH', at('?client=Test'), { body, headers: { 'If-Match': ifMatch }, ...call })
const buy = () => world.api.post('/purchase', { userId: 'derick', productId: 'air', quantity: 1 })

describe('a purchase', () => {
  test('of one Unicorn Air gives 170 points, and shows by which campaign and rule', async () => {
    const { body } = await buy()
    const campaigns = [{ campaign: '1', points: 170 }]
    expect(body).toMatchObject({ pointsIssued: 170, campaigns })
    const { body: shown } = await world.api.get(`/purchases/${body.purchaseId}`)
    expect(shown).toMatchObject({ award: 'booked', campaigns })
    const step = shown.steps.find((each: { step: string }) => each.step === 'awardPoints')
    expect(step.detail).toMatchObject({ points: 170, transactionId: expect.any(String) })
    const { body: evaluation } = await world.api.get(`/purchases/${body.purchaseId}/evaluation`)
    const rules = [{ rule: 0, exact: '170' }]
    expect(evaluation).toEqual({ points: 170, campaigns: [{ ...campaigns[0], exact: '170', limitedBy: null, rules }] })
  })

  test('gives nothing once the campaign is inactive, and what the one before gave stays', async () => {
    const before = await buy()
    const { headers } = await world.api.get('/campaigns/1')
    const switched = (status: string, etag: string | null) =>
      world.api.call('PATCH', '/campaigns/1', { body: { status }, headers: { 'If-Match': etag ?? '' } })
    const inactive = await switched('inactive', headers.get('ETag'))
    expect(inactive.status).toBe(200)
    expect((await buy()).body).toMatchObject({ pointsIssued: 0, campaigns: [] })
    expect((await world.api.get(`/purchases/${before.body.purchaseId}`)).body.pointsIssued).toBe(170)
    await switched('active', inactive.headers.get('ETag'))
    expect((await buy()).body.pointsIssued).toBe(170)
  })
})

describe('a campaign', () => {
  test('is created and read with its rules as an array, whichever way they came, and listed with their number', async () => {
    const created = await create({ rules: JSON.stringify([SAMPLE_RULE]), cap_total_points: 500 })
    expect(created.status).toBe(201)
    expect(created.headers.get('Location')).toBe(at('?client=test'))
    expect(created.headers.get('ETag')).toMatch(/^"1\.[0-9a-f]{16}"$/)
    const read = await world.api.get(created.headers.get('Location') ?? '')
    expect(read.body).toMatchObject({
      client: 'test',
      campaign_name: name,
      event_types: ['PurchaseCompleted'],
      status: 'active',
      starts_at: null,
      cap_total_points: 500,
      cap_points_per_customer: null,
      rules: [SAMPLE_RULE],
      given_points: 0,
    })
    const { rules: _, warnings: __, ...others } = read.body
    const { body: list } = await world.api.get('/campaigns?client=Test')
    expect(list.items).toContainEqual({ ...others, rule_count: 1 })
    expect((await world.api.get('/campaigns?client=Nobody')).body).toEqual({ items: [], count: 0, next_cursor: null })
  })

  test('is created once per key, and once per name', async () => {
    const key = crypto.randomUUID()
    expect((await create({}, { key })).status).toBe(201)
    const replayed = await create({}, { key })
    expect([replayed.status, replayed.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
    expect((await create({ status: 'inactive' }, { key })).status).toBe(422)
    expect((await create()).body.code).toBe('campaign_exists')
  })

  test('with errors in its rules is refused with each of them and its place', async () => {
    const rules = [{ ...SAMPLE_RULE, action: { command: 'issue', formula: '$.amount/' } }, { condition: {} }]
    const { status, body } = await create({ rules })
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { path: 'rules/0/action/formula', message: expect.stringMatching(/^character 10: /), position: 10 },
        { path: 'rules/1/action', message: 'is missing' },
      ]),
    )
    expect((await create({ rules: '[{' })).body.errors[0].path).toBe('rules')
    expect((await create({ starts_at: '2026-12-02T00:00:00Z', ends_at: '2026-12-01T00:00:00Z' })).body).toMatchObject({
      errors: [{ path: 'ends_at', message: 'must be after starts_at' }],
    })
    expect((await create({ colour: 'red' })).status).toBe(400)
    expect((await world.api.get(at('?client=Test'))).body.code).toBe('unknown_campaign')
  })

  test.each([
    { event_types: ['Review', 'PurchaseCompleted'] },
    { status: 'inactive' },
    { starts_at: '2026-12-01T00:00:00.000Z', ends_at: '2026-12-24T00:00:00.000Z' },
    { cap_total_points: 5, cap_points_per_customer: 1 },
    { rules: [] },
  ])('takes %o and leaves the rest as it was', async (changes) => {
    const { version: _, updated_at: __, ...before } = (await create()).body
    const { status, body, headers } = await patch(changes, '"1"')
    expect([status, headers.get('ETag')]).toEqual([200, expect.stringMatching(/^"2\./)])
    expect(body).toMatchObject({ ...before, ...changes })
  })

  test('is not changed by who has not read it as it is', async () => {
    await create()
    const unread = await world.api.call('PATCH', at('?client=Test'), { body: { status: 'inactive' } })
    expect([unread.status, unread.body.code]).toEqual([428, 'precondition_required'])
    expect((await patch({ status: 'inactive' }, '"1"')).status).toBe(200)
    const late = await patch({ status: 'active' }, '"1"')
    expect([late.status, late.body.code, late.body.version]).toEqual([412, 'campaign_moved_on', 2])
    const deleted = await world.api.call('DELETE', at('?client=Test'), { headers: { 'If-Match': '"1"' } })
    expect(deleted.status).toBe(412)
    expect((await world.api.get(at('?client=Test'))).body).toMatchObject({ status: 'inactive', version: 2 })
  })

  test('that 20 operators change at once loses none of the changes that were accepted', async () => {
    await create()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => patch({ cap_total_points: index }, '"1"')),
    )
    const accepted = answers.filter(({ status }) => status === 200)
    expect(accepted).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19)
    expect((await world.api.get(at('?client=Test'))).body).toEqual(accepted[0]?.body)
  })

  test('is changed once per key, however late the request comes again', async () => {
    await create()
    const key = crypto.randomUUID()
    await patch({ cap_total_points: 5 }, '"1"', { key })
    await patch({ cap_total_points: 6 }, '"2"')
    const replayed = await patch({ cap_total_points: 5 }, '"1"', { key })
    expect([replayed.status, replayed.body.cap_total_points]).toEqual([200, 6])
    expect(replayed.headers.get('Idempotency-Replayed')).toBe('true')
  })

  test.each(['is not there any more', 'has its name taken by another one'])(
    'that %s is answered as such to who repeats how it was made or changed',
    async (then) => {
      const [made, changed] = [crypto.randomUUID(), crypto.randomUUID()]
      await create({}, { key: made })
      await patch({ cap_total_points: 5 }, '"1"', { key: changed })
      await world.api.call('DELETE', at('?client=Test'), { headers: { 'If-Match': '"2"' } })
      if (then !== 'is not there any more') await create({ cap_total_points: 7 })
      const repeated = [await create({}, { key: made }), await patch({ cap_total_points: 5 }, '"1"', { key: changed })]
      for (const { status, headers, body } of repeated) {
        expect([status, body.code]).toEqual([404, 'unknown_campaign'])
        expect(headers.get('Idempotency-Replayed')).toBe('true')
      }
      const other = await patch({ cap_total_points: 6 }, '"1"', { key: changed })
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    },
  )

  test('that was changed in the meantime, so that it would no longer fit, is not changed twice by a repeat', async () => {
    await create()
    const key = crypto.randomUUID()
    const ends = { ends_at: '2026-12-24T00:00:00.000Z' }
    await patch(ends, '"1"', { key })
    await patch({ starts_at: '2026-12-25T00:00:00.000Z', ends_at: null }, '"2"')
    const repeated = await patch(ends, '"1"', { key })
    expect([repeated.status, repeated.body.version, repeated.body.ends_at]).toEqual([200, 3, null])
  })

  test('that is deleted is gone, its name is free, and its history has all of it', async () => {
    await create()
    await patch({ status: 'inactive' }, '"1"')
    const remove = (key: string) =>
      world.api.call('DELETE', at('?client=Test'), { key, headers: { 'If-Match': '"2"' } })
    const key = crypto.randomUUID()
    expect((await remove(key)).body).toEqual({ client: 'test', campaign_name: name, deleted: true })
    expect((await remove(key)).headers.get('Idempotency-Replayed')).toBe('true')
    expect((await remove(crypto.randomUUID())).status).toBe(404)
    expect((await world.api.get(at('?client=Test'))).status).toBe(404)
    expect((await create()).status).toBe(201)
    const { body } = await world.api.get(at('/history?client=Test'))
    const changes = body.items.map(({ action, before, after }: Record<string, { status: string } | null>) => [
      action,
      before?.status,
      after?.status,
    ])
    expect(changes).toEqual([
      ['created', undefined, 'active'],
      ['deleted', 'inactive', undefined],
      ['updated', 'active', 'inactive'],
      ['created', undefined, 'active'],
    ])
    expect(body.items[0]).toMatchObject({ actor: 'demo', version: 4 })
  })

  test('that can hardly be meant is saved, with warnings that say where', async () => {
    const contradicting = giving('1', {
      all: [
        { variable: '$.amount', rule: 'numeric_greater_than', value: 100 },
        { variable: '$.amount', rule: 'numeric_less_than', value: 50 },
      ],
    })
    const never = { path: 'rules/0/condition', message: 'can never hold: its comparisons contradict each other' }
    const byZero = { path: 'rules/1/action/formula', message: 'always divides by zero' }
    const created = await create({ rules: [contradicting, giving('1/0')] })
    expect(created).toMatchObject({ status: 201, body: { warnings: [never, byZero] } })
    expect((await world.api.get(at('?client=Test'))).body.warnings).toEqual([never, byZero])
    expect((await patch({ rules: [SAMPLE_RULE, giving('1/0')] }, '"1"')).body.warnings).toEqual([byZero])
    expect((await patch({ rules: [SAMPLE_RULE] }, '"2"')).body.warnings).toEqual([])
  })

  test('has a history that says where rules were changed; each change has them', async () => {
    const other = [giving('7')]
    await create()
    await patch({ rules: other }, '"1"')
    await patch({ cap_total_points: 1 }, '"2"')
    const { items } = (await world.api.get(at('/history?client=Test'))).body
    expect(items.map((item: { rules_changed: boolean }) => item.rules_changed)).toEqual([false, true, true])
    expect(items[1]).toMatchObject({ before: { rule_count: 1 }, after: { rule_count: 1 } })
    const changes = items.map(async ({ id }: { id: string }) => await world.api.get(at(`/history/${id}?client=Test`)))
    expect((await Promise.all(changes)).map(({ body }) => [body.before?.rules, body.after?.rules])).toEqual([
      [other, other],
      [[SAMPLE_RULE], other],
      [undefined, [SAMPLE_RULE]],
    ])
    for (const id of [items[0].id.replace(/\d$/, '9'), 'none'])
      expect((await world.api.get(at(`/history/${id}?client=Test`))).body.code).toBe('unknown_campaign')
    expect((await world.api.get(`/campaigns/1/history/${items[0].id}`)).body.code).toBe('unknown_campaign')
  })

  test('has a history of the types of events that it was for', async () => {
    await create({ event_types: ['Review'] })
    await patch({ event_types: ['Ride', 'Review'] }, '"1"')
    const { items } = (await world.api.get(at('/history?client=Test'))).body
    expect(items).toMatchObject([
      { before: { event_types: ['Review'] }, after: { event_types: ['Ride', 'Review'] } },
      { before: null, after: { event_types: ['Review'] } },
    ])
  })

  test('has a history whose pages miss nothing and repeat nothing, though it is changed meanwhile and begun anew', async () => {
    await create()
    await patch({ cap_total_points: 1 }, '"1"')
    await patch({ cap_total_points: 2 }, '"2"')
    await world.api.call('DELETE', at('?client=Test'), { headers: { 'If-Match': '"3"' } })
    await create()
    const page = async (cursor = '') => (await world.api.get(at(`/history?client=Test&limit=2${cursor}`))).body
    const next = ({ next_cursor }: { next_cursor: string }) => `&cursor=${next_cursor}`
    const first = await page()
    await patch({ cap_total_points: 3 }, '"1"')
    const second = await page(next(first))
    const third = await page(next(second))
    const changes = [first, second, third].flatMap(({ items }) => items)
    expect(changes.map(({ action, version }: { action: string; version: number }) => `${action} ${version}`)).toEqual([
      'created 5',
      'deleted 4',
      'updated 3',
      'updated 2',
      'created 1',
    ])
    expect(third.next_cursor).toBe(null)
    expect((await world.api.get(at('/history?client=Test&cursor=3'))).status).toBe(400)
  })
})

describe('bad input', () => {
  const deep = `${'['.repeat(25_000)}${']'.repeat(25_000)}`

  test.each([
    ['rules nested beyond any stack', `{"client":"Test","campaign_name":"deep","rules":${deep}}`, 'rules'],
    ['a value that cannot be stored', { rules: [textRule('\0')] }, 'rules.0.condition.value'],
    ['half a character', { rules: [textRule('\ud800')] }, 'rules.0.condition.value'],
    [
      'a value in JSON text that cannot be stored',
      { rules: JSON.stringify([textRule('\0')]) },
      'rules/0/condition/value',
    ],
    ['half a character in JSON text', { rules: JSON.stringify([textRule('\ud800')]) }, 'rules/0/condition/value'],
    ['a start in the year 0', { starts_at: '0000-01-01T00:00:00Z' }, 'starts_at'],
    ['an end beyond the year 9999', { ends_at: '9999-12-31T23:59:59-23:59' }, 'ends_at'],
    ['a start between two milliseconds', { starts_at: '2026-12-01T00:00:00.0009Z' }, 'starts_at'],
    ['no type of event', { event_types: [] }, 'event_types'],
    ['a type of event given twice', { event_types: ['caf\u00e9', 'cafe\u0301'] }, 'event_types'],
    ['eleven types of events', { event_types: 'abcdefghijk'.split('') }, 'event_types'],
    ['a type of event without a name', { event_types: ['Ride', ' '] }, 'event_types.1'],
    ['a type of event that is too long', { event_types: ['x'.repeat(101)] }, 'event_types.0'],
    ['a type of event that is no text', { event_types: [5] }, 'event_types.0'],
    ['types of events that are no array', { event_types: 'Review' }, 'event_types'],
    ['a name that is a way up', { campaign_name: '..' }, 'campaign_name'],
  ])('%s is refused with its place', async (_, body, path) => {
    const { status, body: problem } =
      typeof body === 'string' ? await world.api.call('POST', '/campaigns', { body }) : await create(body)
    expect([status, problem.errors?.[0]?.path]).toEqual([400, path])
  })

  test('rules nested beyond any stack are refused as a change, too', async () => {
    await create()
    const { status, body } = await world.api.call('PATCH', at('?client=Test'), {
      body: `{"rules":${deep}}`,
      headers: { 'If-Match': '"1"' },
    })
    expect([status, body.errors[0].path]).toEqual([400, 'rules'])
  })

  test('one campaign more than a client can have is refused, until another one is deleted', async () => {
    const key = crypto.randomUUID()
    const created = (index: number, call = {}) =>
      world.api.post('/campaigns', { client: 'Many', campaign_name: `${index}`, rules: [] }, call)
    await Promise.all(Array.from({ length: 50 }, (_, index) => created(index)))
    expect((await created(50, { key })).body).toMatchObject({ status: 409, code: 'too_many_campaigns' })
    await world.api.call('DELETE', '/campaigns/7?client=Many', { headers: { 'If-Match': '"1"' } })
    const repeated = await created(50, { key })
    expect([repeated.body.code, repeated.headers.get('Idempotency-Replayed')]).toEqual(['too_many_campaigns', 'true'])
    expect((await created(50)).status).toBe(201)
  })
})

function textRule(value: string) {
  return { ...SAMPLE_RULE, condition: { rule: 'string_equals', value } }
}
