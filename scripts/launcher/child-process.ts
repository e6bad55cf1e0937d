import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ConfigurationError } from '#config/environment.ts'
import { identify, type ProcessIdentity } from '#config/runtime-file.ts'
import { lastWords, withLogFile } from '#scripts/platform/log-file.ts'
import { endOf, type SpawnedProcess } from '#scripts/platform/server-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const READY_WITHIN_MS = 60_000

export interface ScriptOptions {
  readonly name: string
  /** Relative to the repository. */
  readonly script: string
  readonly environment: Record<string, string>
}

export interface ServiceOptions extends ScriptOptions {
  readonly logFile: string
  /** Called as soon as the process exists. */
  readonly onSpawn: (identity: ProcessIdentity) => void
}

/**
 * Starts one of our own servers and waits for its message 'ready'. It is a process group of its own, out of reach of the
 * terminal's Ctrl-C; the channel between us tells it when we are gone, even killed hard, and then it ends by itself.
 *
 * @throws ConfigurationError with its last line if it ends or is not ready within a minute
 */
export async function startService(options: ServiceOptions): Promise<SpawnedProcess> {
  const { name, script, environment, logFile } = options
  const child = withLogFile(logFile, (log) =>
    spawn(process.execPath, [join(ROOT, script)], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: environment,
    }),
  )
  const ended = endOf(child)
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (identity !== undefined) options.onSpawn(identity)
  const notReady = await Promise.race([isReady(child), ended])
  if (notReady === undefined && identity !== undefined) return { identity, ended }
  child.kill('SIGKILL')
  const why = [notReady, lastWords(logFile)].filter((part) => part !== '' && part !== undefined).join(': ')
  throw new ConfigurationError(`${name} could not be started (${why}), see ${logFile}`)
}

/** Runs one of our commands to its end, passing on what it tells. */
export async function runScript(
  options: ScriptOptions & { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { name, script, environment, say, signal } = options
  const child = spawn(process.execPath, [join(ROOT, script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
    signal,
  })
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', say)
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (exitCode) => resolve(`exit code ${exitCode}`))
  })
  if (how !== 'exit code 0') throw new ConfigurationError(`"${name}" failed (${how}), see above.`)
}

/** Undefined when it is ready, else what is the matter. */
async function isReady(child: ChildProcess): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`not ready after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS)
    timer.unref()
    child.once('error', (error) => resolve(error.message))
    child.on('message', (message) => {
      if (message === 'ready') resolve(undefined)
    })
  })
}
