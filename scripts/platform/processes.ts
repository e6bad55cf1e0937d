import { type ExecFileOptions, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ConfigurationError, childEnvironment, foreignEnvironment } from '#config/environment.ts'
import { identify, isAlive, type ProcessIdentity } from '#config/runtime-file.ts'

/** A user to run a program as; undefined: ours. */
export type User = { readonly uid: number; readonly gid: number } | undefined

export interface ServerCommand {
  /** For messages to the user. */
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  /** On top of our environment, of which a program that is not ours gets nothing secret. */
  readonly variables?: Record<string, string>
  readonly logFile: string
  readonly user?: User
  /** Called as soon as the process exists, before it answers: the caller records it, and stops it. */
  readonly onSpawn?: ((identity: ProcessIdentity) => void) | undefined
  /**
   * Rejects until it answers. Left out: it is one of ours and gets an IPC channel, over which it sends 'ready', and which closes when we
   * end.
   */
  readonly answers?: () => Promise<unknown>
  /** Aborts the start. */
  readonly stopping?: AbortSignal | undefined
}

export interface Server {
  readonly name: string
  readonly logFile: string
  readonly identity: ProcessIdentity
  /** Resolves with how it ended: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>
}

const ANSWERS_WITHIN_MS = 60_000

/**
 * Starts a server in a process group of its own, which writes to its log file, and waits until it answers. Ctrl-C in the
 * terminal does not reach it, and it survives if we are killed: the caller stops it, by its identity.
 *
 * @throws ConfigurationError with the last error in its log if it ends, or does not answer within a minute
 */
export async function startServer(command: ServerCommand): Promise<Server> {
  const { name, program, args, variables = {}, logFile, user, stopping = new AbortController().signal } = command
  stopping.throwIfAborted()
  const log = openLog(logFile)
  const ipc = command.answers === undefined ? ['ipc' as const] : []
  const stdio = ['ignore' as const, log, log, ...ipc]
  const env = command.answers === undefined ? childEnvironment(variables) : foreignEnvironment(variables)
  const child = spawn(program, args, { detached: true, stdio, env, cwd: '/', ...user })
  closeSync(log)
  child.unref()
  const end = new AbortController()
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('exit', (exitCode, signal) => resolve(signal ?? `exit code ${exitCode}`))
  })
  void ended.then(() => end.abort())
  const identity = identify(child.pid ?? -1) as ProcessIdentity
  if (identity !== undefined) command.onSpawn?.(identity)
  let isReady = false
  child.once('message', () => {
    isReady = true
  })
  const reportsReady = async () => {
    if (!isReady) throw new Error('it does not report that it is ready')
  }
  try {
    await retry(command.answers ?? reportsReady, ANSWERS_WITHIN_MS, AbortSignal.any([stopping, end.signal]))
  } catch (error) {
    stopping.throwIfAborted()
    if (identity !== undefined) sendSignal(identity, 'SIGQUIT')
    const how = end.signal.aborted ? await ended : `no answer within a minute: ${(error as Error).message}`
    const why = [how, lastErrorIn(logFile)].filter(Boolean).join(': ')
    throw new ConfigurationError(`${name} could not be started (${why}), see ${logFile}.`)
  }
  return { name, logFile, identity, ended }
}

/**
 * Runs a program until it ends.
 *
 * @param options.env left out: ours without what is secret
 * @returns what it wrote to stdout
 * @throws Error with what it wrote to stderr if it fails; the signal's reason, once it has ended, if it was aborted
 */
export async function run(
  program: string,
  args: readonly string[],
  { signal, ...options }: ExecFileOptions = {},
): Promise<string> {
  signal?.throwIfAborted()
  const running = promisify(execFile)(program, args, { env: foreignEnvironment({}), ...options, encoding: 'utf8' })
  // Given the signal, execFile would reject before the program has ended.
  signal?.addEventListener('abort', () => running.child.kill(), { once: true })
  const { stdout } = await running.catch(({ message, stderr }) => {
    signal?.throwIfAborted()
    throw new Error(stderr?.trim() || message)
  })
  return stdout
}

/** Repeats an attempt until it succeeds. After `withinMs`, or once the signal is aborted, it throws the last error. */
export async function retry(attempt: () => Promise<unknown>, withinMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      await attempt()
      return
    } catch (error) {
      if (signal.aborted || performance.now() > deadline) throw error
    }
    await sleep(50)
  }
}

/** A signal, and how long to wait for the end of the process before the next one. */
export type StopStep = readonly [signal: NodeJS.Signals, waitMs: number]

/**
 * Sends one signal after the other until the process has ended. Never signals a later process with the same pid.
 *
 * @returns whether it has ended
 */
export async function stopProcess(identity: ProcessIdentity, steps: readonly StopStep[]): Promise<boolean> {
  for (const [signal, waitMs] of steps) {
    sendSignal(identity, signal)
    if (await waitForEnd(identity, waitMs)) return true
  }
  return false
}

/** @returns whether the process existed and was signalled */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return isAlive(identity) && process.kill(identity.pid, signal)
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

/** A log that is larger than this at a start becomes `<name>.1`, and replaces the one before it. */
const ROTATE_AT_BYTES = 10 * 1024 * 1024
/** The first line of each run. */
const START_MARK = '--- start '

/** Opens a log for a process that inherits the descriptor: it writes to the file itself, also after we have ended. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true })
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_AT_BYTES) renameSync(path, `${path}.1`)
  const descriptor = openSync(path, 'a', 0o600)
  writeSync(descriptor, `${START_MARK}${new Date().toISOString()}\n`)
  return descriptor
}

/** The last error that the latest run logged; empty if there is none. */
export function lastErrorIn(path: string): string {
  const lines = readFileSync(path, 'utf8').split('\n')
  const run = lines.slice(lines.findLastIndex((line) => line.startsWith(START_MARK)) + 1)
  return run.map(errorIn).findLast((error) => error !== '') ?? ''
}

/** The message of a JSON line from level `warn` up; any other line as it is, unless it belongs to a stack trace. */
function errorIn(line: string): string {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    return /^(warn|error|fatal)$/i.test(String(level)) ? String(msg) : ''
  } catch {
    return /^\s+at |^Node\.js v/.test(line) ? '' : line.trim()
  }
}

const LOOPBACK = '127.0.0.1'

/** A port that is free now on loopback: the preferred one if possible, else any. */
export async function freePort(preferred = 0): Promise<number> {
  return await listenBriefly(preferred, LOOPBACK).catch(() => listenBriefly(0, LOOPBACK))
}

/** @throws ConfigurationError naming the first port that is taken, and the environment variable that sets it */
export async function requireFreePorts(
  chosen: readonly { readonly port: number; readonly variable: string; readonly host?: string }[],
): Promise<void> {
  for (const { port, variable, host = LOOPBACK } of chosen) {
    const same = chosen.find((other) => other.port === port && other.variable !== variable)
    if (same !== undefined)
      throw new ConfigurationError(`${variable} and ${same.variable} are both ${port}: change one.`)
    await listenBriefly(port, host).catch(({ code }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'is taken: stop what uses it' : `cannot be used on ${host} (${code})`
      throw new ConfigurationError(`Port ${port} ${why}, or set ${variable} to a free port.`)
    })
  }
}

async function listenBriefly(port: number, host: string): Promise<number> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return address.port
}
