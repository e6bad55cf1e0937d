import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { childEnvironment } from '#config/environment.ts'
import type { Invariant } from '#db/audit.ts'
import { resolveDiscrepancy } from '#db/discrepancies.ts'
import { checkTold, readStored, type Touched, type Verdict } from './checker.ts'
import { type Manners, openClients } from './clients.ts'
import { type Fault, GROUND_FAULTS, kindsOfPointsLeft, namedPoints, pointsLeft, type Stage } from './faults.ts'
import { openCampaigns, runLoad, stockTheShop } from './load.ts'
import { randomOf } from './seeded.ts'
import { RELEASE_FAULTS, SHOP_FAULTS } from './shop-faults.ts'
import { openSystem } from './system.ts'

const ROOT = join(import.meta.dirname, '../../..')

const FAULTS = { ...GROUND_FAULTS, ...RELEASE_FAULTS, ...SHOP_FAULTS }
export type FaultKind = keyof typeof FAULTS
export const ALL_KINDS = Object.keys(FAULTS) as FaultKind[]

export type RunOptions = {
  seed: number
  /** How long faults strike; then everything settles. */
  durationMs: number
  /** What strikes, each as often. */
  kinds: readonly FaultKind[]
  rounds: number
  /** Named points that no process came to have a few more turns after all that was planned. */
  allPoints: boolean
  people: number
  /** How many of the clients that give up never come again; left out: some. */
  quitters?: number
  /** The load goes on until so many purchases are completed, up to three times as long. */
  minCompleted: number
  say: (line: string) => void
}

export type Struck = { kind: FaultKind; atMs: number; tookMs: number; inFlight: number; what: string; failed?: string }

/** How it stands when everything has settled. */
export type Settled = {
  verdict: Verdict
  completed: number
  drainMs: number
  /** Everything that is not as it should be. */
  problems: string[]
}

export type Report = Settled & {
  struck: Struck[]
  /** How often clients misbehaved towards an operation that had no answer yet. */
  manners: Record<Manners, number>
  /** Named points at which no process died so far. */
  pointsLeft: string[]
}

export type Planned = { kind: FaultKind; atMs: number }

/**
 * When what strikes: two rows of faults that run beside each other. Each kind has its turn once a round, in an order of chance, and
 * the strikes of a row are spread over the time; one that lasts longer puts those after it off.
 */
export function planFaults({
  seed,
  durationMs,
  kinds,
  rounds,
}: Pick<RunOptions, 'seed' | 'durationMs' | 'kinds' | 'rounds'>): [ground: Planned[], shop: Planned[]] {
  const rowOf = (name: string, row: object): Planned[] => {
    const random = randomOf(seed, name)
    const ofRow = kinds.filter((kind) => kind in row)
    const order = Array.from({ length: rounds }, () => random.shuffled(ofRow)).flat()
    return order.map((kind, index) => ({ kind, atMs: Math.round(((index + 0.5) * durationMs) / order.length) }))
  }
  return [rowOf('ground', { ...GROUND_FAULTS, ...RELEASE_FAULTS }), rowOf('shop', SHOP_FAULTS)]
}

export type Opened = Omit<Stage, 'random'> & { seed: number; close: () => Promise<void> }

/** A system with a shop, and clients that have done nothing yet. */
export async function openStage(
  seed: number,
  say: (line: string) => void,
  manners?: { quitters: number },
): Promise<Opened> {
  const system = await openSystem(say)
  try {
    await stockTheShop(system.sql)
    const urls = system.apis.map(({ url }) => url)
    const clients = openClients(urls, randomOf(seed, 'clients'), manners)
    await openCampaigns(clients)
    const touched: Touched = { cancelled: new Map(), interrupted: new Map(), poisoned: new Set() }
    return { seed, system, clients, touched, points: namedPoints(randomOf(seed, 'points')), close: system.close }
  } catch (error) {
    await system.close()
    throw error
  }
}

/** Has so many people use the shop while something is done; what they have begun then, they finish. */
export async function underLoad(
  { clients, seed }: Opened,
  { name, people }: { name: string; people: number },
  work: () => Promise<unknown>,
): Promise<void> {
  let isOver = false
  const randoms = Array.from({ length: people }, (_, number) => randomOf(seed, `${name} ${number}`))
  const load = runLoad(clients, randoms, () => isOver)
  try {
    await work()
  } finally {
    isOver = true
    await load
  }
}

/** Waits until nothing is under way any more, and looks whether everything is as it should be. */
export async function settle({ system, clients, touched }: Opened): Promise<Settled> {
  const drainMs = await drain(system)
  for (const id of touched.poisoned) await resolveDiscrepancy(system.sql, id, 'it was about nothing', 'operator')
  const verdict = checkTold(await readStored(system.sql), clients.operations, touched)
  const audit = await runAudit(system.variables)
  const ends = [...system.workers, ...system.apis].flatMap(({ unexpectedEnds }) => unexpectedEnds())
  const problems = [
    ...verdict.violations,
    ...(audit === '' ? [] : [`the audit: ${audit}`]),
    ...ends.map((end) => `a process ended by itself: ${end}`),
  ]
  return { verdict, completed: await completedIn(system.sql), drainMs, problems }
}

