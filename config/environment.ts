import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { createMoney, isCurrency, isLocale, type Money } from '#domain/money.ts'
import { isLoopbackHost } from './loopback.ts'
import { hostnameOf, parseTrustedProxies, type TrustedProxies } from './proxies.ts'
import { DEFAULT_POLICIES, POLICY_NAMES, parsePolicies, type RateLimitSettings } from './rate-limits.ts'

/**
 * Something the user can correct: a bad value, a port taken, a server that does not answer.
 * The message is one line that says what is wrong and what to do about it; entry points print it alone, without a stack.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** Environment variables as the operating system gives them. */
export type Variables = Readonly<Record<string, string | undefined>>

function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error })
}

const port = wholeNumber(1, 65_535)

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must look like postgres://user:password@host:5432/name',
})

/** What a browser sends as `Origin`: scheme, host and port, without a path. */
const origin = z
  .url({ protocol: /^https?$/, error: 'must be origins such as https://shop.example, separated by commas' })
  .transform((text) => new URL(text).origin)

/** An address that paths are added to. */
const webPage = z
  .url({ protocol: /^https?$/, error: 'must look like https://temporal.example' })
  .transform((text) => text.replace(/\/+$/, ''))

/** What is read on the way could be anybody's. */
function secureUrl(example: string) {
  return z
    .url({ protocol: /^https?$/, error: `must look like ${example}` })
    .transform((text) => new URL(text))
    .refine(
      ({ protocol, hostname }) => protocol === 'https:' || isLoopbackHost(hostname),
      'must be https, but for a loopback address',
    )
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** Where browsers reach the store. In clear, tokens and cookies would be anybody's on the way. */
const publicUrl = secureUrl('https://shop.example').refine(
  ({ href, origin }) => href === `${origin}/`,
  'must be an origin such as https://shop.example, without a path',
)

const hostname = z
  .string()
  .refine(
    (text) => hostnameOf(text) === text.toLowerCase(),
    'must be names or addresses such as shop.example or [2001:db8::1], without ports, separated by commas',
  )
  .toLowerCase()

/** A text that `parse` can read. */
function parsed<Value>(parse: (text: string) => Value | undefined, error: string) {
  return z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue(error)
    return z.NEVER
  })
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

const secret = z.string().refine((text) => Buffer.byteLength(text) >= 32, 'must have 32 bytes or more')

const variables = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  WORKER_HEALTH_PORT: port.optional(),
  DATABASE_URL: postgresUrl.optional(),
  MIGRATE_DATABASE_URL: postgresUrl.optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^\S+:\d+$/, 'must be host:port, such as 127.0.0.1:7233')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  TEMPORAL_UI_URL: webPage.optional(),
  TEMPORAL_CLI: z.string().optional(),
  DATA_DIR: z.string().default('.data'),
  CURRENCY: z
    .string()
    .refine(isCurrency, 'must be the code of a currency (ISO 4217) in capitals, such as EUR')
    .default('USD'),
  LOCALE: z.string().refine(isLocale, 'must be a language tag (BCP 47) such as en-US or de-DE').default('en-US'),
  POINTS_TTL_DAYS: wholeNumber(1, 36_500).default(365),
  POINT_VALUE_MINOR: wholeNumber(1, 1_000_000).optional(),
  PURCHASE_WAIT_MS: wholeNumber(0, 60_000).default(10_000),
  FAST_LANE: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  AUTH_ISSUER: z.string().max(255).optional(),
  AUTH_AUDIENCE: z.string().max(255).optional(),
  AUTH_JWT_SECRET: secret.optional(),
  AUTH_JWKS_URL: secureUrl('https://id.example/jwks').optional(),
  AUTH_CLIENT_ID: z.string().max(255).optional(),
  // Cookies are sealed with it: whoever guesses it could make some.
  AUTH_CLIENT_SECRET: secret.max(1_024).optional(),
  AUTH_ROLES_CLAIM: z.string().default('roles'),
  AUTH_CLIENTS_CLAIM: z.string().default('clients'),
  PUBLIC_URL: publicUrl.optional(),
  ALLOWED_HOSTS: list.pipe(z.array(hostname)).default([]),
  TRUST_PROXY: parsed(
    parseTrustedProxies,
    'must be the number of proxies on the way (1 to 10), or their addresses and subnets such as 10.0.0.0/8, separated by commas',
  ).optional(),
  RATE_LIMITS: z.enum(['off', 'memory', 'postgres'], { error: 'must be off, memory or postgres' }).optional(),
  RATE_LIMIT_POLICIES: parsed(
    parsePolicies,
    `must be requests and seconds by name such as reads=600/60,writes=120/60; the names are ${POLICY_NAMES.join(', ')}`,
  ).default(DEFAULT_POLICIES),
  CORS_ORIGINS: list.pipe(z.array(origin)).default([]),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  NODE_ENV: z.string().optional(),
  XDG_CACHE_HOME: z.string().default(join(homedir(), '.cache')),
  PATH: z.string().default(''),
  npm_lifecycle_event: z.string().optional(),
})

