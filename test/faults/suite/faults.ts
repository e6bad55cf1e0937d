import { cpSync, renameSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TcpProxy } from '#test/support/tcp-proxy.ts'
import { type Touched, touch } from './checker.ts'
import type { Clients } from './clients.ts'
import type { Failpoint } from './failpoints.ts'
import { doEverything } from './load.ts'
import type { Random } from './seeded.ts'
import type { System } from './system.ts'

/** All that a fault has to do with. */
export type Stage = {
  system: System
  clients: Clients
  random: Random
  touched: Touched
  points: Points
}

/** Where processes are to die next, by what they are, and where one has died so far. */
export type Points = { worker: Failpoint[]; api: Failpoint[]; reached: Set<string> }

/** Strikes, and heals what it did. @returns what it did, in a few words */
export type Fault = (stage: Stage) => Promise<string>

/** What happens to processes, servers and the network. One at a time, for they take the same things away. */
export const GROUND_FAULTS = {
  'worker killed at a named point': (stage) => killAtPoints(stage, 'worker', 13),
  'API killed at a named point': (stage) => killAtPoints(stage, 'api', 7),
  'processes killed at random': killAtRandom,
  'Postgres stopped hard': stopPostgres,
  'connections cut by Postgres': cutConnections,
  'Postgres read-only until it is promoted': makeReadOnly,
  'Temporal stopped and started on its store': stopTemporal,
  'paused by SIGSTOP and let go': pause,
  'network: delay': delay,
  'network: reset': reset,
  'network: black hole': blackHole,
  'network: half-open': halfOpen,
  'network: unreachable': unreachable,
  "Temporal's state lost": loseTemporal,
  'Temporal set back to an earlier state': setTemporalBack,
} satisfies Record<string, Fault>

// ---------------------------------------------------------------------------------------------------------------------
// Processes

/** Functions of the database that commit something, by who calls them. */
const COMMITS = {
  worker: [
    ...(['reserve_stock', 'charge_wallet', 'confirm_purchase', 'append_points', 'record_outcome'] as const),
    ...(['begin_compensation', 'undo_charge', 'release_stock', 'award_nothing'] as const),
    ...(['reduce_award', 'return_stock', 'return_money', 'record_refunded'] as const),
  ],
  api: ['open_purchase', 'request_cancel', 'open_refund', 'append_points', 'record_external_event', 'top_up_wallet'],
} as const

/** All places at which a process is to die: before and after each commit, and before each answer of the API. */
export function namedPoints(random: Random): Points {
  const around = (names: (typeof COMMITS)[keyof typeof COMMITS]) =>
    names.flatMap((name): Failpoint[] => [`before:${name}`, `after:${name}`])
  return {
    worker: random.shuffled(around(COMMITS.worker)),
    api: random.shuffled([...around(COMMITS.api), 'before:answer']),
    reached: new Set(),
  }
}

/** Those at which no process has died so far. */
export function pointsLeft(points: Points): string[] {
  const all = (['worker', 'api'] as const).flatMap((who) => points[who].map((point) => `${who} ${point}`))
  return all.filter((point) => !points.reached.has(point))
}

/** What has to strike again for them to be reached. */
export function kindsOfPointsLeft(points: Points): (keyof typeof GROUND_FAULTS)[] {
  const left = pointsLeft(points)
  return (['worker', 'api'] as const)
    .filter((who) => left.some((point) => point.startsWith(`${who} `)))
    .map((who) => (who === 'worker' ? 'worker killed at a named point' : 'API killed at a named point'))
}

const POINT_WITHIN_MS = 8_000

/**
 * Has the next few points be reached by the two processes, while a few people do a bit of everything; a point that none came to in time
 * has its turn again later.
 */
