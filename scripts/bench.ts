import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { expectedFigures, flatFigures, verdictOf } from '#bench/figures.ts'
import { benchGrowth, type GrowthSizes, startGrownProducts } from '#bench/growth.ts'
import { benchHistory, exceededCosts, type HistorySizes } from '#bench/history.ts'
import { type Machine, withMachine } from '#bench/machine.ts'
import { benchPoints, type PointsSizes } from '#bench/points.ts'
import { benchPurchases, type PurchaseSizes } from '#bench/purchases.ts'
import { type BenchResults, figuresOf, formatReport, writeDocs } from '#bench/report.ts'
import { benchSimulation, benchVisitors, type SimulationSizes, type VisitorSizes } from '#bench/visitors.ts'
import { runCommand } from '#config/command.ts'
import { ConfigurationError } from '#config/environment.ts'

/** In the order that they run in. */
const STAGES = ['purchases', 'visitors', 'simulation', 'points', 'growth', 'history'] as const
type Stage = (typeof STAGES)[number]

const USAGE = `npm run bench -- [options]

Measures this system against others in the same run, on a Postgres and a Temporal of its own, which are gone afterwards.
A full run takes about an hour and rewrites docs/benchmarks. Nothing else should run on the machine.

  --quick        less of everything, without DBOS and Restate; under eight minutes on two cores
  --json FILE    writes the numbers that have targets as one flat JSON object
  --docs         rewrites docs/benchmarks after a quick run, too
  --only LIST    of ${STAGES.join(', ')}; separated by commas
  --rounds N     rounds of each stage
  --help         this text`

const DOCS = join(import.meta.dirname, '../docs/benchmarks')

/**
 * `npm run bench`. Exits 1 when a request fails, when the books do not add up after a round, and when a long history costs what it
 * must not; not for a target that is missed, for that may be the machine's fault.
 */
async function main() {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    console.log(USAGE)
    return 0
  }
  const startedAt = performance.now()
  const say = (line: string) => {
    console.log(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`)
  }
  const results = await withMachine(say, (machine) => measure(machine, options))
  console.log(`\n${results.description}\n\n${formatReport(results)}\n`)
  if (options.json !== undefined) await writeFile(options.json, formatJson(results))
  if (options.docs || (!options.quick && options.only.length === STAGES.length)) await writeDocs(DOCS, results)
  for (const line of complaints(results, options)) console.log(line)
  const exceeded = results.history ? exceededCosts(results.history) : []
  for (const line of exceeded) console.log(`TOO SLOW with a long history: ${line}`)
  return exceeded.length === 0 ? 0 : 1
}

type Options = { quick: boolean; json?: string; docs: boolean; only: Stage[]; rounds?: number; help: boolean }

function readOptions(args: string[]): Options {
  const { values } = parseOptions(args)
  const only = values.only?.split(',') ?? [...STAGES]
  const unknown = only.find((stage) => !STAGES.includes(stage as Stage))
  if (unknown !== undefined) throw new ConfigurationError(`--only ${unknown}: must be of ${STAGES.join(', ')}.`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100)) {
    throw new ConfigurationError(`--rounds ${values.rounds}: must be a whole number from 1 to 100.`)
  }
  return {
    quick: values.quick,
    docs: values.docs,
    help: values.help,
    only: only as Stage[],
    ...(values.json !== undefined && { json: values.json }),
    ...(rounds !== undefined && { rounds }),
  }
}

function parseOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        docs: { type: 'boolean', default: false },
        only: { type: 'string' },
        rounds: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : error} See npm run bench -- --help.`)
  }
}

type Sizes = {
  purchases: PurchaseSizes
  visitors: VisitorSizes
  simulation: SimulationSizes
  points: PointsSizes
  growth: GrowthSizes
  history: HistorySizes
}

const QUICK: Sizes = {
  purchases: {
    rounds: 3,
    roundsWithinMs: 150_000,
    warmUpMs: 2_000,
    alone: { times: 60, withinMs: 2_500 },
    openLoop: { perSecond: 8, durationMs: 2_000 },
    busyMs: 4_000,
  },
  visitors: { visitors: 100, maxPauseMs: 1_000 },
  simulation: { rounds: 3, durationMs: 3_000 },
  points: { rounds: 3, durationMs: 1_000, awards: 400 },
  growth: { purchases: 100_000, calls: 20 },
  history: { events: [1_000, 10_000, 100_000], calls: 40 },
}

const FULL: Sizes = {
  purchases: {
    rounds: 7,
    roundsWithinMs: 90 * 60_000,
    warmUpMs: 10_000,
    alone: { times: 300, withinMs: 15_000 },
    openLoop: { perSecond: 10, durationMs: 10_000 },
    busyMs: 15_000,
  },
  visitors: { visitors: 500, maxPauseMs: 20_000 },
  simulation: { rounds: 5, durationMs: 10_000 },
  points: { rounds: 7, durationMs: 5_000, awards: 2_000 },
  growth: { purchases: 1_000_000, calls: 100 },
  history: { events: [1_000, 10_000, 100_000, 1_000_000], calls: 200 },
}

/** All stages that are wanted, each on what it starts for itself or on the product that others have measured before. */
async function measure(machine: Machine, { quick, only, rounds }: Options): Promise<BenchResults> {
  const sizes = quick ? QUICK : FULL
  const wanted = (stage: Stage) => only.includes(stage)
  const inRounds = rounds === undefined ? {} : { rounds }
  machine.say(machine.description)
  const temporal = await machine.startTemporal('temporal', 'tuned')
  const database = await machine.createDatabase('bench_product')
  const product = { database, temporal, product: await machine.startProduct(database, temporal) }

  const purchases =
    wanted('purchases') && (await benchPurchases(machine, product, { ...sizes.purchases, ...inRounds, full: !quick }))
  const visitors = wanted('visitors') && (await benchVisitors(machine, product, sizes.visitors))
  const simulation =
    wanted('simulation') && (await benchSimulation(machine, product, { ...sizes.simulation, ...inRounds }))
  await product.product.stop()
  const points = wanted('points') && (await benchPoints(machine, { ...sizes.points, ...inRounds }))
  const grown = (wanted('growth') || wanted('history')) && (await startGrownProducts(machine, sizes.growth))
  const growth = grown && wanted('growth') && (await benchGrowth(machine, grown, sizes.growth))
  const history = grown && wanted('history') && (await benchHistory(machine, grown.large, sizes.history))
  return {
    at: new Date().toISOString(),
    description: machine.description,
    isQuick: quick,
    ...(purchases && { purchases }),
    ...(visitors && { visitors }),
    ...(simulation && { simulation }),
    ...(points && { points }),
    ...(growth && { growth }),
    ...(history && { history }),
  }
}

function formatJson(results: BenchResults): string {
  return `${JSON.stringify(flatFigures(figuresOf(results)), null, 2)}\n`
}

/** What somebody who looks at the last lines alone should know. */
function complaints(results: BenchResults, { quick, only }: Options): string[] {
  const figures = figuresOf(results)
  const names = expectedFigures(quick)
  const missing = only.length === STAGES.length ? names.filter((name) => figures[name] === undefined) : []
  const missed = names.filter((name) => figures[name] && verdictOf(name, figures[name].median) === 'missed')
  return [
    ...(missing.length > 0 ? [`not measured: ${missing.join(', ')}`] : []),
    missed.length > 0 ? `targets that are missed: ${missed.join(', ')}` : 'every target that was measured is reached',
  ]
}

if (import.meta.main) runCommand(main)
