import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { runCommand } from '#config/command.ts'

const VITEST = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
const REVIEWED_SKIPS = join(import.meta.dirname, '../test/reviewed-skips.json')

/**
 * `npm test`: every test but the experiments, which take minutes (`npm run test:experiments`); arguments are passed on to vitest. The last
 * line says how many passed and failed.
 */
async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'unicorn-store-report-'))
  try {
    const reportPath = join(folder, 'report.json')
    const exitCode = await runVitest(['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`])
    const reviewed = reviewedSkips.parse(JSON.parse(readFileSync(REVIEWED_SKIPS, 'utf8')))
    const verdict = verdictOf({ exitCode, report: readReport(reportPath), reviewed })
    for (const error of verdict.errors) console.log(error)
    console.log(verdict.summary)
    return verdict.ok ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns its exit code, or undefined if a signal ended it */
async function runVitest(reporting: readonly string[]): Promise<number | undefined> {
  const vitest = spawn(
    process.execPath,
    [VITEST, 'run', '--project=!experiments', ...reporting, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  )
  // Vitest stops the servers it started; we stay until it has. A terminal sends Ctrl-C to both of us.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => vitest.kill('SIGTERM'))
  const [exitCode] = (await once(vitest, 'exit')) as [number | null]
  return exitCode ?? undefined
}

/** Undefined if vitest did not get as far as writing one. */
function readReport(path: string) {
  try {
    return parseReport(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** What we need of vitest's JSON report. */
const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

type TestReport = z.output<typeof report>

/** Tests that may be skipped, each with the reason that a reviewer accepted. `test` is `<file> > <full name>`. */
const reviewedSkips = z.array(z.strictObject({ test: z.string(), reason: z.string().min(1) }))

interface TestRun {
  /** Of vitest; undefined if a signal ended it. */
  readonly exitCode: number | undefined
  /** Undefined if there is none: vitest itself failed. */
  readonly report: TestReport | undefined
  readonly reviewed: z.output<typeof reviewedSkips>
}

interface Verdict {
  readonly ok: boolean
  /** `N passed, N failed`, followed by `, N skipped` if there are any. */
  readonly summary: string
  /** Why the run fails beyond tests that failed, one line each. */
  readonly errors: readonly string[]
}

export function parseReport(json: string): TestReport {
  return report.parse(JSON.parse(json))
}

/**
 * A run is good only if something ran, nothing failed, nothing was skipped without review, and vitest itself ended well.
 * Each other reason counts as a failure, so that a summary with `0 failed` is always a good run.
 */
export function verdictOf({ exitCode, report, reviewed }: TestRun): Verdict {
  const tests = (report?.testResults ?? []).flatMap((file) =>
    file.assertionResults.map(({ fullName, status }) => ({ id: `${relative('.', file.name)} > ${fullName}`, status })),
  )
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failed = tests.filter(({ status }) => status === 'failed').length
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')

  const errors = [
    ...brokenFiles(report).map((file) => `${file}: failed before its tests could run`),
    ...skipped
      .filter(({ id }) => !reviewed.some(({ test }) => test === id))
      .map(({ id }) => `${id}: skipped, and not in test/reviewed-skips.json`),
  ]
  if (tests.length === 0) errors.push('no test ran')
  if (exitCode !== 0 && failed + errors.length === 0) {
    errors.push(`vitest failed outside of tests (exit code ${exitCode ?? 'none: a signal ended it'}), see above`)
  }
  const failures = failed + errors.length
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  return { ok: failures === 0, summary: `${passed} passed, ${failures} failed${skips}`, errors }
}

/** Files that failed without a failing test of theirs: they could not be loaded, or a hook of the file threw. */
function brokenFiles(report: TestReport | undefined): string[] {
  const broken = (report?.testResults ?? []).filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  )
  return broken.map((file) => relative('.', file.name))
}

if (import.meta.main) runCommand(main)
