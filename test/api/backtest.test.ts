import { beforeAll, expect, test } from 'vitest'
import { awardPoints } from '#activities/points.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'

const FROM = '2020-01-01T00:00:00Z'
/** More than two pages of reviews. */
const REVIEWS = 230

const world = await shared(openApiWorld())

beforeAll(async () => {
  await world.shop.addProduct({ id: 'air', priceMinor: 170_000, stock: 10 })
  await world.shop.addWallet({ username: 'ann', balanceMinor: 1_000_000 })
  await world.api.post('/campaigns', {
    client: 'reviews',
    campaign_name: 'stars',
    event_types: ['Review'],
    rules: [giving('$.stars', always)],
  })
  for (let review = 0; review < REVIEWS; review++) await happen(`r${review % 10}`)
  for (const quantity of [1, 1, 2]) await world.api.post('/purchase', { userId: 'ann', productId: 'air', quantity })
})

const always = { variable: '$.type', rule: 'string_equals', value: 'Review' } as const

/** A review, without the detour over a workflow. */
async function happen(username: string): Promise<void> {
  await world.shop.addUser(username)
  const eventId = crypto.randomUUID()
  const request = aRequest(eventId)
  const review = { type: 'Review', client: 'reviews', username, payload: { stars: 5 }, actor: 'test' }
  await recordExternalEvent(world.shop.sql, request, { eventId, ...review })
  await awardPoints(world.shop.points, { eventId })
}