async function killAtPoints(
  { system, points, clients, random }: Stage,
  who: 'worker' | 'api',
  count: number,
): Promise<string> {
  const processes = who === 'worker' ? system.workers : system.apis
  const waiting = points[who].splice(0, count)
  const [reached, missed]: [Failpoint[], Failpoint[]] = [[], []]
  let isOver = false
  const everything = Promise.all([1, 2, 3].map(() => doEverything(clients, random, () => isOver)))
  await Promise.all(
    processes.map(async (service) => {
      for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
        const isReached = await service.dieAt(point, POINT_WITHIN_MS)
        ;(isReached ? reached : missed).push(point)
      }
      await service.isUp()
    }),
  )
  isOver = true
  await everything
  points[who].unshift(...missed)
  points[who].push(...reached)
  for (const point of reached) points.reached.add(`${who} ${point}`)
  if (reached.length === 0) throw new Error(`no ${who} came to ${missed.join(', ')}`)
  return `${reached.join(', ')}${missed.length > 0 ? `; not reached in time: ${missed.join(', ')}` : ''}`
}

async function killAtRandom({ system, random }: Stage): Promise<string> {
  const all = [...system.workers, ...system.apis]
  // All workers at once, or one process after the other in quick succession.
  const isAllWorkers = random.chance(0.4)
  const victims = isAllWorkers ? system.workers : random.shuffled(all).slice(0, random.integer(2, 4))
  if (isAllWorkers) await Promise.all(victims.map(({ kill }) => kill()))
  else
    for (const { kill } of victims) {
      await kill()
      await sleep(random.integer(0, 700))
    }
  await Promise.all(all.map(({ isUp }) => isUp()))
  return victims.map(({ name }) => name).join(', ')
}

async function pause({ system, random }: Stage): Promise<string> {
  const { workers, apis, postgres, temporal, admin } = system
  const everybody = random.chance(0.5)
  // Longer than an attempt may take, so that another overlaps with it when it is let go; or all of it, like a machine that sleeps.
  const ms = everybody ? random.integer(3_000, 8_000) : random.integer(11_000, 14_000)
  const services = everybody ? [...workers, ...apis] : [random.pick(workers)]
  const backends = await admin<{ pid: number }[]>`select pid from pg_stat_activity where pid <> pg_backend_pid()`
  const pids = everybody ? [postgres.pid(), ...backends.map(({ pid }) => pid), temporal.pid()] : []
  const signalAll = (signal: 'SIGSTOP' | 'SIGCONT') => {
    for (const service of services) service.signal(signal)
    for (const pid of pids) signalIfThere(pid, signal)
  }
  signalAll('SIGSTOP')
  await sleep(ms)
  signalAll('SIGCONT')
  return `${everybody ? 'everything' : services[0]?.name} for ${ms} ms`
}

/** A connection may have ended meanwhile, and its process with it. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Servers

export async function stopPostgres({ system, random }: Stage): Promise<string> {
  // Without a checkpoint, so that it recovers from its log: as it is asked to, or like after a power failure of the process.
  const signal = random.pick(['SIGQUIT', 'SIGKILL'] as const)
  const ms = random.integer(0, 3_000)
  await system.postgres.stop(signal)
  await sleep(ms)
  await system.postgres.start()
  return `${signal}, away for ${ms} ms`
}

async function cutConnections({ system, random }: Stage): Promise<string> {
  const times = random.integer(2, 5)
  let ended = 0
  for (let time = 0; time < times; time++) {
    ended += await endConnections(system)
    await sleep(random.integer(50, 600))
  }
  return `${ended} connections`
}

async function endConnections({ admin }: System): Promise<number> {
  const [row] = await admin<{ count: number }[]>`
    select count(pg_terminate_backend(pid))::int as count from pg_stat_activity where application_name like 'unicorn-%'`
  return row?.count ?? 0
}

async function stopTemporal({ system, random }: Stage): Promise<string> {
  const signal = random.pick(['SIGTERM', 'SIGKILL'] as const)
  const ms = random.integer(500, 7_000)
  await system.temporal.stop(signal)
  await sleep(ms)
  await system.temporal.start()
  return `${signal}, away for ${ms} ms`
}

/** What its connections are told from now on stays with them: whoever keeps one that refuses to write, never writes again. */
export async function makeReadOnly({ system, random }: Stage): Promise<string> {
  const ms = random.integer(2_000, 6_000)
  const { admin } = system
  await admin`alter database unicorn set default_transaction_read_only = on`
  await endConnections(system)
  await sleep(ms)
  await admin`alter database unicorn reset default_transaction_read_only`
  return `for ${ms} ms`
}

