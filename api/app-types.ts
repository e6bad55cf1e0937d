import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Client } from '@temporalio/client'
import type { Context } from 'hono'
import type { AuthSettings } from '#config/environment.ts'
import type { Logger } from '#config/logging.ts'
import type { Database, DatabaseHealth } from '#db/client.ts'
import type { Identified } from '#db/wallets.ts'
import type { Money } from '#domain/money.ts'
import type { Lane } from '#domain/purchase.ts'
import type { PointsLedger } from '#ledger/ledger.ts'
import type { OutcomeWatcher, PurchaseWatcher } from './purchase-watcher.ts'

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
  /** Both read the same database as `sql`. */
  purchaseWatcher: PurchaseWatcher
  outcomeWatcher: OutcomeWatcher
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
export type Role = 'customer' | 'service' | 'client_operator' | 'operator'

/** Who asks. */
export type Caller = {
  readonly role: Role
  /** Whose idempotency keys they are: of the identity, whatever roles it has. */
  readonly scope: string
  /** In entries, events and histories: the role and, of a customer, the id of the user; of others, what their token calls them. */
  readonly actor: string
  /** Of a customer: the user who they are, and the only one whose data they see and spend. */
  readonly user?: Identified
  /** Of a service or operator of some clients. */
  readonly clients?: readonly string[]
}

export type AppEnv = {
  Variables: {
    requestId: string
    /** Of routes that are not for anybody; in demo mode, of all. */
    caller: Caller
    /** For the request log. */
    purchaseId?: string
  }
}

export type App = OpenAPIHono<AppEnv>
// biome-ignore lint/suspicious/noExplicitAny: a context of any route, whatever its path and input are.
export type AppContext = Context<AppEnv, any, any>
