import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, generateSecret, type JWTHeaderParameters, SignJWT } from 'jose'
import { pino } from 'pino'
import { afterAll, describe, expect, test } from 'vitest'
import { createRateLimits } from '#api/rate-limits.ts'
import { parsePolicies } from '#config/rate-limits.ts'
import { allRows } from '#test/support/all-rows.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { openClient, openIdentityProvider } from '#test/support/identity-provider.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { rawRequest, sendBytes } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

/**
 * The OWASP API Security Top 10 of 2023 (https://owasp.org/API-Security/editions/2023/en/0x11-t10/): for each risk attacks that fail, over
 * HTTP, against the API with auth. docs/threat-model.md names the tests that prove more.
 */

const world = await shared(openApiWorld())
const api = await world.serve({ auth: AUTH })
const port = Number(new URL(api.url).port)

const operator = await bearer('olga', { roles: ['operator'] })
const service = await bearer('front', { roles: ['service'], clients: ['ReviewSite'] })
const otherService = await bearer('other-front', { roles: ['service'], clients: ['OtherSite'] })
const RULES = [giving('5', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })]

async function done(answer: Promise<{ status: number; body: Record<string, string> }>) {
  const { status, body } = await answer
  expect(status, JSON.stringify(body)).toBeLessThan(300)
  return body
}
const addUser = async (username: string, balance: number) =>
  (await done(api.post('/users', { username, balance }, { headers: operator }))).id as string

await world.shop.addProduct({ id: 'unicorn', priceMinor: 1_999, stock: 100 })
const rita = await bearer(await addUser('rita', 4_242.42), { roles: ['customer'] })
const mallory = await bearer(await addUser('mallory', 100), { roles: ['customer'] })
const orderOf = (userId: string) => ({ userId, productId: 'unicorn', quantity: 1 })
const { purchaseId: ritas = '' } = await done(api.post('/purchase', orderOf('rita'), { headers: rita }))
const { purchaseId: mallorys = '' } = await done(api.post('/purchase', orderOf('mallory'), { headers: mallory }))
await done(
  api.post(
    '/campaigns',
    { client: 'ReviewSite', campaign_name: 'stars', event_types: ['ReviewWritten'], rules: RULES },
    { headers: operator },
  ),
)
// Whoever is admitted for the first time is on record from then on; here, what attacks change is looked for.
for (const headers of [service, otherService, rita, mallory]) await api.call('GET', '/me', { headers })

/** A request as it stands, which fetch would change. */
const send = (method: string, target: string, headers: Record<string, string> = {}) =>
  rawRequest(api.url, target, { method, headers })

/** A server that counts requests. */
async function serveLimited(policies: string) {
  const parsed = parsePolicies(policies)
  if (!parsed) throw new Error(`no policies: ${policies}`)
  return await world.serve({ auth: AUTH, rateLimits: createRateLimits(parsed, pino({ level: 'silent' })) })
}

/** Does it, and expects that nothing in the database is changed. */
async function changingNothing<Result>(attack: () => Promise<Result>): Promise<Result> {
  const before = await allRows(world.shop.sql)
  const result = await attack()
  expect(await allRows(world.shop.sql)).toBe(before)
  return result
}

