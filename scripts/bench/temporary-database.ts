import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessIdentity } from '#config/runtime-file.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { APPLICATION_ROLE } from '#scripts/platform/postgres-roles.ts'
import { startPostgresServer } from '#scripts/platform/postgres-server.ts'
import { postgresStopSteps, sendSignal, stopProcess } from '#scripts/platform/stop-process.ts'

/** As many connections as the API has. */
const CONNECTIONS = 20

/** As the application sees it, and as its owner does. */
export type BenchDatabase = { sql: Database; owner: Database }

/** Runs `work` on a migrated Postgres of its own with stock settings, which is gone afterwards, also after Ctrl-C. */
export async function withTemporaryDatabase(work: (database: BenchDatabase) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'unicorn-store-bench-'))
  // The user that Postgres runs as has to get through; what is secret inside has its own mode.
  chmodSync(dataDir, 0o711)
  let server: ProcessIdentity | undefined
  const remove = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  const stopAtOnce = () => {
    if (server) sendSignal(server, 'SIGKILL')
    remove()
  }
  process.once('exit', stopAtOnce)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  try {
    const { databaseUrl, migrateDatabaseUrl } = await startPostgresServer({
      dataDir,
      logFile: join(dataDir, 'postgres.log'),
      say: () => {},
      onSpawn: (identity) => {
        server = identity
      },
    })
    await migrateDatabase({ migrateDatabaseUrl, applicationRole: APPLICATION_ROLE })
    await withPools(databaseUrl, migrateDatabaseUrl, work)
  } finally {
    if (server) await stopProcess(server, postgresStopSteps)
    remove()
    process.off('exit', stopAtOnce)
  }
}

async function withPools(databaseUrl: string, ownerUrl: string, work: (database: BenchDatabase) => Promise<void>) {
  const sql = openDatabase({ databaseUrl, applicationName: 'bench', maxConnections: CONNECTIONS })
  const owner = openDatabase({
    databaseUrl: ownerUrl,
    applicationName: 'bench-owner',
    maxConnections: CONNECTIONS,
    statementTimeoutMs: 0,
  })
  try {
    await work({ sql, owner })
  } finally {
    await Promise.all([sql.end({ timeout: 5 }), owner.end({ timeout: 5 })])
  }
}
