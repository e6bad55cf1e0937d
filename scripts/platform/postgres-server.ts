import { mkdir } from 'node:fs/promises'
import { childEnvironment } from '#config/environment.ts'
import type { ProcessIdentity } from '#config/runtime-file.ts'
import { openDatabase } from '#db/client.ts'
import { freePort } from './ports.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { type Cluster, clusterData, initialiseCluster, openCluster, rememberPort } from './postgres-cluster.ts'
import { stopLeftoverPostgres } from './postgres-leftovers.ts'
import { APPLICATION_ROLE, DATABASE, OWNER_ROLE, provisionDatabase } from './postgres-roles.ts'
import { type SpawnedProcess, spawnServer, waitUntilAnswering } from './server-process.ts'
import { chooseServerUser } from './server-user.ts'

export interface PostgresServerOptions {
  /** Where passwords and, if the server's user can enter it, the data are kept. */
  readonly dataDir: string
  readonly logFile: string
  readonly say: (line: string) => void
  /** Server settings on top of ours. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Called as soon as the process exists, long before it answers: from then on it must be stopped by somebody. */
  readonly onSpawn?: (identity: ProcessIdentity, port: number) => void
  /** Ends it early, as long as there is no such process; it then rejects with nothing left running. */
  readonly stopping?: AbortSignal
}

export interface PostgresServer extends SpawnedProcess {
  readonly port: number
  /** As the application's role. */
  readonly databaseUrl: string
  /** As the owner of the database. */
  readonly migrateDatabaseUrl: string
  /** As the superuser, on the maintenance database. */
  readonly adminUrl: string
  /** Folder of the cluster's files, which may lie outside of DATA_DIR. */
  readonly stateDir: string
}

/**
 * Starts Postgres on loopback with the cluster of DATA_DIR, creating it the first time, and sees to its roles and
 * database. What a killed predecessor left running on the same files is stopped first.
 *
 * @throws ConfigurationError if it cannot run here or does not come up within 60 s
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { dataDir, logFile, say, stopping } = options
  await mkdir(dataDir, { recursive: true })
  const user = chooseServerUser()
  const binaries = await findPostgresBinaries(user)
  const cluster = await openCluster(dataDir, user, say)
  await initialiseCluster(cluster, binaries, user, stopping)
  await stopLeftoverPostgres(clusterData(cluster), say)

  const port = await freePort(cluster.port)
  rememberPort(dataDir, cluster, port)
  stopping?.throwIfAborted()
  const spawned = await spawnServer({
    name: 'Postgres',
    program: binaries.postgres,
    args: ['-D', clusterData(cluster), ...settingArguments({ ...SETTINGS, port, ...options.settings })],
    environment: childEnvironment({}),
    logFile,
    user: user && { uid: user.uid, gid: user.gid },
  })
  const { identity } = spawned
  options.onSpawn?.(identity, port)
  const urls = databaseUrls(cluster, port)
  await waitUntilAnswering({ name: 'Postgres', logFile, identity, withinMs: 60_000 }, () => ask(urls.adminUrl))
  await provisionDatabase(urls.adminUrl, cluster.passwords)
  return { ...spawned, port, ...urls, stateDir: cluster.stateDir }
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  timezone: 'UTC',
  log_timezone: 'UTC',
}

function settingArguments(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function databaseUrls(cluster: Cluster, port: number) {
  const url = (user: string, password: string, database: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  return {
    databaseUrl: url(APPLICATION_ROLE, cluster.passwords.application, DATABASE),
    migrateDatabaseUrl: url(OWNER_ROLE, cluster.passwords.owner, DATABASE),
    adminUrl: url('postgres', cluster.passwords.postgres, 'postgres'),
  }
}

/** Rejects as long as the server does not answer, as while it recovers from a crash. */
async function ask(url: string): Promise<void> {
  const sql = openDatabase({
    databaseUrl: url,
    applicationName: 'unicorn-launcher',
    maxConnections: 1,
    connectTimeoutMs: 2_000,
  })
  try {
    await sql`select 1`
  } finally {
    await sql.end({ timeout: 1 })
  }
}
