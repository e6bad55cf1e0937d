import { constants } from 'node:fs'
import { access, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigurationError } from '#config/configuration-error.ts'
import type { Environment } from '#config/environment.ts'
import { buildTemporal } from './temporal-build.ts'
import { downloadTemporal } from './temporal-download.ts'
import { withTurn } from './turn.ts'

/** The newest version that `go install` can build; newer ones have replace directives, which it refuses. */
const TEMPORAL_VERSION = '1.5.1'

/**
 * Finds the Temporal CLI, whose `server start-dev` is the dev server, or gets it: TEMPORAL_CLI, `temporal` on the PATH,
 * an earlier download or build in the user's cache, the official download, and where that cannot be reached, a build by
 * Go.
 *
 * @param say tells the user what takes long
 * @param signal ends a build that is under way
 * @returns the path of the binary
 * @throws ConfigurationError telling what was tried and what to do
 */
export async function obtainTemporal(
  environment: Environment,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const { temporalCli } = environment
  if (temporalCli !== undefined) {
    if (await isExecutable(temporalCli)) return temporalCli
    throw new ConfigurationError(`TEMPORAL_CLI="${temporalCli}" is not a program that can be run: correct or unset it.`)
  }
  const onPath = await findOnPath('temporal', environment.programPath)
  if (onPath !== undefined) return onPath

  const folder = join(environment.toolCacheDir, `temporal-${TEMPORAL_VERSION}`)
  const cached = join(folder, 'temporal')
  if (await isExecutable(cached)) return cached
  await mkdir(folder, { recursive: true })
  return await withTurn(join(folder, 'in-progress'), say, async () => {
    if (await isExecutable(cached)) return cached
    await removeRemains(folder)
    await fetchOrBuild(cached, environment, say, signal)
    return cached
  })
}

async function fetchOrBuild(
  target: string,
  environment: Environment,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const failures: string[] = []
  try {
    return await downloadTemporal(TEMPORAL_VERSION, target, say)
  } catch (error) {
    signal?.throwIfAborted()
    failures.push(`download: ${messageOf(error)}`)
  }
  const go = await findOnPath('go', environment.programPath)
  if (go === undefined) failures.push('build: no Go on the PATH')
  else {
    say(
      `Temporal cannot be downloaded (${failures[0]}); building it with Go instead, which takes about six minutes, once.`,
    )
    try {
      return await buildTemporal(go, TEMPORAL_VERSION, target, say, signal)
    } catch (error) {
      signal?.throwIfAborted()
      failures.push(`build: ${messageOf(error)}`)
    }
  }
  throw new ConfigurationError(
    `The Temporal CLI could not be obtained (${failures.join('; ')}): install it (https://docs.temporal.io/cli), ` +
      'set TEMPORAL_CLI to its path, or set TEMPORAL_ADDRESS to a running Temporal server.',
  )
}

/** What a download or build leaves in the folder when its process is killed. */
async function removeRemains(folder: string): Promise<void> {
  const remains = (await readdir(folder)).filter((name) => /^(build|download)-/.test(name))
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