/** The whole suite: load and faults, then peace, then what is stored against what was told. */
export async function runSuite(options: RunOptions): Promise<Report> {
  const { seed, durationMs, people, quitters, minCompleted, say } = options
  const rows = planFaults(options)
  say(`seed ${seed}; the schedule of faults:`)
  for (const { kind, atMs } of rows.flat().toSorted((a, b) => a.atMs - b.atMs)) say(`  ${seconds(atMs)}  ${kind}`)
  const stage = await openStage(seed, say, quitters === undefined ? undefined : { quitters })
  const { system, clients } = stage
  try {
    const struck: Struck[] = []
    const startedAt = performance.now()
    await underLoad(stage, { name: 'person', people }, async () => {
      await Promise.all(rows.map((row) => strikeAll(row, stage, { startedAt, struck, say })))
      await sleep(Math.max(0, startedAt + durationMs - performance.now()))
      for (let turn = 0; options.allPoints && turn < MORE_TURNS; turn++) {
        const row = kindsOfPointsLeft(stage.points).map((kind) => ({ kind, atMs: 0 }))
        await strikeAll(row, stage, { startedAt, struck, say })
      }
      // As long as a busy machine takes, but not for ever.
      const deadline = startedAt + Math.max(3 * durationMs, 5 * 60_000)
      while ((await completedIn(system.sql)) < minCompleted && performance.now() < deadline) await sleep(500)
    })
    say(`${seconds(performance.now() - startedAt)}  the load is over: ${clients.operations.length} operations`)
    const settled = await settle(stage)
    const failed = struck.flatMap(({ kind, failed }) =>
      failed === undefined ? [] : [`${kind} could not strike: ${failed}`],
    )
    return {
      ...settled,
      problems: [...settled.problems, ...failed],
      struck,
      manners: clients.manners,
      pointsLeft: pointsLeft(stage.points),
    }
  } finally {
    await stage.close()
  }
}

/** For points that chance seldom brings. */
const MORE_TURNS = 5

type Striking = { startedAt: number; struck: Struck[]; say: (line: string) => void }

async function strikeAll(row: readonly Planned[], stage: Opened, striking: Striking): Promise<void> {
  const { startedAt, struck, say } = striking
  for (const [index, { kind, atMs }] of row.entries()) {
    await sleep(Math.max(0, startedAt + atMs - performance.now()))
    const inFlight = await waitForSagas(stage.system)
    const begunAt = performance.now()
    const strike: Fault = FAULTS[kind]
    const one: Omit<Struck, 'tookMs' | 'what'> = { kind, atMs: begunAt - startedAt, inFlight }
    try {
      const what = await strike({ ...stage, random: randomOf(stage.seed, `${kind} ${index}`) })
      struck.push({ ...one, tookMs: performance.now() - begunAt, what })
      say(`${seconds(one.atMs)}  ${kind}: ${what} (${inFlight} sagas in flight)`)
    } catch (error) {
      const failed = (error as Error).stack ?? String(error)
      struck.push({ ...one, tookMs: performance.now() - begunAt, what: '', failed })
      say(`${seconds(one.atMs)}  ${kind}: FAILED: ${failed}`)
    }
  }
}

/** A fault that meets nothing proves nothing. */
export async function waitForSagas({ sagasInFlight }: Stage['system']): Promise<number> {
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline) {
    const count = await sagasInFlight().catch(() => 0)
    if (count > 0) return count
    await sleep(10)
  }
  return 0
}

/** Longer than parked awards wait for their schedule. */
const DRAIN_WITHIN_MS = 15 * 60_000

/** @returns how long it took until nothing was under way any more, nor parked */
async function drain({ sagasInFlight, parkedAwards }: Stage['system']): Promise<number> {
  const startedAt = performance.now()
  const isLeft = async () => (await sagasInFlight()) > 0 || (await parkedAwards()) > 0
  while ((await isLeft()) && performance.now() - startedAt < DRAIN_WITHIN_MS) await sleep(100)
  return performance.now() - startedAt
}

async function completedIn(sql: Stage['system']['sql']): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from purchases where status in ('completed', 'refunding', 'refunded')`
  return row?.count ?? 0
}

/** `npm run audit -- --with-temporal`. @returns what it found; nothing, when every invariant holds */
async function runAudit(variables: Record<string, string>): Promise<string> {
  const args = [join(ROOT, 'scripts/audit.ts'), '--with-temporal']
  return await promisify(execFile)(process.execPath, args, { env: childEnvironment(variables), encoding: 'utf8' }).then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => brokenIn(stdout) || stderr || 'it ended without a word',
  )
}

function brokenIn(printed: string): string {
  if (printed === '') return ''
  const { invariants } = JSON.parse(printed) as { invariants: Invariant[] }
  const broken = invariants.filter(({ violations }) => violations.length > 0)
  return broken.map(({ name, violations }) => `${name}: ${JSON.stringify(violations.slice(0, 3))}`).join('\n')
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`
}