export type LogLevel = z.output<typeof variables>['LOG_LEVEL']

/** What access tokens have to be like. */
export type AuthSettings = {
  readonly issuer: string
  readonly audience: string
  /** Of HS256; or where the issuer publishes its public keys. */
  readonly keys: { readonly secret: string } | { readonly jwksUrl: URL }
  /** Names of the claims that have the roles, and the clients that a service or operator is for. */
  readonly rolesClaim: string
  readonly clientsClaim: string
  /** Undefined: the store has no sign-in. */
  readonly signIn?: SignInSettings | undefined
}

/** This API as a client of the provider of identities. */
export type SignInSettings = {
  readonly clientId: string
  readonly clientSecret: string
  /** Where browsers find it: `/auth/callback` is registered at the provider. */
  readonly publicUrl: URL
}

/** The whole configuration of a process, read once at its start. */
export interface Environment {
  readonly host: string
  readonly port: number
  /** Where a worker answers `GET /healthz` on loopback; unset: any free port. */
  readonly workerHealthPort: number | undefined
  /** The application role's URL of an external Postgres; unset: the one that `npm start` runs. */
  readonly databaseUrl: string | undefined
  /** The owner's URL, for migrations; unset: `databaseUrl`. */
  readonly migrateDatabaseUrl: string | undefined
  /** `host:port` of an external Temporal; unset: the dev server that `npm start` runs. */
  readonly temporalAddress: string | undefined
  readonly temporalNamespace: string
  readonly temporalPort: number
  readonly temporalUiPort: number
  /** Of an external Temporal's Web UI, without a slash at its end. */
  readonly temporalUiUrl: string | undefined
  /** Absolute path of a `temporal` binary to use. */
  readonly temporalCli: string | undefined
  /** Absolute. */
  readonly dataDir: string
  /** The currency of every amount, and how amounts are shown. */
  readonly money: Money
  /** How many days points live. */
  readonly pointsTtlDays: number
  /** What one point pays for at checkout. */
  readonly pointValueMinor: number
  /** How long `POST /purchase` waits before it answers 202. */
  readonly purchaseWaitMs: number
  /** Whether a purchase is carried out in the fast lane unless its order says otherwise. */
  readonly fastLane: boolean
  /** Undefined: demo mode, in which everybody may do everything. */
  readonly auth: AuthSettings | undefined
  /** Origin of the store and the API as browsers reach them. */
  readonly publicUrl: URL | undefined
  /** Host names that the API answers to outside of demo mode, beside those of loopback: that of `publicUrl` is among them. */
  readonly allowedHosts: readonly string[]
  /** Undefined: nobody's forwarded headers are believed. */
  readonly trustedProxies: TrustedProxies | undefined
  /** Undefined: none. */
  readonly rateLimits: RateLimitSettings | undefined
  readonly corsOrigins: readonly string[]
  readonly logLevel: LogLevel
  /** `NODE_ENV=production`: what can be built beforehand must have been. */
  readonly production: boolean
  /** Absolute; downloaded tools are kept here, outside the checkout, for this user. */
  readonly toolCacheDir: string
  /** Folders in which programs are looked for, in order. */
  readonly programPath: readonly string[]
  /** Whether this process was started by `npm run`, which then stands between the user and us. */
  readonly underNpm: boolean
}

