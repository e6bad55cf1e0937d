import { beforeAll, describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
let port: string

beforeAll(async () => {
  port = new URL(world.api.url).port
})

const evil = 'https://evil.example'
const friend = 'https://shop.example'
let users = 0
const addUser = (headers: Record<string, string>) => {
  users += 1
  return world.api.post('/users', { username: `user-${users}`, balance: 1 }, { headers })
}

async function getAs(host: string): Promise<{ status: number; code: string | undefined }> {
  const { status, body } = await rawRequest(world.api.url, '/users', { headers: { Host: host } })
  return { status, code: body.code }
}

describe('in demo mode', () => {
  test.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'LOCALHOST'])('%s is answered', async (host) => {
    expect(await getAs(`${host}:${port}`)).toEqual({ status: 200, code: undefined })
    expect(await getAs(host)).toEqual({ status: 200, code: undefined })
  })

  test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '192.168.1.1', '0.0.0.0', '[::2]'])(
    'a name that someone made resolve to this machine (%s) is 421, for reading too',
    async (host) => {
      expect(await getAs(`${host}:${port}`)).toEqual({ status: 421, code: 'misdirected_request' })
    },
  )

  test.each([
    [{ 'X-Forwarded-For': '203.0.113.9' }, 421],
    [{ 'X-Forwarded-For': '127.0.0.1, 203.0.113.9' }, 421],
    [{ 'X-Forwarded-For': '' }, 421],
    [{ Forwarded: 'for=203.0.113.9' }, 421],
    [{ 'X-Forwarded-For': '::1, 127.0.0.1' }, 200],
  ])('a proxy on this machine that serves others is not answered: %j', async (headers, status) => {
    expect((await world.api.call('GET', '/users', { headers: headers as Record<string, string> })).status).toBe(status)
  })

  test.each([
    ['http://evil.example/users', 421],
    ['http://evil.example:80/users', 421],
    ['https://127.0.0.1.evil.example/users', 421],
    ['HTTP://evil.example/users', 400],
    ['http://localhost@evil.example/users', 421],
    ['http:evil.example/users', 400],
    ['*', 400],
    ['evil.example:80', 400],
    ['http://localhost/users', 200],
    ['/users', 200],
  ])('the host in the target %s is looked at like Host: %i', async (target, status) => {
    const answer = await rawRequest(world.api.url, target)
    expect(answer.status).toBe(status)
    if (status === 421) expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  test('an origin is that of the target, where it has a host', async () => {
    const post = async (target: string, origin: string) => {
      users += 1
      const body = JSON.stringify({ username: `user-${users}`, balance: 1 })
      const headers = { Origin: origin, 'Content-Type': 'application/json' }
      return (await rawRequest(world.api.url, target, { method: 'POST', headers, body })).status
    }
    expect(await post(`http://localhost:${port}/users`, `http://127.0.0.1:${port}`)).toBe(403)
    expect(await post(`http://localhost:${port}/users`, `http://localhost:${port}`)).toBe(201)
  })

  test('a Host header that is none is 400', async () => {
    expect(await getAs('a b')).toEqual({ status: 400, code: 'malformed_http' })
    expect(await getAs('evil.example@127.0.0.1')).toEqual({ status: 400, code: 'malformed_http' })
  })

  test.each([evil, 'null', 'http://localhost:1', `https://127.0.0.1.evil.example`])(
    'a page of another origin (%s) can change nothing',
    async (origin) => {
      expect(await addUser({ Origin: origin })).toMatchObject({ status: 403, body: { code: 'foreign_request' } })
      expect((await world.api.get('/users')).body.items).not.toContainEqual({ username: `user-${users}`, balance: 1 })
    },
  )

  test.each(['cross-site', 'same-site', 'Same-Origin', '', 'anything'])(
    'a browser that only says %j can change nothing, and may look',
    async (site) => {
      const headers = { 'Sec-Fetch-Site': site }
      expect(await addUser(headers)).toMatchObject({ status: 403 })
      expect((await world.api.call('GET', '/users', { headers })).status).toBe(200)
    },
  )

  test('no page of another site reads what holds a connection or takes long', async () => {
    const id = '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50'
    for (const path of [
      `/purchases/${id}/events`,
      `/purchases/${id}/evaluation`,
      `/purchases/${id}/refund-quote`,
      '/readyz',
      `/events/${id}/evaluation`,
      '/operations/parked',
      '/reports/points-liability',
    ]) {
      for (const headers of [
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: evil },
        { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' },
        { Origin: world.api.url, 'Sec-Fetch-Site': 'same-site' },
      ] as Record<string, string>[])
        expect(await world.api.call('GET', path, { headers })).toMatchObject({
          status: 403,
          body: { code: 'foreign_request' },
        })
      for (const site of ['same-origin', 'none'])
        expect((await world.api.call('GET', path, { headers: { 'Sec-Fetch-Site': site } })).status).not.toBe(403)
      expect((await world.api.call('GET', path, { headers: { Origin: friend } })).status).not.toBe(403)
    }
  })

  test('our own pages and programs without an origin can', async () => {
    expect((await addUser({ Origin: world.api.url, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201)
    expect((await addUser({ 'Sec-Fetch-Site': 'none' })).status).toBe(201)
    expect((await addUser({})).status).toBe(201)
  })

  test('pages of CORS_ORIGINS can, and are allowed by name', async () => {
    expect((await addUser({ Origin: friend, 'Sec-Fetch-Site': 'same-site' })).status).toBe(201)
    const answer = await addUser({ Origin: friend, 'Sec-Fetch-Site': 'cross-site' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(friend)
    expect(answer.headers.get('Vary')).toContain('Origin')
    const preflight = await world.api.call('OPTIONS', '/purchase', {
      headers: { Origin: friend, 'Access-Control-Request-Method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    const allowed = preflight.headers.get('Access-Control-Allow-Headers')?.split(',')
    expect(allowed).toEqual(expect.arrayContaining(['Idempotency-Key', 'If-Match', 'Last-Event-ID']))
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(friend)
  })

  test('no other page may read what is answered', async () => {
    const { headers } = await world.api.call('GET', '/users', { headers: { Origin: evil } })
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})

test('outside of demo mode these rules are not in force', async () => {
  const open = await world.serve({ auth: AUTH })
  const operator = await bearer('olga', { roles: ['operator'] })
  const headers = { Origin: evil, ...operator }
  const answer = await open.post('/users', { username: 'elsewhere', balance: 1 }, { headers })
  expect(answer.status).toBe(201)
})

test.each(['/products', '/nothing', '/docs', '/images/unicorn-air.svg'])(
  '%s makes browsers to load nothing else',
  async (path) => {
    const { headers } = await world.api.get(path)
    expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none';/)
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
  },
)

test('nobody on the way stores an answer that is about somebody, nor a problem', async () => {
  await world.shop.addWallet({ username: 'stored', balanceMinor: 1 })
  for (const path of [
    '/users',
    '/users/balance/stored',
    '/points?account_id=stored',
    '/purchases?userId=stored',
    '/nothing',
  ])
    expect((await world.api.get(path)).headers.get('Cache-Control')).toBe('no-store')
  expect((await world.api.get('/images/unicorn-air.svg')).headers.get('Cache-Control')).toContain('public')
})
