import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '#config/environment.ts'
import { identify, isAlive, type ProcessIdentity } from '#config/runtime-file.ts'

export interface ServerCommand {
  /** As the user knows it, for messages. */
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Record<string, string>
  readonly logFile: string
  /** User to run as; ours if left out. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** Called as soon as the process exists, long before it answers: from then on it must be stopped by somebody. */
  readonly onSpawn?: ((identity: ProcessIdentity) => void) | undefined
  /** Rejects as long as it does not answer. Left out: it has a channel to us, by which it says 'ready', and which tells it when we are gone. */
  readonly answers?: () => Promise<unknown>
  /** Ends the wait for its answer. */
  readonly stopping?: AbortSignal | undefined
}

export interface SpawnedProcess {
  readonly identity: ProcessIdentity
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>
}

const ANSWERS_WITHIN_MS = 60_000

/**
 * Starts a server as a process group of its own, writing to its log file, and waits until it answers: the terminal's
 * Ctrl-C does not reach it, and it outlives us if we are killed. Who starts it stops it, by its identity.
 *
 * @throws ConfigurationError with the last line of its log if it ends, or does not answer within a minute
 */
export async function startServer(command: ServerCommand): Promise<SpawnedProcess> {
  const { name, program, args, environment: env, logFile, user, stopping } = command
  stopping?.throwIfAborted()
  const child = withLogFile(logFile, (log) =>
    spawn(program, args, {
      detached: true,
      stdio: command.answers ? ['ignore', log, log] : ['ignore', log, log, 'ipc'],
      env,
      cwd: '/',
      ...user,
    }),
  )
  const failure = new Promise<Error>((resolve) => child.once('error', resolve))
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve(signal ?? `exit code ${exitCode}`))
  })
  let saysReady = false
  child.once('message', () => {
    saysReady = true
  })
  child.unref()
  if (child.pid === undefined) {
    throw new ConfigurationError(`${name} cannot be started (${(await failure).message}).`)
  }
  const identity = identify(child.pid)
  if (identity !== undefined) command.onSpawn?.(identity)
  const answers =
    command.answers ??
    (async () => {
      if (!saysReady) throw new Error('it does not say that it is ready')
    })
  await waitUntilAnswering(command, identity, answers, ended)
  return { identity: identity as ProcessIdentity, ended }
}

async function waitUntilAnswering(
  { name, logFile, stopping }: ServerCommand,
  identity: ProcessIdentity | undefined,
  answers: () => Promise<unknown>,
  ended: Promise<string>,
): Promise<void> {
  const deadline = performance.now() + ANSWERS_WITHIN_MS
  while (identity !== undefined && isAlive(identity)) {
    stopping?.throwIfAborted()
    const failure = await answers().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    if (failure === undefined) return
    if (performance.now() > deadline) {
      sendSignal(identity, 'SIGQUIT')
      const why = lastErrorIn(logFile) || failure
      throw new ConfigurationError(
        `${name} does not answer after ${ANSWERS_WITHIN_MS / 1000} s (${why}), see ${logFile}`,
      )
    }
    await sleep(50)
  }
  stopping?.throwIfAborted()
  const why = [await Promise.race([ended, sleep(1_000, '')]), lastErrorIn(logFile)]
    .filter((told) => told !== '')
    .join(': ')
  throw new ConfigurationError(`${name} ended while starting (${why}), see ${logFile}`)
}

/** A signal, and how long to wait for the process to be gone before the next one. */
export type StopStep = readonly [signal: NodeJS.Signals, waitMs: number]

/**
 * Sends one signal after the other until this very process is gone. Never signals a later process with the same pid.
 *
 * @returns whether it is gone
 */
export async function stopProcess(identity: ProcessIdentity, steps: readonly StopStep[]): Promise<boolean> {
  for (const [signal, waitMs] of steps) {
    sendSignal(identity, signal)
    if (await waitForEnd(identity, waitMs)) return true
  }
  return false
}

/** @returns whether the process was there to be signalled */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** @returns whether the process ended within the time */
export async function waitForEnd(identity: ProcessIdentity, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs
  while (isAlive(identity)) {
    if (performance.now() >= deadline) return false
    await sleep(20)
  }
  return true
}

/** A log that has grown beyond this is put aside as `<name>.1` at the next start; the one before that goes. */
const ROTATE_AT_BYTES = 10 * 1024 * 1024
/** Begins a line that tells where a run begins. */
const START_MARK = '--- start '

/** Opens a log for a process that inherits it: it writes to the file itself, so it outlives us without breaking on its next line. */
export function withLogFile<T>(path: string, use: (descriptor: number) => T): T {
  mkdirSync(dirname(path), { recursive: true })
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_AT_BYTES) renameSync(path, `${path}.1`)
  const descriptor = openSync(path, 'a', 0o600)
  try {
    writeSync(descriptor, `${START_MARK}${new Date().toISOString()}\n`)
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The last line of the latest run that may be an error; empty if there is none. */
export function lastErrorIn(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    const run = lines.slice(lines.findLastIndex((line) => line.startsWith(START_MARK)) + 1)
    return run.map(errorOf).findLast((error) => error !== '') ?? ''
  } catch {
    return ''
  }
}

/** Of JSON lines the message, if it is a warning at least; other lines as they are, but for the body of a stack trace. */
function errorOf(line: string): string {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    return /^(warn|error|fatal)$/i.test(String(level)) ? String(msg) : ''
  } catch {
    return /^\s+at |^Node\.js v/.test(line) ? '' : line.trim()
  }
}

const LOOPBACK = '127.0.0.1'

/** A port that is free now on loopback: the preferred one if possible, else one that the operating system picks. */
export async function freePort(preferred?: number): Promise<number> {
  return (preferred === undefined ? undefined : await tryPort(preferred, LOOPBACK)) ?? (await tryPort(0, LOOPBACK)) ?? 0
}

/** @throws ConfigurationError naming the first port that is taken, and the environment variable that chooses it */
export async function requireFreePorts(
  chosen: readonly { readonly port: number; readonly variable: string; readonly host?: string }[],
): Promise<void> {
  for (const { port, variable, host } of chosen) {
    const same = chosen.find((other) => other.port === port && other.variable !== variable)
    if (same !== undefined)
      throw new ConfigurationError(`${variable} and ${same.variable} are both ${port}: change one.`)
    if ((await tryPort(port, host ?? LOOPBACK)) !== undefined) continue
    throw new ConfigurationError(`Port ${port} is taken: stop what uses it, or set ${variable} to a free port.`)
  }
}

/** Listens for a moment; undefined if the port is taken. */
function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(new ConfigurationError(`Cannot listen on ${host}:${port} (${error.code}): choose another port.`))
    })
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
