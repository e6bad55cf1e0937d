import { availableParallelism } from 'node:os'
import { type Contender, type ContenderName, type ProductUnderTest, startContenders } from './contenders.ts'
import type { Figures } from './figures.ts'
import { closedLoop, type Latencies, oneAtATime, openLoop, type Throughput } from './load.ts'
import { type Machine, type Product, requireSoundBooks } from './machine.ts'
import { measureProcessorTime } from './processor-time.ts'
import { ratioByRound, type Spread, spreadOf } from './statistics.ts'

export type PurchaseSizes = {
  readonly rounds: number
  /** No round is begun after so long, so that a slow machine has fewer of them, but an end. */
  readonly roundsWithinMs: number
  /** Of each contender before the first round, so that plans are made and code is compiled. */
  readonly warmUpMs: number
  /** One at a time, until one of both is reached. */
  readonly alone: { times: number; withinMs: number }
  readonly openLoop: { perSecond: number; durationMs: number }
  /** 50 at once. */
  readonly busyMs: number
}

type Round = { alone: Latencies; open: Latencies; busy: Throughput; cpu: Record<string, number> }

/** What a contender measured, its rounds summed up. Latencies in milliseconds; CPU in milliseconds per purchase, by process. */
export type PurchaseRow = {
  readonly name: ContenderName
  readonly aloneP50: Spread
  readonly openP50: Spread
  readonly openP99: Spread
  readonly rate: Spread
  readonly busyP50: Spread
  readonly busyP99: Spread
  readonly cpu: Record<string, number>
}

export type PurchaseResults = {
  readonly openLoopPerSecond: number
  readonly rows: readonly PurchaseRow[]
  readonly figures: Figures
  /** Purchases a second with one worker process, and with two of them. */
  readonly workers?: { one: Spread; two: Spread }
  readonly threeMachines?: number
}

const AT_ONCE = 50

/**
 * Purchases by all contenders, in turn: in each round one at a time, then at a fixed rate, then 50 at once. Each has a database of
 * its own; that of the product is left for others to measure with.
 *
 * @param options.full also DBOS and Restate, and a second worker
 */
export async function benchPurchases(
  machine: Machine,
  product: ProductUnderTest,
  { full, ...sizes }: PurchaseSizes & { full: boolean },
): Promise<PurchaseResults> {
  const { say } = machine
  say('purchases: starting the contenders')
  const contenders = await startContenders(machine, product, full)
  for (const { name, buy } of contenders) {
    say(`purchases: warming up ${name}`)
    await closedLoop({ atOnce: 10, durationMs: sizes.warmUpMs }, buy)
  }
  const rounds = new Map<ContenderName, Round[]>(contenders.map(({ name }) => [name, []]))
  const deadline = performance.now() + sizes.roundsWithinMs
  for (let round = 0; round < sizes.rounds && (round === 0 || performance.now() < deadline); round++) {
    // Each is once before and once after each other.
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length] as Contender)
    for (const contender of round % 2 === 0 ? order : order.toReversed()) {
      const measured = await measureRound(contender, sizes)
      rounds.get(contender.name)?.push(measured)
      say(`purchases: round ${round + 1} of ${sizes.rounds}, ${contender.name}: ${describeRound(measured)}`)
    }
    await requireSoundBooks(...contenders.flatMap(({ database }) => database ?? []))
  }
  const rows = contenders.map(({ name }) => sumUp(name, rounds.get(name) ?? []))
  const threeMachines = onThreeMachines(rows[0]?.cpu ?? {})
  return {
    openLoopPerSecond: sizes.openLoop.perSecond,
    rows,
    figures: compare(rounds),
    ...(full && { workers: await compareWorkers(machine, product.product, contenders[0] as Contender, sizes) }),
    ...(threeMachines !== undefined && { threeMachines }),
  }
}

