import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { identify, type ProcessIdentity, writeRuntime } from '#config/runtime-file.ts'
import { GONE_AFTER_KILL_MS, STOP_WORKER_MS } from '#config/shutdown.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { migrateDatabase, setRoleSettings } from '#db/migrate.ts'
import { addMissingProducts } from '#db/products.ts'
import { addMissingUsers } from '#db/wallets.ts'
import { stopInOrder } from '#scripts/launcher/supervisor.ts'
import { APPLICATION_ROLE, OWNER_ROLE, startPostgresServer } from '#scripts/platform/postgres.ts'
import { freePort, sendSignal, startServer, stopProcess } from '#scripts/platform/processes.ts'
import { obtainTemporal, startTemporalServer } from '#scripts/platform/temporal.ts'
import { addSampleData } from '#scripts/seed.ts'

const ROOT = join(import.meta.dirname, '..')

/** A database of its own, with the sample campaign, and products and users to buy with. */
export type BenchDatabase = {
  readonly name: string
  readonly databaseUrl: string
  readonly migrateDatabaseUrl: string
  /** As the superuser, on this database. */
  readonly adminUrl: string
  /** As the application sees it, with as many connections as one of its processes has. */
  readonly sql: Database
  /** As its owner does, whose statements may take as long as they need. */
  readonly owner: Database
}

export type TemporalServer = { readonly address: string; readonly identity: ProcessIdentity }

/** The product as it runs: a worker and an API, each a process. */
export type Product = {
  readonly url: string
  readonly api: ProcessIdentity
  readonly workers: readonly ProcessIdentity[]
  addWorker(): Promise<ProcessIdentity>
  stop(): Promise<void>
}

export type Machine = Awaited<ReturnType<typeof startMachine>>

/**
 * Runs `work` on a Postgres of its own with stock settings, and what it starts besides, all on loopback. Whatever happens, Ctrl-C
 * included, everything is stopped and its files are deleted.
 */
export async function withMachine<Value>(
  say: (line: string) => void,
  work: (machine: Machine) => Promise<Value>,
): Promise<Value> {
  const interrupted = Promise.withResolvers<never>()
  // npm passes on what the terminal has sent already: it comes twice.
  const interrupt = (signal: NodeJS.Signals) =>
    interrupted.reject(new ConfigurationError(`Stopped by ${signal}: nothing is left running.`))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  const started = openStarted()
  process.once('exit', started.stopAtOnce)
  try {
    const value = await Promise.race([startMachine(say, started).then(work), interrupted.promise])
    // Some are closed already. After a failure the process ends at once, and whatever is still under way must not meet closed ones.
    await Promise.allSettled(started.closers.map(async (close) => await close()))
    return value
  } finally {
    await started.stop()
    process.off('exit', started.stopAtOnce)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt)
  }
}

type Kind = 'service' | 'temporal' | 'postgres'

/** On record as soon as it exists, so that it is stopped whatever happens next. */
function openStarted() {
  const folder = mkdtempSync(join(tmpdir(), 'unicorn-store-bench-'))
  // The user that Postgres runs as has to get through; what is secret inside has its own mode.
  chmodSync(folder, 0o711)
  const stopping = new AbortController()
  const running: { kind: Kind; identity: ProcessIdentity }[] = []
  const closers: (() => unknown)[] = []
  const ofKind = (kind: Kind) => running.filter((one) => one.kind === kind).map(({ identity }) => identity)
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  return {
    folder,
    stopping: stopping.signal,
    /** What ends a connection, to be called when nobody uses it any more. */
    closers,
    enter: (kind: Kind) => (identity: ProcessIdentity) => {
      running.push({ kind, identity })
    },
    /** First what uses the others, and last what is used. */
    async stop() {
      stopping.abort(new ConfigurationError('The benchmark is being stopped.'))
      await Promise.all(ofKind('service').map(stopService))
      await Promise.all(ofKind('temporal').map((temporal) => stopInOrder({ temporal })))
      await Promise.all(ofKind('postgres').map((postgres) => stopInOrder({ postgres })))
      remove()
    },
    stopAtOnce() {
      for (const { identity } of running) sendSignal(identity, 'SIGKILL')
      remove()
    },
  }
}

async function stopService(identity: ProcessIdentity): Promise<void> {
  await stopProcess(identity, [
    ['SIGTERM', STOP_WORKER_MS],
    ['SIGKILL', GONE_AFTER_KILL_MS],
  ])
}

