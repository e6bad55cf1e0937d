import { appendFileSync, closeSync, existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lastErrorIn, openLog } from '#scripts/platform/processes.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicorn-log-'))
  path = join(folder, 'logs', 'server.log')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function run(...lines: string[]): void {
  const log = openLog(path)
  writeSync(log, lines.map((line) => `${line}\n`).join(''))
  closeSync(log)
}

describe('the last error of a server', () => {
  test('is that of its latest run, not of an earlier one', () => {
    run('FATAL: no space left on device')
    run('{"level":"info","msg":"all is well"}')
    expect(lastErrorIn(path)).toBe('')
  })

  test('is the message, not the stack below it', () => {
    run('Error: no unicorn', '    at buy (store.ts:1:1)', '', 'Node.js v24.0.0')
    expect(lastErrorIn(path)).toBe('Error: no unicorn')
  })

  test('is the message of a JSON line', () => {
    run('{"level":"ERROR","msg":"address in use"}', '{"level":"info","msg":"stopping"}')
    expect(lastErrorIn(path)).toBe('address in use')
  })
})

test('a log that has grown too large is put aside once, and is for its owner only', () => {
  run('a line')
  run('another one')
  expect(existsSync(`${path}.1`)).toBe(false)
  expect(statSync(path).mode & 0o777).toBe(0o600)

  truncateSync(path, 11 * 1024 * 1024)
  run('a line')
  expect(statSync(path).size).toBeLessThan(1024)
  appendFileSync(`${path}.1`, 'kept')
  run('another one')
  expect(statSync(`${path}.1`).size).toBeGreaterThan(10 * 1024 * 1024)
})
