import { describe, expect, inject, test } from 'vitest'
import { parseTrustedProxies } from '#config/proxies.ts'
import { freePort } from '#scripts/platform/processes.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { startEntryPoint } from '#test/support/entry-point.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, AUTH_VARIABLES, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
const publicUrl = new URL('https://shop.example')
const allowedHosts = ['shop.example', '[2001:db8::1]']
const api = await world.serve({ auth: AUTH, publicUrl, allowedHosts })
const behindProxy = await world.serve({
  auth: AUTH,
  publicUrl,
  allowedHosts,
  trustedProxies: parseTrustedProxies('127.0.0.1'),
})
const operator = await bearer('olga', { roles: ['operator'] })

type Got = { status: number; code?: string; hsts: string | undefined }

async function get(url: string, target: string, headers: Record<string, string>): Promise<Got> {
  const { status, headers: given, body } = await rawRequest(url, target, { headers: { ...operator, ...headers } })
  const code = body?.code as string | undefined
  return { status, ...(code !== undefined && { code }), hsts: given['strict-transport-security'] }
}

describe('outside of demo mode', () => {
  test.each([
    'shop.example',
    'shop.example:8443',
    'SHOP.example',
    '[2001:DB8::1]:80',
    'localhost',
    '127.0.0.1:1',
    '[::1]',
  ])('%s is answered', async (host) => {
    for (const path of ['/users', '/settings']) expect((await get(api.url, path, { Host: host })).status).toBe(200)
  })

  test.each([
    'evil.example',
    'shop.example.evil.example',
    'shop.example.',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]',
    'a.shop.example',
  ])('what is meant for %s is 421, with a good token and for what is for anybody, too', async (host) => {
    for (const path of ['/users', '/settings', '/store/', '/nothing'])
      expect(await get(api.url, path, { Host: host })).toMatchObject({ status: 421, code: 'misdirected_request' })
  })

  test.each(['10.0.0.1:3000', 'api.internal'])('a probe may ask for the state by any name: %s', async (host) => {
    expect((await get(api.url, '/healthz', { Host: host })).status).toBe(200)
    expect((await get(api.url, '/readyz', { Host: host })).status).toBe(200)
  })

  test.each([
    ['http://evil.example/users', 421],
    ['https://evil.example/users', 421],
    ['http://shop.example@evil.example/users', 421],
    ['http://shop.example/users', 200],
    ['https://localhost/users', 200],
    ['/users', 200],
  ])('the host in the target %s is compared, too: %i', async (target, status) => {
    expect((await get(api.url, target, { Host: 'shop.example' })).status).toBe(status)
  })

  test('where no name is set, loopback alone is answered', async () => {
    const local = await world.serve({ auth: AUTH })
    expect((await get(local.url, '/users', { Host: 'localhost' })).status).toBe(200)
    expect((await get(local.url, '/users', { Host: 'shop.example' })).status).toBe(421)
  })

  test('browsers are told to come by https only, where that is how they come', async () => {
    for (const path of ['/users', '/settings', '/nothing', '/healthz'])
      expect((await get(api.url, path, {})).hsts).toBe('max-age=31536000')
    const http = await world.serve({ auth: AUTH, publicUrl: new URL('http://localhost:3000') })
    for (const other of [world.api, http]) expect((await get(other.url, '/settings', {})).hsts).toBeUndefined()
  })
})

describe('behind a proxy', () => {
  test.each([
    ['its own name', { Host: 'api:3000' }, 421],
    ['the name that it was asked for', { Host: 'api:3000', 'X-Forwarded-Host': 'shop.example' }, 200],
    ['another name', { Host: 'shop.example', 'X-Forwarded-Host': 'evil.example' }, 421],
    ['https', { 'X-Forwarded-Proto': 'https' }, 200],
    ['http', { 'X-Forwarded-Proto': 'http' }, 421],
    ['two schemes', { 'X-Forwarded-Proto': 'https,http' }, 400],
    ['two names', { 'X-Forwarded-Host': 'shop.example, shop.example' }, 400],
    ['no address', { 'X-Forwarded-For': 'unknown' }, 400],
  ])('that forwards %s', async (_, headers, status) => {
    expect((await get(behindProxy.url, '/users', headers as Record<string, string>)).status).toBe(status)
  })

  test.each([
    [{ 'X-Forwarded-Host': 'evil.example' }, 200],
    [{ Host: 'evil.example', 'X-Forwarded-Host': 'shop.example' }, 421],
    [{ 'X-Forwarded-Proto': 'http' }, 200],
    [{ 'X-Forwarded-For': 'unknown' }, 200],
  ])('that nobody trusts: %j are ignored', async (headers, status) => {
    expect((await get(api.url, '/users', headers as unknown as Record<string, string>)).status).toBe(status)
  })

  test('whose X-Forwarded-For is ignored, the log says so, once', async () => {
    const untold = await world.serve({ auth: AUTH })
    for (let count = 0; count < 2; count++) await get(untold.url, '/settings', { 'X-Forwarded-For': '192.0.2.1' })
    expect(untold.log.filter(({ msg }) => String(msg).includes('TRUST_PROXY'))).toHaveLength(1)
  })
})

test('the log has the address of somebody who is not known, and the id alone of somebody who is', async () => {
  const from = { 'X-Forwarded-For': '192.0.2.1' }
  const [known, unknown] = [crypto.randomUUID(), crypto.randomUUID()]
  await get(behindProxy.url, '/users', { ...from, 'X-Request-Id': known })
  await get(behindProxy.url, '/users', { ...from, 'X-Request-Id': unknown, Authorization: 'Bearer wrong' })
  const line = (id: string) => behindProxy.log.find(({ requestId }) => requestId === id)
  expect(line(known)).toMatchObject({ status: 200, caller: expect.stringMatching(/^usr_/) })
  expect(line(known)).not.toHaveProperty('address')
  expect(line(unknown)).toMatchObject({ status: 401, address: '192.0.2.1' })
  const written = JSON.stringify(behindProxy.log)
  for (const secret of ['olga', 'wrong', String(operator.Authorization)]) expect(written).not.toContain(secret)
})

test('a process takes all of it from its environment, and listens anywhere', async () => {
  const port = await freePort()
  const { child, ready } = startEntryPoint('api/main.ts', {
    ...AUTH_VARIABLES,
    HOST: '0.0.0.0',
    PORT: String(port),
    DATABASE_URL: world.shop.databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    PUBLIC_URL: 'https://shop.example',
    ALLOWED_HOSTS: 'api.example',
    TRUST_PROXY: '127.0.0.1',
    RATE_LIMIT_POLICIES: 'anonymous=1/600',
  })
  try {
    await ready
    const ask = (headers: Record<string, string>) => get(`http://127.0.0.1:${port}`, '/settings', headers)
    for (const [Host, address, status] of [
      ['shop.example', '192.0.2.1', 200],
      ['api.example', '192.0.2.2', 200],
      ['api.example', '192.0.2.2', 429],
      ['evil.example', '192.0.2.3', 421],
    ] as const) {
      const answer = await ask({ Host, 'X-Forwarded-For': address })
      expect(answer).toMatchObject({ status, hsts: 'max-age=31536000' })
    }
  } finally {
    child.kill('SIGKILL')
  }
})
