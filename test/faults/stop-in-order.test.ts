import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, onTestFinished, test } from 'vitest'
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
import { makeTemporaryFolder } from '#test/support/temporary-folders.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const WAITING = "setInterval(() => {}, 1000); console.log('ready')"

/** A process that can only be killed hard. */
async function startStubborn(): Promise<ProcessIdentity> {
  return await startProcess(
    `for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT']) process.on(signal, () => {}); ${WAITING}`,
  )
}

async function startProcess(script: string): Promise<ProcessIdentity> {
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
  // Each writes its name down itself: when we hear of an end says nothing about the order of the ends.
  const folder = makeTemporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const ended = join(folder, 'ended')
  const start = async (name: string): Promise<ProcessIdentity> => {
    const end = `require('node:fs').appendFileSync(${JSON.stringify(ended)}, '${name} '); process.exit()`
    const script = `for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => { ${end} }); ${WAITING}`
    return await startProcess(script)
  }
  const processes = { postgres: await start('postgres'), temporal: await start('temporal') }
  await stopInOrder({ ...processes, worker: await start('worker'), api: await start('api') })
  expect(readFileSync(ended, 'utf8')).toBe('api worker temporal postgres ')
})

test('what API and worker take to finish what they have begun is less than the launcher waits for them', () => {
  expect(API_DRAIN_MS + DISCONNECT_MS).toBeLessThan(STOP_API_MS)
  expect(WORKER_GRACE_MS).toBeLessThan(WORKER_FORCE_MS)
  expect(WORKER_FORCE_MS + DISCONNECT_MS).toBeLessThan(STOP_WORKER_MS)
})
