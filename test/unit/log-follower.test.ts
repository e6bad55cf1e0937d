import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followLog } from '#scripts/launcher/log-follower.ts'

let folder: string
let path: string
let said: string[]
let stop: () => void
beforeEach(() => {
  vi.useFakeTimers()
  folder = mkdtempSync(join(tmpdir(), 'unicorn-log-'))
  path = join(folder, 'worker.log')
  said = []
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

function write(level: string, msg: string): void {
  appendFileSync(path, `${JSON.stringify({ level, msg })}\n`)
}

test('warnings and errors written from now on are shown, nothing else', () => {
  writeFileSync(path, '{"level":"error","msg":"of an earlier run"}\n')
  stop = followLog('worker', path, (line) => said.push(line))
  write('info', 'all is well')
  write('warn', 'slow unicorn 🦄')
  appendFileSync(path, 'Error: a stack trace\n')
  vi.advanceTimersByTime(400)
  write('error', 'no unicorn')
  vi.advanceTimersByTime(400)
  expect(said).toEqual(['worker: warn: slow unicorn 🦄', 'worker: error: no unicorn'])
})

test('a line that is written in two parts is shown once it is whole', () => {
  stop = followLog('worker', path, (line) => said.push(line))
  appendFileSync(path, '{"level":"warn",')
  vi.advanceTimersByTime(400)
  expect(said).toEqual([])
  appendFileSync(path, '"msg":"late"}\n')
  vi.advanceTimersByTime(400)
  expect(said).toEqual(['worker: warn: late'])
})

test('a flood is cut off with the name of the file', () => {
  stop = followLog('worker', path, (line) => said.push(line))
  for (let i = 0; i < 100; i += 1) write('warn', `warning ${i}`)
  vi.advanceTimersByTime(400)
  expect(said).toHaveLength(6)
  expect(said.at(-1)).toContain(path)
})
