import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseOptions, runCommand } from '#config/command.ts'
import { ConfigurationError } from '#config/environment.ts'
import { identify, writeRuntime } from '#config/runtime-file.ts'
import { stopInOrder } from '#scripts/launcher/supervisor.ts'
import { startPostgresServer } from '#scripts/platform/postgres.ts'
import { freePort, sendSignal } from '#scripts/platform/processes.ts'
import { createTemplateDatabase } from '#test/support/databases.ts'
import { makeTemporaryFolder, removeAbandonedFolders } from '#test/support/temporary-folders.ts'
import type { Job, Report } from './explorer-process.ts'
import { runJobs } from './explorers.ts'
import { MUTANTS } from './mutants.ts'
import type { Failure } from './search.ts'
import { AT_RANDOM, FROM_MEMORY, formatBudget, ON_NEW_BOOKS, parseTask } from './tasks.ts'

const HELP = `npm run explore: a purchase and its refunds through every order of events, held to docs/saga-specification.md

  -- --seed N       of the ways that are taken at random (default 1)
  -- --runs N       how many of them, of each kind of order (default 2000)
  -- --only PART    books, memory, random or mutants
  -- --task T       explores one task, such as fast/points/1,1,0,0,0,0,0,0: lane (or "sold": from the completed purchase on), order, and
                    budgets of faults, cancels, deaths, late attempts, repairs, refunds, what others change, and lost commits
  -- --path P       with --task: takes one way, as a failure prints it, and says what happens`

const PARTS = ['books', 'memory', 'random', 'mutants'] as const

function readOptions() {
  const { seed, runs, ...values } = parseOptions({
    help: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '2000' },
    only: { type: 'string' },
    task: { type: 'string' },
    path: { type: 'string' },
  })
  if (values.only !== undefined && !PARTS.some((part) => part === values.only)) {
    throw new ConfigurationError(`--only takes one of ${PARTS.join(', ')}.`)
  }
  if (values.path !== undefined && values.task === undefined) throw new ConfigurationError('--path goes with --task.')
  if (values.task !== undefined) requireTask(values.task)
  return { ...values, seed: wholeNumber('seed', seed), runs: wholeNumber('runs', runs) }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new ConfigurationError(`--${name} takes a whole number, not "${text}".`)
}

