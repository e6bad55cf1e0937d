import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepRunning } from '#scripts/launcher/supervisor.ts'
import type { Server } from '#scripts/platform/processes.ts'

// Vitest's fake clock does not reach the promises of node:timers.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => globalThis.setTimeout(resolve, ms)),
}))

const server = { name: 'worker', logFile: 'worker.log', identity: { pid: 1, startedAt: 'once' } }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A part of which every run ends after the time that `lifetimes` gives, the last of them for all later ones. */
function partThatLives(...lifetimes: number[]) {
  let starts = 0
  const start = async (): Promise<Server> => {
    const lifetime = lifetimes[Math.min(starts, lifetimes.length - 1)]
    starts += 1
    const ended = new Promise<string>((resolve) => setTimeout(() => resolve('exit code 1'), lifetime))
    return { ...server, ended }
  }
  return { start, starts: () => starts }
}

async function keep({ start }: { start: () => Promise<Server> }, stopping = new AbortController().signal) {
  const notified: string[] = []
  const outcome = keepRunning(await start(), start, { notify: (line) => notified.push(line), stopping }).then(
    () => 'stopped',
    (error: Error) => error.message,
  )
  return { notified, outcome }
}

test('five deaths within a minute are too many, and the log is named', async () => {
  const part = partThatLives(100)
  const { outcome } = await keep(part)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await outcome).toMatch(/^worker ended \(exit code 1\), the 5th time within a minute.*worker\.log/)
  expect(part.starts()).toBe(5)
})

test('deaths that are far apart are not counted together', async () => {
  const part = partThatLives(20_000)
  const controller = new AbortController()
  const { outcome } = await keep(part, controller.signal)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(part.starts()).toBeGreaterThan(20)
  controller.abort()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await outcome).toBe('stopped')
})

test('a part that cannot be started again counts as a death', async () => {
  const first = await partThatLives(100).start()
  const broken = () => Promise.reject(new Error('no such file'))
  const outcome = keepRunning(first, broken, { notify: () => {}, stopping: new AbortController().signal })
  const message = outcome.catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await message).toContain('no such file')
})

test('once the system is stopping, nothing is started again', async () => {
  const controller = new AbortController()
  const part = partThatLives(1_000)
  const { outcome, notified } = await keep(part, controller.signal)
  controller.abort()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await outcome).toBe('stopped')
  expect(part.starts()).toBe(1)
  expect(notified).toEqual([])
})