/** A server that only counts who asks it, and answers what it is told to. */
async function openListener(
  answer: (path: string) => { status?: number; headers?: object; body?: string } = () => ({}),
) {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const { status = 200, headers = {}, body = '{"keys":[]}' } = answer(url)
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const SESSION = '__Host-unicorn-session'

const tokenOf = (key: Parameters<SignJWT['sign']>[0], header: JWTHeaderParameters) =>
  new SignJWT({ roles: ['operator'] })
    .setProtectedHeader(header)
    .setIssuer(AUTH.issuer)
    .setAudience(AUTH.audience)
    .setSubject('mallory')
    .setExpirationTime('5 minutes')
    .sign(key)

describe('API1:2023 Broken object level authorization', () => {
  const NOBODY = { user: 'nobody', purchase: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' }
  const about = ({ user, purchase }: typeof NOBODY): [method: string, path: string, body?: object][] => [
    ['GET', `/purchases/${purchase}`],
    ['GET', `/purchases/${purchase}/evaluation`],
    ['GET', `/purchases/${purchase}/events`],
    ['GET', `/purchases/${purchase}/refund-quote`],
    ['POST', `/purchases/${purchase}/cancel`],
    ['POST', `/purchases/${purchase}/refund`],
    ['GET', `/purchases?userId=${user}`],
    ['GET', `/users/balance/${user}`],
    ['GET', `/users/${user}/wallet-entries`],
    ['GET', `/points?account_id=${user}`],
    ['GET', `/points/transactions?account_id=${user}`],
    ['GET', `/points/lots?account_id=${user}`],
    ['POST', '/purchase', orderOf(user)],
    ['POST', '/purchase/quote', orderOf(user)],
  ]

  test('what belongs to somebody else is answered like what does not exist, and nothing of it moves', async () => {
    const ask = async (asked: typeof NOBODY) => {
      const answers = []
      for (const [method, path, body] of about(asked)) {
        const answer = await api.call(method, path, { ...(body && { body }), headers: mallory })
        const told = JSON.stringify(answer.body).replace(/"requestId":"[^"]*"/, '')
        answers.push(
          [path, answer.status, told].map((part) => String(part).replace(asked.user, '_').replace(asked.purchase, '_')),
        )
      }
      return answers
    }
    const of = await changingNothing(() => ask({ user: 'rita', purchase: ritas }))
    expect(of).toEqual(await ask(NOBODY))
    for (const [, status] of of) expect(status).toBe('404')
  })

  test('a service takes back nothing that an event of another client has earned', async () => {
    const event = { type: 'ReviewWritten', client: 'ReviewSite', account_id: 'rita', payload: { stars: 5 } }
    await done(api.post('/events', event, { key: 'review 1', headers: service }))
    const statement = await api.call('GET', '/points/transactions?account_id=rita', { headers: service })
    const { id } = statement.body.items[0]
    const reverse = (headers: Record<string, string>) =>
      api.post(`/points/transactions/${id}/reversal`, {}, { headers })
    const refused = await changingNothing(() => reverse(otherService))
    expect(refused).toMatchObject({ status: 404, body: { code: 'unknown_transaction' } })
    expect((await reverse(service)).status).toBe(200)
  })
})

describe('API2:2023 Broken authentication', () => {
  test('a token counts in the Authorization header alone, once, as Bearer', async () => {
    const { Authorization = '' } = operator
    const token = Authorization.slice('Bearer '.length)
    for (const [target, headers] of [
      [`/users?access_token=${token}`, {}],
      [`/users?token=${token}`, {}],
      ['/users', { Cookie: `access_token=${token}; token=${token}; session=${token}` }],
      ['/users', { 'X-Access-Token': token, 'X-Authorization': Authorization, 'Proxy-Authorization': Authorization }],
      ['/users', { Authorization: token }],
      ['/users', { Authorization: `Basic ${Buffer.from(`olga:${token}`).toString('base64')}` }],
      ['/users', { Authorization: `${Authorization}, ${Authorization}` }],
      ['/users', { Authorization: `${Authorization}.` }],
      ['/users', { Authorization: 'Bearer ' }],
      ['/users', { Authorization: 'Bearer null' }],
    ] as const) {
      const { status, headers: answered } = await send('GET', target, headers)
      expect([target, headers, status]).toEqual([target, headers, 401])
      expect(answered['www-authenticate']).toMatch(/^Bearer /)
    }
    expect((await send('GET', '/users', operator)).status).toBe(200)
  })

  test('a token whose signature is gone, or that says another algorithm, is none', async () => {
    const [header = '', payload = '', signature = ''] = (operator.Authorization ?? '')
      .slice('Bearer '.length)
      .split('.')
    const named = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url')
    for (const token of [
      `${header}.${payload}.`,
      `${header}.${payload}`,
      ...['none', 'None', 'NONE', 'hs256', 'HS384', 'RS256', ''].flatMap((alg) => [
        `${named(alg)}.${payload}.`,
        `${named(alg)}.${payload}.${signature}`,
      ]),
    ])
      expect((await send('GET', '/users', { Authorization: `Bearer ${token}` })).status, token).toBe(401)
  })

  test('whoever guesses is soon not listened to any more, and is told when to come again', async () => {
    const server = await serveLimited('failures=3/600')
    const guess = () => server.call('GET', '/users', { headers: { Authorization: `Bearer ${crypto.randomUUID()}` } })
    const answers = []
    for (let count = 0; count < 6; count++) answers.push(await guess())
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429, 429])
    expect(Number(answers.at(-1)?.headers.get('Retry-After'))).toBeGreaterThan(0)
  })

  test('a session is what the browser was given at sign-in: nothing that it brought along, and nothing that the database has', async () => {
    const provider = await openIdentityProvider({ olga: { preferred_username: 'olga', roles: ['operator'] } })
    afterAll(() => provider.close())
    const store = await world.serve({ auth: provider.auth, port: provider.storePort })
    const client = openClient()
    await client.send(store.url)
    client.cookies(store.url).set(SESSION, 'fixed-by-somebody-else')
    await client.signIn(store.url, 'olga')
    const given = client.cookies(store.url).get(SESSION)
    const [row] = await world.shop.sql<{ id: string; user_id: string }[]>`select id, user_id from sessions`
    const ask = (value = '') => store.call('GET', '/users', { headers: { Cookie: `${SESSION}=${value}` } })
    expect((await ask(given)).status).toBe(200)
    const [token, signature] = given?.split('.') ?? []
    for (const value of [
      'fixed-by-somebody-else',
      row?.id,
      row?.user_id,
      '',
      token,
      given?.slice(1),
      `${given?.startsWith('A') ? 'B' : 'A'}${given?.slice(1)}`,
    ])
      expect((await ask(value)).status, value).toBe(401)
    // What was made up is not even looked for.
    const looks: string[] = []
    const sql = interceptSql(world.shop.sql, async (statement, go) => {
      looks.push(statement)
      return await go()
    })
    const watched = await world.serve({ auth: provider.auth, sql, writes: sql })
    const guess = `${SESSION}=${'x'.repeat(43)}.${signature}`
    expect((await watched.call('GET', '/users', { headers: { Cookie: guess } })).status).toBe(401)
    expect(looks).toEqual([])
    expect((await watched.call('GET', '/users', { headers: { Cookie: `${SESSION}=${given}` } })).status).toBe(200)
    expect(looks).not.toEqual([])
    // Under no other name, either: one that is not bound to this host could have been set by a neighbour.
    for (const name of ['unicorn-session', '__Secure-unicorn-session', 'session'])
      expect((await store.call('GET', '/users', { headers: { Cookie: `${name}=${given}` } })).status).toBe(401)
  })
})

