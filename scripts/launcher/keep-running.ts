import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '#config/environment.ts'
import type { ProcessName } from '#config/runtime-file.ts'
import type { SpawnedProcess } from '#scripts/platform/server-process.ts'

/** One of the processes that make up the system. */
export interface Part {
  readonly name: ProcessName
  readonly logFile: string
  /** Starts it and waits until it serves. */
  start(): Promise<SpawnedProcess>
}

export interface KeepRunningOptions {
  readonly say: (line: string) => void
  /** From then on it is meant to end. */
  readonly stopping: AbortSignal
}

const WINDOW_MS = 60_000
const MOST_DEATHS = 5
const FIRST_PAUSE_MS = 250

/**
 * Starts a part again whenever it ends, each time after twice the pause.
 *
 * @param running the part as it was started first
 * @returns when the system is stopping
 * @throws ConfigurationError when it ended five times within a minute
 */
export async function keepRunning(part: Part, running: SpawnedProcess, options: KeepRunningOptions): Promise<void> {
  const { say, stopping } = options
  const deaths: number[] = []
  let what = ended(part, await running.ended)
  while (!stopping.aborted) {
    deaths.push(performance.now())
    const recent = deaths.filter((at) => at > performance.now() - WINDOW_MS).length
    if (recent >= MOST_DEATHS)
      throw new ConfigurationError(`${what}, the ${recent}th time within a minute: giving up, see ${part.logFile}.`)
    say(`${what}: starting it again`)
    await pause(FIRST_PAUSE_MS * 2 ** (recent - 1), stopping)
    if (!stopping.aborted) what = await runOnce(part, say)
  }
}

function ended(part: Part, how: string): string {
  return `${part.name} ended (${how})`
}

/** @returns that it ended, or why it could not be started */
async function runOnce(part: Part, say: (line: string) => void): Promise<string> {
  try {
    const running = await part.start()
    say(`${part.name} is back (pid ${running.identity.pid})`)
    return ended(part, await running.ended)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stopping }).catch(() => {})
}
