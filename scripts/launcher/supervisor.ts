import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '#config/environment.ts'
import {
  identify,
  isAlive,
  type ProcessIdentity,
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
  STOP_TEMPORAL_MS,
  STOP_WORKER_MS,
} from '#config/shutdown.ts'
import { type Server, type StopStep, sendSignal, stopProcess } from '#scripts/platform/processes.ts'

/** What this launcher runs, kept in DATA_DIR/runtime.json. */
export interface RuntimeRecord {
  current(): Runtime
  /** Merges into what is there, one level deep. */
  update(change: Partial<Omit<Runtime, 'launcher'>>): void
  remove(): void
}

/**
 * Takes DATA_DIR for this launcher, and stops what a launcher that was killed left running.
 *
 * @throws ConfigurationError if another launcher runs with it
 */
export async function takeDataDir(dataDir: string, notify: (line: string) => void): Promise<RuntimeRecord> {
  const found = readRuntime(dataDir)
  if (found !== undefined && isAlive(found.launcher)) {
    const { pid } = found.launcher
    throw new ConfigurationError(
      `"npm start" (pid ${pid}) already runs with DATA_DIR ${dataDir}: stop that one (kill ${pid}), or set DATA_DIR, PORT, ` +
        'TEMPORAL_PORT and TEMPORAL_UI_PORT to run another beside it.',
    )
  }
  // What is left stays on record until it has been stopped, in case we are killed, too.
  const left = found?.processes ?? {}
  const launcher = identify(process.pid) as ProcessIdentity
  let content: Runtime = { launcher, state: 'starting', processes: left, urls: {} }
  writeRuntime(dataDir, content)
  if (Object.values(left).some(isAlive)) {
    notify('stopping what an earlier start, which was killed, left running')
    await stopInOrder(left)
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

const WINDOW_MS = 60_000
const MAX_DEATHS = 5
const FIRST_PAUSE_MS = 250

/**
 * Starts a server again whenever it ends, each time after twice the pause.
 *
 * @param server as it was started first
 * @returns when the system is stopping
 * @throws ConfigurationError when it ended five times within a minute
 */
export async function keepRunning(
  { name, logFile, ended }: Server,
  start: () => Promise<Server>,
  { notify, stopping }: { readonly notify: (line: string) => void; readonly stopping: AbortSignal },
): Promise<void> {
  const deaths: number[] = []
  let what = `${name} ended (${await ended})`
  while (!stopping.aborted) {
    deaths.push(performance.now())
    const recent = deaths.filter((at) => at > performance.now() - WINDOW_MS).length
    if (recent >= MAX_DEATHS)
      throw new ConfigurationError(`${what}, the ${recent}th time within a minute: giving up, see ${logFile}.`)
    notify(`${what}: starting it again`)
    await sleep(FIRST_PAUSE_MS * 2 ** (recent - 1), undefined, { signal: stopping }).catch(() => {})
    if (stopping.aborted) return
    try {
      const again = await start()
      notify(`${name} is back (pid ${again.identity.pid})`)
      what = `${name} ended (${await again.ended})`
    } catch (error) {
      what = (error as Error).message
    }
  }
}

const KILL: StopStep = ['SIGKILL', GONE_AFTER_KILL_MS]

/**
 * Stops what runs: first what takes requests, then what carries them out, then what they need. So nothing fails because a
 * server is gone, and work that has begun is finished or handed back. Takes `STOP_ALL_MS` at most.
 */
export async function stopInOrder({ api, worker, temporal, postgres }: Runtime['processes']): Promise<void> {
  const postgresAt = performance.now() + STOP_ALL_MS - STOP_POSTGRES_AT_ONCE_MS - GONE_AFTER_KILL_MS
  if (api) await stopProcess(api, [['SIGTERM', STOP_API_MS], KILL])
  if (worker) await stopProcess(worker, [['SIGTERM', STOP_WORKER_MS], KILL])
  if (temporal) await stopProcess(temporal, [['SIGTERM', STOP_TEMPORAL_MS], KILL])
  const fast: StopStep = ['SIGINT', postgresAt - performance.now()]
  if (postgres) await stopProcess(postgres, [fast, ['SIGQUIT', STOP_POSTGRES_AT_ONCE_MS], KILL])
}

/** Kills everything; Postgres, which is told to end without a checkpoint, recovers at its next start. */
export function stopAtOnce(processes: Runtime['processes']): void {
  for (const [name, identity] of Object.entries(processes)) {
    sendSignal(identity, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL')
  }
}
