import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '#config/environment.ts'
import { identify, isAlive, type Runtime, readRuntime } from '#config/runtime-file.ts'
import { stopAtOnce } from '#scripts/launcher/supervisor.ts'
import { freePort } from '#scripts/platform/processes.ts'
import { makeTemporaryFolder } from './temporary-folders.ts'

const ROOT = join(import.meta.dirname, '../..')

/** A `npm start` of its own: an empty DATA_DIR, and ports that were free a moment ago. */
export interface Place {
  readonly dataDir: string
  readonly ports: { readonly api: number; readonly temporal: number; readonly webUi: number }
  readonly variables: Record<string, string>
  /** What runs there now, as the launcher has it on record. */
  runtime(): Runtime | undefined
  remove(): void
}

export async function makePlace(): Promise<Place> {
  const dataDir = makeTemporaryFolder()
  const ports = { api: await freePort(), temporal: await freePort(), webUi: await freePort() }
  return {
    dataDir,
    ports,
    variables: {
      DATA_DIR: dataDir,
      PORT: String(ports.api),
      TEMPORAL_PORT: String(ports.temporal),
      TEMPORAL_UI_PORT: String(ports.webUi),
    },
    runtime: () => readRuntime(dataDir),
    remove: () => {
      stopAtOnce(readRuntime(dataDir)?.processes ?? {})
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

export interface RunningCommand {
  readonly process: ChildProcess
  /** All that it has printed so far, on stdout and stderr. */
  printed(): string
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** `npm run <script>`, through npm as a user would, with the variables of the place. */
export function npmRun(place: Pick<Place, 'variables'>, script: string, ...args: string[]): RunningCommand {
  const ours = { DATABASE_URL: undefined, MIGRATE_DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined }
  const child = spawn('npm', ['run', '--silent', script, ...args], {
    cwd: ROOT,
    env: childEnvironment({ ...ours, ...place.variables }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const ended = once(child, 'close').then(([exitCode, signal]: (number | string | null)[]) => exitCode ?? signal ?? '')
  return { process: child, printed: () => text, ended }
}

/** Runs it to its end. */
export async function npmRunToEnd(place: Pick<Place, 'variables'>, script: string, ...args: string[]) {
  const command = npmRun(place, script, ...args)
  const exitCode = await command.ended
  return { exitCode, printed: command.printed() }
}

/** Starts the system and waits until it says that it runs. */
export async function npmStart(place: Place): Promise<RunningCommand> {
  const launcher = npmRun(place, 'start')
  await eventually('the system runs', 90_000, () => {
    if (launcher.process.exitCode !== null) throw new Error(`npm start ended:\n${launcher.printed()}`)
    return launcher.printed().includes('Ctrl-C stops everything')
  })
  return launcher
}

/** All processes on record, the launcher included, that still live. */
export function alive(runtime: Runtime | undefined): string[] {
  if (runtime === undefined) return []
  const all = { launcher: runtime.launcher, ...runtime.processes }
  return Object.entries(all).flatMap(([name, identity]) => (isAlive(identity) ? [name] : []))
}

/**
 * Pids of everything that was ever started for the place and still lives, on record or not: each of them has DATA_DIR in
 * its environment, or a folder in it. Only Linux lets us look.
 */
export function survivors(place: Place): string[] {
  if (process.platform !== 'linux') return []
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && identify(Number(name)) !== undefined)
  return pids.filter((pid) => environmentOf(pid).some((entry) => entry.startsWith(`DATA_DIR=${place.dataDir}`)))
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Waits for a condition, looking often. */
export async function eventually(
  what: string,
  withinMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(50)
  }
}
