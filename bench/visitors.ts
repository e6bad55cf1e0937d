import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures } from './figures.ts'
import { createHttpClient, expectStatus, type HttpClient } from './http.ts'
import { type Latencies, openLoop, summarise, timeOf } from './load.ts'
import { type BenchDatabase, type Machine, type Product, requireSoundBooks } from './machine.ts'
import { type Spread, spreadOf } from './statistics.ts'

export type VisitorSizes = { readonly visitors: number; readonly maxPauseMs: number }

export type VisitorResults = VisitorSizes & {
  readonly seconds: number
  /** Latencies in milliseconds, by what was asked. */
  readonly latencies: Readonly<Record<'balance' | 'issue' | 'redeem', Latencies>>
}

type Running = { database: BenchDatabase; product: Product }

const ISSUES = 10
const ISSUED = 100
const REDEEMED = 250

/**
 * Visitors who come at the same time. Each looks at a balance, gets 100 points ten times with pauses of up to so many seconds, looks,
 * redeems 250 and looks again.
 *
 * @throws Error when a single request was not answered as it should be, or a balance is not what was issued and redeemed
 */
export async function benchVisitors(
  machine: Machine,
  { database, product }: Running,
  { visitors, maxPauseMs }: VisitorSizes,
): Promise<VisitorResults> {
  machine.say(`visitors: ${visitors} of them, with pauses of up to ${maxPauseMs / 1_000} s`)
  const http = createHttpClient(product.url)
  const times: Record<'balance' | 'issue' | 'redeem', number[]> = { balance: [], issue: [], redeem: [] }
  const timed = async (what: keyof typeof times, work: () => Promise<unknown>) => {
    times[what].push(await timeOf(work))
  }
  const visit = async (n: number) => {
    const account_id = `visitor-${crypto.randomUUID()}`
    const balance = (points: number) => timed('balance', () => expectBalance(http, account_id, points))
    await sleep((n / visitors) * maxPauseMs)
    await balance(0)
    for (let issue = 0; issue < ISSUES; issue++) {
      await timed('issue', () => expectStatus(http, 200, 'POST', '/points', { account_id, amount: ISSUED }))
      await sleep(Math.random() * maxPauseMs)
    }
    await balance(ISSUES * ISSUED)
    await timed('redeem', () => expectStatus(http, 200, 'DELETE', '/points', { account_id, amount: REDEEMED }))
    await balance(ISSUES * ISSUED - REDEEMED)
  }
  const tookMs = await timeOf(() => Promise.all(Array.from({ length: visitors }, (_, n) => visit(n))))
  http.close()
  await requireSoundBooks(database)
  return {
    visitors,
    maxPauseMs,
    seconds: tookMs / 1_000,
    latencies: {
      balance: summarise(times.balance),
      issue: summarise(times.issue),
      redeem: summarise(times.redeem),
    },
  }
}

async function expectBalance(http: HttpClient, accountId: string, points: number): Promise<void> {
  const { text } = await expectStatus(http, 200, 'GET', `/points?account_id=${accountId}`)
  const { balance } = JSON.parse(text) as { balance: number }
  if (balance !== points) throw new Error(`${accountId} has ${balance} points, not ${points}`)
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads during a simulation

export type SimulationSizes = { readonly rounds: number; readonly durationMs: number }

export type SimulationResults = {
  /** 99th percentiles of GET /healthz, in milliseconds. */
  readonly idle: Spread
  readonly simulating: Spread
  /** How long a simulation took, in milliseconds, and what it was answered. */
  readonly simulation: Latencies
  readonly figures: Figures
}

const CLIENT = 'BenchSimulation'
const CAMPAIGNS = 50
const RULES = 30
/** Characters of a formula: with 30 rules a campaign is then nearly as long as one may be. */
const FORMULA_LENGTH = 900
const PROBES_PER_SECOND = 50

/**
 * What other requests wait while somebody simulates as much as is allowed, again and again: as many campaigns as a client may have, of
 * rules that are as long as they may be.
 */
export async function benchSimulation(
  machine: Machine,
  { product }: Running,
  { rounds, durationMs }: SimulationSizes,
): Promise<SimulationResults> {
  machine.say(`simulation: saving ${CAMPAIGNS} campaigns of ${RULES} rules`)
  const http = createHttpClient(product.url)
  const rules = Array.from({ length: RULES }, (_, n) => longRule(n))
  for (let n = 0; n < CAMPAIGNS; n++) {
    await expectStatus(http, 201, 'POST', '/campaigns', { client: CLIENT, campaign_name: `bench-${n}`, rules })
  }
  const simulation: number[] = []
  const simulate = async () => {
    const event = { amount: 1_700, total: 1_700, quantity: 1 }
    simulation.push(
      await timeOf(() => expectStatus(http, 200, 'POST', '/campaigns/simulate', { client: CLIENT, event })),
    )
  }
  const probe = async () => {
    const load = { perSecond: PROBES_PER_SECOND, durationMs }
    return (await openLoop(load, () => expectStatus(http, 200, 'GET', '/healthz'))).p99
  }
  await probe()
  const [idle, simulating]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    idle.push(await probe())
    let isProbing = true
    const simulations = (async () => {
      while (isProbing) await simulate()
    })()
    simulating.push(await probe().finally(() => (isProbing = false)))
    await simulations
    machine.say(
      `simulation: round ${round + 1} of ${rounds}, p99 of reads ${idle.at(-1)?.toFixed(1)} ms idle, ` +
        `${simulating.at(-1)?.toFixed(1)} ms while simulating`,
    )
  }
  http.close()
  return {
    idle: spreadOf(idle),
    simulating: spreadOf(simulating),
    simulation: summarise(simulation),
    figures: { reads_while_simulating: spreadOf(simulating.map((p99, round) => p99 - (idle[round] ?? Number.NaN))) },
  }
}

function longRule(n: number): object {
  const term = `$.amount/${n + 7}+`
  return {
    variable: '$.amount',
    condition: { rule: 'numeric_greater_than', value: 100 },
    action: { command: 'issue', formula: `${term.repeat(Math.floor(FORMULA_LENGTH / term.length))}1` },
  }
}
