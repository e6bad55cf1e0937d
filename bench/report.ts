import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CONTENDERS } from './contenders.ts'
import { FIGURES, type FigureName, type Figures, targetOf, verdictOf } from './figures.ts'
import type { GrowthResults } from './growth.ts'
import type { HistoryResults } from './history.ts'
import { type Bar, barChart, lineChart, shortNumber } from './plot.ts'
import type { PointsResults } from './points.ts'
import type { PurchaseResults } from './purchases.ts'
import type { Spread } from './statistics.ts'
import type { SimulationResults, VisitorResults } from './visitors.ts'

/** What a run measured; stages that were left out are missing. */
export type BenchResults = {
  /** ISO 8601. */
  readonly at: string
  /** The machine and the versions. */
  readonly description: string
  readonly isQuick: boolean
  readonly purchases?: PurchaseResults
  readonly points?: PointsResults
  readonly history?: HistoryResults
  readonly growth?: GrowthResults
  readonly visitors?: VisitorResults
  readonly simulation?: SimulationResults
}

export function figuresOf({ purchases, points, history, growth, simulation }: BenchResults): Figures {
  return {
    ...purchases?.figures,
    ...points?.figures,
    ...history?.figures,
    ...growth?.figures,
    ...simulation?.figures,
  }
}

/** All of it as Markdown that also reads well in a terminal. */
export function formatReport(results: BenchResults): string {
  const { purchases, points, history, visitors, simulation } = results
  return [
    targetSection(figuresOf(results)),
    ...(purchases ? [purchaseSection(purchases)] : []),
    ...(points ? [pointsSection(points)] : []),
    ...(history ? [historySection(history)] : []),
    ...(visitors ? [visitorSection(visitors)] : []),
    ...(simulation ? [simulationSection(simulation)] : []),
  ].join('\n\n')
}

const VERDICTS = { aim: 'aim reached', reached: 'reached', missed: '**missed**', stated: '' } as const

function targetSection(figures: Figures): string {
  const rows = (Object.keys(FIGURES) as FigureName[]).flatMap((name) => {
    const figure = figures[name]
    if (figure === undefined) return []
    const verdict = VERDICTS[verdictOf(name, figure.median)]
    return [[`\`${name}\``, FIGURES[name].means, formatSpread(figure, 2), targetOf(name), verdict]]
  })
  return section('Targets', table(['name', 'what', 'measured', 'target', ''], rows))
}

function purchaseSection({ rows, openLoopPerSecond, workers, threeMachines }: PurchaseResults): string {
  const measured = rows.map(({ name, aloneP50, openP50, openP99, rate, busyP50, busyP99 }) => [
    CONTENDERS[name],
    formatSpread(aloneP50),
    `${shortNumber(openP50.median)} / ${shortNumber(openP99.median)}`,
    formatSpread(rate),
    formatSpread(busyP50),
    formatSpread(busyP99),
  ])
  const heads = [
    '',
    'alone, p50 ms',
    `${openLoopPerSecond} a second, p50 / p99 ms`,
    '50 at once, per second',
    'p50 ms',
    'p99 ms',
  ]
  const processes = [...new Set(rows.flatMap(({ cpu }) => Object.keys(cpu)))]
  const cpu = rows.map((row) => [
    CONTENDERS[row.name],
    ...processes.map((name) => (row.cpu[name] === undefined ? '' : shortNumber(row.cpu[name]))),
  ])
  const lines = [
    table(heads, measured),
    'CPU per purchase at 50 at once, in milliseconds. The caller is this benchmark, which for all but the product also writes the order down.',
    table(['', ...processes], cpu),
  ]
  if (workers)
    lines.push(
      `One worker process: ${formatSpread(workers.one)} purchases a second; two: ${formatSpread(workers.two)}.`,
    )
  if (threeMachines !== undefined) {
    lines.push(
      `Three such machines (one for Postgres, one for Temporal, one for worker and API) would carry out at most ${shortNumber(threeMachines)} ` +
        'purchases a second. That is calculated from the CPU per purchase, without the network.',
    )
  }
  return section('Purchases', ...lines)
}

function pointsSection({ issues, awards }: PointsResults): string {
  const issued = issues.map(({ accounts, ledger, bareInsert, rowLock }) => [
    accounts.toLocaleString('en'),
    formatSpread(ledger),
    formatSpread(bareInsert),
    formatSpread(rowLock),
  ])
  return section(
    'Points',
    'Per second, 50 at once. The ledger keeps keys, lots, days and a statement; the row lock keeps a balance and an entry.',
    table(['accounts', 'the ledger', 'bare insert of an event', 'row lock'], issued),
    'Awards per second, 50 at once:',
    table(
      ['no campaign, so nothing is issued', 'a campaign without a cap', 'a campaign with a cap'],
      [[formatSpread(awards.none), formatSpread(awards.uncapped), formatSpread(awards.capped)]],
    ),
  )
}

function historySection({ balances, costs }: HistoryResults): string {
  const read = balances.map(({ events, naive, readModel }) => [
    events.toLocaleString('en'),
    formatSpread(naive),
    formatSpread(readModel),
    shortNumber(naive.median / readModel.median),
  ])
  const most = balances.at(-1)?.events.toLocaleString('en')
  return section(
    'Long histories',
    'A balance with its days, in milliseconds: folded from all events of the account, and from the daily read model that is written with them.',
    table(['events of the account', 'naive fold', 'read model', 'times as fast'], read),
    `What else may not grow: the cost with ${most} events over that with 1,000.`,
    table(
      ['', 'ratio'],
      costs.map(({ what, ratio }) => [what, shortNumber(ratio)]),
    ),
  )
}