function requireTask(name: string): void {
  try {
    parseTask(name)
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}. See "npm run explore -- --help".`)
  }
}

type Options = ReturnType<typeof readOptions>

async function main(): Promise<number> {
  const options = readOptions()
  if (options.help) return print(HELP) ?? 0
  return await withPostgres(async (adminUrl) => {
    if (options.path !== undefined) return await retrace(adminUrl, options)
    const parts =
      options.task === undefined ? PARTS.filter((part) => (options.only ?? part) === part) : (['memory'] as const)
    let failed = 0
    for (const part of parts) failed += await explore(adminUrl, part, options)
    print(failed === 0 ? 'all as the specification says' : `${failed} failed`)
    return failed === 0 ? 0 : 1
  })
}

function print(line: string): undefined {
  process.stdout.write(`${line}\n`)
}

/** On record as soon as it exists: whatever kills this command, the next one, or the next test run, removes what it left. */
async function withPostgres<Value>(work: (adminUrl: string) => Promise<Value>): Promise<Value> {
  await removeAbandonedFolders()
  const dataDir = makeTemporaryFolder()
  let stopAtOnce = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  process.once('exit', () => stopAtOnce())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const { adminUrl, identity } = await startPostgresServer({
    dataDir,
    port: await freePort(),
    logFile: join(dataDir, 'postgres.log'),
    settings: { fsync: 'off', full_page_writes: 'off' },
    onSpawn: (postgres) => {
      const launcher = identify(process.pid)
      if (launcher) writeRuntime(dataDir, { launcher, state: 'running', processes: { postgres }, urls: {} })
      const remove = stopAtOnce
      stopAtOnce = () => {
        sendSignal(postgres, 'SIGKILL')
        remove()
      }
    },
  })
  await createTemplateDatabase(adminUrl)
  try {
    return await work(adminUrl)
  } finally {
    await stopInOrder({ postgres: identity })
  }
}

const TITLES = {
  books: 'Every history, each on the books of a buyer of its own',
  memory: 'Every history, larger budgets, with what the books answered before',
  random: 'Beyond, at random',
  mutants: 'Defects that were put in',
}

function jobsOf(part: (typeof PARTS)[number], { seed, runs, task }: Options): Job[] {
  if (task !== undefined) return [{ kind: 'all', task, isWalked: false }]
  switch (part) {
    case 'books':
      return ON_NEW_BOOKS.map((task) => ({ kind: 'all', task, isWalked: true }))
    case 'memory':
      return FROM_MEMORY.map((task) => ({ kind: 'all', task, isWalked: false }))
    case 'random':
      return AT_RANDOM.map((task) => ({ kind: 'random', task, seed, runs }))
    case 'mutants':
      return MUTANTS.map(({ name }) => ({ kind: 'mutant', name }))
  }
}

/** @returns how many of its jobs failed */
async function explore(adminUrl: string, part: (typeof PARTS)[number], options: Options): Promise<number> {
  const start = performance.now()
  print(`\n${TITLES[part]}${part === 'random' ? `, seed ${options.seed}` : ''}`)
  if (part !== 'mutants')
    print('  budgets: faults, cancels, deaths, late attempts, repairs, refunds, what others change, lost commits')
  const reports = await runJobs(adminUrl, jobsOf(part, options), { report: (report) => print(`  ${lineOf(report)}`) })
  const failed = reports.filter((report) => !isRight(report))
  for (const { failures } of failed) for (const failure of failures) describe(failure)
  const [histories, states] = [reports.map((one) => one.histories), reports.map((one) => one.states)].map(total)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const killed = part === 'mutants' ? `${reports.length - failed.length} of ${reports.length} found, ` : ''
  print(
    `  ${killed}${histories} histories, ${states} states, ${seconds} s${failed.length > 0 ? `: ${failed.length} FAILED` : ''}`,
  )
  return failed.length
}

const total = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0)

/** A mutant is to be found, by a rule that is broken; everything else is to find nothing. */
function isRight({ job, failures, foundIn }: Report): boolean {
  return job.kind === 'mutant' ? foundIn !== undefined : failures.length === 0
}

function lineOf(report: Report): string {
  const { job, histories, states, seconds, failures, foundIn, trace, outcomes = {} } = report
  const time = `${seconds.toFixed(1)} s`
  const counted = `${String(histories).padStart(7)} histories, ${String(states).padStart(7)} states, ${time.padStart(7)}`
  if (job.kind === 'mutant') {
    const verdict = foundIn === undefined ? 'SURVIVED' : 'found'
    return `${verdict.padEnd(8)} ${job.name} (${foundIn === undefined ? `${histories} histories` : foundIn}, ${time}): ${failures[0]?.rule ?? ''}`
  }
  const ends = Object.entries(outcomes)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .sort()
    .join(', ')
  return `${isRight(report) ? 'ok    ' : 'FAILED'} ${job.task.padEnd(36)} ${counted}${trace === undefined ? '' : `, trace ${trace}`}; at rest: ${ends}`
}

function describe({ rule, detail, task, path, labels }: Failure): void {
  print(`\n  ${rule}\n  but: ${detail}`)
  for (const [index, label] of labels.entries()) print(`    ${index} ${label}`)
  print(`  again: npm run explore -- --task ${task} --path "${path}"\n`)
}

/** Takes one way again. */
async function retrace(adminUrl: string, { task = '', path = '' }: Options): Promise<number> {
  const { budget } = parseTask(task)
  const [report] = await runJobs(adminUrl, [{ kind: 'path', task, path }])
  print(`${task}, budgets ${formatBudget(budget)}`)
  for (const [index, label] of (report?.labels ?? []).entries()) print(`  ${index} ${label}`)
  const [failure] = report?.failures ?? []
  print(failure ? `${failure.rule}\nbut: ${failure.detail}` : 'as the specification says')
  return failure ? 1 : 0
}

if (import.meta.main) runCommand(main)
