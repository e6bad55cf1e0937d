import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEnvironment } from '#config/environment.ts'
import { identify, writeRuntime } from '#config/runtime-file.ts'
import { freePort, sendSignal } from '#scripts/platform/processes.ts'
import { obtainTemporal, startTemporalServer } from '#scripts/platform/temporal.ts'
import { type EntryPoint, startEntryPoint } from '#test/support/entry-point.ts'
import { openShop, type Shop } from '#test/support/shop.ts'
import { makeTemporaryFolder } from '#test/support/temporary-folders.ts'
import { SCHEDULES } from '#worker/schedules.ts'

/** A Temporal of its own, which goes away, and comes back with nothing of what it knew, beside a worker and an API that stay. */
let shop: Shop
let program: string
let port: number
let temporal: Awaited<ReturnType<typeof startTemporalServer>>
const processes: EntryPoint[] = []

beforeAll(async () => {
  shop = await openShop()
  program = await obtainTemporal(readEnvironment(), () => {})
  port = await freePort()
  temporal = await startInMemory()
})
afterAll(async () => {
  for (const { child } of processes) child.kill('SIGKILL')
  sendSignal(temporal.identity, 'SIGKILL')
  await shop.close()
})

async function startInMemory() {
  const folder = makeTemporaryFolder()
  return await startTemporalServer({
    program,
    port,
    logFile: join(folder, 'temporal.log'),
    // Should this run be killed, the next one ends it.
    onSpawn: (temporal) => {
      const launcher = identify(process.pid)
      if (launcher) writeRuntime(folder, { launcher, state: 'running', processes: { temporal }, urls: {} })
    },
  })
}

async function startProcess(file: string, variables: Record<string, string> = {}): Promise<void> {
  const started = startEntryPoint(file, {
    DATABASE_URL: shop.databaseUrl,
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    PURCHASE_WAIT_MS: '1000',
    ...variables,
  })
  processes.push(started)
  await started.ready
}

test('what was accepted before and while Temporal was away is carried out by one that knows nothing', async () => {
  const apiPort = await freePort()
  await Promise.all([startProcess('worker/main.ts'), startProcess('api/main.ts', { PORT: String(apiPort) })])
  await shop.addProduct({ id: 'air', priceMinor: 600, stock: 100 })
  await shop.addWallet({ username: 'derick', balanceMinor: 100_000 })
  const buy = async (key: string) => {
    const response = await fetch(`http://127.0.0.1:${apiPort}/purchase`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ userId: 'derick', productId: 'air', quantity: 1 }),
    })
    const { purchaseId } = (await response.json()) as { purchaseId: string }
    return { status: response.status, location: response.headers.get('Location'), purchaseId }
  }
  // A worker that has just begun may take longer than a buyer waits.
  await expect.poll(async () => (await buy('before')).status, { timeout: 60_000 }).toBe(200)

  sendSignal(temporal.identity, 'SIGKILL')
  await temporal.ended
  const accepted = await Promise.all(['one', 'two', 'three'].map(buy))
  for (const { status, location, purchaseId } of accepted)
    expect([status, location]).toEqual([202, `/purchases/${purchaseId}`])

  temporal = await startInMemory()
  const connection = await Connection.connect({ address: temporal.address })
  const { schedule } = new Client({ connection })
  for (const { id } of SCHEDULES) {
    const isThere = () =>
      schedule
        .getHandle(id)
        .describe()
        .then(
          () => true,
          () => false,
        )
    await expect.poll(isThere, { interval: 500 }).toBe(true)
  }
  // Rather than wait for a minute, twice.
  await shop.asOwner(
    (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where settled_at is null`,
  )
  await schedule.getHandle('reconcile-purchases').trigger()
  for (const { purchaseId } of accepted)
    await expect.poll(async () => (await shop.purchase(purchaseId)).status).toBe('completed')
  expect(await buy('two')).toMatchObject({ status: 200, purchaseId: accepted[1]?.purchaseId })
  expect(await shop.stock('air')).toEqual({ onHand: 96, reserved: 0 })
  expect(await shop.brokenInvariants()).toEqual([])
  await connection.close()
})