async function backtest(body: object) {
  const answer = await world.api.post('/campaigns/backtest', { from: FROM, ...body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const pages = answer.body.filter(({ line }: { line: string }) => line === 'page')
  return { pages, last: answer.body.at(-1), awards: awardsOf(answer.body), campaigns: campaignsOf(answer.body) }
}

// biome-ignore lint/suspicious/noExplicitAny: held against the published schema already.
const awardsOf = (lines: any[]) => lines.flatMap(({ awards }) => awards ?? [])

/** The totals of campaigns, each with those of its rules, which follow it. */
// biome-ignore lint/suspicious/noExplicitAny: held against the published schema already.
function campaignsOf(lines: any[]) {
  // biome-ignore lint/suspicious/noExplicitAny: the same.
  const campaigns: any[] = []
  for (const { line, rules, ...totals } of lines) {
    if (line === 'campaign') campaigns.push({ ...totals, rules: [] })
    if (line === 'rules') campaigns.at(-1).rules.push(...rules)
  }
  return campaigns
}

test('reports for each purchase what it would have earned by which rule, and the totals', async () => {
  const rules = [giving('$.quantity * 2.5'), giving('$.colour')]
  const { pages, last, awards, campaigns } = await backtest({ rules, cap_total_points: 6 })
  expect(pages).toMatchObject([{ line: 'page', done: 3, total: 3 }])
  expect(awards).toMatchObject([
    { kind: 'purchase', account_id: 'ann', points: 2, points_issued: 170 },
    {
      points: 2,
      campaigns: [
        { campaign_name: null, exact: '2.5', earned: 2, rules: [{ exact: '2.5' }, { reason: { code: 'missing' } }] },
      ],
    },
    { points: 2, points_issued: 340, campaigns: [{ earned: 5, limited_by: 'total_points' }] },
  ])
  expect(last).toMatchObject({
    line: 'totals',
    evaluated: 3,
    points: 6,
    points_issued: 680,
  })
  expect(campaigns).toMatchObject([
    { points: 6, earning: 3, limited: 1, rules: [{ gave: 3, sum: '10' }, { not_evaluated: 3 }] },
  ])
})

test('compares a stored campaign that is changed with its saved version, in points and in money, and names what differs', async () => {
  const { last, awards } = await backtest({ campaign_name: '1', rules: [giving('$.quantity * 100')] })
  expect(awards).toMatchObject([
    { points: 100, points_saved: 170, points_issued: 170 },
    { points: 100, points_saved: 170 },
    { points: 200, points_saved: 340 },
  ])
  const { saved, ...totals } = last
  expect(totals).toMatchObject({
    ...{ points: 400, amount: 40, points_taken_back: 0, amount_taken_back: 0 },
    ...{ points_issued: 680, amount_issued: 68, point_value: 0.1 },
  })
  expect(saved).toMatchObject({ points: 680, amount: 68, points_taken_back: 0, amount_taken_back: 0, differing: 3 })
  const [most] = saved.examples
  expect(most).toEqual({
    ...{ kind: 'purchase', id: awards[2].id, user_id: awards[2].user_id, account_id: 'ann' },
    ...{ occurred_at: awards[2].occurred_at, points: 200, points_saved: 340 },
  })
  const alike = await backtest({ campaign_name: '1', priority: 3 })
  expect(alike.last.saved).toMatchObject({ points: 680, differing: 0, examples: [] })
})

test.each([
  ['all campaigns', {}],
  ['a stored campaign as it is', { campaign_name: '1' }],
  ['a campaign that is not stored', { rules: [giving('1')] }],
])('compares %s with nothing', async (_, body) => {
  const { last, awards } = await backtest(body)
  expect(last.saved).toBeNull()
  expect(awards.map(({ points_saved }) => points_saved)).toEqual([null, null, null])
})

test('goes back 30 days of itself, from now or from its end', async () => {
  const ask = async (body: object) => (await world.api.post('/campaigns/backtest', body)).body.at(-1).evaluated
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  expect(await ask({})).toBe(3)
  expect(await ask({ to: inDays(40) })).toBe(3)
  expect(await ask({ to: inDays(-1) })).toBe(0)
})

test('ignores the schedule and the status of a campaign, and of its saved version, when it is told to', async () => {
  const draft = { campaign_name: 'a draft', status: 'draft', rules: [giving('5')] }
  expect((await world.api.post('/campaigns', draft)).status).toBe(201)
  const changed = { campaign_name: 'a draft', rules: [giving('7')], starts_at: '2999-01-01T00:00:00Z' }
  const asItIs = await backtest(changed)
  expect(asItIs.awards[0].campaigns).toMatchObject([{ not_running: 'draft', earned: 7, points: 0 }])
  expect(asItIs.last).toMatchObject({ points: 0, saved: { points: 0, differing: 0 } })
  const { last } = await backtest({ ...changed, ignore_schedule: true })
  expect(last).toMatchObject({ points: 21, saved: { points: 15, differing: 3 } })
  const stored = await world.api.get('/campaigns/a%20draft')
  expect(stored.body).toMatchObject({ status: 'draft', starts_at: null, given_points: 0 })
})

test('without a campaign it reports what really happened, and with a name what that one gives with the changes', async () => {
  expect((await backtest({})).last).toMatchObject({ points: 680, points_issued: 680 })
  const changed = await backtest({ campaign_name: '1', ends_at: '2020-01-02T00:00:00Z' })
  expect(changed.last).toMatchObject({ points: 0 })
  expect(changed.campaigns).toMatchObject([{ campaign_name: '1', not_running: 3 }])
  expect(changed.awards[0].campaigns).toMatchObject([{ not_running: 'ended', earned: 170, points: 0 }])
})

test('comes in pages with their progress, in the order in which things happened, each once', async () => {
  const { pages, awards, last } = await backtest({ client: 'Reviews' })
  expect(pages.map(({ done }: { done: number }) => done)).toEqual([100, 200, 230])
  expect(new Set(awards.map(({ id }) => id)).size).toBe(REVIEWS)
  expect(last).toMatchObject({ evaluated: REVIEWS, points: 5 * REVIEWS, points_issued: 5 * REVIEWS })
})

test('a past in which nothing happened has totals, too', async () => {
  expect(await backtest({ client: 'Nobody' })).toMatchObject({ pages: [{ done: 0, total: 0 }], last: { evaluated: 0 } })
  expect((await backtest({ to: '2020-01-02T00:00:00Z' })).last).toMatchObject({ evaluated: 0, points: 0 })
})

test.each([
  ['a time that is to come', { from: '2999-01-01T00:00:00Z' }, 'from'],
  ['an end before the beginning', { to: '2019-01-01T00:00:00Z' }, 'from'],
  ['a time between two milliseconds', { from: '2020-01-01T00:00:00.0009Z' }, 'from'],
  ['a time that is none', { from: 'yesterday' }, 'from'],
  ['rules with an error', { rules: [{}] }, 'rules/0/action'],
  ['a schedule that is no campaign', { ignore_schedule: true }, 'ignore_schedule'],
])('%s is refused with its place', async (_, body, path) => {
  const { status, body: problem } = await world.api.post('/campaigns/backtest', { from: FROM, ...body })
  expect(status).toBe(400)
  expect(problem.errors[0].path).toBe(path)
})

/** A server whose backtests wait at a page for as long as a test wants, or break. */
async function serveHeldBacktests(atPage: (page: number) => Promise<void>) {
  let pages = 0
  const sql = interceptSql(world.shop.sql, async (text, send) => {
    if (text.includes('as moment')) await atPage(++pages)
    return await send()
  })
  return { api: await world.serve({ sql }), pagesRead: () => pages }
}

const ask = (url: string, signal: AbortSignal) =>
  fetch(`${url}/campaigns/backtest`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ client: 'Reviews', from: FROM }),
    signal,
  })

