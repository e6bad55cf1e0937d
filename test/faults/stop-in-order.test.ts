import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { identify, isAlive, type ProcessIdentity } from '#config/runtime-file.ts'
import {
  API_DRAIN_MS,
  DISCONNECT_MS,
  STOP_API_MS,
  STOP_WORKER_MS,
  WORKER_FORCE_MS,
  WORKER_GRACE_MS,
} from '#config/shutdown.ts'
import { stopInOrder } from '#scripts/launcher/supervisor.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A process that can only be killed hard. */
async function startStubborn(): Promise<ProcessIdentity> {
  const ignoring = "for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT']) process.on(signal, () => {})"
  const script = `${ignoring}; setInterval(() => {}, 1000); console.log('ready')`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  await once(createInterface({ input: child.stdout }), 'line')
  return identify(child.pid ?? 0) as ProcessIdentity
}

test('everything is gone within 15 s, however stubborn each part is', async () => {
  const [api, worker, temporal, postgres] = [
    await startStubborn(),
    await startStubborn(),
    await startStubborn(),
    await startStubborn(),
  ]
  const startedAt = performance.now()
  await stopInOrder({ api, worker, temporal, postgres })
  expect(performance.now() - startedAt).toBeLessThan(14_500)
  expect([api, worker, temporal, postgres].filter(isAlive)).toEqual([])
}, 30_000)

test('who takes requests in ends first, then who carries them out, then what they need', async () => {
  const ended: string[] = []
  const start = (name: string): ProcessIdentity => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    children.push(child)
    child.once('exit', () => ended.push(name))
    return identify(child.pid ?? 0) as ProcessIdentity
  }
  const processes = { postgres: start('postgres'), temporal: start('temporal'), worker: start('worker') }
  await stopInOrder({ ...processes, api: start('api') })
  await expect.poll(() => ended).toEqual(['api', 'worker', 'temporal', 'postgres'])
})

test('what API and worker take to finish what they have begun is less than the launcher waits for them', () => {
  expect(API_DRAIN_MS + DISCONNECT_MS).toBeLessThan(STOP_API_MS)
  expect(WORKER_GRACE_MS).toBeLessThan(WORKER_FORCE_MS)
  expect(WORKER_FORCE_MS + DISCONNECT_MS).toBeLessThan(STOP_WORKER_MS)
})
