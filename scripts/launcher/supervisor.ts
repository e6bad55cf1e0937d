import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError, childEnvironment, type Environment } from '#config/environment.ts'
import {
  identify,
  isAlive,
  type ProcessIdentity,
  type ProcessName,
  type Runtime,
  readRuntime,
  runtimePath,
  writeRuntime,
} from '#config/runtime-file.ts'
import {
  GONE_AFTER_KILL_MS,
  STOP_ALL_MS,
  STOP_API_MS,
  STOP_POSTGRES_AT_ONCE_MS,
  STOP_POSTGRES_LEAST_MS,
  STOP_TEMPORAL_MS,
  STOP_WORKER_MS,
} from '#config/shutdown.ts'
import { startPostgresServer } from '#scripts/platform/postgres.ts'
import {
  freePort,
  type SpawnedProcess,
  type StopStep,
  sendSignal,
  startServer,
  stopProcess,
  waitForEnd,
} from '#scripts/platform/processes.ts'
import { startTemporalServer } from '#scripts/platform/temporal.ts'
import { serveWebUi } from './web-ui.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The launcher's own entry in DATA_DIR/runtime.json, kept as the system comes up and goes down. */
export interface RuntimeRecord {
  current(): Runtime
  /** Merges into what is there, one level deep. */
  update(change: Partial<Omit<Runtime, 'launcher'>>): void
  remove(): void
}

/**
 * Takes DATA_DIR for this launcher, and ends what a launcher that was killed hard left running.
 *
 * @throws ConfigurationError if another launcher runs with it
 */
export async function takeDataDir(dataDir: string, say: (line: string) => void): Promise<RuntimeRecord> {
  const found = readRuntime(dataDir)
  if (found?.state === 'stopping' && isAlive(found.launcher)) {
    say('waiting for an earlier start to stop ...')
    await waitForEnd(found.launcher, STOP_ALL_MS)
  }
  if (found !== undefined && isAlive(found.launcher)) {
    const { pid } = found.launcher
    throw new ConfigurationError(
      `"npm start" (pid ${pid}) already runs with DATA_DIR ${dataDir}: stop that one (kill ${pid}), or set DATA_DIR, PORT, ` +
        'TEMPORAL_PORT and TEMPORAL_UI_PORT to run another beside it.',
    )
  }
  const leftovers = found?.processes ?? {}
  // Until they are stopped they stay on record: whoever comes after us must find them if we are killed, too.
  const launcher = identify(process.pid) as ProcessIdentity
  let content: Runtime = { launcher, state: 'starting', processes: leftovers, urls: {} }
  writeRuntime(dataDir, content)
  if (Object.values(leftovers).some(isAlive)) {
    say('stopping what an earlier start, which was killed, left running')
    await stopInOrder(leftovers)
  }
  content = { ...content, processes: {} }
  return {
    current: () => content,
    update(change) {
      const processes = { ...content.processes, ...change.processes }
      content = { ...content, ...change, processes, urls: { ...content.urls, ...change.urls } }
      writeRuntime(dataDir, content)
    },
    remove: () => rmSync(runtimePath(dataDir), { force: true }),
  }
}

/** What every part needs to be started. */
export interface PartContext {
  readonly environment: Environment
  readonly record: RuntimeRecord
  readonly say: (line: string) => void
  /** From then on it is meant to end. */
  readonly stopping: AbortSignal
}

