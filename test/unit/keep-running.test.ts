import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepRunning, type Part } from '#scripts/launcher/supervisor.ts'

// Vitest's fake clock does not reach the promises of node:timers.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => globalThis.setTimeout(resolve, ms)),
}))

const identity = { pid: 1, startedAt: 'once' }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A part of which every run ends after the time that `lifetimes` gives, the last of them for all later ones. */
function partThatLives(...lifetimes: number[]): Part & { starts: () => number } {
  let starts = 0
  const start = async () => {
    const lifetime = lifetimes[Math.min(starts, lifetimes.length - 1)]
    starts += 1
    const ended = new Promise<string>((resolve) => setTimeout(() => resolve('exit code 1'), lifetime))
    return { identity, ended }
  }
  return { name: 'worker', logFile: 'worker.log', start, starts: () => starts }
}

async function keep(part: Part, stopping = new AbortController().signal) {
  const said: string[] = []
  const outcome = keepRunning(part, await part.start(), { say: (line) => said.push(line), stopping }).then(
    () => 'stopped',
    (error: Error) => error.message,
  )
  return { said, outcome }
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
  const part = partThatLives(100)
  const first = await part.start()
  const broken: Part = { ...part, start: () => Promise.reject(new Error('no such file')) }
  const outcome = keepRunning(broken, first, { say: () => {}, stopping: new AbortController().signal })
  const message = outcome.catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await message).toContain('no such file')
})

test('once the system is stopping, nothing is started again', async () => {
  const controller = new AbortController()
  const part = partThatLives(1_000)
  const { outcome, said } = await keep(part, controller.signal)
  controller.abort()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await outcome).toBe('stopped')
  expect(part.starts()).toBe(1)
  expect(said).toEqual([])
})
