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

  test('gives by the lines that a rule chooses, whatever the order of the cart, as it was quoted', async () => {
    await world.shop.addProduct({ id: 'food', priceMinor: 1_999, stock: 1_000 })
    const labelled = await world.api.call('PATCH', '/products/food', { body: { categories: ['unicorn-food'] } })
    expect(labelled.status).toBe(200)
    const rules = [
      {
        lines: { variable: '@.categories', rule: 'contains', value: 'unicorn-food' },
        condition: {
          all: [
            { variable: '$.customer.purchases', rule: 'numeric_greater_than_equals', value: 0 },
            {
              variable: '$.local.weekday',
              rule: 'in',
              value: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
            },
            { variable: 'sum($.lines[*].quantity)', rule: 'between', value: [4, 4] },
            { variable: '$.nowhere', rule: 'exists', value: false },
          ],
        },
        action: { command: 'issue', formula: '$.matched.total * 0.2 + $.matched.quantity' },
      },
    ]
    const created = await world.api.post('/campaigns', { client: 'UnicornStore', campaign_name: name, rules })
    expect(created).toMatchObject({ status: 201, body: { rules, warnings: [] } })
    const lines = [
      { productId: 'air', quantity: 1 },
      { productId: 'food', quantity: 3 },
    ]
    // A fifth of 59.97, and 3, is 14.994.
    for (const ordered of [lines, lines.toReversed()]) {
      const { body: quote } = await world.api.post('/purchase/quote', { userId: 'derick', lines: ordered })
      expect(quote.campaigns).toContainEqual(expect.objectContaining({ campaign: name, points: 15 }))
      const { body } = await world.api.post('/purchase', { userId: 'derick', lines: ordered })
      expect(body.campaigns).toContainEqual(expect.objectContaining({ campaign: name, points: 15 }))
      const { body: evaluation } = await world.api.get(`/purchases/${body.purchaseId}/evaluation`)
      expect(evaluation.campaigns).toContainEqual(expect.objectContaining({ campaign: name, exact: '14.994' }))
    }
    const removed = await world.api.call('DELETE', at('?client=UnicornStore'), {
      headers: { 'If-Match': created.headers.get('ETag') ?? '' },
    })
    expect(removed.status).toBe(200)
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
      time_zone: 'UTC',
      priority: 0,
      exclusive_group: null,
      state: 'running',
      cap_total_points: 500,
      points_left: 500,
      cap_points_per_customer: null,
      available_after_days: 0,
      expiry: null,
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
    { time_zone: 'Europe/Berlin' },
    { time_zone: 'America/Argentina/Buenos_Aires', priority: -1000 },
    { priority: 1000, exclusive_group: '2-for-1' },
    { cap_total_points: 5, cap_points_per_customer: 1 },
    { available_after_days: 365 },
    { expiry: { days: 36_500 } },
    { expiry: { end_of_month: 0 } },
    { available_after_days: 14, expiry: { on: '2028-02-29' } },
    { rules: [] },
  ])('takes %o and leaves the rest as it was', async (changes) => {
    const { version: _, updated_at: __, state: ___, points_left: ____, ...before } = (await create()).body
    const { status, body, headers } = await patch(changes, '"1"')
    expect([status, headers.get('ETag')]).toEqual([200, expect.stringMatching(/^"2\./)])
    expect(body).toMatchObject({ ...before, ...changes })
  })

  test('is a draft until it is active or inactive, and never again; its state is told by its schedule', async () => {
    const far = { starts_at: '2999-12-01T00:00:00.000Z' }
    expect((await create({ status: 'draft', ends_at: '2026-01-01T00:00:00Z' })).body.state).toBe('draft')
    expect((await patch({ priority: 5 }, '"1"')).body).toMatchObject({ status: 'draft', state: 'draft' })
    expect((await patch({ status: 'active' }, '"2"')).body.state).toBe('ended')
    expect((await patch({ status: 'inactive' }, '"3"')).body.state).toBe('ended')
    expect((await patch({ ends_at: null }, '"4"')).body.state).toBe('inactive')
    expect((await patch({ status: 'active', ...far }, '"5"')).body.state).toBe('scheduled')
    expect((await patch({ starts_at: null }, '"6"')).body.state).toBe('running')
    const again = await patch({ status: 'draft' }, '"7"')
    expect(again).toMatchObject({ status: 400, body: { errors: [{ path: 'status' }] } })
    const { items } = (await world.api.get(at('/history?client=Test'))).body
    expect(items.map(({ after }: { after: { status: string } }) => after.status)).toEqual([
      ...['active', 'active', 'inactive', 'inactive', 'active', 'draft', 'draft'],
    ])
  })

  test('leaves its group when it is told so, and not when the group is not named', async () => {
    expect((await create({ exclusive_group: 'weekend' })).body.exclusive_group).toBe('weekend')
    expect((await patch({ priority: 1, cap_total_points: 0 }, '"1"')).body).toMatchObject({
      exclusive_group: 'weekend',
      points_left: 0,
    })
    expect((await patch({ exclusive_group: null, cap_total_points: null }, '"2"')).body).toMatchObject({
      exclusive_group: null,
      points_left: null,
    })
  })

  test('goes back to points that count at once and end as configured, and leaves them so when they are not named', async () => {
    const terms = { available_after_days: 14, expiry: { days: 90 } }
    expect((await create(terms)).body).toMatchObject(terms)
    expect((await patch({ status: 'inactive' }, '"1"')).body).toMatchObject(terms)
    expect((await patch({ available_after_days: 0 }, '"2"')).body).toMatchObject({ ...terms, available_after_days: 0 })
    expect((await patch({ expiry: null }, '"3"')).body).toMatchObject({ available_after_days: 0, expiry: null })
    const { items } = (await world.api.get(at('/history?client=Test'))).body
    const told = ({ available_after_days, expiry }: typeof terms) => [available_after_days, expiry]
    expect(
      items.map(({ before, after }: { before: typeof terms; after: typeof terms }) => [
        before && told(before),
        told(after),
      ]),
    ).toEqual([
      [
        [0, { days: 90 }],
        [0, null],
      ],
      [
        [14, { days: 90 }],
        [0, { days: 90 }],
      ],
      [
        [14, { days: 90 }],
        [14, { days: 90 }],
      ],
      [null, [14, { days: 90 }]],
    ])
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
    expect(body.items[0]).toMatchObject({ actor: { role: 'demo' }, version: 4 })
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

  test('whose points would end before they count is saved, with a warning', async () => {
    const past = [
      { path: 'expiry', message: expect.stringMatching(/^ends before any points count, which is on \d{4}-/) },
    ]
    expect(await create({ expiry: { on: '2020-02-29' } })).toMatchObject({ status: 201, body: { warnings: past } })
    expect((await world.api.get(at('?client=Test'))).body.warnings).toEqual(past)
    expect((await patch({ expiry: { on: '2999-12-31' } }, '"1"')).body.warnings).toEqual([])
    const schedule = { starts_at: '2999-12-01T00:00:00Z', ends_at: '2999-12-24T00:00:00Z', available_after_days: 9 }
    expect((await patch(schedule, '"2"')).body.warnings).toEqual([
      { path: 'expiry', message: 'ends before some points count: those awarded on 2999-12-23, from 3000-01-01 on' },
    ])
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
    for (const id of [items[0].id.replace(/.$/, (last: string) => (last === '9' ? '8' : '9')), 'none'])
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

type Refused = [terms: object, path: string, message: string]

const NO_TIME_ZONES = ['', 'Berlin', 'europe/berlin ', '+01:00', 'Europe/Berlin\u007f', 'x'.repeat(65)].map(
  (name): Refused => [{ time_zone: name }, 'time_zone', 'must be the IANA name of a time zone, such as Europe/Berlin'],
)

const NO_GROUPS = ['', 'Weekend', '-a', 'a b', 'é', 'x'.repeat(41)].map((group): Refused => {
  const message = 'must be 1 to 40 small letters, digits and hyphens, and not begin with a hyphen'
  return [{ exclusive_group: group }, 'exclusive_group', message]
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

  test.each<Refused>([
    ...NO_TIME_ZONES,
    [{ time_zone: null }, 'time_zone', 'must be a string'],
    [{ priority: 1001 }, 'priority', 'must be at most 1000'],
    [{ priority: -1001 }, 'priority', 'must be at least -1000'],
    [{ priority: 0.5 }, 'priority', 'must be a whole number'],
    ...NO_GROUPS,
    [{ available_after_days: -1 }, 'available_after_days', 'must be at least 0'],
    [{ available_after_days: 366 }, 'available_after_days', 'must be at most 365'],
    [{ available_after_days: 1.5 }, 'available_after_days', 'must be a whole number'],
    [{ available_after_days: '14' }, 'available_after_days', 'must be a number'],
    [{ available_after_days: null }, 'available_after_days', 'must be a number'],
    [{ expiry: {} }, 'expiry', 'must have exactly one of days, end_of_month and on'],
    [{ expiry: { days: 90, on: '2027-12-31' } }, 'expiry', 'must have exactly one of days, end_of_month and on'],
    [{ expiry: { days: 90, weeks: 2 } }, 'expiry.weeks', 'is not known here'],
    [{ expiry: { days: 0 } }, 'expiry.days', 'must be at least 1'],
    [{ expiry: { days: 36_501 } }, 'expiry.days', 'must be at most 36500'],
    [{ expiry: { days: 1.5 } }, 'expiry.days', 'must be a whole number'],
    [{ expiry: { end_of_month: -1 } }, 'expiry.end_of_month', 'must be at least 0'],
    [{ expiry: { end_of_month: 121 } }, 'expiry.end_of_month', 'must be at most 120'],
    [{ expiry: { on: '2027-02-30' } }, 'expiry.on', 'must be a day that there is'],
    [{ expiry: { on: '2027-02-29' } }, 'expiry.on', 'must be a day that there is'],
    [{ expiry: { on: '2027-12-31T00:00:00Z' } }, 'expiry.on', 'must be a day, such as 2027-12-31'],
    [{ expiry: { on: '31.12.2027' } }, 'expiry.on', 'must be a day, such as 2027-12-31'],
    [{ expiry: { on: '1999-12-31' } }, 'expiry.on', 'must be in the years 2000 to 2999'],
    [{ expiry: { on: '3000-01-01' } }, 'expiry.on', 'must be in the years 2000 to 2999'],
    [{ expiry: { on: null } }, 'expiry.on', 'must be a string'],
    [{ expiry: '90' }, 'expiry', 'must be an object'],
    [{ expiry: [{ days: 90 }] }, 'expiry', 'must be an object'],
  ])('%o is refused with its place, wherever terms are given', async (terms, path, message) => {
    const problem = { status: 400, body: { code: 'invalid_request', errors: [{ path, message }] } }
    expect(await create(terms)).toMatchObject(problem)
    expect(await patch(terms, '"1"')).toMatchObject(problem)
    expect(await world.api.post('/campaigns/simulate', { event: {}, ...terms })).toMatchObject(problem)
    expect(await world.api.post('/campaigns/backtest', { from: '2026-01-01T00:00:00Z', ...terms })).toMatchObject(
      problem,
    )
  })

  test('a time zone that is written otherwise than the database knows it is not saved', async () => {
    const problem = {
      status: 400,
      body: {
        errors: [{ path: 'time_zone', message: 'must be a time zone that the database knows, as it writes it' }],
      },
    }
    expect(await create({ time_zone: 'europe/berlin' })).toMatchObject(problem)
    await create()
    expect(await patch({ time_zone: 'europe/berlin' }, '"1"')).toMatchObject(problem)
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