/** One of the processes that make up the system. */
export interface Part {
  readonly name: ProcessName
  readonly logFile: string
  /** Starts it and waits until it serves. */
  start(): Promise<SpawnedProcess>
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

/** Temporal's dev server, its state in a folder that only we may read; its Web UI is behind a proxy of ours. */
export async function temporalPart(context: PartContext, program: string): Promise<Part> {
  const { environment, record, stopping } = context
  const { dataDir, temporalPort: port, temporalUiPort, temporalNamespace: namespace } = environment
  const stateFolder = join(dataDir, 'temporal')
  const logFile = logPath(dataDir, 'temporal')
  let uiPort: number | undefined
  const webUi = await serveWebUi(temporalUiPort, () => uiPort)
  stopping.addEventListener('abort', () => webUi.close())
  const start = async () => {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
    uiPort = await freePort()
    const onSpawn = (identity: ProcessIdentity) => enter(context, 'temporal', identity, port)
    const options = { program, port, uiPort, namespace, stateFolder, logFile, onSpawn, stopping }
    const server = await startTemporalServer(options)
    record.update({
      temporal: { address: server.address, namespace, external: false },
      urls: { webUi: `http://127.0.0.1:${temporalUiPort}` },
    })
    return server
  }
  return { name: 'temporal', logFile, start }
}

/** The worker. The port of its health is on record as its port. */
export function workerPart(context: PartContext): Part {
  const { workerHealthPort } = context.environment
  return servicePart(context, 'worker', async () => {
    const port = workerHealthPort ?? (await freePort())
    return { port, variables: { WORKER_HEALTH_PORT: String(port) } }
  })
}

/** The API and what it serves besides. */
export function apiPart(context: PartContext): Part {
  return servicePart(context, 'api', async () => ({ port: context.environment.port, variables: {} }))
}

/** For our own processes: they find the rest of the system through the runtime file, as every command does. */
export function serviceEnvironment({ dataDir }: Environment): Record<string, string> {
  return childEnvironment({ DATA_DIR: dataDir })
}

/** A process of ours: it ends by itself when the channel to us closes, also when we were killed hard. */
function servicePart(
  context: PartContext,
  name: 'worker' | 'api',
  listens: () => Promise<{ port: number; variables: Record<string, string> }>,
): Part {
  const { environment, stopping } = context
  const logFile = logPath(environment.dataDir, name)
  const start = async () => {
    const { port, variables } = await listens()
    return await startServer({
      name,
      program: process.execPath,
      args: [join(ROOT, name, 'main.ts')],
      environment: { ...serviceEnvironment(environment), ...variables },
      logFile,
      onSpawn: (identity) => enter(context, name, identity, port),
      stopping,
    })
  }
  return { name, logFile, start }
}

function logPath(dataDir: string, name: ProcessName): string {
  return join(dataDir, 'logs', `${name}.log`)
}

/** Puts a process on record as soon as it exists, so that it is stopped whatever happens next. */
function enter({ record }: PartContext, name: ProcessName, identity: ProcessIdentity, port: number): void {
  record.update({ processes: { [name]: { ...identity, port } } })
}

const WINDOW_MS = 60_000
const MAX_DEATHS = 5
const FIRST_PAUSE_MS = 250

/**
 * Starts a part again whenever it ends, each time after twice the pause.
 *
 * @param running the part as it was started first
 * @returns when the system is stopping
 * @throws ConfigurationError when it ended five times within a minute
 */
export async function keepRunning(
  part: Part,
  running: SpawnedProcess,
  { say, stopping }: Pick<PartContext, 'say' | 'stopping'>,
): Promise<void> {
  const deaths: number[] = []
  let what = `${part.name} ended (${await running.ended})`
  while (!stopping.aborted) {
    deaths.push(performance.now())
    const recent = deaths.filter((at) => at > performance.now() - WINDOW_MS).length
    if (recent >= MAX_DEATHS)
      throw new ConfigurationError(`${what}, the ${recent}th time within a minute: giving up, see ${part.logFile}.`)
    say(`${what}: starting it again`)
    await sleep(FIRST_PAUSE_MS * 2 ** (recent - 1), undefined, { signal: stopping }).catch(() => {})
    if (stopping.aborted) return
    try {
      const { identity, ended } = await part.start()
      say(`${part.name} is back (pid ${identity.pid})`)
      what = `${part.name} ended (${await ended})`
    } catch (error) {
      what = error instanceof Error ? error.message : String(error)
    }
  }
}

/**
 * Stops what runs: first what takes requests in, then what carries them out, then what they need. So nobody meets a
 * server that is gone, and work that has begun is finished or handed back. Takes `STOP_ALL_MS` at the most.
 */
export async function stopInOrder({ api, worker, temporal, postgres }: Runtime['processes']): Promise<void> {
  const deadline = performance.now() + STOP_ALL_MS
  if (api) await stopProcess(api, forceAfter('SIGTERM', STOP_API_MS))
  if (worker) await stopProcess(worker, forceAfter('SIGTERM', STOP_WORKER_MS))
  if (temporal) await stopProcess(temporal, forceAfter('SIGTERM', STOP_TEMPORAL_MS))
  if (postgres) {
    const leftMs = Math.max(deadline - performance.now(), STOP_POSTGRES_LEAST_MS)
    const inOrderMs = leftMs - STOP_POSTGRES_AT_ONCE_MS - GONE_AFTER_KILL_MS
    await stopProcess(postgres, [['SIGINT', inOrderMs], ...forceAfter('SIGQUIT', STOP_POSTGRES_AT_ONCE_MS)])
  }
}

function forceAfter(signal: NodeJS.Signals, waitMs: number): readonly StopStep[] {
  return [
    [signal, waitMs],
    ['SIGKILL', GONE_AFTER_KILL_MS],
  ]
}

/** Ends everything now; to be used while or instead of stopping in order. Postgres recovers at its next start. */
export function stopAtOnce(processes: Runtime['processes']): void {
  for (const [name, identity] of Object.entries(processes)) {
    sendSignal(identity, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL')
  }
}