describe('API3:2023 Broken object property level authorization', () => {
  test.each([
    ['a customer', '/purchase', orderOf('mallory'), { unitPrice: 1, total: 1, amount: 0, status: 'completed' }],
    ['a customer', '/purchase', orderOf('mallory'), { purchaseId: ritas, actor: 'operator', username: 'rita' }],
    ['a customer', '/purchase/quote', orderOf('mallory'), { pointValue: 100 }],
    [
      'a service',
      '/users',
      { username: 'minted', balance: 0 },
      { id: 'usr_1', role: 'operator', grants: ['operator'] },
    ],
    [
      'a service',
      '/users',
      { username: 'minted', balance: 0 },
      { issuer: AUTH.issuer, subject: 'olga', userId: 'usr_1' },
    ],
    ['a service', '/points', { account_id: 'mallory', amount: 1 }, { expires_at: '2999-01-01T00:00:00Z', actor: 'x' }],
    ['an operator', '/products', { name: 'A', description: '', price: 1, stock: 1 }, { reserved: -5, version: 9 }],
  ])('%s writes no member that is not theirs to write, at %s', async (who, path, body, more) => {
    const headers = { 'a customer': mallory, 'a service': service, 'an operator': operator }[who] ?? {}
    const { status, body: problem } = await changingNothing(() => api.post(path, { ...body, ...more }, { headers }))
    expect([status, problem.code]).toEqual([400, 'invalid_request'])
    const named = problem.errors.map((error: { path: string }) => error.path)
    expect(named).toEqual(expect.arrayContaining(Object.keys(more)))
  })

  test('a service gives nobody money, though the member is known', async () => {
    const answer = await changingNothing(() =>
      api.post('/users', { username: 'rich', balance: 1 }, { headers: service }),
    )
    expect(answer).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  })

  test('no answer to a customer has a key, a hash or an identity in it', async () => {
    const [olga] = await world.shop.sql<{ id: string }[]>`select id from users where subject = 'olga'`
    const told = async (path: string) => {
      const { status, body } = await api.call('GET', path, { headers: mallory })
      expect([path, status]).toEqual([path, 200])
      return JSON.stringify(body)
    }
    for (const path of [
      '/me',
      '/purchases',
      `/purchases/${mallorys}`,
      `/purchases/${mallorys}/evaluation`,
      '/users/balance/mallory',
      '/users/mallory/wallet-entries',
      '/points/transactions?account_id=mallory',
    ]) {
      expect(await told(path), path).not.toMatch(/request_?hash|scope|issuer|subject|id\.example/i)
      // Who did what for them is told by role: the wallet was opened by an operator.
      expect(await told(path), path).not.toContain(olga?.id ?? 'olga')
    }
    expect(await told('/users/mallory/wallet-entries')).toContain('operator')
  })
})

