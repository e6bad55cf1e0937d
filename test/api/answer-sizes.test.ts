import { afterAll, describe, expect, test } from 'vitest'
import { openBiggestContent } from '#test/support/biggest-content.ts'
import { giving } from '#test/support/campaign-examples.ts'

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

/** An address of each list, with more in it than a page has. */
const LISTS: Record<string, string> = {
  '/campaigns': '/campaigns',
  '/campaigns/{campaign_name}/history': `/campaigns/${campaign}/history`,
  '/operations/discrepancies': '/operations/discrepancies',
  '/operations/parked': '/operations/parked',
  '/points/lots': `/points/lots?account_id=${username}`,
  '/points/transactions': `/points/transactions?account_id=${username}`,
  '/products': '/products',
  '/products/{id}/history': `/products/${productId}/history`,
  '/purchases': '/purchases',
  '/users': '/users',
  '/users/{username}/wallet-entries': `/users/${username}/wallet-entries`,
}

const NAMING = giving('1', { variable: '$.username', rule: 'string_equals', value: 'named' })

/** The request with the biggest answer, for each operation whose answer may be big. */
const BIGGEST: Record<string, () => ReturnType<typeof api.get>> = {
  ...Object.fromEntries(Object.entries(LISTS).map(([path, address]) => [`get ${path}`, page(address)])),
  'get /campaigns/{campaign_name}': item(`/campaigns/${campaign}`),
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
  'get /points': item(`/points?account_id=${username}`),
  'get /products/{id}': item(`/products/${productId}`),
  'get /purchases/{id}': item(`/purchases/${purchaseId}`),
  'get /purchases/{id}/evaluation': item(`/purchases/${purchaseId}/evaluation`),
  'get /purchases/{id}/events': item(`/purchases/${purchaseId}/events`),
  'get /purchases/{id}/refund-quote': item(`/purchases/${purchaseId}/refund-quote`),
  'get /readyz': item('/readyz'),
  'get /reports/points-liability': item('/reports/points-liability'),
  'get /me': () => api.get('/me'),
  'get /settings': item('/settings'),
  'get /users/balance/{username}': item(`/users/balance/${username}`),
  'patch /campaigns/{campaign_name}': async () => {
    const { headers } = await api.get(`/campaigns/${campaign}`)
    const ifMatch = { 'If-Match': headers.get('ETag') ?? '' }
    return await api.call('PATCH', `/campaigns/${campaign}`, { body: rules(), headers: ifMatch })
  },
  'patch /products/{id}': () => api.call('PATCH', `/products/${productId}`, { body: world.product }),
  'patch /users/{username}': () => api.call('PATCH', `/users/${username}`, { body: { tags: world.product.tags } }),
  'post /campaigns': () => api.post('/campaigns', { client: 'Other', campaign_name: world.campaign, ...rules() }),
  'post /campaigns/backtest': () => api.post('/campaigns/backtest', { from: '2020-01-01T00:00:00Z' }),
  'post /campaigns/simulate': simulate,
  'post /events': () => api.post('/events', world.event, { key: 'biggest' }),
  'post /products': () => api.post('/products', { ...world.product, stock: 1 }),
  'post /products/{id}/stock-adjustments': () =>
    api.post(`/products/${productId}/stock-adjustments`, { quantity: -1, reason: 'lost' }),
  'post /purchase': () => api.post('/purchase', world.order),
  'post /purchase/quote': () => api.post('/purchase/quote', world.order),
  'post /purchases/{id}/refunds': async () => {
    const { body } = await api.post('/purchase', world.order)
    return await api.post(`/purchases/${body.purchaseId}/refunds`, {})
  },
  // Last, since it writes more into the histories.
  'post /users/{username}/erasure': async () => {
    await api.post('/users', { username: 'named', balance: 0 })
    await world.shop.asOwner(
      (sql) => sql`
        insert into campaign_history (campaign_id, version, action, actor, before, after)
        select id, version + 1000, 'updated', 'test', terms, terms || jsonb_build_object('rules', ${sql.json([NAMING] as never)}::jsonb)
        from campaigns cross join lateral (
          select after as terms from campaign_history where campaign_id = id and after is not null order by version desc limit 1
        ) as newest`,
    )
    const answer = await api.post('/users/named/erasure', {})
    expect(answer.body.campaigns).toHaveLength(100)
    return answer
  },
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

describe('a cursor', () => {
  const at = async (address: string, query: string) => {
    const { status, body } = await api.get(`${address}${address.includes('?') ? '&' : '?'}${query}`)
    return { status, ...body, next: body.nextCursor ?? body.next_cursor }
  }

  test('is taken by every operation whose address is a list below', () => {
    const taking = Object.entries(api.contract.document.paths).filter(([, methods]) =>
      JSON.stringify(methods).includes('"name":"cursor"'),
    )
    expect(Object.keys(LISTS).toSorted()).toEqual(taking.map(([path]) => path).toSorted())
  })

  test.for(Object.entries(LISTS))('of %s goes on behind the page that gave it', async ([, address]) => {
    const [both, first] = [await at(address, 'limit=4'), await at(address, 'limit=2')]
    const second = await at(address, `limit=2&cursor=${first.next}`)
    expect([...first.items, ...second.items]).toEqual(both.items)
    expect(second.next).toBe(both.next)
  })

  test.for(Object.entries(LISTS))('that %s never gave is 400 there', async ([path, address]) => {
    const others = Object.entries(LISTS).filter(([other]) => other !== path)
    const ofOthers = await Promise.all(others.map(async ([, other]) => (await at(other, 'limit=2')).next))
    const { next } = await at(address, 'limit=2')
    const [position, seal] = [next.slice(0, next.lastIndexOf('.')), next.slice(next.lastIndexOf('.'))]
    const third = (await at(address, 'limit=3')).next
    const made = ['x', 'AAAA', '', '1', '-1', '0', username, productId, purchaseId, position, seal, `${position}.`]
    const mixed = [
      `${third.slice(0, third.lastIndexOf('.'))}${seal}`,
      `${next}A`,
      next.slice(0, -1),
      next.toUpperCase(),
    ]
    for (const cursor of [...made, ...mixed, ...ofOthers])
      expect(await at(address, `cursor=${encodeURIComponent(cursor)}`), cursor).toMatchObject({
        status: 400,
        code: 'invalid_request',
        errors: [{ path: 'cursor' }],
      })
  })

  test('of one account is none of another, and of one filter none of another', async () => {
    for (const [mine, other] of [
      [`/points/transactions?account_id=${username}`, '/points/transactions?account_id=derick'],
      [`/points/lots?account_id=${username}`, `/points/lots?account_id=${username}&open_only=true`],
      ['/purchases', `/purchases?userId=${username}`],
      ['/campaigns', '/campaigns?client=UnicornStore'],
    ] as const) {
      const { next } = await at(mine, 'limit=1')
      expect(await at(other, `cursor=${next}`)).toMatchObject({ status: 400, errors: [{ path: 'cursor' }] })
    }
  })
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
