import { expect, test } from 'vitest'
import { parseReport, verdictOf } from '#scripts/test.ts'

function reportOf(statuses: readonly string[], fileStatus = 'passed') {
  const assertionResults = statuses.map((status, index) => ({ fullName: `case ${index}`, status }))
  return parseReport(JSON.stringify({ testResults: [{ name: 'some.test.ts', status: fileStatus, assertionResults }] }))
}

const reviewed: [] = []

test('a good run says how many passed', () => {
  const verdict = verdictOf({ exitCode: 0, report: reportOf(['passed', 'passed']), reviewed })
  expect(verdict).toEqual({ ok: true, summary: '2 passed, 0 failed', errors: [] })
})

test('a failed test fails the run', () => {
  const verdict = verdictOf({ exitCode: 1, report: reportOf(['passed', 'failed'], 'failed'), reviewed })
  expect(verdict).toMatchObject({ ok: false, summary: '1 passed, 1 failed' })
})

test('a skip that nobody reviewed fails the run, a reviewed one does not', () => {
  const report = reportOf(['passed', 'skipped'])
  const unreviewed = verdictOf({ exitCode: 0, report, reviewed })
  expect(unreviewed).toMatchObject({ ok: false, summary: '1 passed, 1 failed, 1 skipped' })
  expect(unreviewed.errors[0]).toContain('some.test.ts > case 1')

  const known = [{ test: 'some.test.ts > case 1', reason: 'needs a printer' }]
  expect(verdictOf({ exitCode: 0, report, reviewed: known })).toMatchObject({
    ok: true,
    summary: '1 passed, 0 failed, 1 skipped',
  })
})

test('no test at all fails the run', () => {
  expect(verdictOf({ exitCode: 0, report: reportOf([]), reviewed })).toMatchObject({ ok: false })
})

test('a file that could not be loaded fails the run, though none of its tests did', () => {
  const verdict = verdictOf({ exitCode: 1, report: reportOf([], 'failed'), reviewed })
  expect(verdict.errors[0]).toContain('some.test.ts')
})

test('vitest ending badly fails the run, even when every test passed', () => {
  const report = reportOf(['passed'])
  expect(verdictOf({ exitCode: 1, report, reviewed })).toMatchObject({ ok: false, summary: '1 passed, 1 failed' })
  expect(verdictOf({ exitCode: undefined, report, reviewed }).ok).toBe(false)
  expect(verdictOf({ exitCode: 0, report: undefined, reviewed }).ok).toBe(false)
})
