import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ConfigurationError, childEnvironment } from '#config/environment.ts'
import { identify } from '#config/runtime-file.ts'
import { GONE_AFTER_KILL_MS, STOP_STARTING_MS } from '#config/shutdown.ts'
import type { ServerUser } from './server-user.ts'
import { type StopStep, stopProcess } from './stop-process.ts'

export interface InitdbOptions {
  /** Path of the program. */
  readonly initdb: string
  /** The data directory to be. */
  readonly folder: string
  /** Holds the superuser's password. */
  readonly passwordFile: string
  readonly user: ServerUser | undefined
  readonly stopping?: AbortSignal | undefined
}

/** The builtin locale provider sorts alike on every platform, whatever locales the machine has installed. */
const ARGUMENTS = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-instructions',
]

/** Asked to end, it finishes its present step first, which may take a second. */
const STOP_STEPS: readonly StopStep[] = [
  ['SIGTERM', STOP_STARTING_MS - 2 * GONE_AFTER_KILL_MS],
  ['SIGKILL', GONE_AFTER_KILL_MS],
]

/**
 * Has Postgres's own program create the files of a cluster.
 *
 * @throws ConfigurationError with its last line if it cannot; the signal's reason, once it has ended, if it was stopped
 */
export async function runInitdb({ initdb, folder, passwordFile, user, stopping }: InitdbOptions): Promise<void> {
  const child = spawn(initdb, [...ARGUMENTS, `--pwfile=${passwordFile}`, '-D', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: childEnvironment({}),
    cwd: '/',
    ...(user && { uid: user.uid, gid: user.gid }),
  })
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  const stop = () => {
    if (identity !== undefined) void stopProcess(identity, STOP_STEPS)
  }
  stopping?.addEventListener('abort', stop, { once: true })
  if (stopping?.aborted) stop()
  // This comes after the end of the servers that initdb runs, too: they write to the same stream.
  const [exitCode] = await once(child, 'close')
  stopping?.removeEventListener('abort', stop)
  stopping?.throwIfAborted()
  if (exitCode === 0) return
  const why = told.trim().split('\n').at(-1)
  throw new ConfigurationError(`Postgres cannot create its files in ${folder}: ${why}. Mend that, or set DATABASE_URL.`)
}