/** Everything that is migrated and filled is copied from this one, which nobody is connected to. */
const TEMPLATE = 'bench_template'

async function startMachine(say: (line: string) => void, started: ReturnType<typeof openStarted>) {
  const environment = readEnvironment()
  const { folder, stopping, enter, closers } = started
  const logFile = (name: string) => join(folder, 'logs', `${name}.log`)
  const temporalProgram = await obtainTemporal(environment, say, { signal: stopping })
  const postgres = await startPostgresServer({
    dataDir: folder,
    port: await freePort(),
    logFile: logFile('postgres'),
    onSpawn: enter('postgres'),
    stopping,
  })
  await migrateDatabase({ migrateDatabaseUrl: postgres.migrateDatabaseUrl, applicationRole: APPLICATION_ROLE })
  await setRoleSettings(postgres.databaseUrl)
  const admin = open(postgres.adminUrl, { applicationName: 'bench-admin', maxConnections: 1, statementTimeoutMs: 0 })
  await requireDurability(admin)
  await fill(postgres.databaseUrl)
  await admin.unsafe(`alter database unicorn rename to ${TEMPLATE}`)

  function open(databaseUrl: string, options: Omit<Parameters<typeof openDatabase>[0], 'databaseUrl'>): Database {
    const pool = openDatabase({ databaseUrl, ...options })
    closers.push(() => pool.end({ timeout: 1 }))
    return pool
  }

  /** @param template an earlier one, which nobody is connected to any more; left out: with nothing but something to buy */
  async function createDatabase(name: string, template = TEMPLATE): Promise<BenchDatabase> {
    await admin.unsafe(`create database ${name} template ${template} owner ${OWNER_ROLE}`)
    const on = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
    const databaseUrl = on(postgres.databaseUrl)
    const migrateDatabaseUrl = on(postgres.migrateDatabaseUrl)
    const sql = open(databaseUrl, { applicationName: 'bench', maxConnections: CONNECTIONS })
    const owner = open(migrateDatabaseUrl, {
      applicationName: 'bench-owner',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: 0,
      lockTimeoutMs: 0,
    })
    return { name, databaseUrl, migrateDatabaseUrl, adminUrl: on(postgres.adminUrl), sql, owner }
  }

  /** A Temporal dev server: tuned as `npm start` has it, its state on disk; or with the flags that it comes with, in memory. */
  async function startTemporal(name: string, flags: 'tuned' | 'stock'): Promise<TemporalServer> {
    const port = await freePort()
    const options = { logFile: logFile(name), onSpawn: enter('temporal'), stopping }
    const program = temporalProgram
    if (flags === 'tuned') {
      const stateFolder = join(folder, name)
      mkdirSync(stateFolder)
      return await startTemporalServer({ ...options, program, port, stateFolder })
    }
    const address = `127.0.0.1:${port}`
    const server = await startServer({
      ...options,
      name: 'The stock Temporal dev server',
      program,
      args: ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'warn'],
      answers: () => describeNamespace(address),
    })
    return { ...server, address }
  }

  /** A process that finds its database and Temporal as our commands find those of `npm start`, and says when it is ready. */
  async function startService(
    name: string,
    script: string,
    target: { database: BenchDatabase; temporal?: TemporalServer; variables?: Record<string, string>; args?: string[] },
  ): Promise<ProcessIdentity> {
    const dataDir = join(folder, name)
    const { databaseUrl, migrateDatabaseUrl } = target.database
    const temporal = target.temporal && { address: target.temporal.address, namespace: 'default', external: false }
    writeRuntime(dataDir, {
      launcher: identify(process.pid) as ProcessIdentity,
      state: 'running',
      processes: {},
      ...(temporal && { temporal }),
      urls: { database: databaseUrl, migrateDatabase: migrateDatabaseUrl },
    })
    const { identity } = await startServer({
      name,
      program: process.execPath,
      args: [join(ROOT, script), ...(target.args ?? [])],
      variables: {
        ...UNSET,
        DATA_DIR: dataDir,
        WORKER_HEALTH_PORT: String(await freePort()),
        ...target.variables,
      },
      logFile: logFile(name),
      onSpawn: enter('service'),
      stopping,
    })
    return identity
  }

  async function startProduct(database: BenchDatabase, temporal: TemporalServer): Promise<Product> {
    const port = await freePort()
    const target = { database, temporal }
    const workers: ProcessIdentity[] = []
    const addWorker = async () => {
      const identity = await startService(`${database.name}-worker-${workers.length}`, 'worker/main.ts', target)
      workers.push(identity)
      return identity
    }
    // A purchase is measured to its end, however long that takes.
    const variables = { PORT: String(port), PURCHASE_WAIT_MS: '60000' }
    const [api] = await Promise.all([
      startService(`${database.name}-api`, 'api/main.ts', { ...target, variables }),
      addWorker(),
    ])
    const stop = async () => {
      await Promise.all([api, ...workers].map(stopService))
    }
    return { url: `http://127.0.0.1:${port}`, api, workers, addWorker, stop }
  }

  /** Runs a program that is not ours, on loopback, until the end. */
  async function startProgram(
    name: string,
    program: string,
    args: string[],
    answers: () => Promise<unknown>,
    variables: Record<string, string> = {},
  ): Promise<ProcessIdentity> {
    const options = { name, program, args, variables, answers, logFile: logFile(name), stopping }
    return (await startServer({ ...options, onSpawn: enter('service') })).identity
  }

  return {
    folder,
    say,
    postgres: postgres.identity,
    createDatabase,
    startTemporal,
    startService,
    startProduct,
    startProgram,
    stopService,
    /** Registers what has to be closed in the end. */
    closeLater: (close: () => unknown) => void closers.push(close),
    /** What figures depend on, in one line. */
    description: `${availableParallelism()} CPUs (${cpus()[0]?.model.trim()}), Node ${process.version}, Postgres ${await versionOf(admin)} with stock settings`,
  }
}

