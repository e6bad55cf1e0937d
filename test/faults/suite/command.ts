import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { ConfigurationError } from '#config/environment.ts'
import { ALL_KINDS, type FaultKind, type Report, type RunOptions, runSuite, seconds } from './run.ts'

const USAGE = `npm run test:faults -- [options]

Runs the whole system under load while everything that can fail does, lets it settle, and compares what clients were told with
what is stored. Exits 1 when a promise was not kept.

  --minutes N    how long faults strike; default 10
  --seed S       a whole number: the same faults in the same order, and the same clients; default: another one each time
  --only LIST    of the kinds of faults that "--help" lists, separated by commas, each three times
  --help         this text

Kinds of faults:
${ALL_KINDS.map((kind) => `  ${kind}`).join('\n')}`

/** Each kind strikes so often, in the long form and when it is chosen. */
const ROUNDS = 3
const PEOPLE = 20
/** Of the long form with all kinds, for each minute. */
const COMPLETED_PER_MINUTE = 100

/** `npm run test:faults`, the long form. */
async function main(): Promise<number> {
  const { values } = parse(process.argv.slice(2))
  if (values.help) {
    print(USAGE)
    return 0
  }
  const minutes = number('minutes', values.minutes, 1, 1_440)
  const seed = number('seed', values.seed ?? String(Math.floor(Math.random() * 1_000_000)), 0, 4_294_967_295)
  const kinds = values.only === undefined ? ALL_KINDS : values.only.split(',').map(kindOf)
  const isWhole = values.only === undefined
  const options: RunOptions = {
    seed,
    durationMs: minutes * 60_000,
    kinds,
    rounds: Math.max(ROUNDS, isWhole ? Math.floor((ROUNDS * minutes) / 10) : 0),
    allPoints: isWhole,
    people: PEOPLE,
    minCompleted: isWhole ? COMPLETED_PER_MINUTE * minutes : 0,
    say: print,
  }
  const report = await runSuite(options)
  print(formatReport(options, report))
  const problems = [...report.problems, ...shortcomings(report, options)]
  for (const problem of problems.slice(0, 50)) print(`NOT AS IT SHOULD BE: ${problem}`)
  print(
    problems.length === 0
      ? `clean, seed ${seed}`
      : `${problems.length} problems, seed ${seed}: --seed ${seed} repeats it`,
  )
  return problems.length === 0 ? 0 : 1
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string' },
        only: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message} See npm run test:faults -- --help.`)
  }
}

function number(name: string, given: string, least: number, most: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (value >= least && value <= most) return value
  throw new ConfigurationError(`--${name} ${given}: must be a whole number from ${least} to ${most}.`)
}

function kindOf(given: string): FaultKind {
  const kind = ALL_KINDS.find((known) => known === given.trim())
  if (kind !== undefined) return kind
  throw new ConfigurationError(`--only ${given}: there is no such kind of fault. See npm run test:faults -- --help.`)
}

/** Each kind must have struck sagas in flight as often as it was to, and enough purchases must have been completed. */
function shortcomings(
  { struck, manners, completed, pointsLeft }: Report,
  { kinds, rounds, minCompleted }: RunOptions,
): string[] {
  const met = (kind: FaultKind) => struck.filter((one) => one.kind === kind && one.inFlight > 0 && !one.failed).length
  const counts = [...kinds.map((kind) => [kind, met(kind)] as const), ...Object.entries(manners)]
  return [
    ...counts.flatMap(([what, times]) =>
      times < rounds ? [`${what}: struck sagas in flight ${times} times instead of ${rounds}`] : [],
    ),
    ...(kinds.length === ALL_KINDS.length && pointsLeft.length > 0
      ? [`no process died at ${pointsLeft.join(', ')}`]
      : []),
    ...(completed < minCompleted ? [`${completed} purchases were completed instead of ${minCompleted}`] : []),
  ]
}

function formatReport(
  { kinds }: RunOptions,
  { struck, manners, verdict, completed, drainMs, pointsLeft }: Report,
): string {
  const table = (title: string, rows: Record<string, number | string>) =>
    [title, ...Object.entries(rows).map(([what, value]) => `  ${String(value).padStart(6)}  ${what}`)].join('\n')
  const byKind = Object.fromEntries(
    kinds.map((kind) => [kind, struck.filter((one) => one.kind === kind && one.inFlight > 0).length]),
  )
  return [
    '',
    table('Faults that struck sagas in flight, by kind:', { ...byKind, ...manners }),
    table('Operations, by what became of them:', verdict.outcomes),
    table('What clients could not know, and how it turned out:', verdict.unknown),
    ...(byKind['worker killed at a named point']
      ? [`Points at which no process died: ${pointsLeft.join(', ') || 'none'}.`]
      : []),
    `Purchases completed: ${completed}. Everything had settled ${seconds(drainMs).trim()} after the last request.`,
  ].join('\n')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

runCommand(main)
