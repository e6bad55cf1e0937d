import { createServer, get } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import type { AuthSettings } from '#config/environment.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, AUTH_VARIABLES, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
const api = await world.serve({ auth: AUTH })
const operator = await bearer('olga', { roles: ['operator'] })

const RULES = [giving('1', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })]

/** Money that nobody else has, to be looked for in answers that must not have it. */
const RITAS_MONEY = 4_242.42

await world.shop.addProduct({ id: 'unicorn', priceMinor: 1_999, stock: 100 })
const rita = await addUser('rita', RITAS_MONEY)
const wanda = await addUser('wanda', 100)
const ritas = { userId: 'rita', productId: 'unicorn', quantity: 1 }
const bought: string = (await api.post('/purchase', ritas, { headers: operator })).body.purchaseId
const points = await api.post('/points', { account_id: 'rita', amount: 500 }, { headers: operator })
for (const client of ['ReviewSite', 'OtherSite']) {
  const campaign = { client, campaign_name: 'spring', event_types: ['ReviewWritten'], rules: RULES }
  const { status, body } = await api.post('/campaigns', campaign, { headers: operator })
  expect(status, JSON.stringify(body)).toBe(201)
}
const history = await api.call('GET', '/campaigns/spring/history?client=ReviewSite', { headers: operator })
const changeId: string = history.body.items[0].id
const event = { type: 'ReviewWritten', client: 'ReviewSite', account_id: 'rita', payload: { stars: 5 } }

async function addUser(username: string, balance: number): Promise<string> {
  const { status, body } = await api.post('/users', { username, balance }, { headers: operator })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

const CALLERS = {
  nobody: {},
  'the customer': await bearer(rita, { roles: ['customer'] }),
  'another customer': await bearer(wanda, { roles: ['customer'] }),
  'a service': await bearer('shop-front', { roles: ['service'], clients: ['ReviewSite'] }),
  'a service of another client': await bearer('other-front', { roles: ['service'], clients: ['OtherSite'] }),
  'an operator of the client': await bearer('otto', { roles: ['operator'], clients: ['ReviewSite'] }),
  'an operator of another client': await bearer('oscar', { roles: ['operator'], clients: ['OtherSite'] }),
  'an operator': operator,
} satisfies Record<string, Record<string, string>>
type CallerName = keyof typeof CALLERS

const CALLER_ROLES: Record<CallerName, string[]> = {
  nobody: [],
  'the customer': ['customer'],
  'another customer': ['customer'],
  'a service': ['service'],
  'a service of another client': ['service'],
  'an operator of the client': ['client_operator'],
  'an operator of another client': ['client_operator'],
  'an operator': ['operator'],
}

const NIL = '00000000-0000-4000-8000-000000000000'
const CAMPAIGN = '/campaigns/spring?client=ReviewSite'

/** A request for each operation that is about something of Rita's, or of the client ReviewSite. */
const REQUESTS: Record<string, { path?: string; body?: unknown; headers?: Record<string, string> }> = {
  listProducts: {},
  getProduct: { path: '/products/unicorn' },
  createProduct: { body: { name: 'Foal', description: '', price: 1, stock: 1 } },
  updateProduct: { path: '/products/unicorn', body: { name: 'Unicorn' } },
  listProductHistory: { path: '/products/unicorn/history' },
  adjustStock: { path: '/products/unicorn/stock-adjustments', body: { quantity: 1, reason: 'found' } },
  getImage: { path: '/images/unicorn-air.svg' },
  listUsers: {},
  createUser: { body: { username: 'rosa', balance: 0 } },
  getBalance: { path: '/users/balance/rita' },
  topUp: { path: '/users/rita/top-ups', body: { amount: 1 } },
  listWalletEntries: { path: '/users/rita/wallet-entries' },
  createPurchase: { body: ritas },
  quotePurchase: { body: ritas },
  listPurchases: { path: '/purchases?userId=rita' },
  getPurchase: { path: `/purchases/${bought}` },
  getPurchaseEvaluation: { path: `/purchases/${bought}/evaluation` },
  watchPurchase: { path: `/purchases/${bought}/events` },
  cancelPurchase: { path: `/purchases/${bought}/cancel` },
  getRefundQuote: { path: `/purchases/${bought}/refund-quote` },
  refundPurchase: { path: `/purchases/${bought}/refund` },
  getPoints: { path: '/points?account_id=rita' },
  listPointsTransactions: { path: '/points/transactions?account_id=rita' },
  listPointsLots: { path: '/points/lots?account_id=rita' },
  issuePoints: { body: { account_id: 'rita', amount: 1 } },
  redeemPoints: { body: { account_id: 'rita', amount: 1 } },
  createRedemption: { body: { account_id: 'rita', amount: 1 } },
  reversePointsTransaction: { path: `/points/transactions/${points.body.id}/reversal` },
  listCampaigns: { path: '/campaigns?client=ReviewSite' },
  createCampaign: {
    body: { client: 'ReviewSite', campaign_name: 'summer', rules: RULES },
  },
  getCampaign: { path: CAMPAIGN },
  listCampaignHistory: { path: '/campaigns/spring/history?client=ReviewSite' },
  getCampaignChange: { path: `/campaigns/spring/history/${changeId}?client=ReviewSite` },
  updateCampaign: { path: CAMPAIGN, body: { status: 'inactive' }, headers: { 'If-Match': '*' } },
  deleteCampaign: { path: '/campaigns/none?client=ReviewSite', headers: { 'If-Match': '*' } },
  simulateCampaigns: { body: { client: 'ReviewSite', event } },
  backtestCampaigns: { body: { client: 'ReviewSite', from: '2026-01-01T00:00:00Z' } },
  createEvent: { body: event },
  getEventEvaluation: { path: `/events/${NIL}/evaluation` },
  listParkedAwards: {},
  retryParkedAward: { path: `/operations/parked/${NIL}/retry` },
  dismissParkedAward: { path: `/operations/parked/${NIL}/dismissal`, body: { reason: 'none' } },
  listDiscrepancies: {},
  resolveDiscrepancy: { path: `/operations/discrepancies/${NIL}/resolution`, body: { reason: 'none' } },
  repairPurchase: { path: `/operations/purchases/${bought}/repair` },
  getSettings: {},
  getMe: {},
  healthz: {},
  readyz: {},
}

type Operation = { operationId: string; 'x-roles'?: string[]; security?: unknown[]; parameters?: { name: string }[] }
const document = api.contract.document as unknown as { paths: Record<string, Record<string, Operation>> }
const OPERATIONS = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), template })),
)

