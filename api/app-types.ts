import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Client } from '@temporalio/client'
import type { Context } from 'hono'
import type { AuthSettings } from '#config/environment.ts'
import type { Logger } from '#config/logging.ts'
import type { TrustedProxies } from '#config/proxies.ts'
import type { PolicyName } from '#config/rate-limits.ts'
import type { Database, DatabaseHealth } from '#db/client.ts'
import type { Money } from '#domain/money.ts'
import type { Lane } from '#domain/purchase.ts'
import type { PointsLedger } from '#ledger/ledger.ts'
import type { OutcomeWatcher, PurchaseWatcher } from './purchase-watcher.ts'
import type { SessionWatcher } from './session-watcher.ts'

/** Dependencies of the API; their creator closes them. */
export type AppDependencies = {
  /** Pool for reads, so that they never queue behind writes that wait for locks. */
  sql: Database
  /** Pool for writes, which may wait for row locks. */
  writes: Database
  /** Whether the pools of this process work. */
  health: Pick<DatabaseHealth, 'failing'>
  temporal: Client
  logger: Logger
  /** Uses `writes`. */
  pointsLedger: PointsLedger
  /** They read the same database as `sql`. */
  purchaseWatcher: PurchaseWatcher
  outcomeWatcher: OutcomeWatcher
  sessionWatcher: SessionWatcher
  /** Lifetime of points that are issued from now on. */
  pointsTtlDays: number
  /** The currency, and how amounts are shown. */
  money: Money
  /** Value of one point at checkout. */
  pointValueMinor: number
  /** Task queue of the workers. */
  taskQueue: string
  /** How purchases and awards are carried out whose request does not say it. */
  defaultLane: Lane
  /** How long `POST /purchase` waits for the outcome before it answers 202. */
  purchaseWaitMs: number
  /** Origins of other sites that may call the API from a browser. */
  corsOrigins: readonly string[]
  /** Origin of the store and the API as browsers reach them. */
  publicUrl: URL | undefined
  /** Host names that are answered outside of demo mode, beside those of loopback. */
  allowedHosts: readonly string[]
  /** Undefined: nobody's forwarded headers are believed. */
  trustedProxies: TrustedProxies | undefined
  /** Undefined: none. */
  rateLimits: RateLimits | undefined
  /** Base URL of Temporal's Web UI, without a trailing slash, and the namespace; undefined if unknown. */
  temporalUi: { url: string; namespace: string } | undefined
  /** Undefined: demo mode. Everybody may do everything, so the API answers this machine only. */
  auth: AuthSettings | undefined
  /** Absolute path of the folder of the built store, which may not exist. */
  storeDir: string
  /** Aborted when the server stops: requests that wait answer with the present state. */
  stopping: AbortSignal
}

/**
 * - `customer`: what is theirs
 * - `service`: acts for users by name, and sends the events of its clients
 * - `client_operator`: an operator whose token names clients: their campaigns
 * - `operator`: everything
 */
export const ROLES = ['customer', 'service', 'client_operator', 'operator'] as const
export type Role = (typeof ROLES)[number]

/** Who asks. */
export type Caller = {
  readonly role: Role
  /** Whose idempotency keys they are: the id of the user who they are, whatever roles that has; `demo` in demo mode. */
  readonly scope: string
  /** In entries, events and histories: the role and the id of the user, such as `operator:usr_0199...`. */
  readonly actor: string
  /** Undefined: they cannot buy. */
  readonly username: string | undefined
  /** When nobody vouches for them any more: with a session, or at a moment, in milliseconds since 1970. Undefined: never. */
  readonly ends?: { readonly session: string } | { readonly at: number } | undefined
  /** Of a customer: the only user whose data they see and spend. */
  readonly user?: { readonly userId: string; readonly username: string }
  /** Of a service or operator of some clients. */
  readonly clients?: readonly string[]
}

/** How a client is connected. */
export type Connection = {
  /** Of the client: the nearest address that is not of a trusted proxy. Empty when the app is called without a server. */
  readonly address: string
  /** That a trusted proxy was asked by; undefined where none says so. */
  readonly scheme: 'http' | 'https' | undefined
  /** Every host name that the request says it is meant for; an empty one for what is none. */
  readonly hosts: readonly string[]
}

export type AppEnv = {
  Variables: {
    requestId: string
    connection: Connection
    /** Of routes that are not for anybody; in demo mode, of all. */
    caller: Caller
    /** For the request log; that of the user is there also when their token is not for the route. */
    userId?: string
    purchaseId?: string
  }
}

export type App = OpenAPIHono<AppEnv>
// biome-ignore lint/suspicious/noExplicitAny: a context of any route, whatever its path and input are.
export type AppContext = Context<AppEnv, any, any>

/** How many requests a caller may send (api/rate-limits.ts). */
export type RateLimits = {
  /**
   * Counts a request, and says in the answer what is left.
   *
   * @param key whose requests count together
   * @throws Problem `too_many_requests`
   */
  count(c: AppContext, policy: PolicyName, key: string): Promise<void>
  /**
   * Before credentials of any kind are looked at: refuses a client of whom too many were refused.
   *
   * @throws Problem `too_many_requests`
   */
  refuseAfterFailures(c: AppContext): Promise<void>
  /**
   * Counts a request that was not let in: for the user if that is known, else for the address.
   *
   * @throws Problem `too_many_requests`
   */
  countRefused(c: AppContext): Promise<void>
  /** Counts credentials that were refused. */
  countFailure(c: AppContext): Promise<void>
}
