import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '#config/environment.ts'
import { identify, isAlive, type ProcessIdentity } from '#config/runtime-file.ts'
import { lastWords, withLogFile } from './log-file.ts'

export interface ServerCommand {
  /** As the user knows it, for messages. */
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Record<string, string>
  readonly logFile: string
  /** User to run as; ours if left out. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

export interface SpawnedProcess {
  readonly identity: ProcessIdentity
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>
}

/**
 * Starts a server as a process group of its own, writing to its log file: the terminal's Ctrl-C does not reach it, and
 * it outlives us if we are killed. Who starts it stops it, by the identity returned here.
 *
 * @throws ConfigurationError if the program cannot be run
 */
export async function spawnServer(command: ServerCommand): Promise<SpawnedProcess> {
  const child = withLogFile(command.logFile, (log) =>
    spawn(command.program, command.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: command.environment,
      cwd: '/',
      ...command.user,
    }),
  )
  const ended = endOf(child)
  const failed = await new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve)
    child.once('spawn', () => resolve(undefined))
  })
  child.unref()
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (identity !== undefined) return { identity, ended }
  const why = failed?.message ?? lastWords(command.logFile)
  throw new ConfigurationError(`${command.name} cannot be started (${why}): see ${command.logFile}.`)
}

/** Resolves when the child has ended, with how. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve(signal ?? `exit code ${exitCode}`))
  })
}

/**
 * Asks until the server answers.
 *
 * @param answers resolves when the server answers, rejects as long as it does not
 * @throws ConfigurationError if the process ends or the time is up, with the last line of its log
 */
export async function waitUntilAnswering(
  server: Pick<ServerCommand, 'name' | 'logFile'> & { readonly identity: ProcessIdentity; readonly withinMs: number },
  answers: () => Promise<unknown>,
): Promise<void> {
  const deadline = performance.now() + server.withinMs
  for (;;) {
    try {
      await answers()
      return
    } catch (error) {
      const why = lastWords(server.logFile) || (error instanceof Error ? error.message : error)
      const hint = `(${why}), see ${server.logFile}`
      if (!isAlive(server.identity)) throw new ConfigurationError(`${server.name} ended while starting ${hint}`)
      if (performance.now() > deadline) {
        throw new ConfigurationError(`${server.name} does not answer after ${server.withinMs / 1000} s ${hint}`)
      }
      await sleep(50)
    }
  }
}
