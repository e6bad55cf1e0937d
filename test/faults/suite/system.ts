import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { childEnvironment, readEnvironment } from '#config/environment.ts'
import { identify, type ProcessIdentity, type Runtime, writeRuntime } from '#config/runtime-file.ts'
import { openDatabase, type Sql } from '#db/client.ts'
import { startPostgresServer } from '#scripts/platform/postgres.ts'
import { freePort, run, type Server, sendSignal, startServer, waitForEnd } from '#scripts/platform/processes.ts'
import { obtainTemporal, startTemporalServer, type TemporalServerOptions } from '#scripts/platform/temporal.ts'
import { openTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts'
import { makeTemporaryFolder } from '#test/support/temporary-folders.ts'
import type { Failpoint } from './failpoints.ts'

const ROOT = join(import.meta.dirname, '../../..')
const FAILPOINTS = pathToFileURL(join(import.meta.dirname, 'failpoints.ts')).href

export type System = Awaited<ReturnType<typeof openSystem>>

/**
 * The product as it is deployed, with everything that can happen to it: two APIs and two workers, each a process that is started
 * again whenever it ends; Postgres and Temporal with their state on disk. APIs and workers reach either through proxies of their
 * own. `sql` and `temporal` go directly, and see what is stored.
 */
export async function openSystem(say: (line: string) => void) {
  const folder = makeTemporaryFolder()
  const logFile = (name: string) => join(folder, 'logs', `${name}.log`)
  const processes: Runtime['processes'] = {}
  const closers: (() => unknown)[] = []
  const all = new Set<ProcessIdentity>()
  const killAll = () => {
    for (const identity of all) {
      sendSignal(identity, 'SIGCONT')
      sendSignal(identity, 'SIGKILL')
    }
  }
  const end = () => process.exit(1)
  process.once('exit', killAll)
  for (const signal of ENDING) process.once(signal, end)
  /** On record as soon as it exists: whatever becomes of this process, the next run ends what is left. */
  const onSpawn = (name?: 'postgres' | 'temporal') => (identity: ProcessIdentity) => {
    all.add(identity)
    if (name) processes[name] = identity
    const launcher = identify(process.pid) as ProcessIdentity
    writeRuntime(folder, { launcher, state: 'running', processes, urls: {} })
  }

  const postgresPort = await freePort()
  const postgres = keepServer(() =>
    startPostgresServer({
      dataDir: folder,
      port: postgresPort,
      logFile: logFile('postgres'),
      onSpawn: onSpawn('postgres'),
    }),
  )
  const temporalPort = await freePort()
  const stateFolder = join(folder, 'temporal')
  const program = await obtainTemporal(readEnvironment(), say)
  const temporal = keepServer((settings: TemporalServerOptions['settings'] = {}) =>
    startTemporalServer({
      settings,
      program,
      port: temporalPort,
      stateFolder,
      logFile: logFile('temporal'),
      onSpawn: onSpawn('temporal'),
    }),
  )
  const [{ databaseUrl, migrateDatabaseUrl, adminUrl }] = await Promise.all([
    postgres.start(),
    temporal.start(),
    run(process.execPath, [join(ROOT, 'worker/create-worker.ts')]),
  ])
  const migrated = { ...NOT_OURS, DATABASE_URL: databaseUrl, MIGRATE_DATABASE_URL: migrateDatabaseUrl }
  const env = childEnvironment({ ...migrated, TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}` })
  await run(process.execPath, [join(ROOT, 'scripts/migrate.ts')], { env })

  const open = (url: string, applicationName: string) => {
    const database = openDatabase({ databaseUrl: url, applicationName, maxConnections: 4, lockTimeoutMs: 5_000 })
    closers.push(() => database.end({ timeout: 1 }))
    return database
  }
  const connection = Connection.lazy({
    address: `127.0.0.1:${temporalPort}`,
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 250, 'grpc.max_reconnect_backoff_ms': 1_000 },
  })
  closers.push(() => connection.close())

  const openProxy = async (port: number) => {
    const proxy = await openTcpProxy({ host: '127.0.0.1', port })
    closers.push(() => proxy.close())
    return proxy
  }
  const proxies = {
    apiPostgres: await openProxy(postgresPort),
    apiTemporal: await openProxy(temporalPort),
    workerPostgres: await openProxy(postgresPort),
    workerTemporal: await openProxy(temporalPort),
  }

  const service = (name: string, file: string, ways: [TcpProxy, TcpProxy], variables: Record<string, string>) => {
    const kept = keepService(name, (failpoint) =>
      startServer({
        name,
        program: process.execPath,
        args: [...(failpoint ? ['--import', `${FAILPOINTS}?point=${failpoint}`] : []), join(ROOT, file)],
        variables: {
          ...NOT_OURS,
          // Workers run the bundle that was built beforehand, as they do in an image.
          NODE_ENV: 'production',
          DATABASE_URL: ways[0].through(databaseUrl),
          TEMPORAL_ADDRESS: ways[1].address,
          DATA_DIR: folder,
          LOG_LEVEL: 'warn',
          ...variables,
        },
        logFile: logFile(name),
        onSpawn: onSpawn(),
      }),
    )
    closers.push(kept.close)
    return kept
  }
  const startApi = async (name: string) => {
    const port = await freePort()
    const ways: [TcpProxy, TcpProxy] = [proxies.apiPostgres, proxies.apiTemporal]
    const variables = { PORT: String(port), PURCHASE_WAIT_MS: '4000' }
    return { ...service(name, 'api/main.ts', ways, variables), url: `http://127.0.0.1:${port}` }
  }
  const startWorker = (name: string) =>
    service(name, 'worker/main.ts', [proxies.workerPostgres, proxies.workerTemporal], {})
  const workers = [startWorker('worker-1'), startWorker('worker-2')]
  const apis = [await startApi('api-1'), await startApi('api-2')]
  await Promise.all([...workers, ...apis].map(({ isUp }) => isUp()))

  async function close(): Promise<void> {
    for (const { close } of [...apis, ...workers]) close()
    killAll()
    await Promise.all([...all].map((identity) => waitForEnd(identity, 5_000)))
    for (const closer of closers) await Promise.resolve(closer()).catch(() => {})
    process.off('exit', killAll)
    for (const signal of ENDING) process.off(signal, end)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }

  const sql = open(migrateDatabaseUrl, 'faults')
  return {
    folder,
    logFile,
    postgres,
    temporal: { ...temporal, client: new Client({ connection }), stateFolder },
    workers,
    apis,
    proxies,
    /** As the owner of everything. */
    sql,
    /** As the superuser, who may end connections. */
    admin: open(Object.assign(new URL(adminUrl), { pathname: new URL(databaseUrl).pathname }).href, 'faults-admin'),
    /** For commands that look at the system, and for processes that are started besides. */
    variables: {
      ...NOT_OURS,
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      DATA_DIR: folder,
    },
    remember: onSpawn(),
    sagasInFlight: () => countSagasInFlight(sql),
    parkedAwards: () => countParkedAwards(sql),
    close,
  }
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What children must not take over from whoever runs the suite. Set to nothing counts as unset. */
const NOT_OURS = {
  ...{ DATABASE_URL: '', MIGRATE_DATABASE_URL: '', TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '' },
  ...{ NODE_ENV: '', HOST: '', FAST_LANE: '', LOG_LEVEL: '', RATE_LIMITS: '' },
}

/** Purchases and refunds that are under way, and awards that are to be booked. */
async function countSagasInFlight(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select (
      (select count(*) from purchases where settled_at is null or status = 'refunding')
      + (select count(*) from awards where state = 'pending' and kind = 'event')
    )::int as count`
  return row?.count ?? 0
}

async function countParkedAwards(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from awards where state = 'parked'`
  return row?.count ?? 0
}

/** Postgres or Temporal: on the same port and with the same files whenever it is started again. */
function keepServer<Started extends Server, Settings extends unknown[]>(
  launch: (...settings: Settings) => Promise<Started>,
) {
  let current: Started | undefined
  return {
    /** Tried until it works: what a hard stop left behind may be in its way for a moment. */
    async start(...settings: Settings): Promise<Started> {
      for (let attempt = 1; ; attempt++) {
        try {
          current = await launch(...settings)
          return current
        } catch (error) {
          if (attempt === 20) throw error
          await sleep(500)
        }
      }
    },
    async stop(signal: 'SIGKILL' | 'SIGQUIT' | 'SIGTERM'): Promise<void> {
      if (!current) return
      sendSignal(current.identity, signal)
      if (!(await waitForEnd(current.identity, 20_000))) sendSignal(current.identity, 'SIGKILL')
      await waitForEnd(current.identity, 5_000)
    },
    pid: () => current?.identity.pid ?? -1,
  }
}

const PAUSE_MS = 500

/** A process of ours, which is started again whenever it ends. */
function keepService(name: string, launch: (failpoint: Failpoint | undefined) => Promise<Server>) {
  type Armed = { point: Failpoint; withinMs: number; died: (there: boolean) => void }
  let current: Server | undefined
  /** Whether there is one, or about to be. */
  let isBegun = false
  let armed: Armed | undefined
  let held: Promise<void> | undefined
  let isClosed = false
  /** Whether the present one is to end, and nobody has to wonder. */
  let isToEnd = false
  const unexpectedEnds: string[] = []
  void keepRunning()

  async function keepRunning(): Promise<void> {
    while (!isClosed) {
      await held
      const here = armed
      armed = undefined
      const isThere = await runOnce(here)
      current = undefined
      isBegun = false
      here?.died(isThere)
      await sleep(PAUSE_MS)
    }
  }

  /** @returns whether it came to the point at which it was to die */
  async function runOnce(here: Armed | undefined): Promise<boolean> {
    isBegun = true
    isToEnd = false
    let isLate = false
    try {
      const server = await launch(here?.point)
      current = server
      const endLate = () => {
        isLate = true
        void kill()
      }
      const timer = here && setTimeout(endLate, here.withinMs)
      const how = await server.ended
      clearTimeout(timer)
      const isThere = here !== undefined && !isLate && how === 'SIGKILL'
      if (!isThere && !isToEnd && !isClosed) unexpectedEnds.push(`${name}: ${how}`)
      return isThere
    } catch (error) {
      // It came there before it was ready, or what it needs is away.
      return (error as Error).message.includes('SIGKILL')
    }
  }

  async function isUp(): Promise<Server> {
    while (!current) await sleep(20)
    return current
  }

  /** One that is being launched is killed once it is there. */
  async function kill(): Promise<void> {
    while (!current) {
      if (held && !isBegun) return
      await sleep(20)
    }
    isToEnd = true
    sendSignal(current.identity, 'SIGKILL')
    await current.ended
  }

  return {
    name,
    isUp,
    kill,
    /** `kill -9`, and not started again until it is let go. */
    async hold(): Promise<() => void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      await kill()
      return () => {
        held = undefined
        resolve()
      }
    },
    /** Starts it again so that it dies at this point. @returns whether it came there in time; if not, it was killed where it was */
    async dieAt(point: Failpoint, withinMs: number): Promise<boolean> {
      if (isBegun) await kill()
      // It is not started again before that.
      const { promise, resolve } = Promise.withResolvers<boolean>()
      armed = { point, withinMs, died: resolve }
      return await promise
    },
    signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
      if (current) sendSignal(current.identity, signal)
    },
    /** How it ended without anybody having wanted that, each time. */
    unexpectedEnds: (): readonly string[] => unexpectedEnds,
    close: () => {
      isClosed = true
    },
  }
}
