import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import type { AuthSettings } from '#config/environment.ts'
import { openAccount } from '#db/wallets.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, AUTH_VARIABLES, bearer } from '#test/support/tokens.ts'

/** Which tokens are taken, and where tokens and roles come from; what they are good for is in access.test.ts. */

const world = await shared(openApiWorld())
const api = await world.serve({ auth: AUTH })
const operator = await bearer('olga', { roles: ['operator'] })

/** The provider at which Rita has signed in. */
const PROVIDER = 'https://provider.example'
const CAMPAIGN = '/campaigns/spring?client=ReviewSite'

await world.shop.addProduct({ id: 'unicorn', priceMinor: 1_999, stock: 100 })
const ritas = { userId: 'rita', productId: 'unicorn', quantity: 1 }
const { body: added } = await api.post('/users', { username: 'rita', balance: 1_000 }, { headers: operator })
const rita: string = added.id
await world.shop.asOwner((sql) => sql`update users set issuer = ${PROVIDER}, subject = 'rita' where id = ${rita}`)
const customer = await bearer(rita, { roles: ['customer'] })
for (const client of ['ReviewSite', 'OtherSite']) {
  const campaign = { client, campaign_name: 'spring', event_types: ['ReviewWritten'], rules: [giving('1')] }
  const { status, body } = await api.post('/campaigns', campaign, { headers: operator })
  expect(status, JSON.stringify(body)).toBe(201)
}

const key = (secret: string) => new TextEncoder().encode(secret)
const secretOf = (auth: AuthSettings) => ('secret' in auth.keys ? key(auth.keys.secret) : key(''))
const CLAIMS = { iss: AUTH.issuer, aud: AUTH.audience, sub: 'olga', roles: ['operator'] }
const inMinutes = (minutes: number) => Math.floor(Date.now() / 1000) + minutes * 60
const signed = (
  claims: { [Claim in keyof JWTPayload]: JWTPayload[Claim] | undefined },
  secret = secretOf(AUTH),
  header: JWTHeaderParameters = { alg: 'HS256' },
) => new SignJWT({ ...CLAIMS, exp: inMinutes(5), ...claims } as JWTPayload).setProtectedHeader(header).sign(secret)
const typed = (typ: string) => signed({}, secretOf(AUTH), { alg: 'HS256', typ })

describe('a token', () => {
  const listUsers = (token: string) => api.call('GET', '/users', { headers: { Authorization: `Bearer ${token}` } })

  test('that is right is taken', async () => {
    expect((await listUsers(await signed({}))).status).toBe(200)
    expect((await listUsers(await signed({ roles: 'operator' }))).status).toBe(200)
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])
      expect((await listUsers(await typed(typ))).status).toBe(200)
  })

  test.each([
    ['of another issuer', () => signed({ iss: 'https://evil.example' })],
    ['for another audience', () => signed({ aud: 'another' })],
    ['that has expired', () => signed({ exp: inMinutes(-5) })],
    ['that never expires', () => signed({ exp: undefined })],
    ['that is not valid yet', () => signed({ nbf: inMinutes(5) })],
    ['of nobody', () => signed({ sub: undefined })],
    ['of a name that is empty', () => signed({ sub: '' })],
    ['of a name that is too long', () => signed({ sub: 'x'.repeat(256) })],
    ['of a name that is no text', () => signed({ sub: 'nul\0' })],
    ['of a name that is a number', () => signed({ sub: 7 as never })],
    ['of a list of names', () => signed({ sub: ['olga'] as never })],
    ['with another secret', () => signed({}, key('another secret, of more than 32 bytes!'))],
    ['by another algorithm', () => signed({}, secretOf(AUTH), { alg: 'HS512' })],
    ['that tells a client who signed in', () => signed({ at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' })],
    ['that tells that somebody left', () => typed('logout+jwt')],
    ['of another kind', () => typed('dpop+jwt')],
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

  test('of a service whose clients have names that none can have is for none', async () => {
    const headers = { Authorization: `Bearer ${await signed({ roles: ['service'], clients: ['Review Site', 'a:b'] })}` }
    const points = { account_id: 'rita', amount: 1 }
    const answer = await api.call('POST', '/points', { headers, body: points, key: crypto.randomUUID() })
    expect(answer).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  })

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
    [['--user', 'rita', '--role', 'service', '--client', 'Review Site'], /^--client "Review Site" cannot be the name/],
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
  const asRita = { headers: customer }
  const listUsers = async () => (await api.call('GET', '/users', asRita)).status

  test('gives a role to a user whose token has none, and takes it away', async () => {
    const nameless = { headers: await bearer(rita, { roles: [] }) }
    expect(await api.call('GET', '/me', nameless)).toMatchObject({ status: 403 })
    expect(await listUsers()).toBe(403)
    expect(await grant('--user', 'rita', '--role', 'operator')).toEqual({
      code: 0,
      out: `rita (${rita}, "rita" at "${PROVIDER}") is operator\n`,
      err: '',
    })
    expect(await listUsers()).toBe(200)
    expect(await api.call('GET', '/me', nameless)).toMatchObject({
      body: { role: 'operator', clients: null, user: { username: 'rita' } },
    })

    await grant('--user', 'rita', '--role', 'operator', '--client', 'othersite')
    expect(await listUsers()).toBe(403)
    const campaigns = await api.call('GET', '/campaigns', asRita)
    expect(campaigns.body.items.map(({ client }: { client: string }) => client)).toEqual(['othersite'])

    // Clients of a token and of a grant are both of them.
    const otto = await bearer(rita, { roles: ['operator'], clients: ['reviewsite'] })
    expect((await api.call('GET', '/me', { headers: otto })).body.clients.toSorted()).toEqual([
      'othersite',
      'reviewsite',
    ])

    // Whatever the role is by then, it is the same key.
    const order = (headers: Record<string, string>) => api.post('/purchase', ritas, { key: 'before a grant', headers })
    const first = await order(customer)
    await grant('--user', 'rita', '--role', 'operator')
    const again = await order(customer)
    expect([again.body.purchaseId, again.headers.get('Idempotency-Replayed')]).toEqual([first.body.purchaseId, 'true'])
    expect((await api.call('GET', '/me', asRita)).body.role).toBe('operator')

    expect((await grant('--user', 'rita', '--role', 'operator', '--revoke')).out).toBe(
      `rita (${rita}, "rita" at "${PROVIDER}") is no operator any more\n`,
    )
    expect((await grant('--user', 'rita', '--role', 'operator', '--revoke')).out).toBe(
      `rita (${rita}, "rita" at "${PROVIDER}") was no operator\n`,
    )
    expect((await api.call('GET', '/campaigns', asRita)).status).toBe(403)
    expect(await api.call('GET', '/me', asRita)).toMatchObject({
      body: { role: 'customer', clients: null, user: { id: rita, username: 'rita' } },
    })
  })

  test('says who it is at the provider, if anybody', async () => {
    const identity = { issuer: AUTH.issuer, subject: 'idp|"greta"' }
    const id = await openAccount(world.shop.sql, { ...identity, names: ['greta'], displayName: null })
    const { out } = await grant('--user', 'GRETA', '--role', 'service', '--client', 'x')
    expect(out).toBe(`greta (${id}, "idp|\\"greta\\"" at "${AUTH.issuer}") is service of x\n`)
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
      Authorization: `Bearer ${await new SignJWT({ ...CLAIMS, sub, roles, clients: ['front'], exp: inMinutes(5) })
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