describe('API4:2023 Unrestricted resource consumption', () => {
  test('what would take much is refused before it does', async () => {
    const deep = `{"type":"ReviewWritten","client":"ReviewSite","account_id":"rita","payload":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_001)}`
    const lines = Array.from({ length: 21 }, (_, index) => ({ productId: `p${index}`, quantity: 1 }))
    const rules = [giving(`1${'+1'.repeat(2_000)}`)]
    const attacks: [number, string, string, unknown, Record<string, string>][] = [
      [413, 'POST', '/purchase', { ...orderOf('mallory'), lane: 'x'.repeat(70_000) }, mallory],
      [400, 'POST', '/events', deep, service],
      [400, 'POST', '/purchase', { userId: 'mallory', lines }, mallory],
      [400, 'POST', '/purchase', { ...orderOf('mallory'), quantity: 1_001 }, mallory],
      [400, 'GET', '/products?limit=501', undefined, {}],
      [400, 'GET', '/purchases?limit=999999999', undefined, mallory],
      [400, 'POST', '/campaigns', { client: 'ReviewSite', campaign_name: 'long', rules }, operator],
    ]
    await changingNothing(async () => {
      for (const [expected, method, path, body, headers] of attacks) {
        const { status } = await api.call(method, path, { body, headers, ...(path === '/events' && { key: 'deep' }) })
        expect([path, status]).toEqual([path, expected])
      }
    })
  })

  test('asking for readiness many times at once costs one check', async () => {
    const gate = Promise.withResolvers<void>()
    let checks = 0
    const sql = interceptSql(world.shop.sql, async (statement, go) => {
      if (statement.includes('schema_migrations')) {
        if (statement.includes('to_regclass')) checks += 1
        await gate.promise
      }
      return await go()
    })
    // What comes after the others on their connection has been seen when they have.
    const health = { failing: () => void gate.resolve() }
    const server = await world.serve({ auth: AUTH, sql, health })
    const ask = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
    const answers = await sendBytes(server.url, ask('/readyz').repeat(20) + ask('/healthz', 'Connection: close\r\n'))
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(21)
    expect(checks).toBe(1)
    expect((await server.get('/readyz')).status).toBe(200)
    expect(checks).toBe(2)
  })
})

