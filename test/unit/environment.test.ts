import { describe, expect, test } from 'vitest'
import { ConfigurationError, childEnvironment, readEnvironment } from '#config/environment.ts'

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

  test('auth comes with a secret or with published keys, and lets the API listen anywhere', () => {
    const { AUTH_JWT_SECRET: secret, ...who } = AUTH
    const auth = { issuer: 'https://id.example', audience: 'store', rolesClaim: 'roles', clientsClaim: 'clients' }
    expect(readEnvironment({ ...AUTH, HOST: '0.0.0.0' })).toMatchObject({
      host: '0.0.0.0',
      auth: { ...auth, keys: { secret } },
    })
    const published = readEnvironment({ ...who, ...JWKS, AUTH_ROLES_CLAIM: 'groups' }).auth
    expect(published).toEqual({ ...auth, rolesClaim: 'groups', keys: { jwksUrl: new URL(JWKS.AUTH_JWKS_URL) } })
    expect(readEnvironment({}).auth).toBeUndefined()
  })

  test.each([
    ['half of it', { AUTH_ISSUER: AUTH.AUTH_ISSUER }, /go together/],
    ['without an audience', { ...AUTH, AUTH_AUDIENCE: '' }, /go together/],
    ['with only a secret', { AUTH_JWT_SECRET: AUTH.AUTH_JWT_SECRET }, /go together/],
    ['with two sources of keys', { ...AUTH, ...JWKS }, /both set/],
    ['with a short secret', { ...AUTH, AUTH_JWT_SECRET: 'hunter2' }, /^AUTH_JWT_SECRET: must have 32 bytes or more\.$/],
    ['with keys that anybody on the way can change', { ...AUTH, AUTH_JWKS_URL: 'http://id.example/jwks' }, /https/],
    ['with what there is not', { ...AUTH, AUTH_CLIENT_ID: 'store' }, /AUTH_CLIENT_ID is set, but not known/],
  ])('auth %s is refused rather than silently not applied', (_, given, error) => {
    expect(() => readEnvironment(given)).toThrow(error)
  })

  test('a password never gets into an error', () => {
    expect(() => readEnvironment({ DATABASE_URL: 'redis://u:hunter2@h/1' })).toThrow(/^((?!hunter2).)*$/s)
  })
})

test('a child inherits our environment with changes on top, undefined takes away', () => {
  const ours = { KEPT: 'a', CHANGED: 'b', TAKEN: 'c' }
  expect(childEnvironment({ CHANGED: 'd', TAKEN: undefined }, ours)).toEqual({ KEPT: 'a', CHANGED: 'd' })
})
