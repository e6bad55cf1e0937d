import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { runCommand } from '#config/command.ts'
import { resolveConnections } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { createLogger } from '#config/logging.ts'
import { DISCONNECT_MS, notifyReady, startUnlessStopped, stopRequested } from '#config/shutdown.ts'
import { temporalConnectionOptions } from '#config/temporal.ts'
import { readGrantsTakenBack } from '#db/campaigns.ts'
import { type Database, openDatabase, watchHealth } from '#db/client.ts'
import { OtherCurrency, requireCurrency } from '#db/currency.ts'
import type { Money } from '#domain/money.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { TASK_QUEUE } from '#workflows/contract.ts'
import { createApp } from './app.ts'
import { serveHttp } from './http-server.ts'
import { createOutcomeWatcher, createPurchaseWatcher } from './purchase-watcher.ts'
import { createRateLimits, openCounters } from './rate-limits.ts'
import { createSessionWatcher } from './session-watcher.ts'

/** Where `npm run web:build` puts the store. */
const STORE_DIR = fileURLToPath(new URL('../dist/store', import.meta.url))

/** 20 connections per process, as in a worker. Reads are short; writes may wait for row locks. */
const READ_CONNECTIONS = 8
const WRITE_CONNECTIONS = 12

/**
 * The default backoff of gRPC grows to two minutes, during which the API would not notice that Temporal is back; and with the SDK's
 * keepalive it takes 45 s to notice that a connection carries nothing any more. A Temporal server puts up with a ping every 10 s.
 */
const RECONNECT_OPTIONS = {
  'grpc.initial_reconnect_backoff_ms': 250,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 11_000,
  'grpc.keepalive_timeout_ms': 4_000,
}

/** How long the API waits for the currency of its database before it serves, and how often it asks. */
const CURRENCY_WITHIN_MS = 1_000
const CURRENCY_RETRY_MS = 1_000

/**
 * `npm run api`: serves the API until it is asked to stop. Postgres and Temporal may be unavailable, at the start or
 * later: requests that cannot be recorded are then answered with 503, and `/readyz` has the reason.
 */
runCommand(async () => {
  const stop = stopRequested()
  const environment = readEnvironment()
  const { databaseUrl, temporal, webUiUrl } = resolveConnections(environment)
  const logger = createLogger({ name: 'api', level: environment.logLevel })
  const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-api', maxConnections: READ_CONNECTIONS })
  const writes = openDatabase({
    databaseUrl,
    applicationName: 'unicorn-api-writes',
    maxConnections: WRITE_CONNECTIONS,
  })
  const { rateLimits } = environment
  const counters = rateLimits?.store === 'postgres' ? openCounters(databaseUrl) : undefined
  const health = watchHealth({ reads: sql, writes })
  const connection = Connection.lazy({ ...temporalConnectionOptions(temporal), channelArgs: RECONNECT_OPTIONS })
  const stopping = new AbortController()

  const app = createApp({
    sql,
    writes,
    health,
    pointsLedger: createPointsLedger(writes, { alsoCommits: readGrantsTakenBack }),
    purchaseWatcher: createPurchaseWatcher({ sql, logger }),
    outcomeWatcher: createOutcomeWatcher({ sql, logger }),
    sessionWatcher: createSessionWatcher({ sql, logger }),
    defaultLane: environment.fastLane ? 'fast' : 'visible',
    pointsTtlDays: environment.pointsTtlDays,
    money: environment.money,
    pointValueMinor: environment.pointValueMinor,
    temporal: new Client({ connection, namespace: temporal.namespace }),
    taskQueue: TASK_QUEUE,
    logger,
    purchaseWaitMs: environment.purchaseWaitMs,
    corsOrigins: environment.corsOrigins,
    publicUrl: environment.publicUrl,
    allowedHosts: environment.allowedHosts,
    trustedProxies: environment.trustedProxies,
    rateLimits: rateLimits && createRateLimits(rateLimits.policies, logger, counters),
    temporalUi: webUiUrl === undefined ? undefined : { url: webUiUrl, namespace: temporal.namespace },
    storeDir: STORE_DIR,
    auth: environment.auth,
    stopping: stopping.signal,
  })
  const agreed = refuseOtherCurrency(sql, environment.money)
  const server = await startUnlessStopped(stop, async () => {
    // Without a database there is nothing to serve that it could be wrong about.
    await Promise.race([agreed, sleep(CURRENCY_WITHIN_MS)])
    return await serveHttp(app, { host: environment.host, port: environment.port })
  })
  if (environment.auth !== undefined && environment.auth.signIn === undefined)
    logger.info('the store has no sign-in: AUTH_CLIENT_ID, AUTH_CLIENT_SECRET, PUBLIC_URL and AUTH_JWKS_URL turn it on')
  logger.info({ url: server.url }, 'api is ready')
  notifyReady()

  const why = await Promise.race([stop, agreed.then(() => stop)])
  logger.info({ why }, 'stopping')
  stopping.abort()
  await server.close()
  health.stop()
  await Promise.all(
    [sql, writes, ...(counters ? [counters] : [])].map((pool) => pool.end({ timeout: DISCONNECT_MS / 1000 })),
  )
  await connection.close()
  process.exit(0)
})

/**
 * Reads the currency of the database as soon as it answers.
 *
 * @throws ConfigurationError when it is another one than ours, which ends the process
 */
async function refuseOtherCurrency(sql: Database, { currency: code, digits }: Money): Promise<void> {
  for (;;) {
    try {
      return await requireCurrency(sql, { code, digits })
    } catch (error) {
      if (error instanceof OtherCurrency) throw new ConfigurationError(error.message)
      await sleep(CURRENCY_RETRY_MS, undefined, { ref: false })
    }
  }
}