describe('API5:2023 Broken function level authorization', () => {
  type Operation = { 'x-roles': string[]; operationId: string }
  const paths = Object.entries(api.contract.document.paths as unknown as Record<string, Record<string, Operation>>)
  const notForCustomers = paths.flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { 'x-roles': roles }]) => roles.length > 0 && !roles.includes('customer'))
      .flatMap(([method]) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
      .map((method) => [method, path.replaceAll(/\{\w+\}/g, 'unicorn')] as const),
  )

  test('no word of a customer makes them somebody else', async () => {
    expect(notForCustomers.length).toBeGreaterThan(20)
    const CLAIMS = {
      'X-Role': 'operator',
      'X-Roles': 'operator',
      'X-User-Id': 'olga',
      'X-Forwarded-User': 'olga',
      'X-HTTP-Method-Override': 'GET',
      'X-Original-URL': '/products',
      'X-Rewrite-URL': '/products',
      'X-Forwarded-For': '127.0.0.1',
    }
    await changingNothing(async () => {
      for (const [method, path] of notForCustomers) {
        expect([method, path, (await send(method, path, mallory)).status]).toEqual([method, path, 403])
        expect([method, path, (await send(method, path, { ...mallory, ...CLAIMS })).status]).toEqual([
          method,
          path,
          403,
        ])
      }
    })
  })

  test.each([
    ...[
      '/users/',
      '/USERS',
      '/users;a=b',
      '//users',
      '/./users',
      '/%75sers',
      '/users%00',
      '/users%2f',
      '/users?',
      '/users#',
    ],
    ...[
      '/store/../users',
      '/store/..%2fusers',
      '/store/%2e%2e/users',
      '/docs/../users',
      '/docs/..%2f..%2fusers',
      '/store/..\\users',
    ],
    ...[`http://localhost:${port}/users`, `http://evil.example/users`, '/openapi.json/../users', '/healthz/../users'],
  ])('nobody is shown the users under another spelling of their address, %s', async (target) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { status, text } = await send(method, target)
      expect([method, status]).not.toEqual(['GET', 200])
      expect(text).not.toMatch(/rita|mallory|4242/)
    }
  })
})

describe('API6:2023 Unrestricted access to sensitive business flows', () => {
  test('a bot that orders what is scarce many times at once gets no more than there is, and pays for each', async () => {
    await world.shop.addProduct({ id: 'rare', priceMinor: 100, stock: 3 })
    const before = (await api.call('GET', '/users/balance/rita', { headers: rita })).body.balance
    const order = { userId: 'rita', productId: 'rare', quantity: 1 }
    const answers = await Promise.all(Array.from({ length: 12 }, () => api.post('/purchase', order, { headers: rita })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(answers.filter(({ body }) => body.code === 'out_of_stock')).toHaveLength(9)
    expect((await api.call('GET', '/users/balance/rita', { headers: rita })).body.balance).toBeCloseTo(before - 3, 6)
  })

  test('a bot is slowed down to what a person could do, and what is refused has not happened', async () => {
    await world.shop.addProduct({ id: 'wanted', priceMinor: 100, stock: 100 })
    const server = await serveLimited('writes=2/600')
    const order = { userId: 'rita', productId: 'wanted', quantity: 1 }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.post('/purchase', order, { headers: rita })),
    )
    const counts = [200, 429].map((wanted) => answers.filter(({ status }) => status === wanted).length)
    expect(counts).toEqual([2, 6])
    expect((await server.get('/products/wanted')).body.stock).toBe(98)
  })

  test('buying, spending what it earned and giving it back, again and again, earns nothing', async () => {
    const worth = async () => {
      const [{ body: wallet }, { body: points }] = await Promise.all([
        api.call('GET', '/users/balance/circler', { headers: circler }),
        api.call('GET', '/points?account_id=circler', { headers: circler }),
      ])
      return Math.round(wallet.balance * 100) + points.balance * 10
    }
    await world.shop.addProduct({ id: 'earner', priceMinor: 20_000, stock: 100 })
    const circler = await bearer(await addUser('circler', 1_000), { roles: ['customer'] })
    const buy = (redeemPoints?: number) =>
      done(
        api.post(
          '/purchase',
          { userId: 'circler', productId: 'earner', quantity: 1, ...(redeemPoints && { redeemPoints }) },
          { headers: circler },
        ),
      )
    const giveBack = (id = '') => done(api.post(`/purchases/${id}/refund`, {}, { headers: circler }))
    const before = await worth()
    for (let round = 0; round < 3; round++) {
      const earned = await buy()
      const spent = await buy(20)
      for (const { purchaseId } of round % 2 === 0 ? [earned, spent] : [spent, earned]) await giveBack(purchaseId)
      expect(await worth()).toBeLessThanOrEqual(before)
    }
  })
})

