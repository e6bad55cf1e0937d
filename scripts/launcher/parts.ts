import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { childEnvironment, type Environment } from '#config/environment.ts'
import type { ProcessIdentity, ProcessName } from '#config/runtime-file.ts'
import { freePort } from '#scripts/platform/ports.ts'
import { startPostgresServer } from '#scripts/platform/postgres-server.ts'
import { startTemporalServer } from '#scripts/platform/temporal-server.ts'
import { startService } from './child-process.ts'
import type { Part } from './keep-running.ts'
import type { RuntimeRecord } from './runtime-record.ts'

/** What every part needs to be started. */
export interface PartContext {
  readonly environment: Environment
  readonly record: RuntimeRecord
  readonly say: (line: string) => void
  readonly stopping: AbortSignal
}

/** Postgres of our own. Its URLs are on record once it serves. */
export function postgresPart(context: PartContext): Part {
  const { environment, record, say, stopping } = context
  const { dataDir } = environment
  const logFile = logPath(dataDir, 'postgres')
  const start = async () => {
    const onSpawn = (identity: ProcessIdentity, port: number) => enter(context, 'postgres', identity, port)
    const server = await startPostgresServer({ dataDir, logFile, say, onSpawn, stopping })
    record.update({ urls: { database: server.databaseUrl, migrateDatabase: server.migrateDatabaseUrl } })
    return server
  }
  return { name: 'postgres', logFile, start }
}

/** Temporal's dev server, its state in a folder that only we may read. */
export function temporalPart(context: PartContext, program: string): Part {
  const { environment, record } = context
  const { dataDir, temporalPort: port, temporalUiPort: uiPort, temporalNamespace: namespace } = environment
  const stateFolder = join(dataDir, 'temporal')
  const logFile = logPath(dataDir, 'temporal')
  const start = async () => {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
    const onSpawn = (identity: ProcessIdentity) => enter(context, 'temporal', identity, port)
    const server = await startTemporalServer({ program, port, uiPort, namespace, stateFolder, logFile, onSpawn })
    record.update({
      temporal: { address: server.address, namespace, external: false },
      urls: { webUi: `http://127.0.0.1:${uiPort}` },
    })
    return server
  }
  return { name: 'temporal', logFile, start }
}

/** The worker. The port of its health is on record as its port. */
export function workerPart(context: PartContext): Part {
  const { workerHealthPort } = context.environment
  const part = servicePart(context, 'worker', 'worker/main.ts')
  const start = async () => {
    const port = workerHealthPort ?? (await freePort())
    return await servicePart(context, 'worker', 'worker/main.ts', port, { WORKER_HEALTH_PORT: String(port) }).start()
  }
  return { ...part, start }
}

/** The API and what it serves besides. Its URL is on record once it serves. */
export function apiPart(context: PartContext): Part {
  const { environment, record } = context
  const part = servicePart(context, 'api', 'api/main.ts', environment.port)
  const start = async () => {
    const service = await part.start()
    record.update({ urls: { api: apiUrl(environment) } })
    return service
  }
  return { ...part, start }
}

/** Where a browser or curl on this machine finds the API. */
export function apiUrl({ host, port }: Pick<Environment, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${port}`
}

/** For our own processes: they find the rest of the system through the runtime file, as every command does. */
export function serviceEnvironment({ dataDir }: Environment): Record<string, string> {
  return childEnvironment({ DATA_DIR: dataDir })
}

function logPath(dataDir: string, name: ProcessName): string {
  return join(dataDir, 'logs', `${name}.log`)
}

function servicePart(
  context: PartContext,
  name: 'worker' | 'api',
  script: string,
  port?: number,
  variables: Record<string, string> = {},
): Part {
  const { environment } = context
  const logFile = logPath(environment.dataDir, name)
  const onSpawn = (identity: ProcessIdentity) => enter(context, name, identity, port)
  const start = () =>
    startService({ name, script, logFile, onSpawn, environment: { ...serviceEnvironment(environment), ...variables } })
  return { name, logFile, start }
}

/** Puts a process on record as soon as it exists, so that it is stopped whatever happens next. */
function enter({ record, stopping }: PartContext, name: ProcessName, identity: ProcessIdentity, port?: number): void {
  record.update({ processes: { [name]: { ...identity, ...(port !== undefined && { port }) } } })
  // It was on its way up when everything else was asked to stop.
  if (stopping.aborted) process.kill(identity.pid, name === 'postgres' ? 'SIGQUIT' : 'SIGTERM')
}