function visitorSection({ visitors, maxPauseMs, seconds, latencies }: VisitorResults): string {
  const rows = Object.entries(latencies).map(([what, { count, p50, p99 }]) => [
    what,
    count.toLocaleString('en'),
    shortNumber(p50),
    shortNumber(p99),
  ])
  return section(
    'Visitors',
    `${visitors} visitors at once: each reads a balance, gets 100 points ten times with pauses of up to ${maxPauseMs / 1_000} s, reads, redeems 250 ` +
      `and reads again. All of it took ${shortNumber(seconds)} s, without an error.`,
    table(['', 'requests', 'p50 ms', 'p99 ms'], rows),
  )
}

function simulationSection({ idle, simulating, simulation }: SimulationResults): string {
  return section(
    'Reads during a simulation',
    `The longest simulation that is allowed takes ${shortNumber(simulation.p50)} ms. \`GET /healthz\`, p99: ${formatSpread(idle)} ms idle, ` +
      `${formatSpread(simulating)} ms while one follows the other.`,
  )
}

/** `47.1 (45.8–48)`: the median of the rounds, and the least and the most of them. */
function formatSpread({ median, min, max }: Spread, decimals?: number): string {
  const format = (value: number) => (decimals === undefined ? shortNumber(value) : value.toFixed(decimals))
  return min === max ? format(median) : `${format(median)} (${format(min)}–${format(max)})`
}

function section(title: string, ...content: string[]): string {
  return [`## ${title}`, ...content].join('\n\n')
}

/** Its columns are aligned, so that it reads well as it is. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(3, head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

// ---------------------------------------------------------------------------------------------------------------------
// docs/benchmarks

/** Writes `README.md` and the plots that it shows into a folder. */
export async function writeDocs(folder: string, results: BenchResults): Promise<void> {
  await mkdir(folder, { recursive: true })
  const plots = plotsOf(results)
  for (const { file, svg } of plots) await writeFile(join(folder, file), svg)
  const page = [
    '# Benchmarks',
    `Written by \`npm run bench${results.isQuick ? ' -- --quick --docs' : ''}\` on ${results.at.slice(0, 10)}; the next run replaces it. ` +
      `${results.description}. Everything ran on one machine, over loopback, with \`fsync\` and \`synchronous_commit\` on; the books were audited ` +
      'after every round. Each number is the median of the rounds, with the least and the most of them in parentheses. Ratios are taken round by round.',
    ...plots.map(({ file, title }) => `![${title}](${file})`),
    formatReport(results),
    METHOD,
  ]
  await writeFile(join(folder, 'README.md'), `${page.join('\n\n')}\n`)
}

const METHOD = `## How it is measured

- Contenders take turns; in each round the order is another one. Each has a database of its own, with the same products, buyers and campaign.
- _Alone_ is one purchase at a time. At a fixed rate (open loop), a purchase counts from when it was due, whether those before it were through or not. _50 at once_ is a closed loop: whoever is through begins anew.
- The straightforward version carries out the five effects of the saga (reserve, charge, confirm, award, record the outcome) as five regular activities, with default worker settings and no undo. The stock server keeps its state in memory, the tuned one on disk.
- Without durable execution, the same five effects are called one after the other: what is under way when the process dies stays half done.
- DBOS and Restate carry out the same five effects as steps (\`bench/peers\`, a package of its own: \`npm ci --prefix bench/peers\`).
- Purchases and events beyond the first ones are copies of what the product made, with ids of their own, so that the audit holds for them, too.`

function plotsOf({ purchases, history, points }: BenchResults): { file: string; title: string; svg: string }[] {
  const plots: { file: string; title: string; svg: string }[] = []
  const add = (file: string, title: string, svg: string) => plots.push({ file, title, svg })
  if (purchases) {
    const bars = (pick: (row: PurchaseResults['rows'][number]) => Spread): Bar[] =>
      purchases.rows.map((row) => barOf(SHORT[row.name], pick(row), row.name === 'product'))
    const [rate, latency] = ['Purchases a second, 50 at once', 'One purchase at a time, median in milliseconds']
    add('purchases-rate.svg', rate, barChart({ title: rate, axis: 'more is better', bars: bars((row) => row.rate) }))
    add(
      'purchases-latency.svg',
      latency,
      barChart({ title: latency, axis: 'less is better', bars: bars((row) => row.aloneP50) }),
    )
  }
  if (points) {
    const title = 'Points issued a second, 50 at once'
    const bars = points.issues.flatMap(({ accounts, ledger, bareInsert, rowLock }) => {
      const on = accounts === 1 ? 'one account' : `${accounts.toLocaleString('en')} accounts`
      return [barOf(`${on}: ledger`, ledger, true), barOf('bare insert', bareInsert), barOf('row lock', rowLock)]
    })
    add('points.svg', title, barChart({ title, axis: 'more is better', bars }))
  }
  if (history) {
    const title = 'Reading a balance, by the number of events of the account'
    const line = (label: string, pick: (row: HistoryResults['balances'][number]) => Spread) => ({
      label,
      points: history.balances.map((row) => [row.events, pick(row).median] as const),
    })
    const lines = [line('naive fold', (row) => row.naive), line('daily read model', (row) => row.readModel)]
    add('balances.svg', title, lineChart({ title, xAxis: 'events', yAxis: 'milliseconds', lines }))
  }
  return plots
}

const SHORT: Readonly<Record<keyof typeof CONTENDERS, string>> = {
  product: 'this product',
  plainSql: 'no durable execution',
  emptyWorkflow: 'empty workflow',
  straightforward: 'straightforward, stock server',
  straightforwardTuned: 'straightforward, tuned server',
  dbos: 'DBOS',
  restate: 'Restate',
}

function barOf(label: string, { median, min, max }: Spread, isOurs = false): Bar {
  return { label, value: median, min, max, isOurs }
}
