import { ConfigurationError, type Environment } from './environment.ts'
import { isAlive, type Runtime, readRuntime, runtimePath } from './runtime-file.ts'

export interface DatabaseConnection {
  readonly databaseUrl: string
  /** The owner's URL, for migrations. */
  readonly migrateDatabaseUrl: string
}

export interface TemporalTarget {
  /** `host:port` */
  readonly address: string
  readonly namespace: string
  /** Our own dev server speaks plain gRPC on loopback; TLS and API keys are for external ones only. */
  readonly external: boolean
}

export interface Connections extends DatabaseConnection {
  readonly temporal: TemporalTarget
  /** Of the Temporal at `temporal`, without a slash at its end. */
  readonly webUiUrl: string | undefined
  readonly apiUrl: string | undefined
}

/**
 * Where Postgres and Temporal are: from the variables, else from what `npm start` left in DATA_DIR/runtime.json.
 *
 * @throws ConfigurationError if neither says
 */
export function resolveConnections(environment: Environment): Connections {
  const running = runningSystem(environment.dataDir)
  const database = resolveDatabase(environment)
  const temporal = resolveTemporal(environment)
  return {
    ...database,
    temporal,
    // The Web UI of our own dev server shows nothing of another Temporal.
    webUiUrl: environment.temporalUiUrl ?? (temporal.external ? undefined : running?.urls.webUi),
    apiUrl: running?.urls.api,
  }
}

/** Where Postgres is, for commands that need no Temporal. See {@link resolveConnections}. */
export function resolveDatabase(environment: Environment): DatabaseConnection {
  const { databaseUrl, migrateDatabaseUrl, dataDir } = environment
  if (databaseUrl !== undefined) return { databaseUrl, migrateDatabaseUrl: migrateDatabaseUrl ?? databaseUrl }
  const found = runningSystem(dataDir)?.urls
  if (found?.database === undefined) throw nothingRuns(dataDir, 'DATABASE_URL')
  return {
    databaseUrl: found.database,
    migrateDatabaseUrl: migrateDatabaseUrl ?? found.migrateDatabase ?? found.database,
  }
}

/** Where Temporal is, for commands that need no Postgres. See {@link resolveConnections}. */
export function resolveTemporal(environment: Environment): TemporalTarget {
  const { temporalAddress, temporalNamespace, dataDir } = environment
  if (temporalAddress !== undefined) return { address: temporalAddress, namespace: temporalNamespace, external: true }
  const found = runningSystem(dataDir)?.temporal
  if (found === undefined) throw nothingRuns(dataDir, 'TEMPORAL_ADDRESS')
  return found
}

function runningSystem(dataDir: string): Runtime | undefined {
  const found = readRuntime(dataDir)
  return found !== undefined && isAlive(found.launcher) ? found : undefined
}

function nothingRuns(dataDir: string, variable: string): ConfigurationError {
  const found = readRuntime(dataDir)
  const remedy = `start the system with "npm start", or set ${variable}`
  if (found === undefined) return new ConfigurationError(`Nothing runs with DATA_DIR ${dataDir}: ${remedy}.`)
  if (isAlive(found.launcher)) {
    return new ConfigurationError(
      `"npm start" (pid ${found.launcher.pid}) is still ${found.state}: try again in a moment, or set ${variable}.`,
    )
  }
  const { pid } = found.launcher
  return new ConfigurationError(
    `The "npm start" (pid ${pid}) that wrote ${runtimePath(dataDir)} no longer runs: ${remedy}.`,
  )
}
