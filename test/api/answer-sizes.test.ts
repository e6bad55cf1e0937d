import { afterAll, describe, expect, test } from 'vitest'
import { openBiggestContent } from '#test/support/biggest-content.ts'

/** What no answer, and no line of an answer in lines, has more of. ADR 16 says how each comes to be within it. */
const MAX_BYTES = 1024 * 1024
/** What a page has at least, however big its items are. */
const MIN_ITEMS = 50

// The content is copied in the database, so the books are not in order and are not audited.
const world = await openBiggestContent()
afterAll(() => world.close())

const { api, username, purchaseId, productId } = world
const campaign = encodeURIComponent(world.campaign)
const page = (path: string) => () => api.get(`${path}${path.includes('?') ? '&' : '?'}limit=500`)
const item = (path: string) => () => api.get(path)
const rules = () => ({ rules: world.rules })

/** Of as many rules as a client may have, of which each says why it gives nothing. */
const simulate = () => api.post('/campaigns/simulate', { event: { amount: 'none', ...world.wrongEvent } })

/** The request with the biggest answer, for each operation whose answer may be big. */
const BIGGEST: Record<string, () => ReturnType<typeof api.get>> = {
  'get /campaigns': page('/campaigns'),
  'get /campaigns/{campaign_name}': item(`/campaigns/${campaign}`),
  'get /campaigns/{campaign_name}/history': page(`/campaigns/${campaign}/history`),
  'get /campaigns/{campaign_name}/history/{id}': async () => {
    const { body } = await api.get(`/campaigns/${campaign}/history?limit=1`)
    return await api.get(`/campaigns/${campaign}/history/${body.items[0].id}`)
  },
  'get /events/{id}/evaluation': async () => {
    const { body } = await api.get('/operations/parked?limit=1')
    return await api.get(`/events/${body.items[0].id}/evaluation`)
  },
  'get /healthz': item('/healthz'),
  'get /images/{name}': item('/images/unicorn-air.svg'),
  'get /operations/discrepancies': page('/operations/discrepancies'),
  'get /operations/parked': page('/operations/parked'),
  'get /points': item(`/points?account_id=${username}`),
  'get /points/lots': page(`/points/lots?account_id=${username}`),
  'get /points/transactions': page(`/points/transactions?account_id=${username}`),
  'get /products': page('/products'),
  'get /products/{id}': item(`/products/${productId}`),
  'get /products/{id}/history': page(`/products/${productId}/history`),
  'get /purchases': page('/purchases'),
  'get /purchases/{id}': item(`/purchases/${purchaseId}`),
  'get /purchases/{id}/evaluation': item(`/purchases/${purchaseId}/evaluation`),
  'get /purchases/{id}/events': item(`/purchases/${purchaseId}/events`),
  'get /purchases/{id}/refund-quote': item(`/purchases/${purchaseId}/refund-quote`),
  'get /readyz': item('/readyz'),
  'get /settings': item('/settings'),
  'get /users': page('/users'),
  'get /users/balance/{username}': item(`/users/balance/${username}`),
  'get /users/{username}/wallet-entries': page(`/users/${username}/wallet-entries`),
  'patch /campaigns/{campaign_name}': async () => {
    const { headers } = await api.get(`/campaigns/${campaign}`)
    const ifMatch = { 'If-Match': headers.get('ETag') ?? '' }
    return await api.call('PATCH', `/campaigns/${campaign}`, { body: rules(), headers: ifMatch })
  },
  'post /campaigns': () => api.post('/campaigns', { client: 'Other', campaign_name: world.campaign, ...rules() }),
  'post /campaigns/backtest': () => api.post('/campaigns/backtest', { from: '2020-01-01T00:00:00Z' }),
  'post /campaigns/simulate': simulate,
  'post /events': () => api.post('/events', world.event, { key: 'biggest' }),
  'post /purchase': () => api.post('/purchase', world.order),
  'post /purchase/quote': () => api.post('/purchase/quote', world.order),
}

