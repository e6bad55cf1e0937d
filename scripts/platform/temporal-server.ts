import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Connection } from '@temporalio/client'
import { ConfigurationError, childEnvironment } from '#config/environment.ts'
import type { ProcessIdentity } from '#config/runtime-file.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'
import { type SpawnedProcess, spawnServer, waitUntilAnswering } from './server-process.ts'

export interface TemporalServerOptions {
  /** Path of the Temporal CLI. */
  readonly program: string
  readonly port: number
  /** Left out: no Web UI. */
  readonly uiPort?: number
  /** Where its state is kept; left out: in memory. */
  readonly stateFolder?: string
  readonly namespace?: string
  readonly logFile: string
  /** Called as soon as the process exists, long before it answers: from then on it must be stopped by somebody. */
  readonly onSpawn?: (identity: ProcessIdentity) => void
}

export interface TemporalServer extends SpawnedProcess {
  /** `host:port` */
  readonly address: string
}

/** By name, in the words of the CLI: `{ Customer: 'Keyword', TotalMinor: 'Int', ... }`. */
const searchAttributes = Object.fromEntries(
  SEARCH_ATTRIBUTES.map(({ name, type }) => [name, `${type.slice(0, 1)}${type.slice(1).toLowerCase()}`]),
)

/**
 * The stock dev server polls its queues at most 20 times a second, so that every step waits for a 50 ms grid: for
 * purchases it is 3.5 times slower than with these.
 */
const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 5000,
  'history.timerProcessorMaxPollRPS': 5000,
  'history.visibilityProcessorMaxPollRPS': 5000,
}

/** With SQLite's defaults every commit waits for the disk; a write-ahead log survives a crash of the process as well. */
const SQLITE_PRAGMAS = { journal_mode: 'WAL', synchronous: 'NORMAL' }

/**
 * Starts Temporal's dev server on loopback, tuned for short workflows, and waits until it serves the namespace and
 * knows our search attributes.
 *
 * @throws ConfigurationError if it does not come up within 60 s
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { logFile, namespace = 'default', stateFolder } = options
  const stateFile = stateFolder && join(stateFolder, `state-${await serverVersionOf(options.program)}.db`)
  const spawned = await spawnServer({
    name: 'The Temporal dev server',
    program: options.program,
    args: serverArguments(options, namespace, stateFile),
    environment: childEnvironment({ GOGC: '400' }),
    logFile,
  })
  options.onSpawn?.(spawned.identity)
  const address = `127.0.0.1:${options.port}`
  const server = { name: 'The Temporal dev server', logFile, identity: spawned.identity, withinMs: 60_000 }
  await waitUntilAnswering(server, () => ask(address, namespace))
  return { ...spawned, address }
}

/**
 * The version of the server inside the CLI, such as `1.32`. Each has a state file of its own: the dev server creates its
 * tables when the file is new, and never again, so a newer one fails on those that an older file lacks. Purchases that
 * were under way in the older one are settled by the reconciler.
 *
 * @throws ConfigurationError if the program is no Temporal CLI
 */
async function serverVersionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 }).catch(() => ({
    stdout: '',
  }))
  const version = /\(Server (\d+\.\d+)\./.exec(stdout)?.[1]
  if (version !== undefined) return version
  throw new ConfigurationError(
    `${program} does not say which Temporal server it has: is it a Temporal CLI? If not, set TEMPORAL_CLI.`,
  )
}

function serverArguments(options: TemporalServerOptions, namespace: string, stateFile: string | undefined): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--namespace', namespace],
    ...(options.uiPort === undefined ? ['--headless'] : ['--ui-port', String(options.uiPort)]),
    ...['--log-format', 'json', '--log-level', 'warn'],
    ...repeated('--dynamic-config-value', DYNAMIC_CONFIG),
    ...repeated('--search-attribute', searchAttributes),
    ...(stateFile === undefined ? [] : ['--db-filename', stateFile, ...repeated('--sqlite-pragma', SQLITE_PRAGMAS)]),
  ]
}

function repeated(flag: string, values: Record<string, unknown>): string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`])
}

/** Rejects as long as the server does not serve the namespace with all search attributes. */
async function ask(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 })
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    const missing = Object.keys(searchAttributes).filter((name) => !(name in customAttributes))
    if (missing.length > 0) throw new Error(`search attributes are missing: ${missing.join(', ')}`)
  } finally {
    await connection.close()
  }
}