/** As many as a process of the product has. */
const CONNECTIONS = 20

/** What a child must not take over from whoever runs the benchmark. Set to nothing counts as unset. */
const UNSET = {
  DATABASE_URL: '',
  MIGRATE_DATABASE_URL: '',
  TEMPORAL_ADDRESS: '',
  TEMPORAL_NAMESPACE: '',
  NODE_ENV: '',
  HOST: '',
  FAST_LANE: '',
  LOG_LEVEL: '',
  RATE_LIMITS: '',
}

async function describeNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 })
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' })
  } finally {
    await connection.close()
  }
}

async function versionOf(sql: Database): Promise<string> {
  const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`
  return row?.version ?? ''
}

/** What is not on disk when it is answered would be fast for nothing. @throws Error when Postgres does not wait for the disk */
async function requireDurability(sql: Database): Promise<void> {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const [row] = await sql<{ value: string }[]>`select current_setting(${setting}) as value`
    if (row?.value !== 'on') throw new Error(`${setting} is ${row?.value}: benchmarks run with it on, or not at all`)
  }
}

/** Whom and what purchases are of; spread so that they seldom meet at a row. */
const USERS = 200
const PRODUCTS = 50

export type Order = { userId: string; productId: string; quantity: number }

/** The n-th order, from 0. Each earns points by the sample campaign. */
export function orderOf(n: number): Order {
  return { userId: `bench-user-${n % USERS}`, productId: `bench-product-${n % PRODUCTS}`, quantity: 1 }
}

async function fill(databaseUrl: string): Promise<void> {
  const sql = openDatabase({ databaseUrl, applicationName: 'bench-fill', maxConnections: 1 })
  try {
    await addSampleData(sql, { digits: 2 })
    const products = Array.from({ length: PRODUCTS }, (_, n) => ({
      id: `bench-product-${n}`,
      name: `Bench product ${n}`,
      description: 'Made for benchmarks.',
      image: '/images/rainbow-starter-kit.svg',
      priceMinor: 170_000,
      stock: 1_000_000_000,
    }))
    await addMissingProducts(sql, products)
    const users = Array.from({ length: USERS }, (_, n) => ({
      username: `bench-user-${n}`,
      balanceMinor: 100_000_000_000,
    }))
    await addMissingUsers(sql, users)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** @throws Error with what it found, when the books of one of them no longer add up */
export async function requireSoundBooks(...databases: readonly BenchDatabase[]): Promise<void> {
  for (const { name, owner } of databases) {
    const { ok, invariants } = await audit(owner)
    if (ok) continue
    const broken = invariants.filter(({ violations }) => violations.length > 0)
    const found = broken.map((one) => `${one.name}: ${JSON.stringify(one.violations.slice(0, 3))}`).join('\n')
    throw new Error(`the audit of ${name} failed:\n${found}`)
  }
}