describe('API7:2023 Server side request forgery', () => {
  test('no address in a request is asked for anything', async () => {
    const { asked, url } = await openListener()
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'mine', alg: 'ES256' }
    const jwks = await openListener()
    const published = await world.serve({ auth: { ...AUTH, keys: { jwksUrl: new URL(jwks.url) } } })
    for (const header of [
      { alg: 'ES256', jku: `${url}/jku` },
      { alg: 'ES256', x5u: `${url}/x5u` },
      { alg: 'ES256', kid: `${url}/kid`, jwk },
    ]) {
      const Authorization = `Bearer ${await tokenOf(privateKey, header)}`
      for (const server of [api, published])
        expect((await server.call('GET', '/users', { headers: { Authorization } })).status).toBe(401)
    }
    const product = { name: 'Foal', description: url, image: `${url}/image.svg`, price: 1, stock: 1 }
    await done(
      api.post('/products', product, { headers: { ...operator, Referer: url, 'X-Forwarded-Host': url.slice(7) } }),
    )
    const payload = { stars: 1, callback: `${url}/callback`, webhook: url, $ref: `${url}/ref`, '@import': url }
    const event = { type: 'ReviewWritten', client: 'ReviewSite', account_id: 'rita', payload }
    await done(api.post('/events', event, { key: `${url}/key`, headers: service }))
    await send('GET', `${url}/through`, operator)
    expect(asked).toEqual([])
    // It would have noticed.
    await fetch(`${url}/myself`)
    expect(asked).toEqual(['/myself'])
  })
})

