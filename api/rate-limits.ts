import type { MiddlewareHandler } from 'hono'
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Logger } from '#config/logging.ts'
import { SAFE_METHODS } from '#config/loopback.ts'
import type { PolicyName, Quota, RateLimitSettings } from '#config/rate-limits.ts'
import { type Database, openDatabase } from '#db/client.ts'
import type { App, AppContext, AppEnv, RateLimits } from './app-types.ts'
import { callerOf } from './caller-limits.ts'
import { networkOf } from './forwarded.ts'
import { Problem } from './problems.ts'
import { type PublishedRoute, publishedRoutes } from './published-routes.ts'

// How many requests a caller may send, by kinds of routes (docs/adr/0025-limits-and-proxies.md).

/** What a route says of how it is counted, to be spread into its definition. Others are reads or writes, by their method. */
export const COSTLY = { 'x-rate-limit': 'costly' } as const
export const STREAM = { 'x-rate-limit': 'streams' } as const
export const NOT_COUNTED = { 'x-rate-limit': 'none' } as const

/** @param counters where `rate_limits` is, if requests are counted in Postgres: a pool that gives up soon */
export function createRateLimits(
  policies: RateLimitSettings['policies'],
  logger: Logger,
  counters?: Database,
): RateLimits {
  const client = counters && postgresClient(counters, logger)
  const limiters = Object.fromEntries(
    Object.entries(policies).map(([name, quota]) => [name, createLimiter(name, quota, client)]),
  ) as Record<PolicyName, Limiter>
  // Looked up with every request that has credentials, so in this process.
  const blocked = new RateLimiterMemory({ points: 1, duration: policies.failures.windowSeconds })

  function announce(c: AppContext, policy: PolicyName, left: number, seconds: number): void {
    const { requests, windowSeconds } = policies[policy]
    c.header('RateLimit-Policy', `"${policy}";q=${requests};w=${windowSeconds}`)
    c.header('RateLimit', `"${policy}";r=${left};t=${seconds}`)
  }

  function tooMany(c: AppContext, policy: PolicyName, ms: number): Problem {
    const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000))
    announce(c, policy, 0, retryAfterSeconds)
    const { requests, windowSeconds } = policies[policy]
    const detail = `The limit "${policy}" is ${requests} requests in ${windowSeconds} s. Try again in ${retryAfterSeconds} s.`
    return new Problem('too_many_requests', detail, { policy, retryAfterSeconds })
  }

  return {
    async countRefused(c) {
      const userId = c.get('userId') as string | undefined
      const [policy, key]: [PolicyName, string] =
        userId === undefined ? ['anonymous', networkOf(c.get('connection'))] : ['reads', userId]
      const { isRefused, ms } = await consume(limiters[policy], key)
      if (isRefused) throw tooMany(c, policy, ms)
    },
    async count(c, policy, key) {
      const { isRefused, left, ms } = await consume(limiters[policy], key)
      if (isRefused) throw tooMany(c, policy, ms)
      announce(c, policy, left, Math.ceil(ms / 1000))
    },
    async refuseAfterFailures(c) {
      const { msBeforeNext = 0 } = (await blocked.get(networkOf(c.get('connection')))) ?? {}
      if (msBeforeNext > 0) throw tooMany(c, 'failures', msBeforeNext)
    },
    async countFailure(c) {
      const key = networkOf(c.get('connection'))
      const { left, ms } = await consume(limiters.failures, key)
      if (left === 0 && ms > 0) await blocked.block(key, ms / 1000)
    },
  }
}

type Limiter = RateLimiterMemory | RateLimiterPostgres

/** Counts a request; `left`: how many more there may be in the next `ms`. The library throws what is only refused. */
async function consume(limiter: Limiter, key: string): Promise<{ isRefused: boolean; left: number; ms: number }> {
  try {
    const { remainingPoints: left, msBeforeNext: ms } = await limiter.consume(key)
    return { isRefused: false, left, ms }
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { isRefused: true, left: 0, ms: refused.msBeforeNext }
    throw refused
  }
}

/** While Postgres is away each process counts for itself: a limit takes nothing down, and is not gone either. */
function createLimiter(name: string, { requests, windowSeconds }: Quota, client: PostgresClient | undefined): Limiter {
  const quota = { keyPrefix: name, points: requests, duration: windowSeconds }
  const memory = new RateLimiterMemory(quota)
  if (!client) return memory
  return new RateLimiterPostgres({
    ...quota,
    storeClient: client,
    storeType: 'client',
    tableName: 'rate_limits',
    tableCreated: true,
    // All of them share the table, and one cleans up.
    clearExpiredByTimeout: name === 'reads',
    // What is refused costs no statement.
    inMemoryBlockOnConsumed: requests,
    insuranceLimiter: memory,
  })
}

type PostgresClient = ReturnType<typeof postgresClient>

/** A pool to count with: requests wait for it, so it gives up soon. */
export function openCounters(databaseUrl: string): Database {
  return openDatabase({
    databaseUrl,
    applicationName: 'unicorn-api-limits',
    maxConnections: 2,
    connectTimeoutMs: 500,
    waitMs: 250,
    deadlineMs: 500,
  })
}

/** After a failure Postgres is left alone for so long: requests must not wait for it one after the other. */
const AWAY_MS = 1_000

/** What the library knows of a client of Postgres. */
function postgresClient(sql: Database, logger: Logger) {
  let triedAgainAt = 0
  let isAway = false
  return {
    async query({ text, values }: { text: string; values: (string | number | null)[] }) {
      if (isAway && performance.now() < triedAgainAt) throw new Error('Postgres was away a moment ago')
      try {
        const rows = await sql.unsafe(text, values, { prepare: true })
        isAway = false
        return { rows, rowCount: rows.count }
      } catch (error) {
        if (!isAway)
          logger.warn({ err: error }, 'rate limits are counted by this process alone: Postgres does not answer')
        isAway = true
        triedAgainAt = performance.now() + AWAY_MS
        throw error
      }
    },
  }
}

/**
 * Credentials that are refused, and tokens that are for nothing here, count for the client's address; after too many of them no more are
 * looked at.
 */
export function limitFailures(limits: RateLimits): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.req.header('Authorization') === undefined) return await next()
    await limits.refuseAfterFailures(c)
    await next()
    const isRefused = c.error instanceof Problem && REFUSED_CREDENTIALS.has(c.error.code)
    if (isRefused && c.get('caller') === undefined) await limits.countFailure(c)
  }
}

const REFUSED_CREDENTIALS = new Set<string>(['unauthenticated', 'not_permitted'])

/** Counts what was let in, before anything of it is read or done. */
export function limitRequests(app: App, limits: RateLimits): MiddlewareHandler<AppEnv> {
  const routeOf = publishedRoutes(app)
  return async (c, next) => {
    const route = routeOf(c)
    const published = route === 'unpublished' ? undefined : route
    if (published?.rateLimit !== 'none') await limits.count(c, ...policyOf(c, published))
    await next()
  }
}

/** By which policy, and with what, a request counts. */
function policyOf(c: AppContext, route: PublishedRoute | undefined): [PolicyName, string] {
  const caller = c.get('caller') as AppEnv['Variables']['caller'] | undefined
  if (caller === undefined) return ['anonymous', networkOf(c.get('connection'))]
  if (caller.role === 'service') return ['services', caller.scope]
  const byMethod = SAFE_METHODS.has(c.req.method) ? 'reads' : 'writes'
  const named = route?.rateLimit as Exclude<PublishedRoute['rateLimit'], 'none'>
  return [named ?? byMethod, callerOf(c)]
}