/** Those whose answer has a list, of whatever, and all that only read. */
function operationsToCover(): string[] {
  const { paths, components } = api.contract.document
  const hasList = (schema: unknown, seen: readonly string[] = []): boolean => {
    const json = JSON.stringify(schema ?? {})
    const references = [...json.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '')
    const further = references.filter((name) => !seen.includes(name))
    return (
      json.includes('"type":"array"') ||
      further.some((name) => hasList(components.schemas[name], [...seen, ...further]))
    )
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) => {
      const answers = Object.entries(responses).flatMap(([status, answer]) => (Number(status) < 300 ? [answer] : []))
      return method === 'get' || hasList(answers) ? [`${method} ${path}`] : []
    }),
  )
}

/** Bytes of an answer or, of one in lines, of its longest line. */
function bytesOf(body: unknown): number {
  if (Array.isArray(body)) return Math.max(...body.map(bytesOf))
  return Buffer.byteLength(typeof body === 'string' ? body : JSON.stringify(body))
}

describe('an answer', () => {
  test('that may be big is held against the bound below, whatever its route', () => {
    expect(Object.keys(BIGGEST).toSorted()).toEqual(operationsToCover().toSorted())
  })

  test.for(Object.entries(BIGGEST))('of %s has less than a megabyte at its biggest', async ([, request]) => {
    const { status, body } = await request()
    expect(status).toBeLessThan(300)
    expect(bytesOf(body)).toBeLessThan(MAX_BYTES)
    if (body.count !== undefined) expect(body.count).toBeGreaterThanOrEqual(MIN_ITEMS)
  })

  test('of a simulation has less than a megabyte, with 5,000 rules of which each says why it gives nothing', async () => {
    const { body } = await simulate()
    const outcomes = body.campaigns.flatMap((one: { rules: { reason?: { message: string } }[] }) => one.rules)
    expect(outcomes).toHaveLength(5_000)
    for (const { reason } of outcomes) expect(reason?.message).toMatch(/ is (?:an object|a text), not a number$/)
    expect(bytesOf(body)).toBeLessThan(MAX_BYTES)
  })

  test('to a bad request has less than a megabyte, with as many errors as a body has room for', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [index.toString(36), 1]))
    const { status, body } = await api.post('/users', unknown)
    expect(status).toBe(400)
    expect(bytesOf(body)).toBeLessThan(MAX_BYTES)
  })
})

test('pages that end early go on where they ended, until every item was on one', async () => {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await api.get(`/products?limit=500${cursor && `&cursor=${cursor}`}`)
    ids.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.nextCursor
  }
  const [{ count } = { count: 0 }] = await world.shop.sql<{ count: number }[]>`select count(*) from products`
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toHaveLength(count)
})

describe('the evaluation of an award', () => {
  test('is in the answer of one route alone', async () => {
    const hasIt = (body: unknown) => JSON.stringify(body).includes('notEvaluated')
    expect(hasIt((await api.get(`/purchases/${purchaseId}/evaluation`)).body)).toBe(true)
    const others = ['/purchases', `/purchases/${purchaseId}`, `/purchases/${purchaseId}/events`, '/operations/parked']
    for (const path of [...others, `/points/transactions?account_id=${username}`])
      expect(hasIt((await api.get(path)).body), path).toBe(false)
  })

  test('is stored once', async () => {
    const [stored] = await world.shop.sql`
      select
        (select count(*) from awards where id = ${purchaseId} and evaluation::text like '%not_evaluated%') as awards,
        (select count(*) from purchase_events where detail::text like '%not_evaluated%') as timeline,
        (select count(*) from points_events where payload::text like '%not_evaluated%') as ledger,
        (select count(*) from points_commands where answer::text like '%not_evaluated%') as answers,
        (select count(*) from saga_steps where answer::text like '%not_evaluated%') as steps`
    expect(stored).toEqual({ awards: 1, timeline: 0, ledger: 0, answers: 0, steps: 0 })
  })
})
