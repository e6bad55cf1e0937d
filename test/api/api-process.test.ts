import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { freePort } from '#scripts/platform/processes.ts'
import { type EntryPoint, runEntryPoint, startEntryPoint } from '#test/support/entry-point.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop
let port: number
let api: EntryPoint

beforeAll(async () => {
  shop = await openShop()
  await shop.addProduct({ id: '1', priceMinor: 100, stock: 10 })
  await shop.addWallet({ username: 'derick', balanceMinor: 1000 })
})
afterAll(async () => {
  await shop.close()
})
beforeEach(async () => {
  port = await freePort()
})
afterEach(() => {
  api?.child.kill('SIGKILL')
})

const variables = () => ({
  PORT: String(port),
  DATABASE_URL: shop.databaseUrl,
  TEMPORAL_ADDRESS: inject('temporalAddress'),
  PURCHASE_WAIT_MS: '30000',
})
const url = (path: string) => `http://127.0.0.1:${port}${path}`

async function startApi(changes: Record<string, string> = {}): Promise<void> {
  api = startEntryPoint('api/main.ts', { ...variables(), ...changes })
  await api.ready
}

/**
 * Nobody works on the queue of the real system in tests, so this waits until the API gives up on it. The client would keep
 * its connection for more requests.
 *
 * @returns the status of the answer
 */
function waitingPurchase(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: true })
    const headers = { 'Content-Type': 'application/json' }
    const sent = request(url('/purchase'), { method: 'POST', agent, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ userId: 'derick', productId: '1', quantity: 1 }))
  })
}

async function countPurchases(): Promise<number> {
  const { count } = (await (await fetch(url('/purchases'))).json()) as { count: number }
  return count
}

async function untilItWaits(before: number) {
  await expect.poll(countPurchases).toBe(before + 1)
  await new Promise((resolve) => setTimeout(resolve, 300))
}

describe('the API process', () => {
  test('serves as soon as it says that it is ready', async () => {
    await startApi()
    expect((await fetch(url('/readyz'))).status).toBe(200)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes the request in flight, and ends with 0 without waiting for clients to hang up',
    async (signal) => {
      await startApi()
      const count = await countPurchases()
      const answer = waitingPurchase()
      await untilItWaits(count)
      const startedAt = performance.now()
      api.child.kill(signal)
      expect(await answer).toBe(202)
      const { code, err } = await api.ended
      expect(performance.now() - startedAt).toBeLessThan(3_000)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      await expect(fetch(url('/healthz'))).rejects.toThrow()
    },
  )

  test('ends when the launcher that started it is gone', async () => {
    await startApi()
    api.child.disconnect()
    expect((await api.ended).code).toBe(0)
  })

  test('starts while neither Postgres nor Temporal is there, and says so', async () => {
    await startApi({ DATABASE_URL: 'postgres://app@127.0.0.1:1/store', TEMPORAL_ADDRESS: '127.0.0.1:1' })
    expect((await fetch(url('/healthz'))).status).toBe(200)
    const { checks } = (await (await fetch(url('/readyz'))).json()) as { checks: { name: string; ok: boolean }[] }
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['database', false],
      ['temporal', false],
    ])
    expect((await fetch(url('/products'))).status).toBe(503)
    api.child.kill('SIGTERM')
    expect((await api.ended).code).toBe(0)
  })

  test('whose port is taken says so in one line and ends with 1', async () => {
    const taken = createServer().listen(port, '127.0.0.1')
    const { code, out, err } = await runEntryPoint('api/main.ts', variables())
    taken.close()
    expect(code).toBe(1)
    expect(err).toBe(`Port ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT.\n`)
    expect(out).toBe('')
  })
})