describe('API8:2023 Security misconfiguration', () => {
  test.each([
    '/products',
    '/users',
    '/nothing',
    '/docs',
    '/openapi.json',
    '/store/',
    '/store/%ff',
    '/healthz',
    '/images/unicorn-air.svg',
  ])('the answer at %s lets a browser do no more than it must, and does not say what made it', async (path) => {
    const { headers } = await send('GET', path)
    const policy = String(headers['content-security-policy'])
    for (const part of [
      "default-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      /form-action '(?:none|self)'/,
    ])
      expect(policy).toMatch(part)
    expect(policy).not.toMatch(/unsafe-eval|script-src [^;]*(?:unsafe|http|\*)/)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    for (const name of ['server', 'x-powered-by', 'access-control-allow-origin'])
      expect(headers).not.toHaveProperty(name)
  })

  test('a page of another site reads nothing and is promised nothing', async () => {
    for (const Origin of ['https://evil.example', 'null', 'https://shop.example.evil.example', 'http://shop.example']) {
      const preflight = {
        Origin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization',
      }
      for (const answer of [
        await send('GET', '/users', { ...operator, Origin }),
        await send('OPTIONS', '/users', preflight),
      ])
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
    const { headers } = await send('GET', '/users', { ...operator, Origin: 'https://shop.example' })
    expect(headers['access-control-allow-origin']).toBe('https://shop.example')
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test('a name that was made to point here is answered by nothing, whatever else says otherwise', async () => {
    for (const headers of [
      { Host: 'evil.example' },
      { Host: 'localhost.evil.example' },
      { Host: 'evil.example', 'X-Forwarded-Host': 'localhost' },
      { Host: 'evil.example', Forwarded: 'host=localhost', 'X-Forwarded-For': '127.0.0.1' },
    ]) {
      const { status, text } = await send('GET', '/users', { ...operator, ...headers })
      expect([headers, status]).toEqual([headers, 421])
      expect(text).not.toContain('rita')
    }
  })

  test('no GET changes anything, so that a link or an image can do no harm', async () => {
    await changingNothing(async () => {
      for (const [path, { get }] of Object.entries(api.contract.document.paths)) {
        const target = path.replace('{username}', 'rita').replace('{id}', ritas)
        if (get) expect([path, (await send('GET', target, operator)).status]).not.toEqual([path, 500])
      }
    })
  })

  test('no mistake of a client shows the inside, and TRACE mirrors nothing', async () => {
    for (const [method, target, headers] of [
      ['GET', "/purchases/'%20or%201=1--", operator],
      ['GET', "/purchases?userId='%20or%20'1'='1", operator],
      ['GET', '/users?cursor=%27;drop%20table%20users', operator],
      ['GET', '/campaigns/%00?client=x', operator],
      ['TRACE', '/users', operator],
      ['GET', '/%c0%ae%c0%ae/etc/passwd', {}],
    ] as const) {
      const { status, text } = await send(method, target, headers)
      expect([target, status >= 400 && status < 500]).toEqual([target, true])
      expect(text).not.toMatch(/node_modules|\.ts\b|postgres|select |syntax error|at \w+ \(|Bearer/i)
    }
  })
})

describe('API9:2023 Improper inventory management', () => {
  test.each([
    ...[
      '/metrics',
      '/admin',
      '/debug',
      '/debug/pprof',
      '/actuator',
      '/actuator/env',
      '/server-status',
      '/console',
      '/test',
    ],
    ...[
      '/api/users',
      '/v0/users',
      '/v1/users',
      '/v2/users',
      '/users.json',
      '/internal/users',
      '/graphql',
      '/swagger.json',
    ],
    ...[
      '/.env',
      '/.git/config',
      '/package.json',
      '/package-lock.json',
      '/api/auth.ts',
      '/db/migrations/001.do.schema.sql',
    ],
    ...['/docs/../package.json', '/docs/initializer.js.map', '/images/../auth.ts', '/.well-known/openid-configuration'],
  ])('there is nothing at %s, for operators neither', async (target) => {
    for (const headers of [{}, operator]) expect((await send('GET', target, headers)).status).toBe(404)
  })
})

describe('API10:2023 Unsafe consumption of APIs', () => {
  const ask = async (answer: Parameters<typeof openListener>[0], token: string) => {
    const provider = await openListener(answer)
    const server = await world.serve({ auth: { ...AUTH, keys: { jwksUrl: new URL(`${provider.url}/jwks`) } } })
    const { status, body } = await server.call('GET', '/users', { headers: { Authorization: `Bearer ${token}` } })
    expect(provider.asked).not.toEqual([])
    return [status, body.code]
  }

  test('a provider that sends elsewhere for its keys is not followed', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'evil', alg: 'ES256' }
    const evil = await openListener(() => ({ body: JSON.stringify({ keys: [jwk] }) }))
    const token = await tokenOf(privateKey, { alg: 'ES256', kid: 'evil' })
    for (const status of [301, 302, 303, 307, 308])
      expect(await ask(() => ({ status, headers: { Location: evil.url }, body: '' }), token)).toEqual([
        503,
        'identity_unavailable',
      ])
    expect(evil.asked).toEqual([])
    // As the keys of the provider itself they would do.
    expect(await ask(() => ({ body: JSON.stringify({ keys: [jwk] }) }), token)).toEqual([200, undefined])
  })

  test('keys that everybody may read sign nothing by HS256, and what are no keys let nobody in', async () => {
    const secret = await generateSecret('HS256', { extractable: true })
    const oct = { ...(await exportJWK(secret)), kid: 'oct', alg: 'HS256' }
    const token = await tokenOf(secret, { alg: 'HS256', kid: 'oct' })
    const provider = await openListener(() => ({ body: JSON.stringify({ keys: [oct] }) }))
    const server = await world.serve({ auth: { ...AUTH, keys: { jwksUrl: new URL(provider.url) } } })
    const headers = { Authorization: `Bearer ${token}` }
    expect((await server.call('GET', '/users', { headers })).status).toBe(401)
    const { privateKey } = await generateKeyPair('ES256')
    const signed = await tokenOf(privateKey, { alg: 'ES256', kid: 'one' })
    for (const body of ['', '<html>', 'null', '[]', '{}', '{"keys":{}}', '{"keys":[7]}', '{"keys":"all"}'])
      expect(await ask(() => ({ body }), signed), body).toEqual([503, 'identity_unavailable'])
    expect(await ask(() => ({ body: '{"keys":[{"kty":"EC","kid":"one"}]}' }), signed)).not.toContain(200)
  })
})
