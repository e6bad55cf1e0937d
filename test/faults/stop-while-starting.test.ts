import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { freePort } from '#scripts/platform/processes.ts'
import { type EntryPoint, startEntryPoint } from '#test/support/entry-point.ts'

/** A server that takes connections and never says anything: whoever needs it goes on starting. */
let silent: Server
let address: string
let running: EntryPoint | undefined
beforeEach(async () => {
  silent = createServer()
  const port = await freePort()
  silent.listen(port, '127.0.0.1')
  await once(silent, 'listening')
  address = `127.0.0.1:${port}`
})
afterEach(() => {
  running?.child.kill('SIGKILL')
  silent.close()
})

function start(file: string, temporalAddress: string, port: number): EntryPoint {
  running = startEntryPoint(file, {
    DATABASE_URL: 'postgres://app@127.0.0.1:1/store',
    TEMPORAL_ADDRESS: temporalAddress,
    PORT: String(port),
  })
  running.ready.catch(() => {})
  return running
}

/** Resolves with how long it took to end, in ms. */
async function endOf(process: EntryPoint): Promise<number> {
  const askedAt = performance.now()
  expect(await process.ended).toMatchObject({ code: 0, err: '' })
  return performance.now() - askedAt
}

describe('a worker that is asked to stop while it starts ends at once, with 0', () => {
  test.each([
    ['by SIGTERM', (worker: EntryPoint) => worker.child.kill('SIGTERM')],
    ['by Ctrl-C', (worker: EntryPoint) => worker.child.kill('SIGINT')],
    ['by the end of the launcher', (worker: EntryPoint) => worker.child.disconnect()],
  ])('%s', async (_how, stop) => {
    const worker = start('worker/main.ts', address, await freePort())
    await once(silent, 'connection')
    stop(worker)
    expect(await endOf(worker)).toBeLessThan(2_000)
  })
})

test.each(['worker/main.ts', 'api/main.ts'])(
  '%s ends with 0 when the launcher is gone before it looks',
  async (file) => {
    const temporalAddress = file.startsWith('worker') ? address : inject('temporalAddress')
    const started = start(file, temporalAddress, await freePort())
    await once(started.child, 'spawn')
    started.child.disconnect()
    expect(await endOf(started)).toBeLessThan(10_000)
  },
)
