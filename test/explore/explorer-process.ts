import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import type * as Migrate from '#db/migrate.ts'
import { APPLICATION_ROLE } from '#scripts/platform/postgres.ts'
import { createDatabase, type TestDatabase } from '#test/support/databases.ts'
import { openBooks } from './books.ts'
import { MUTANTS, writeMutant } from './mutants.ts'
import { alongPath, byChance, type Explored, exploreAll, type Failure, followOne } from './search.ts'
import { LADDER, parseTask } from './tasks.ts'
import { createWorkflowMachine } from './workflow-machine.ts'
import type { System } from './world.ts'

/** What a process that explores is asked for. Tasks and mutants go by their names. */
export type Job =
  | { kind: 'all'; task: string; isWalked: boolean }
  /** `runs` ways by chance; the same seed takes the same ones. */
  | { kind: 'random'; task: string; seed: number; runs: number }
  /** One way, as a failure prints it. */
  | { kind: 'path'; task: string; path: string }
  | { kind: 'mutant'; name: string }

/** `trace`: of what happened at random. `foundIn`: the task that found a mutant. `labels`: what happened on a path. */
export type Report = Omit<Explored, 'outcomes'> & {
  job: Job
  seconds: number
  outcomes?: Record<string, number>
  trace?: string
  foundIn?: string
  labels?: string[]
}

const ROOT = join(import.meta.dirname, '../..')

/** The code of a folder on a database of its own. */
async function openSystem(adminUrl: string, root: string) {
  const database = await createDatabase(adminUrl)
  // What the template has are the functions of this checkout, which need not be those of the folder.
  if (root !== ROOT) await createFunctions(root, database)
  const open = (databaseUrl: string) => openDatabase({ databaseUrl, applicationName: 'explore', maxConnections: 2 })
  const [sql, owner] = [open(database.databaseUrl), open(database.migrateDatabaseUrl)]
  const books = await openBooks(root, sql, owner)
  const machine = await createWorkflowMachine(root, books.activityNames)
  const close = async () => {
    await machine.close()
    await Promise.all([sql, owner].map((one: Database) => one.end({ timeout: 5 })))
    await database.drop()
  }
  return { books, machine, sql, close }
}

async function createFunctions(root: string, { migrateDatabaseUrl }: TestDatabase): Promise<void> {
  const { migrateDatabase } = (await import(join(root, 'db/migrate.ts'))) as typeof Migrate
  await migrateDatabase({ migrateDatabaseUrl, applicationRole: APPLICATION_ROLE })
}

function nothing(): Explored {
  return { histories: 0, states: 0, longest: 0, failures: [], outcomes: {} }
}

/** Where all of it was made on the books, they are audited, too. */
async function exploreTask(base: System & { sql: Database }, { task, isWalked }: Extract<Job, { kind: 'all' }>) {
  const explored = await exploreAll(base, parseTask(task), { maxFailures: MAX_FAILURES, isWalked })
  return isWalked ? { ...explored, failures: [...explored.failures, ...(await auditFailures(base.sql))] } : explored
}

async function runRandom(system: System, { task, seed, runs }: Extract<Job, { kind: 'random' }>) {
  const found = nothing()
  const trace = createHash('sha256')
  for (let run = 0; run < runs && found.failures.length < MAX_FAILURES; run++) {
    const { labels, world, failure } = await followOne(system, parseTask(task), byChance(seed + run))
    found.histories += 1
    found.states += labels.length
    found.longest = Math.max(found.longest, labels.length)
    const { status } = world.books.snapshot.purchase
    found.outcomes[status] = (found.outcomes[status] ?? 0) + 1
    trace.update(`${labels.join('\n')}\n${status}\n\n`)
    if (failure) found.failures.push(failure)
  }
  return { ...found, trace: trace.digest('hex').slice(0, 16) }
}

const MAX_FAILURES = 3

/** Goes up the ladder until a rule of the specification is found broken; that code breaks is not enough. */
async function hunt(adminUrl: string, base: System, name: string) {
  const mutant = MUTANTS.find((one) => one.name === name)
  if (!mutant) throw new Error(`there is no mutant "${name}"`)
  const folder = mkdtempSync(join(tmpdir(), 'unicorn-store-mutant-'))
  try {
    writeMutant(ROOT, mutant, folder)
    // What sagas are started with is asked for by the reconciler, which is an activity.
    const isOfWorkflows = mutant.edits.every(
      ([file]) => file.startsWith('workflows/') && file !== 'workflows/contract.ts',
    )
    const machine = isOfWorkflows ? await createWorkflowMachine(folder, base.books.activityNames) : undefined
    const own = machine ? undefined : await openSystem(adminUrl, folder)
    try {
      return await climb(own ?? { books: base.books, machine: machine as System['machine'] })
    } finally {
      await machine?.close()
      await own?.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function climb(system: System): Promise<Explored & { foundIn?: string }> {
  const total = nothing()
  const broken: Failure[] = []
  for (const task of LADDER) {
    const { histories, states, failures } = await exploreAll(system, parseTask(task), { maxFailures: 1 })
    total.histories += histories
    total.states += states
    const found = failures.find(({ isCrash }) => !isCrash)
    if (found && (await isRepeatable(system, task, found))) return { ...total, failures: [found], foundIn: task }
    broken.push(...failures.slice(0, 1))
  }
  return { ...total, failures: broken.slice(0, 1) }
}

/** What a failure prints leads to it again. */
async function isRepeatable(system: System, task: string, { path, rule, detail }: Failure): Promise<boolean> {
  const { failure } = await followOne(system, parseTask(task), alongPath(path))
  return failure?.rule === rule && failure.detail === detail
}

async function runJob(
  job: Job,
  adminUrl: string,
  base: System & { sql: Database },
): Promise<Omit<Report, 'job' | 'seconds'>> {
  switch (job.kind) {
    case 'all':
      return await exploreTask(base, job)
    case 'random':
      return await runRandom(base, job)
    case 'mutant':
      return await hunt(adminUrl, base, job.name)
    case 'path': {
      const { labels, failure } = await followOne(base, parseTask(job.task), alongPath(job.path))
      return {
        ...nothing(),
        histories: 1,
        states: labels.length,
        longest: labels.length,
        labels,
        failures: failure ? [failure] : [],
      }
    }
  }
}

/** The audit of everything that was explored on the books of this process. */
async function auditFailures(sql: Database): Promise<Failure[]> {
  const { invariants } = await audit(sql)
  return invariants
    .filter(({ violations }) => violations.length > 0)
    .map(({ name, violations }) => ({
      rule: name,
      detail: JSON.stringify(violations[0]),
      task: 'audit',
      path: '',
      labels: [],
    }))
}

/** Does what its parent asks for, one job at a time, until it is disconnected. */
async function serve(adminUrl: string): Promise<void> {
  const base = await openSystem(adminUrl, ROOT)
  process.on('message', (job: Job) => {
    const start = performance.now()
    runJob(job, adminUrl, base).then(
      (report) => process.send?.({ ...report, job, seconds: (performance.now() - start) / 1000 } satisfies Report),
      (error: Error) => {
        process.stderr.write(`${error.stack}\n`)
        process.exit(1)
      },
    )
  })
  process.once('disconnect', () => void base.close().then(() => process.exit(0)))
  process.send?.('ready')
}

const [adminUrl] = process.argv.slice(2)
if (import.meta.main && adminUrl !== undefined) await serve(adminUrl)