/**
 * Reads and checks the environment. A variable that is set to nothing counts as unset.
 *
 * @throws ConfigurationError naming the first variable that is wrong
 */
export function readEnvironment(source: Variables = process.env): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  refuseUnknownAuth(given)
  const parsed = variables.safeParse(given)
  if (!parsed.success) throw new ConfigurationError(describeFirst(parsed.error, given))
  const value = parsed.data
  const auth = readAuth(value)
  if (auth === undefined && !isLoopbackHost(value.HOST)) {
    throw new ConfigurationError(
      `HOST="${value.HOST}": must be a loopback address such as 127.0.0.1: without auth the API serves this machine only.`,
    )
  }
  const allowedHosts = readAllowedHosts(value, auth)
  const money = createMoney(value.CURRENCY, value.LOCALE)
  return {
    host: value.HOST,
    port: value.PORT,
    workerHealthPort: value.WORKER_HEALTH_PORT,
    databaseUrl: value.DATABASE_URL,
    migrateDatabaseUrl: value.MIGRATE_DATABASE_URL,
    temporalAddress: value.TEMPORAL_ADDRESS,
    temporalNamespace: value.TEMPORAL_NAMESPACE,
    temporalPort: value.TEMPORAL_PORT,
    temporalUiPort: value.TEMPORAL_UI_PORT,
    temporalUiUrl: value.TEMPORAL_UI_URL,
    temporalCli: value.TEMPORAL_CLI === undefined ? undefined : resolve(value.TEMPORAL_CLI),
    dataDir: resolve(value.DATA_DIR),
    money,
    pointsTtlDays: value.POINTS_TTL_DAYS,
    // A tenth of a major unit, or the least that there is.
    pointValueMinor: value.POINT_VALUE_MINOR ?? Math.max(1, 10 ** (money.digits - 1)),
    purchaseWaitMs: value.PURCHASE_WAIT_MS,
    fastLane: value.FAST_LANE === 'on',
    auth,
    publicUrl: value.PUBLIC_URL,
    allowedHosts,
    trustedProxies: value.TRUST_PROXY,
    rateLimits: readRateLimits(value, auth),
    corsOrigins: value.CORS_ORIGINS,
    logLevel: value.LOG_LEVEL,
    production: value.NODE_ENV === 'production',
    toolCacheDir: resolve(value.XDG_CACHE_HOME, 'unicorn-store'),
    programPath: value.PATH.split(process.platform === 'win32' ? ';' : ':').filter((folder) => folder !== ''),
    underNpm: value.npm_lifecycle_event !== undefined,
  }
}

/**
 * The environment for a process that we start: ours, with `changes` on top; `undefined` takes a variable away.
 */
export function childEnvironment(changes: Variables, source: Variables = process.env): Record<string, string> {
  const merged = Object.entries({ ...source, ...changes })
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** What is secret, or carries a password; and all that clients of Temporal are configured with: keys and headers are among it. */
const SECRET = /^AUTH_|^TEMPORAL_|DATABASE_URL$|API_KEY|PASSWORD|SECRET/

/** The same for a program that is not ours, which may run as another user: without what is secret. */
export function foreignEnvironment(changes: Variables, source: Variables = process.env): Record<string, string> {
  const open = Object.fromEntries(Object.entries(source).filter(([name]) => !SECRET.test(name)))
  return childEnvironment(changes, open)
}

/** Someone who configured more than there is must not be served without it. */
function refuseUnknownAuth(given: Variables): void {
  const name = Object.keys(given).find((key) => key.startsWith('AUTH_') && !(key in variables.shape))
  if (name !== undefined) throw new ConfigurationError(`${name} is set, but not known in this version: unset it.`)
}

/** All of it, or nothing: half a configuration would be a mistake. */
function readAuth(value: z.output<typeof variables>): AuthSettings | undefined {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWT_SECRET: secret, AUTH_JWKS_URL: jwksUrl } = value
  const isSet = [issuer, audience, secret, jwksUrl, value.AUTH_CLIENT_ID, value.AUTH_CLIENT_SECRET]
  if (isSet.every((one) => one === undefined)) return undefined
  if (secret !== undefined && jwksUrl !== undefined) {
    throw new ConfigurationError(
      'AUTH_JWT_SECRET and AUTH_JWKS_URL are both set: set the one that tokens are signed with.',
    )
  }
  if (issuer === undefined || audience === undefined || (secret === undefined && jwksUrl === undefined)) {
    throw new ConfigurationError(
      'AUTH_ISSUER, AUTH_AUDIENCE and one of AUTH_JWT_SECRET and AUTH_JWKS_URL go together: set all three, or none for demo mode.',
    )
  }
  return {
    issuer,
    audience,
    keys: secret === undefined ? { jwksUrl: jwksUrl as URL } : { secret },
    rolesClaim: value.AUTH_ROLES_CLAIM,
    clientsClaim: value.AUTH_CLIENTS_CLAIM,
    signIn: readSignIn(value),
  }
}

