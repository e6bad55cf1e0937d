import { pino } from 'pino'
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest'
import { keyDigest } from '#api/idempotency.ts'
import { createRateLimits, openCounters } from '#api/rate-limits.ts'
import { parseTrustedProxies } from '#config/proxies.ts'
import { parsePolicies } from '#config/rate-limits.ts'
import type { Database } from '#db/client.ts'
import { freePort } from '#scripts/platform/processes.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { type EntryPoint, startEntryPoint } from '#test/support/entry-point.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { openTcpProxy } from '#test/support/tcp-proxy.ts'
import { AUTH, AUTH_VARIABLES, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
const logger = pino({ level: 'silent' })
const olga = await bearer('olga', { roles: ['operator'] })
const otto = await bearer('otto', { roles: ['operator'] })
const shopFront = await bearer('shop-front', { roles: ['service'], clients: ['ReviewSite'] })
const WRONG = { Authorization: 'Bearer wrong' }

await world.shop.addProduct({ id: 'air', priceMinor: 100, stock: 10 })
await world.shop.addWallet({ username: 'rita', balanceMinor: 1_000 })
await world.shop.addWallet({ username: 'wanda', balanceMinor: 1_000 })

/** A server of its own with these limits, and the default ones for the rest. It has been asked for its document, from 127.0.0.1. */
async function serve(policies: string, changes: { counters?: Database; auth?: undefined; trust?: string } = {}) {
  const parsed = parsePolicies(policies)
  if (!parsed) throw new Error(`no policies: ${policies}`)
  return await world.serve({
    auth: 'auth' in changes ? undefined : AUTH,
    trustedProxies: changes.trust === undefined ? undefined : parseTrustedProxies(changes.trust),
    rateLimits: createRateLimits(parsed, logger, changes.counters),
  })
}

type Answer = { status: number; policy: string | undefined; left: string | undefined; code?: string }

async function get(url: string, path: string, headers = {}, localAddress = '127.0.0.1'): Promise<Answer> {
  const { status, headers: given, body } = await rawRequest(url, path, { headers, localAddress })
  const isProblem = given['content-type'] === 'application/problem+json'
  const policy = /^"(\w+)";q=\d+;w=\d+$/.exec(String(given['ratelimit-policy']))?.[1]
  const left = /^"\w+";r=(\d+);t=\d+$/.exec(String(given.ratelimit))?.[1]
  return { status, policy, left, ...(isProblem && { code: body.code }) }
}

const refused = (policy: string) => ({ status: 429, policy, left: '0', code: 'too_many_requests' })
const letIn = (policy: string, left: number) => ({ status: 200, policy, left: String(left) })

describe('a caller', () => {
  test('is told what is left, and above the limit when to come again; others, and other kinds of requests, go on', async () => {
    const api = await serve('reads=2/60')
    for (const left of [1, 0]) {
      const { status, headers } = await api.call('GET', '/users', { headers: olga })
      expect(status).toBe(200)
      expect(headers.get('RateLimit-Policy')).toBe('"reads";q=2;w=60')
      expect(headers.get('RateLimit')).toMatch(new RegExp(`^"reads";r=${left};t=(60|[1-5]?\\d)$`))
    }
    const { status, headers, body } = await api.call('GET', '/users', { headers: olga })
    expect(status).toBe(429)
    expect(body).toMatchObject({ code: 'too_many_requests', policy: 'reads' })
    expect(Number(headers.get('Retry-After'))).toBe(body.retryAfterSeconds)
    expect(body.retryAfterSeconds).toBeGreaterThan(0)
    expect(body.retryAfterSeconds).toBeLessThanOrEqual(60)
    expect(headers.get('RateLimit')).toBe(`"reads";r=0;t=${body.retryAfterSeconds}`)
    expect((await api.call('GET', '/users', { headers: otto })).status).toBe(200)
    expect((await api.post('/users', { username: 'new', balance: 1 }, { headers: olga })).status).toBe(201)
  })

  test('that is refused has done nothing, and its key is not used', async () => {
    const api = await serve('writes=1/60')
    const add = (username: string) => api.post('/users', { username, balance: 1 }, { key: username, headers: olga })
    expect((await add('one')).status).toBe(201)
    expect((await add('two')).status).toBe(429)
    const left = async (name: string) => {
      const [row] = await world.shop.sql`
        select (select count(*) from users where username = ${name}) as users,
          (select count(*) from idempotency_keys where key = ${keyDigest(name)}) as keys`
      return row
    }
    expect(await left('one')).toEqual({ users: 1, keys: 1 })
    expect(await left('two')).toEqual({ users: 0, keys: 0 })
    // Nor is anything of the request looked at.
    expect((await api.post('/users', '{"half', { headers: olga })).status).toBe(429)
  })

  test('is let in again when the window is over', async () => {
    const api = await serve('reads=1/1')
    await get(api.url, '/users', olga)
    await expect.poll(async () => (await get(api.url, '/users', olga)).status).toBe(429)
    await expect.poll(async () => (await get(api.url, '/users', olga)).status).toBe(200)
  })

  test('is the user of a token, from whatever address', async () => {
    const api = await serve('reads=2/60')
    expect(await get(api.url, '/users', olga)).toEqual(letIn('reads', 1))
    expect(await get(api.url, '/users', olga, '127.0.0.2')).toEqual(letIn('reads', 0))
    expect(await get(api.url, '/users', olga, '127.0.0.3')).toEqual(refused('reads'))
    const another = await bearer('olga', { roles: ['operator'], clients: ['ReviewSite'] })
    expect(await get(api.url, '/campaigns', another)).toEqual(refused('reads'))
  })

  test('that is a service is one, for whomever it acts and whatever it asks for', async () => {
    const api = await serve('services=3/60,reads=1/60,writes=1/60,costly=1/60')
    const order = (userId: string) => ({ userId, productId: 'air', quantity: 1 })
    const ask = (userId: string) => api.post('/purchase/quote', order(userId), { headers: shopFront })
    expect((await ask('rita')).headers.get('RateLimit')).toMatch(/^"services";r=2;/)
    expect((await ask('wanda')).headers.get('RateLimit')).toMatch(/^"services";r=1;/)
    expect(await get(api.url, '/points?account_id=rita', shopFront, '127.0.0.2')).toEqual(letIn('services', 0))
    expect((await ask('wanda')).body).toMatchObject({ code: 'too_many_requests', policy: 'services' })
  })

  test('whom nobody knows is an address', async () => {
    const api = await serve('anonymous=3/60')
    const ask = (path: string, headers = {}) => get(api.url, path, headers, '127.0.0.2')
    expect(await ask('/products')).toEqual(letIn('anonymous', 2))
    expect(await ask('/openapi.json')).toEqual(letIn('anonymous', 1))
    expect(await ask('/nothing')).toMatchObject({ status: 404, policy: 'anonymous', left: '0' })
    expect(await ask('/settings')).toEqual(refused('anonymous'))
    expect(await get(api.url, '/settings', {}, '127.0.0.3')).toEqual(letIn('anonymous', 2))
    expect(await ask('/users', olga)).toMatchObject({ status: 200, policy: 'reads' })
  })

  test('whom nobody knows behind a trusted proxy is the address that the proxy was asked by', async () => {
    const api = await serve('anonymous=1/60', { trust: '1' })
    const from = (address: string) => get(api.url, '/settings', { 'X-Forwarded-For': address })
    expect(await from('192.0.2.1')).toEqual(letIn('anonymous', 0))
    expect(await from('192.0.2.1')).toEqual(refused('anonymous'))
    expect(await from('192.0.2.9, 192.0.2.1')).toEqual(refused('anonymous'))
    expect(await from('192.0.2.2')).toEqual(letIn('anonymous', 0))
    expect(await from('2001:db8::1')).toEqual(letIn('anonymous', 0))
    expect(await from('2001:db8::ffff:2')).toEqual(refused('anonymous'))
    const direct = await serve('anonymous=1/60')
    const says = (address: string) => get(direct.url, '/settings', { 'X-Forwarded-For': address }, '127.0.0.2')
    expect([(await says('192.0.2.1')).status, (await says('192.0.2.2')).status]).toEqual([200, 429])
  })

  test('that is a probe is not counted', async () => {
    const api = await serve('anonymous=1/60')
    for (const path of ['/healthz', '/readyz', '/healthz', '/readyz'])
      expect(await get(api.url, path)).toEqual({ status: 200, policy: undefined, left: undefined })
  })
})

describe('credentials that are refused', () => {
  test('count for the address; after too many of them none are looked at, good ones included', async () => {
    const api = await serve('failures=2/60')
    for (let count = 0; count < 2; count++) expect(await get(api.url, '/users', WRONG)).toMatchObject({ status: 401 })
    for (const headers of [WRONG, olga]) expect(await get(api.url, '/users', headers)).toEqual(refused('failures'))
    expect(await get(api.url, '/users', olga, '127.0.0.2')).toMatchObject({ status: 200 })
    // Nobody needs any for the shop window.
    expect(await get(api.url, '/products')).toMatchObject({ status: 200 })
  })

  test('are those that are for nothing here, too, but not that somebody has none', async () => {
    const api = await serve('failures=1/60')
    for (let count = 0; count < 3; count++) expect(await get(api.url, '/users')).toMatchObject({ status: 401 })
    expect(await get(api.url, '/users', olga)).toMatchObject({ status: 200 })
    expect(await get(api.url, '/users', await bearer('nobody', { roles: ['visitor'] }))).toMatchObject({ status: 403 })
    expect(await get(api.url, '/users', olga)).toEqual(refused('failures'))
  })

  test('can be counted by whatever else takes some, such as a sign-in', async () => {
    const parsed = parsePolicies('failures=1/60')
    const limits = createRateLimits(parsed as NonNullable<typeof parsed>, logger)
    const headers = new Map<string, string>()
    const context = {
      get: () => ({ address: '192.0.2.1', hosts: [] }),
      header: (name: string, value: string) => headers.set(name, value),
    } as unknown as Parameters<typeof limits.countFailure>[0]
    await limits.refuseAfterFailures(context)
    await limits.countFailure(context)
    await expect(limits.refuseAfterFailures(context)).rejects.toMatchObject({ code: 'too_many_requests' })
    expect(headers.get('RateLimit')).toMatch(/^"failures";r=0;t=\d+$/)
  })
})

describe('what is counted', () => {
  test('has a name in the document, and every answer to it the headers', async () => {
    const kinds = new Map<string, string[]>()
    for (const [path, methods] of Object.entries(world.api.contract.document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const kind = (operation as unknown as { 'x-rate-limit': string })['x-rate-limit']
        kinds.set(kind, [...(kinds.get(kind) ?? []), `${method} ${path}`])
        for (const [status, { headers = {} }] of Object.entries(operation.responses))
          expect('RateLimit' in headers && 'RateLimit-Policy' in headers, `${method} ${path} ${status}`).toBe(
            kind !== 'none',
          )
        expect('429' in operation.responses, `${method} ${path}`).toBe(kind !== 'none')
      }
    expect(kinds.get('none')).toEqual(['get /healthz', 'get /readyz'])
    expect(kinds.get('streams')).toEqual(['get /purchases/{id}/events'])
    expect(kinds.get('costly')?.toSorted()).toEqual([
      'get /events/{id}/evaluation',
      'get /purchases/{id}/evaluation',
      'get /purchases/{id}/refund-quote',
      'get /reports/points-liability',
      'post /campaigns/backtest',
      'post /campaigns/simulate',
      'post /purchase/quote',
    ])
    for (const operation of kinds.get('reads') ?? []) expect(operation).toMatch(/^get /)
    for (const operation of kinds.get('writes') ?? []) expect(operation).not.toMatch(/^get /)
  })

  test('is what the document says, and whatever comes of it has the headers', async () => {
    const api = await serve('reads=1000/60')
    const purchaseId = await world.shop.order({ username: 'rita', lines: [{ productId: 'air', quantity: 1 }] })
    for (const [path, status, policy] of [
      ['/users', 200, 'reads'],
      ['/users?nothing=1', 400, 'reads'],
      ['/purchases/nothing', 404, 'reads'],
      ['/images/unicorn-air.svg', 200, 'anonymous'],
      ['/docs', 200, 'anonymous'],
      ['/store/', 503, 'anonymous'],
      ['/nothing', 404, 'anonymous'],
      [`/purchases/${purchaseId}/refund-quote`, 409, 'costly'],
      [`/purchases/${purchaseId}/evaluation`, 200, 'costly'],
    ] as const)
      expect(await get(api.url, path, olga), path).toMatchObject({
        status,
        policy,
        left: expect.stringMatching(/^\d+$/),
      })
    const stream = await fetch(`${api.url}/purchases/${purchaseId}/events`, { headers: olga })
    expect(stream.headers.get('RateLimit-Policy')).toMatch(/^"streams";/)
    await stream.body?.cancel()
  })

  test('can be read by pages of other origins', async () => {
    const api = await serve('reads=1000/60')
    const { headers } = await api.call('GET', '/users', { headers: { ...olga, Origin: 'https://shop.example' } })
    const exposed = headers.get('Access-Control-Expose-Headers')?.split(',')
    expect(exposed).toEqual(expect.arrayContaining(['RateLimit', 'RateLimit-Policy', 'Retry-After']))
    const preflight = await api.call('OPTIONS', '/users', {
      headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
    })
    expect(preflight.headers.get('Access-Control-Allow-Headers')?.split(',')).toContain('Authorization')
  })

  test('in demo mode, if limits are asked for, are addresses', async () => {
    const api = await serve('reads=1/60', { auth: undefined })
    const from = (address: string) => get(api.url, '/users', {}, address)
    expect(await from('127.0.0.2')).toEqual(letIn('reads', 0))
    expect(await from('127.0.0.2')).toEqual(refused('reads'))
    expect(await from('127.0.0.3')).toEqual(letIn('reads', 0))
  })
})

describe('counted in Postgres', () => {
  const pools: Database[] = []
  const processes: EntryPoint[] = []
  afterEach(() => {
    for (const { child } of processes.splice(0)) child.kill('SIGKILL')
  })
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })))
  })

  function counters(databaseUrl = world.shop.databaseUrl): Database {
    const pool = openCounters(databaseUrl)
    pools.push(pool)
    return pool
  }

  test('what a caller asks of two processes is one number', async () => {
    const start = async () => {
      const port = String(await freePort())
      const process = startEntryPoint('api/main.ts', {
        ...AUTH_VARIABLES,
        PORT: port,
        DATABASE_URL: world.shop.databaseUrl,
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        RATE_LIMITS: 'postgres',
        RATE_LIMIT_POLICIES: 'reads=3/600,failures=2/600',
      })
      processes.push(process)
      await process.ready
      return `http://127.0.0.1:${port}`
    }
    const [one, two] = [await start(), await start()]
    expect(await get(one, '/users', olga)).toEqual(letIn('reads', 2))
    expect(await get(two, '/users', olga)).toEqual(letIn('reads', 1))
    expect(await get(one, '/users', olga)).toEqual(letIn('reads', 0))
    for (const url of [two, one, two]) expect(await get(url, '/users', olga)).toEqual(refused('reads'))
    expect(await get(two, '/users', otto)).toEqual(letIn('reads', 2))
    // The second process finds out with the first that it has to look at.
    for (const url of [one, one, two]) expect(await get(url, '/users', WRONG)).toMatchObject({ status: 401 })
    for (const url of [one, two]) expect(await get(url, '/users', otto)).toEqual(refused('failures'))
    const rows = await world.shop.sql<{ key: string }[]>`select key from rate_limits`
    for (const { key } of rows) expect(key).toMatch(/^(reads:usr_|anonymous:127|failures:127)/)
  })

  test('each process counts for itself while Postgres is away, and serves', async () => {
    const api = await serve('reads=2/60', { counters: counters('postgres://app@127.0.0.1:1/store') })
    for (const left of [1, 0]) expect(await get(api.url, '/users', olga)).toEqual(letIn('reads', left))
    expect(await get(api.url, '/users', olga)).toEqual(refused('reads'))
  })

  test('nor does anybody wait for a Postgres that says nothing any more, and it counts again when it is back', async () => {
    const { hostname: host, port } = new URL(world.shop.databaseUrl)
    const proxy = await openTcpProxy({ host, port: Number(port) })
    const api = await serve('reads=1000/600', { counters: counters(proxy.through(world.shop.databaseUrl)) })
    const counted = async () => {
      const [row] = await world.shop.sql<{ points: number }[]>`
        select coalesce(sum(points), 0)::integer as points from rate_limits where key like 'reads:%'`
      return row?.points ?? 0
    }
    await get(api.url, '/users', otto)
    const before = await counted()
    expect(before).toBeGreaterThan(0)
    proxy.silence()
    proxy.swallowNew(true)
    for (let count = 0; count < 20; count++) expect(await get(api.url, '/users', otto)).toMatchObject({ status: 200 })
    expect(await counted()).toBe(before)
    await proxy.heal()
    await expect
      .poll(async () => {
        await get(api.url, '/users', otto)
        return await counted()
      })
      .toBeGreaterThan(before)
    await proxy.close()
  })

  test('many requests at once are counted one by one', async () => {
    const api = await serve('reads=10/600', { counters: counters() })
    const olivia = await bearer('olivia', { roles: ['operator'] })
    const answers = await Promise.all(Array.from({ length: 40 }, () => get(api.url, '/users', olivia)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30)
  })
})