/** What is expected of a caller whose role a route does not have, or to whom what it is about does not belong. */
function refusal(caller: CallerName, { operationId, 'x-roles': roles = [] }: Operation): 401 | 403 | 404 | undefined {
  if (roles.length === 0) return undefined
  if (caller === 'nobody') return 401
  if (!roles.some((role) => CALLER_ROLES[caller].includes(role))) return 403
  if (operationId === 'getMe') return undefined
  if (caller === 'another customer') return 404
  if (caller === 'an operator of another client') return 403
  return caller === 'a service of another client' && operationId === 'createEvent' ? 403 : undefined
}

async function ask(caller: CallerName, operation: (typeof OPERATIONS)[number], wrong?: { body: string }) {
  const { path = operation.template, body, headers } = REQUESTS[operation.operationId] ?? {}
  const isKeyed = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true
  return await api.call(operation.method, path, {
    ...(body !== undefined && { body: wrong?.body ?? body }),
    ...(isKeyed && { key: crypto.randomUUID() }),
    headers: { ...headers, ...CALLERS[caller] },
  })
}

/** Everything in the database. */
async function books(): Promise<string> {
  const tables = await world.shop.sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by 1`
  const rows: string[] = []
  for (const { name } of tables) {
    const [row] = await world.shop.sql.unsafe<{ sum: string }[]>(
      `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as sum from ${name} t`,
    )
    rows.push(`${name} ${row?.sum}`)
  }
  return rows.join('\n')
}

test('each operation says who may use it, and has a request here', () => {
  for (const { operationId, 'x-roles': roles, security } of OPERATIONS) {
    expect(roles, operationId).toBeDefined()
    expect(security?.length, operationId).toBe(roles?.length === 0 ? 0 : 1)
  }
  expect(OPERATIONS.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(REQUESTS).sort())
})

describe.each(Object.keys(CALLERS) as CallerName[])('%s', (caller) => {
  const refused = OPERATIONS.filter((operation) => refusal(caller, operation) !== undefined)
  const allowed = OPERATIONS.filter((operation) => refusal(caller, operation) === undefined)

  if (refused.length > 0)
    test('is refused the rest: nothing is changed, and nothing told', async () => {
      const before = await books()
      for (const operation of refused) {
        const { status, headers, body } = await ask(caller, operation)
        expect(status, `${operation.operationId}: ${JSON.stringify(body)}`).toBe(refusal(caller, operation))
        expect(headers.has('WWW-Authenticate')).toBe(status === 401)
        const told = JSON.stringify(body)
        for (const secret of [rita, String(RITAS_MONEY), 'Unicorn']) expect(told).not.toContain(secret)
      }
      expect(await books()).toBe(before)
    })

  // Which client or user it is about is in the request.
  const byRole = refused.filter(
    (one) => refusal(caller, one) === 401 || !one['x-roles']?.some((role) => CALLER_ROLES[caller].includes(role)),
  )
  if (byRole.length > 0)
    test('is refused before anything of the request is looked at', async () => {
      for (const operation of byRole) {
        const { status } = await ask(caller, operation, { body: '{"half' })
        expect(status, operation.operationId).toBe(refusal(caller, operation))
      }
    })

  test('gets what is for them', async () => {
    for (const operation of allowed) {
      const { status, body } = await ask(caller, operation)
      const told = `${operation.operationId}: ${status} ${JSON.stringify(body).slice(0, 300)}`
      expect([401, 403], told).not.toContain(status)
      expect(status, told).toBeLessThan(500)
      if (caller === 'the customer') expect(status, told).not.toBe(404)
    }
  })
})

test('a customer sees their own purchases when they do not say whose', async () => {
  for (const [caller, count] of [
    ['the customer', true],
    ['another customer', false],
  ] as const) {
    const { body } = await api.call('GET', '/purchases', { headers: CALLERS[caller] })
    expect(body.items.map(({ purchaseId }: { purchaseId: string }) => purchaseId).includes(bought)).toBe(count)
  }
})

test('an operator of some clients sees the campaigns of those', async () => {
  const { body } = await api.call('GET', '/campaigns', { headers: CALLERS['an operator of another client'] })
  expect(body.items.map(({ client }: { client: string }) => client)).toEqual(['othersite'])
})

test('who did it is on record, without their name', async () => {
  const { body } = await api.call('GET', '/users/rita/wallet-entries', { headers: operator })
  expect(body.items.at(-1)).toMatchObject({ reason: 'opening', actor: 'operator:olga' })
})

test('a service adds users, but no money', async () => {
  const add = (balance: number) => api.post('/users', { username: 'sonia', balance }, { headers: CALLERS['a service'] })
  expect(await add(1)).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  expect((await add(0)).status).toBe(201)
})

test('the same key of two callers is two keys', async () => {
  const order = (userId: string) => ({ userId, productId: 'unicorn', quantity: 1 })
  const [one, two] = [
    await api.post('/purchase', order('rita'), { key: 'mine', headers: CALLERS['the customer'] }),
    await api.post('/purchase', order('wanda'), { key: 'mine', headers: CALLERS['another customer'] }),
  ]
  expect([one.status, two.status]).toEqual([200, 200])
  expect(one.body.purchaseId).not.toBe(two.body.purchaseId)
})

test('points and events are for users that were added', async () => {
  const headers = CALLERS['a service']
  for (const answer of [
    await api.post('/points', { account_id: 'nobody', amount: 1 }, { headers }),
    await api.post('/events', { ...event, account_id: 'nobody' }, { key: 'of nobody', headers }),
  ])
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_account' } })
})

test('whose token names nobody who was added has no data', async () => {
  const stranger = { headers: await bearer('usr_stranger', { roles: ['customer'] }) }
  expect(await api.call('GET', '/purchases', stranger)).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
})

test('where the tokens are ours, nobody can be called like the id of another user', async () => {
  const user = { username: 'impostor', balance: 0, subject: rita }
  const { status, body } = await api.post('/users', user, { headers: CALLERS['a service'] })
  expect([status, body.errors]).toEqual([400, [{ path: 'subject', message: 'is not known here' }]])
})

test('an address that is none is 404 for everybody, and a header that comes twice 400', async () => {
  for (const headers of Object.values(CALLERS))
    expect(await api.call('GET', '/nowhere', { headers })).toMatchObject({
      status: 404,
      body: { code: 'unknown_route' },
    })
  expect(await api.call('PUT', '/users')).toMatchObject({ status: 405 })
  const { hostname, port } = new URL(api.url)
  const twice = await new Promise<number | undefined>((resolve, reject) => {
    const headers = [
      'Host',
      `${hostname}:${port}`,
      'Authorization',
      'Bearer x',
      'Authorization',
      operator.Authorization ?? '',
    ]
    get({ hostname, port, path: '/users', headers }, (answer) => resolve(answer.resume().statusCode)).on(
      'error',
      reject,
    )
  })
  expect(twice).toBe(400)
})

test('a customer can refund for thirty days, an operator always', async () => {
  const { body } = await api.post('/purchase', ritas, { headers: CALLERS['the customer'] })
  const refund = (headers: Record<string, string>) =>
    api.call('POST', `/purchases/${body.purchaseId}/refund`, { headers })
  await world.shop.asOwner(
    (sql) => sql`update purchases set settled_at = now() - interval '31 days' where id = ${body.purchaseId}`,
  )
  for (const caller of ['the customer', 'a service'] as const)
    expect(await refund(CALLERS[caller])).toMatchObject({ status: 409, body: { code: 'refund_period_over' } })
  expect(await refund(operator)).toMatchObject({ status: 200 })
})

const key = (secret: string) => new TextEncoder().encode(secret)
const secretOf = (auth: AuthSettings) => ('secret' in auth.keys ? key(auth.keys.secret) : key(''))
const CLAIMS = { iss: AUTH.issuer, aud: AUTH.audience, sub: 'olga', roles: ['operator'] }
const inMinutes = (minutes: number) => Math.floor(Date.now() / 1000) + minutes * 60
const signed = (
  claims: { [Claim in keyof JWTPayload]: JWTPayload[Claim] | undefined },
  secret = secretOf(AUTH),
  alg = 'HS256',
) => new SignJWT({ ...CLAIMS, exp: inMinutes(5), ...claims } as JWTPayload).setProtectedHeader({ alg }).sign(secret)

describe('a token', () => {
  const listUsers = (token: string) => api.call('GET', '/users', { headers: { Authorization: `Bearer ${token}` } })

  test('that is right is taken', async () => {
    expect((await listUsers(await signed({}))).status).toBe(200)
    expect((await listUsers(await signed({ roles: 'operator' }))).status).toBe(200)
  })

  test.each([
    ['of another issuer', () => signed({ iss: 'https://evil.example' })],
    ['for another audience', () => signed({ aud: 'another' })],
    ['that has expired', () => signed({ exp: inMinutes(-5) })],
    ['that never expires', () => signed({ exp: undefined })],
    ['that is not valid yet', () => signed({ nbf: inMinutes(5) })],
    ['of nobody', () => signed({ sub: undefined })],
    ['with another secret', () => signed({}, key('another secret, of more than 32 bytes!'))],
    ['by another algorithm', () => signed({}, secretOf(AUTH), 'HS512')],
    ['that is not signed', async () => new UnsecuredJWT({ ...CLAIMS, exp: inMinutes(5) }).encode()],
    ['that was changed', async () => `${(await signed({})).slice(0, -4)}AAAA`],
    ['that is none', async () => 'operator'],
  ])('%s is 401', async (_, token) => {
    const { status, headers, body } = await listUsers(await token())
    expect(status).toBe(401)
    expect(body.code).toBe('unauthenticated')
    expect(headers.get('WWW-Authenticate')).toContain('Bearer realm="unicorn-store", error="invalid_token"')
  })

  test.each([
    ['none', []],
    ['of another system', ['admin', 'constructor']],
    ['in another case', ['Operator']],
  ])('with roles %s is 403', async (_, roles) => {
    expect(await listUsers(await signed({ roles }))).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  })

  test.each([[[]], [{ ReviewSite: true }], [null], [7]])(
    'of an operator whose clients are %j is for none',
    async (clients) => {
      const token = await signed({ clients })
      expect((await listUsers(token)).status).toBe(403)
      const headers = { Authorization: `Bearer ${token}` }
      expect((await api.call('GET', '/campaigns', { headers })).body.items).toEqual([])
    },
  )

  test('has its roles and clients in the claims that are configured', async () => {
    const renamed = await world.serve({ auth: { ...AUTH, rolesClaim: 'https://shop.example/roles' } })
    const token = await signed({ roles: [], 'https://shop.example/roles': ['operator'] })
    const headers = { Authorization: `Bearer ${token}` }
    expect((await renamed.call('GET', '/users', { headers })).status).toBe(200)
  })
})

describe('npm run token', () => {
  const token = async (...args: string[]) => {
    const variables = { ...AUTH_VARIABLES, DATABASE_URL: world.shop.databaseUrl }
    return await runEntryPoint('scripts/token.ts', variables, args)
  }

  test('prints one that works, and nothing else', async () => {
    for (const [args, path] of [
      [['--user', 'rita', '--role', 'customer'], '/users/balance/rita'],
      [['--user', 'olga', '--role', 'operator'], '/users'],
      [['--user', 'otto', '--role', 'operator', '--client', 'ReviewSite', '--client', 'More'], CAMPAIGN],
    ] as const) {
      const { code, out, err } = await token(...args)
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
      expect((await api.call('GET', path, { headers: { Authorization: `Bearer ${out.trim()}` } })).status).toBe(200)
    }
  })

  test.each([
    [['--user', 'rosalind', '--role', 'customer'], /^There is no user "rosalind"\./],
    [['--user', 'rita', '--role', 'king'], /^Give --user and --role, one of customer, service, operator\./],
    [['--role', 'operator'], /^Give --user and --role/],
    [['--user', 'olga', '--role', 'operator', '--minutes', '1e3'], /^--minutes takes a whole number, not "1e3"\.$/m],
    [['--users', 'olga'], /^Unknown option '--users'/],
  ])('%j is refused in a line', async (args, message) => {
    const { code, out, err } = await token(...args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  test('needs the secret that the API has', async () => {
    const { code, err } = await runEntryPoint('scripts/token.ts', {}, ['--user', 'olga', '--role', 'operator'])
    expect([code, err]).toEqual([1, 'Set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWT_SECRET as for the API.\n'])
  })
})

describe('npm run grant', () => {
  const owner = { MIGRATE_DATABASE_URL: world.shop.migrateDatabaseUrl, DATABASE_URL: world.shop.databaseUrl }
  const grant = async (...args: string[]) => await runEntryPoint('scripts/grant.ts', owner, args)
  const asRita = { headers: CALLERS['the customer'] }
  const listUsers = async () => (await api.call('GET', '/users', asRita)).status

  test('gives a role to a user whose token has none, and takes it away', async () => {
    const nameless = { headers: await bearer(rita, { roles: [] }) }
    expect(await api.call('GET', '/me', nameless)).toMatchObject({ status: 403 })
    expect(await listUsers()).toBe(403)
    expect(await grant('--user', 'rita', '--role', 'operator')).toEqual({ code: 0, out: 'rita is operator\n', err: '' })
    expect(await listUsers()).toBe(200)
    expect(await api.call('GET', '/me', nameless)).toMatchObject({
      body: { role: 'operator', clients: null, user: null },
    })

    await grant('--user', 'rita', '--role', 'operator', '--client', 'othersite')
    expect(await listUsers()).toBe(403)
    const campaigns = await api.call('GET', '/campaigns', asRita)
    expect(campaigns.body.items.map(({ client }: { client: string }) => client)).toEqual(['othersite'])

    // Whatever the role is by then, it is the same key.
    const order = (headers: Record<string, string>) => api.post('/purchase', ritas, { key: 'before a grant', headers })
    const first = await order(CALLERS['the customer'])
    await grant('--user', 'rita', '--role', 'operator')
    const again = await order(CALLERS['the customer'])
    expect([again.body.purchaseId, again.headers.get('Idempotency-Replayed')]).toEqual([first.body.purchaseId, 'true'])
    expect((await api.call('GET', '/me', asRita)).body.role).toBe('operator')

    expect((await grant('--user', 'rita', '--role', 'operator', '--revoke')).out).toBe('rita is no operator any more\n')
    expect((await grant('--user', 'rita', '--role', 'operator', '--revoke')).out).toBe('rita was no operator\n')
    expect((await api.call('GET', '/campaigns', asRita)).status).toBe(403)
    expect(await api.call('GET', '/me', asRita)).toMatchObject({
      body: { role: 'customer', clients: null, user: { id: rita, username: 'rita' } },
    })
  })

  test('is not for names that were only used for points, which are still to be had', async () => {
    await world.api.post('/points', { account_id: 'usednameonly', amount: 5 })
    expect((await grant('--user', 'usednameonly', '--role', 'operator')).code).toBe(1)
  })

  test('is for the owner of the database, and for users that there are', async () => {
    const { code, err } = await grant('--user', 'rosalind', '--role', 'operator')
    expect([code, err]).toEqual([1, 'There is no user "rosalind". POST /users adds one.\n'])
    const application = { ...owner, MIGRATE_DATABASE_URL: owner.DATABASE_URL }
    const refused = await runEntryPoint('scripts/grant.ts', application, ['--user', 'rita', '--role', 'operator'])
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/permission denied/)
    expect(await listUsers()).toBe(403)
  })
})

describe('with published keys', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const { privateKey: next, publicKey: nextPublic } = await generateKeyPair('EdDSA')
  const published = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }]
  let isAway = false
  const provider = createServer((_, response) => {
    response.writeHead(isAway ? 500 : 200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ keys: published }))
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  afterAll(() => new Promise((resolve) => provider.close(resolve)))
  const jwksUrl = new URL(`http://127.0.0.1:${(provider.address() as { port: number }).port}/jwks`)
  const serve = () => world.serve({ auth: { ...AUTH, keys: { jwksUrl } } })
  const tokenOf = (signing: typeof privateKey, header: { alg: string; kid: string }) =>
    new SignJWT({ ...CLAIMS, exp: inMinutes(5) }).setProtectedHeader(header).sign(signing)
  const ask = async (server: Awaited<ReturnType<typeof serve>>, token: string) =>
    await server.call('GET', '/users', { headers: { Authorization: `Bearer ${token}` } })

  test('a token of the provider is taken, and no other', async () => {
    const server = await serve()
    expect((await ask(server, await tokenOf(privateKey, { alg: 'ES256', kid: 'one' }))).status).toBe(200)
    const { privateKey: forged } = await generateKeyPair('ES256')
    expect((await ask(server, await tokenOf(forged, { alg: 'ES256', kid: 'one' }))).status).toBe(401)
    expect((await ask(server, await tokenOf(forged, { alg: 'ES256', kid: 'two' }))).status).toBe(401)
  })

  test('the public key is no secret to sign with', async () => {
    const server = await serve()
    const token = await signed({}, key(JSON.stringify(published[0]).padEnd(64)))
    expect((await ask(server, token)).status).toBe(401)
  })

  test('a key that the provider has changed to is fetched', async () => {
    published.push({ ...(await exportJWK(nextPublic)), kid: 'next', alg: 'EdDSA' })
    const server = await serve()
    expect((await ask(server, await tokenOf(next, { alg: 'EdDSA', kid: 'next' }))).status).toBe(200)
  })

  test('while it is away, nobody is let in, and nobody is told that their token is wrong', async () => {
    isAway = true
    const server = await serve()
    const { status, headers, body } = await ask(server, await tokenOf(privateKey, { alg: 'ES256', kid: 'one' }))
    expect([status, body.code, headers.has('Retry-After')]).toEqual([503, 'identity_unavailable', true])
    expect((await server.call('GET', '/products')).status).toBe(200)
    isAway = false
  })

  test('the subject is the one that was linked: an id of ours is none of the provider', async () => {
    const server = await serve()
    const token = async (sub: string, roles: string[]) => ({
      Authorization: `Bearer ${await new SignJWT({ ...CLAIMS, sub, roles, exp: inMinutes(5) })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(privateKey)}`,
    })
    const service = await token('front', ['service'])
    const add = (username: string, subject: string) =>
      server.post('/users', { username, balance: 0, subject }, { headers: service })
    const seen = async (sub: string) =>
      (await server.call('GET', '/me', { headers: await token(sub, ['customer']) })).body.user?.username
    expect((await add('linked', 'idp|linked')).status).toBe(201)
    expect([await seen('idp|linked'), await seen(rita)]).toEqual(['linked', undefined])

    // An identity is one user, and whoever is refused is not added.
    expect(await add('linked2', 'idp|linked')).toMatchObject({ status: 409, body: { code: 'identity_taken' } })
    expect(await add('rita', 'idp|mine')).toMatchObject({ status: 409, body: { code: 'user_exists' } })
    const issue = { account_id: 'linked2', amount: 1 }
    expect((await server.post('/points', issue, { headers: service })).body.code).toBe('unknown_account')
    const rivals = await Promise.all(['one', 'two', 'three', 'four'].map((name) => add(`rival-${name}`, 'idp|rival')))
    expect(rivals.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409])
    const users = await world.shop.sql`select username from users where username like 'rival-%'`
    expect(users).toHaveLength(1)
  })
})
