import { loadClientConfigProfile } from '@temporalio/envconfig'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, childEnvironment, foreignEnvironment, readEnvironment } from '#config/environment.ts'

describe('readEnvironment', () => {
  test('an empty environment is the demo on this machine', () => {
    expect(readEnvironment({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      workerHealthPort: undefined,
      databaseUrl: undefined,
      temporalAddress: undefined,
      temporalNamespace: 'default',
      temporalPort: 7233,
      temporalUiPort: 8233,
      pointsTtlDays: 365,
      pointValueMinor: 10,
      money: { currency: 'USD', digits: 2, locale: 'en-US' },
      purchaseWaitMs: 10_000,
      corsOrigins: [],
      publicUrl: undefined,
      allowedHosts: [],
      trustedProxies: undefined,
      rateLimits: undefined,
      logLevel: 'info',
    })
  })

  test('a variable set to nothing counts as unset', () => {
    const { money: _, ...unset } = readEnvironment({ PORT: '', DATABASE_URL: '', CURRENCY: '', LOCALE: '' })
    const { money, ...empty } = readEnvironment({})
    expect(unset).toEqual(empty)
    expect(money).toMatchObject({ currency: 'USD', locale: 'en-US' })
  })

  test.each([
    ['JPY', 1],
    ['USD', 10],
    ['KWD', 100],
  ])('a point pays for a tenth of one %s, or the least that there is', (currency, pointValueMinor) => {
    expect(readEnvironment({ CURRENCY: currency })).toMatchObject({ pointValueMinor })
    expect(readEnvironment({ CURRENCY: currency, POINT_VALUE_MINOR: '7' })).toMatchObject({ pointValueMinor: 7 })
  })

  test.each([
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['WORKER_HEALTH_PORT', '0'],
    ['PURCHASE_WAIT_MS', '1.5'],
    ['FAST_LANE', 'yes'],
    ['POINTS_TTL_DAYS', '0'],
    ['POINT_VALUE_MINOR', '0.5'],
    ['CURRENCY', 'usd'],
    ['CURRENCY', 'XYZ'],
    ['LOCALE', 'en_US'],
    ['LOCALE', 'xx-QQ'],
    ['DATABASE_URL', 'mysql://root@localhost/store'],
    ['TEMPORAL_ADDRESS', 'localhost'],
    ['TEMPORAL_UI_URL', 'javascript:alert(1)'],
    ['CORS_ORIGINS', 'https://shop.example,shop'],
    ['LOG_LEVEL', 'loud'],
    ['AUTH_CLIENT_SECRET', 's3cret'],
    ['PUBLIC_URL', 'shop.example'],
    ['PUBLIC_URL', 'http://shop.example'],
    ['PUBLIC_URL', 'https://shop.example/store'],
    ['PUBLIC_URL', 'https://user@shop.example'],
    ['ALLOWED_HOSTS', '*'],
    ['ALLOWED_HOSTS', 'https://shop.example'],
    ['ALLOWED_HOSTS', 'shop.example:80'],
    ['ALLOWED_HOSTS', '2001:db8::1'],
    ['ALLOWED_HOSTS', 'shop.example other.example'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['RATE_LIMITS', 'on'],
    ['RATE_LIMITS', 'redis'],
    ['RATE_LIMIT_POLICIES', 'reads'],
    ['RATE_LIMIT_POLICIES', 'reads=10'],
    ['RATE_LIMIT_POLICIES', 'reads=0/60'],
    ['RATE_LIMIT_POLICIES', 'reads=10/0'],
    ['RATE_LIMIT_POLICIES', 'reads=10/86401'],
    ['RATE_LIMIT_POLICIES', 'reads=10/60,reads=20/60'],
    ['RATE_LIMIT_POLICIES', 'everything=10/60'],
    ['RATE_LIMIT_POLICIES', 'constructor=10/60'],
    ['RATE_LIMIT_POLICIES', 'reads=10/60;writes=10/60'],
  ])('%s=%s is refused in one line that names the variable', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(ConfigurationError)
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^${name}\\b[^\\n]*\\.$`))
  })

  test('the address of the Web UI is one that paths can be added to', () => {
    const { temporalUiUrl } = readEnvironment({ TEMPORAL_UI_URL: 'https://ops.example/temporal/' })
    expect(temporalUiUrl).toBe('https://ops.example/temporal')
  })

  test.each(['0.0.0.0', '::', '192.168.1.5', 'store.example', '127.0.0.1.example'])(
    'without auth, HOST=%s is refused: only this machine is served',
    (HOST) => {
      expect(() => readEnvironment({ HOST })).toThrow(/loopback/)
    },
  )

  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('HOST=%s is this machine', (HOST) => {
    expect(readEnvironment({ HOST }).host).toBe(HOST)
  })

  const AUTH = { AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'store', AUTH_JWT_SECRET: 'x'.repeat(32) }
  const JWKS = { AUTH_JWKS_URL: 'https://id.example/jwks' }
  const PUBLISHED = { ...AUTH, ...JWKS, AUTH_JWT_SECRET: '' }
  const SIGN_IN = {
    AUTH_CLIENT_ID: 'the-store',
    AUTH_CLIENT_SECRET: 's'.repeat(32),
    PUBLIC_URL: 'https://shop.example',
  }

  test('auth comes with a secret or with published keys, and lets the API listen anywhere', () => {
    const { AUTH_JWT_SECRET: secret, ...who } = AUTH
    const auth = { issuer: 'https://id.example', audience: 'store', rolesClaim: 'roles', clientsClaim: 'clients' }
    expect(readEnvironment({ ...AUTH, HOST: '0.0.0.0', ALLOWED_HOSTS: 'shop.example' })).toMatchObject({
      host: '0.0.0.0',
      auth: { ...auth, keys: { secret } },
    })
    const published = readEnvironment({ ...who, ...JWKS, AUTH_ROLES_CLAIM: 'groups' }).auth
    expect(published).toEqual({ ...auth, rolesClaim: 'groups', keys: { jwksUrl: new URL(JWKS.AUTH_JWKS_URL) } })
    expect(readEnvironment({}).auth).toBeUndefined()
  })

  test('the sign-in of the store is there when all of it is', () => {
    expect(readEnvironment({ ...PUBLISHED, PUBLIC_URL: SIGN_IN.PUBLIC_URL }).auth?.signIn).toBeUndefined()
    expect(readEnvironment({ ...PUBLISHED, ...SIGN_IN }).auth?.signIn).toEqual({
      clientId: 'the-store',
      clientSecret: 's'.repeat(32),
      publicUrl: new URL('https://shop.example'),
    })
  })

  test.each([
    ['half of it', { AUTH_ISSUER: AUTH.AUTH_ISSUER }, /go together/],
    ['without an audience', { ...AUTH, AUTH_AUDIENCE: '' }, /go together/],
    ['with only a secret', { AUTH_JWT_SECRET: AUTH.AUTH_JWT_SECRET }, /go together/],
    ['with two sources of keys', { ...AUTH, ...JWKS }, /both set/],
    ['with a short secret', { ...AUTH, AUTH_JWT_SECRET: 'hunter2' }, /^AUTH_JWT_SECRET: must have 32 bytes or more\.$/],
    ['with keys that anybody on the way can change', { ...AUTH, AUTH_JWKS_URL: 'http://id.example/jwks' }, /https/],
    ['with what there is not', { ...AUTH, AUTH_REALM: 'store' }, /AUTH_REALM is set, but not known/],
    [
      'with a sign-in, and nobody to sign in at',
      { ...AUTH, ...SIGN_IN },
      /AUTH_CLIENT_ID .* go together, .*AUTH_JWKS_URL/,
    ],
    ...Object.keys(SIGN_IN).map((name): [string, Record<string, string>, RegExp] => [
      `with a sign-in without ${name}`,
      { ...PUBLISHED, ...SIGN_IN, [name]: '' },
      /go together/,
    ]),
    [
      'with a sign-in at no address',
      { ...PUBLISHED, ...SIGN_IN, AUTH_ISSUER: 'shop' },
      /^AUTH_ISSUER: must be the https/,
    ],
    [
      'with one audience for both kinds of tokens',
      { ...PUBLISHED, ...SIGN_IN, AUTH_CLIENT_ID: 'store', AUTH_AUDIENCE: 'store' },
      /same/,
    ],
    ['with an address in the clear', { ...PUBLISHED, ...SIGN_IN, PUBLIC_URL: 'http://shop.example' }, /https/],
  ])('auth %s is refused rather than silently not applied', (_, given, error) => {
    expect(() => readEnvironment(given)).toThrow(error)
  })

  const PUBLIC_URL = 'https://shop.example'

  test('with auth the API answers to the host of PUBLIC_URL, and to what is allowed beside it', () => {
    const { publicUrl, allowedHosts } = readEnvironment({ ...AUTH, PUBLIC_URL: 'https://Shop.example:8443/' })
    expect([publicUrl?.origin, allowedHosts]).toEqual(['https://shop.example:8443', ['shop.example']])
    const ALLOWED_HOSTS = 'API.shop.example, 10.0.0.1, [2001:DB8::1]'
    expect(readEnvironment({ ...AUTH, PUBLIC_URL, ALLOWED_HOSTS }).allowedHosts.toSorted()).toEqual([
      '10.0.0.1',
      '[2001:db8::1]',
      'api.shop.example',
      'shop.example',
    ])
    expect(readEnvironment({ ...AUTH, PUBLIC_URL: 'http://localhost:3000' }).publicUrl?.protocol).toBe('http:')
    expect(readEnvironment({ ...AUTH }).allowedHosts).toEqual([])
    expect(readEnvironment({ PUBLIC_URL: 'http://localhost:3000' }).publicUrl?.port).toBe('3000')
  })

  test.each(['0.0.0.0', '::', '192.168.1.5'])(
    'HOST=%s with auth needs a name to answer to, and the error says how',
    (HOST) => {
      expect(() => readEnvironment({ ...AUTH, HOST })).toThrow(
        /^HOST="[\d.:]+" serves other machines: set PUBLIC_URL .*ALLOWED_HOSTS/,
      )
      expect(readEnvironment({ ...AUTH, HOST, PUBLIC_URL }).host).toBe(HOST)
    },
  )

  test.each([{ PUBLIC_URL }, { ALLOWED_HOSTS: 'shop.example' }, { TRUST_PROXY: '1' }])(
    '%j is for what has auth',
    (given) => {
      expect(() => readEnvironment(given)).toThrow(/without auth the API serves this machine only/)
      expect(() => readEnvironment({ ...AUTH, ...given })).not.toThrow()
    },
  )

  test('requests are limited with auth, in memory, unless it is asked for otherwise', () => {
    expect(readEnvironment({}).rateLimits).toBeUndefined()
    expect(readEnvironment({ RATE_LIMITS: 'memory' }).rateLimits?.store).toBe('memory')
    expect(readEnvironment({ ...AUTH }).rateLimits?.store).toBe('memory')
    expect(readEnvironment({ ...AUTH, RATE_LIMITS: 'off' }).rateLimits).toBeUndefined()
    const RATE_LIMIT_POLICIES = 'reads=7/1, failures=3/600'
    const { policies, store } =
      readEnvironment({ ...AUTH, RATE_LIMITS: 'postgres', RATE_LIMIT_POLICIES }).rateLimits ?? {}
    expect(store).toBe('postgres')
    expect(policies).toMatchObject({
      reads: { requests: 7, windowSeconds: 1 },
      failures: { requests: 3, windowSeconds: 600 },
      writes: readEnvironment({ ...AUTH }).rateLimits?.policies.writes,
    })
  })

  test('a password never gets into an error', () => {
    expect(() => readEnvironment({ DATABASE_URL: 'redis://u:hunter2@h/1' })).toThrow(/^((?!hunter2).)*$/s)
  })
})

test('a child inherits our environment with changes on top, undefined takes away', () => {
  const ours = { KEPT: 'a', CHANGED: 'b', TAKEN: 'c' }
  expect(childEnvironment({ CHANGED: 'd', TAKEN: undefined }, ours)).toEqual({ KEPT: 'a', CHANGED: 'd' })
})

test('a program that is not ours inherits none of what is secret', () => {
  const secrets = [
    'DATABASE_URL',
    'MIGRATE_DATABASE_URL',
    'AUTH_JWT_SECRET',
    'AUTH_CLIENT_SECRET',
    'TEMPORAL_API_KEY',
    'POSTGRES_PASSWORD',
  ]
  const ours = { PATH: '/bin', ...Object.fromEntries(secrets.map((name) => [name, 'hunter2'])) }
  expect(foreignEnvironment({ GOGC: '400' }, ours)).toEqual({ PATH: '/bin', GOGC: '400' })
})

test('a program that is not ours inherits nothing of what clients of Temporal are configured with', () => {
  const known = new Set<string>()
  const asked = new Proxy<Record<string, string>>(
    { TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer hunter2' },
    {
      get(given, name) {
        known.add(String(name))
        return given[String(name)]
      },
    },
  )
  const { grpcMeta } = loadClientConfigProfile({ overrideEnvVars: asked, disableFile: true })
  expect(grpcMeta).toEqual({ authorization: 'Bearer hunter2' })
  for (const name of [
    'TEMPORAL_API_KEY',
    'TEMPORAL_TLS_CLIENT_KEY_DATA',
    'TEMPORAL_CODEC_AUTH',
    'TEMPORAL_GRPC_META_AUTHORIZATION',
  ])
    expect(known).toContain(name)
  const ours = Object.fromEntries([...known].map((name) => [name, 'hunter2']))
  expect(foreignEnvironment({ GOGC: '400' }, { PATH: '/bin', ...ours })).toEqual({ PATH: '/bin', GOGC: '400' })
})
