import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { ConfigurationError } from '#config/environment.ts'

/** The ordinary user that Postgres runs as when we are root: it refuses to run as root. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Where files go that an ordinary user has to reach although our own folders are closed to it. Only root needs it. */
const REACHABLE_FOLDER = '/var/lib/unicorn-store'

/**
 * @returns undefined if we are not root and servers run as ourselves
 * @throws ConfigurationError if we are root and there is no ordinary user
 */
export function chooseServerUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)]
    if (uid !== undefined && gid !== undefined) return { name, uid, gid }
  }
  throw new ConfigurationError(
    'Postgres refuses to run as root, and there is neither a user "postgres" nor "nobody": run as an ordinary user, or set DATABASE_URL.',
  )
}

/** Whether the user can execute the file where it is, all folders on the way included. */
export function canRun(program: string, user: ServerUser): boolean {
  return spawnSync(program, ['--version'], { uid: user.uid, gid: user.gid, cwd: '/', stdio: 'ignore' }).status === 0
}

/** Whether the user may enter the folder, all folders on the way included. */
export function canEnter(folder: string, user: ServerUser): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  })
  return status === 0
}

export async function makeReachableFolder(): Promise<string> {
  try {
    await mkdir(REACHABLE_FOLDER, { recursive: true })
    await chmod(REACHABLE_FOLDER, 0o755)
    return REACHABLE_FOLDER
  } catch (error) {
    const why = error instanceof Error ? error.message : error
    throw new ConfigurationError(
      `Postgres runs as an ordinary user, who can enter neither this folder nor ${REACHABLE_FOLDER} (${why}): ` +
        'set DATA_DIR to a folder that every user may enter, or set DATABASE_URL.',
    )
  }
}

function idOf(which: '-u' | '-g', user: string): number | undefined {
  try {
    return Number(execFileSync('id', [which, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}