test('a client that goes away cancels it, and makes room for another; more than two at once of one caller are refused', async () => {
  const held = Promise.withResolvers<void>()
  const { api, pagesRead } = await serveHeldBacktests((page) => (page > 2 ? Promise.resolve() : held.promise))
  const gone = [new AbortController(), new AbortController()]
  const asked = await Promise.all(gone.map(({ signal }) => ask(api.url, signal)))
  expect(asked.map(({ status }) => status)).toEqual([200, 200])
  const third = await api.post('/campaigns/backtest', { from: FROM })
  expect([third.status, third.body.code, third.headers.get('Retry-After')]).toEqual([429, 'too_many_at_once', '2'])
  await expect.poll(pagesRead).toBe(2)
  for (const one of gone) one.abort()
  // Until the pages that are being read are through, they count.
  expect((await api.post('/campaigns/backtest', { from: FROM })).status).toBe(429)
  held.resolve()
  await expect.poll(async () => (await api.post('/campaigns/backtest', { from: FROM })).status).toBe(200)
  // The first page of each of the two, and all of the third one: the others' pages were never read.
  expect(pagesRead()).toBe(3)
})

test('what goes wrong on the way is the last line, and there are no totals', async () => {
  const { api } = await serveHeldBacktests(async (page) => {
    if (page === 2) throw Object.assign(new Error('secret'), { code: 'CONNECTION_CLOSED' })
  })
  const { body } = await api.post('/campaigns/backtest', { client: 'Reviews', from: FROM })
  expect(body).toMatchObject([
    { line: 'page', done: 100 },
    { line: 'problem', problem: { code: 'database_unavailable', status: 503 } },
  ])
  expect(JSON.stringify(body)).not.toContain('secret')
})

test('a server that stops ends it at once', async () => {
  const held = Promise.withResolvers<void>()
  const { api, pagesRead } = await serveHeldBacktests((page) => (page === 2 ? held.promise : Promise.resolve()))
  const answer = await ask(api.url, new AbortController().signal)
  await expect.poll(pagesRead).toBe(2)
  const stopped = api.stop()
  held.resolve()
  expect(await answer.text()).not.toContain('totals')
  await stopped
  expect(pagesRead()).toBe(2)
})

test('what products and customers are called since then changes nothing, nor what they bought since', async () => {
  const from = new Date().toISOString()
  const label = (path: string, body: object) => world.api.call('PATCH', path, { body })
  await world.api.post('/users/ann/top-ups', { amount: 10_000 })
  await label('/products/air', { categories: ['unicorns'] })
  await label('/users/ann', { tags: ['vip'] })
  await world.api.post('/purchase', { userId: 'ann', productId: 'air', quantity: 1 })
  await label('/products/air', { categories: ['donkeys'] })
  await label('/users/ann', { tags: [] })
  await world.api.post('/purchase', { userId: 'ann', productId: 'air', quantity: 1 })
  const rules = [
    giving('1', { variable: '$.lines[0].categories', rule: 'contains', value: 'unicorns' }),
    giving('10', { variable: '$.customer.tags', rule: 'contains', value: 'vip' }),
    giving('100', { variable: '$.customer.purchases', rule: 'numeric_equals', value: 3 }),
  ]
  const { awards } = await backtest({ from, rules })
  expect(awards.map(({ points }) => points)).toEqual([111, 0])
})
