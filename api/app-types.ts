import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Client } from '@temporalio/client'
import type { Context } from 'hono'
import type { Logger } from '#config/logging.ts'
import type { Database } from '#db/client.ts'
import type { DatabaseHealth } from '#db/health.ts'
import type { PointsLedger } from '#db/points/ledger.ts'
import type { PurchaseWatcher } from './purchase-watcher.ts'

/** What the API needs from outside; whoever creates it closes it. */
export type AppDependencies = {
  /** For reads, which wait for nobody: whatever holds rows up, what there is can be seen. */
  sql: Database
  /** For orders and whatever else changes something, and may have to wait for rows that others change. */
  writes: Database
  /** Whether this process can use its pools. */
  health: Pick<DatabaseHealth, 'failing'>
  temporal: Client
  logger: Logger
  /** Works on `writes`. */
  pointsLedger: PointsLedger
  /** Reads the same database as `sql`. */
  purchaseWatcher: PurchaseWatcher
  /** How many days points live that are issued from now on. */
  pointsTtlDays: number
  /** What one point pays for at checkout. */
  pointValueMinor: number
  /** Where the workers listen. */
  taskQueue: string
  /** How long `POST /purchase` waits for the outcome before it answers 202. */
  purchaseWaitMs: number
  /** Origins of other sites that may call the API from a browser. */
  corsOrigins: readonly string[]
  /** Temporal's Web UI, without a slash at its end, and the namespace of the workflows; undefined if it is not known. */
  temporalUi: { url: string; namespace: string } | undefined
  /** Nobody signs in: whoever reaches the API may do everything, so only this machine may reach it. */
  demoMode: boolean
  /** Absolute path of the folder that the store was built into, if it was. */
  storeDir: string
  /** Aborted when the server stops: whoever waits answers with what is known so far. */
  stopping: AbortSignal
}

export type AppEnv = {
  Variables: {
    requestId: string
    /** For the log line of the request. */
    purchaseId?: string
  }
}

export type App = OpenAPIHono<AppEnv>
// biome-ignore lint/suspicious/noExplicitAny: a context of any route, whatever its path and input are.
export type AppContext = Context<AppEnv, any, any>
