import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '#config/command.ts'
import { judgeTestRun, parseReport, reviewedSkips } from './test-verdict.ts'

const VITEST = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
const REVIEWED_SKIPS = join(import.meta.dirname, '../test/reviewed-skips.json')

/** `npm test`: every test there is; arguments are passed on to vitest. The last line says how many passed and failed. */
runCommand(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unicorn-store-report-'))
  try {
    const reportPath = join(folder, 'report.json')
    const exitCode = await runVitest(['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`])
    const reviewed = reviewedSkips.parse(JSON.parse(readFileSync(REVIEWED_SKIPS, 'utf8')))
    const verdict = judgeTestRun({ exitCode, report: readReport(reportPath), reviewed })
    for (const complaint of verdict.complaints) console.log(complaint)
    console.log(verdict.summary)
    return verdict.ok ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** @returns its exit code, or undefined if a signal ended it */
async function runVitest(reporting: readonly string[]): Promise<number | undefined> {
  const vitest = spawn(process.execPath, [VITEST, 'run', ...reporting, ...process.argv.slice(2)], { stdio: 'inherit' })
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