async function measureRound({ buy, processes }: Contender, sizes: PurchaseSizes): Promise<Round> {
  const alone = await oneAtATime(sizes.alone, buy)
  const open = await openLoop(sizes.openLoop, buy)
  const cpuSince = measureProcessorTime(processes)
  const own = process.cpuUsage()
  const busy = await closedLoop({ atOnce: AT_ONCE, durationMs: sizes.busyMs }, buy)
  const { user, system } = process.cpuUsage(own)
  const spent = { ...cpuSince(), caller: (user + system) / 1_000 }
  const cpu = Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, ms / busy.total]))
  return { alone, open, busy, cpu }
}

function describeRound({ alone, open, busy }: Round): string {
  const ms = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ms`
  return (
    `alone p50 ${ms(alone.p50)}; open loop p50 ${ms(open.p50)}, p99 ${ms(open.p99)}; ` +
    `50 at once ${busy.rate.toFixed(1)}/s, p50 ${ms(busy.p50)}, p99 ${ms(busy.p99)}`
  )
}

function sumUp(name: ContenderName, rounds: readonly Round[]): PurchaseRow {
  const spread = (pick: (round: Round) => number) => spreadOf(rounds.map(pick))
  const processes = Object.keys(rounds[0]?.cpu ?? {})
  return {
    name,
    aloneP50: spread(({ alone }) => alone.p50),
    openP50: spread(({ open }) => open.p50),
    openP99: spread(({ open }) => open.p99),
    rate: spread(({ busy }) => busy.rate),
    busyP50: spread(({ busy }) => busy.p50),
    busyP99: spread(({ busy }) => busy.p99),
    cpu: Object.fromEntries(processes.map((one) => [one, spread(({ cpu }) => cpu[one] ?? Number.NaN).median])),
  }
}

function compare(rounds: ReadonlyMap<ContenderName, Round[]>): Figures {
  const of = (name: ContenderName, pick: (round: Round) => number) => (rounds.get(name) ?? []).map(pick)
  const ratio = (other: ContenderName, pick: (round: Round) => number) =>
    ratioByRound(of('product', pick), of(other, pick))
  const alone = (round: Round) => round.alone.p50
  const rate = (round: Round) => round.busy.rate
  return {
    purchase_p50_vs_empty_workflow: ratio('emptyWorkflow', alone),
    purchase_rate_vs_empty_workflow: ratio('emptyWorkflow', rate),
    purchase_p50_vs_straightforward: ratio('straightforward', alone),
    purchase_rate_vs_straightforward: ratio('straightforward', rate),
    purchase_p99_over_p50: spreadOf(of('product', ({ busy }) => busy.p99 / busy.p50)),
    ...(rounds.has('dbos') && { purchase_rate_vs_dbos: ratio('dbos', rate) }),
    ...(rounds.has('restate') && { purchase_rate_vs_restate: ratio('restate', rate) }),
  }
}

/**
 * What three such machines would give: one for Postgres, one for Temporal, one for worker and API. Whichever has the most to do for a
 * purchase is the limit. Without network and replication, so it is the most that can be hoped for.
 *
 * @returns purchases a second; undefined where CPU time cannot be measured
 */
function onThreeMachines({ postgres, temporal, worker, api }: Record<string, number>): number | undefined {
  if (postgres === undefined || temporal === undefined || worker === undefined || api === undefined) return undefined
  return (availableParallelism() * 1_000) / Math.max(postgres, temporal, worker + api)
}

/** Two worker processes on this machine against one, in turn. */
async function compareWorkers(
  machine: Machine,
  product: Product,
  { buy }: Contender,
  { rounds, busyMs }: PurchaseSizes,
): Promise<{ one: Spread; two: Spread }> {
  const [one, two]: [number[], number[]] = [[], []]
  const measure = async () => (await closedLoop({ atOnce: AT_ONCE, durationMs: busyMs }, buy)).rate
  for (let round = 0; round < rounds; round++) {
    one.push(await measure())
    const second = await product.addWorker()
    // It has to meet the code once, too.
    await closedLoop({ atOnce: AT_ONCE, durationMs: busyMs / 2 }, buy)
    two.push(await measure())
    await machine.stopService(second)
    machine.say(`purchases: one worker ${one.at(-1)?.toFixed(1)}/s, two workers ${two.at(-1)?.toFixed(1)}/s`)
  }
  return { one: spreadOf(one), two: spreadOf(two) }
}
