import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError, childEnvironment, type Environment } from '#config/environment.ts'
import { isAlive, type Runtime, readRuntime } from '#config/runtime-file.ts'
import { freePort } from '#scripts/platform/ports.ts'

const START = join(import.meta.dirname, '../start.ts')

export interface RunningSystem {
  /** Whether it goes on running after the demonstration. */
  readonly stays: boolean
  /** What runs now; changes when a process is started again. */
  runtime(): Runtime
  /** Ends it, if it was started for us. */
  stop(): Promise<void>
}

/**
 * The system that `npm start` runs with this DATA_DIR; if there is none, one of our own, with servers, ports and data
 * that nobody else uses.
 */
export async function findOrStartSystem(environment: Environment, say: (line: string) => void): Promise<RunningSystem> {
  const found = readRuntime(environment.dataDir)
  if (found === undefined || !isAlive(found.launcher)) {
    say('Nothing runs yet: starting a system for this demonstration, which will be removed again ...')
    return await startOwnSystem('demo:crash')
  }
  if (found.state !== 'running') throw new ConfigurationError(`"npm start" is ${found.state}: try again in a moment.`)
  say(`Using the system that runs with DATA_DIR ${environment.dataDir}.`)
  return { stays: true, runtime: () => read(environment.dataDir), stop: async () => {} }
}

/**
 * A system with servers, ports and data that nobody else uses; they are gone when it is stopped.
 *
 * @param command the npm script that wants it
 */
export async function startOwnSystem(command: string): Promise<RunningSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'unicorn-store-demo-'))
  chmodSync(dataDir, 0o711)
  const ports = {
    PORT: String(await freePort()),
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
  }
  const own = { DATABASE_URL: undefined, MIGRATE_DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined }
  // As if under npm: then the launcher ends when we are gone, however that comes about.
  const env = childEnvironment({ ...own, ...ports, DATA_DIR: dataDir, npm_lifecycle_event: command })
  const launcher = spawn(process.execPath, [START], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(launcher, 'exit')
  const stop = async () => {
    launcher.kill('SIGINT')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
  const runtime = () => read(dataDir)
  try {
    await untilRunning(() => launcher.exitCode !== null, dataDir)
  } catch (error) {
    await stop()
    throw error
  }
  return { stays: false, runtime, stop }
}

async function untilRunning(hasEnded: () => boolean, dataDir: string): Promise<void> {
  // Where Temporal has to be built first, this takes minutes.
  const deadline = performance.now() + 15 * 60_000
  while (readRuntime(dataDir)?.state !== 'running') {
    if (hasEnded()) throw new ConfigurationError('The system could not be started, see above.')
    if (performance.now() > deadline) throw new ConfigurationError('The system is not up after 15 minutes: giving up.')
    await sleep(100)
  }
}

function read(dataDir: string): Runtime {
  const runtime = readRuntime(dataDir)
  if (runtime === undefined) throw new ConfigurationError('The system was stopped in the middle.')
  return runtime
}