function readSignIn(value: z.output<typeof variables>): SignInSettings | undefined {
  const { AUTH_CLIENT_ID: clientId, AUTH_CLIENT_SECRET: clientSecret, PUBLIC_URL: publicUrl } = value
  if (clientId === undefined && clientSecret === undefined) return undefined
  if (
    clientId === undefined ||
    clientSecret === undefined ||
    publicUrl === undefined ||
    value.AUTH_JWKS_URL === undefined
  ) {
    throw new ConfigurationError(
      'AUTH_CLIENT_ID and AUTH_CLIENT_SECRET go together, and with PUBLIC_URL and AUTH_JWKS_URL: set all four for the sign-in of the store.',
    )
  }
  if (!secureUrl('').safeParse(value.AUTH_ISSUER).success) {
    throw new ConfigurationError(
      'AUTH_ISSUER: must be the https address of the provider for the sign-in of the store, but for a loopback address.',
    )
  }
  if (clientId === value.AUTH_AUDIENCE) {
    throw new ConfigurationError(
      'AUTH_AUDIENCE and AUTH_CLIENT_ID are the same: tokens that say who signed in would count as access tokens. Give the API an audience of its own at the provider.',
    )
  }
  return { clientId, clientSecret, publicUrl }
}

/** A name that the API does not know could be that of another site, made to resolve to us by its owner. */
function readAllowedHosts(value: z.output<typeof variables>, auth: AuthSettings | undefined): readonly string[] {
  const { HOST, PUBLIC_URL: publicUrl, ALLOWED_HOSTS: names, TRUST_PROXY: proxies } = value
  if (auth === undefined) {
    const isPublic = publicUrl !== undefined && !isLoopbackHost(publicUrl.hostname)
    const forOthers = { PUBLIC_URL: isPublic, ALLOWED_HOSTS: names.length > 0, TRUST_PROXY: proxies !== undefined }
    const [name] = Object.entries(forOthers).find(([, isSet]) => isSet) ?? []
    if (name === undefined) return []
    throw new ConfigurationError(`${name} is set, but without auth the API serves this machine only: unset it.`)
  }
  const hosts = [...names, ...(publicUrl ? [publicUrl.hostname] : [])]
  if (hosts.length > 0 || isLoopbackHost(HOST)) return hosts
  throw new ConfigurationError(
    `HOST="${HOST}" serves other machines: set PUBLIC_URL to the address at which browsers reach the API, or ALLOWED_HOSTS to its names.`,
  )
}

/** One person on one machine needs no limits, and a benchmark none either; all of them would be one caller there. */
function readRateLimits(
  value: z.output<typeof variables>,
  auth: AuthSettings | undefined,
): RateLimitSettings | undefined {
  const store = value.RATE_LIMITS ?? (auth === undefined ? 'off' : 'memory')
  return store === 'off' ? undefined : { store, policies: value.RATE_LIMIT_POLICIES }
}

/** Values may be secret (URLs carry passwords), so they are shown only where that helps and cannot hurt. */
function describeFirst(error: z.ZodError, given: Variables): string {
  const issue = error.issues[0]
  const name = String(issue?.path[0] ?? 'environment')
  const shown = /_(?:URL|SECRET)$/.test(name) ? '' : `="${given[name] ?? ''}"`
  return `${name}${shown}: ${issue?.message ?? 'bad value'}.`
}