/** Nothing that it knew is left: no workflow, no schedule. */
async function loseTemporal({ system, touched }: Stage): Promise<string> {
  await system.temporal.stop('SIGKILL')
  const lost = await touchUnderWay(system, touched)
  rmSync(system.temporal.stateFolder, { recursive: true })
  await system.temporal.start()
  return `${lost} purchases and refunds without their workflow`
}

/**
 * As a failover to a replica that lags behind: workflows stand where they stood seconds ago and do again what they have done, and what
 * began since is unknown.
 */
export async function setTemporalBack({ system, touched, random }: Stage): Promise<string> {
  const { stateFolder, pid, stop, start } = system.temporal
  const earlier = `${stateFolder}-earlier`
  process.kill(pid(), 'SIGSTOP')
  cpSync(stateFolder, earlier, { recursive: true })
  process.kill(pid(), 'SIGCONT')
  const ms = random.integer(1_000, 5_000)
  await sleep(ms)
  await stop('SIGKILL')
  const lost = await touchUnderWay(system, touched)
  rmSync(stateFolder, { recursive: true })
  renameSync(earlier, stateFolder)
  await start()
  return `by ${ms} ms, with ${lost} purchases and refunds under way`
}

/** Those that are under way may fail from now on. */
async function touchUnderWay({ sql }: System, touched: Touched): Promise<number> {
  const open = await sql<{ id: string }[]>`
    select id from purchases where settled_at is null or status = 'refunding'`
  for (const { id } of open) touch(touched.interrupted, id)
  return open.length
}

// ---------------------------------------------------------------------------------------------------------------------
// The network between them

function somePaths({ system, random }: Stage): [names: string, proxies: TcpProxy[]] {
  const chosen = random.shuffled(Object.entries(system.proxies)).slice(0, random.integer(1, 3))
  return [chosen.map(([name]) => name).join(', '), chosen.map(([, proxy]) => proxy)]
}

async function delay(stage: Stage): Promise<string> {
  const ms = stage.random.integer(50, 700)
  const [names, proxies] = somePaths(stage)
  for (const proxy of proxies) proxy.delay(ms)
  await sleep(6_000)
  for (const proxy of proxies) proxy.delay(0)
  return `${names}: ${ms} ms each way`
}

async function reset(stage: Stage): Promise<string> {
  const times = stage.random.integer(2, 5)
  const [names, proxies] = somePaths(stage)
  for (let time = 0; time < times; time++) {
    for (const proxy of proxies) proxy.reset()
    await sleep(stage.random.integer(100, 1_000))
  }
  return `${names}: ${times} times`
}

async function blackHole(stage: Stage): Promise<string> {
  const ms = stage.random.integer(3_000, 11_000)
  const [names, proxies] = somePaths(stage)
  for (const proxy of proxies) {
    proxy.silence()
    proxy.swallowNew(true)
  }
  await sleep(ms)
  for (const proxy of proxies) proxy.swallowNew(false)
  return `${names}: for ${ms} ms`
}

async function halfOpen(stage: Stage): Promise<string> {
  const [names, proxies] = somePaths(stage)
  for (const proxy of proxies) proxy.halfOpen()
  await sleep(3_000)
  return names
}

async function unreachable(stage: Stage): Promise<string> {
  const ms = stage.random.integer(2_000, 8_000)
  const [names, proxies] = somePaths(stage)
  for (const proxy of proxies) await proxy.refuse()
  await sleep(ms)
  for (const proxy of proxies) await proxy.accept()
  return `${names}: for ${ms} ms`
}
