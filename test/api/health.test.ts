import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, type DatabaseHealth, openDatabase, watchHealth } from '#db/client.ts'
import { readStuck } from '#db/stuck.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'
import { openTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts'
import { type HealthServer, serveHealth } from '#worker/health-server.ts'

/** Whether a process says that it can use its database. What is a minute in production is a moment here. */

const FAILING_MS = 2_000
const world = await shared(openApiWorld())
let proxy: TcpProxy
let sql: Database
let health: DatabaseHealth
let api: Api
let worker: HealthServer

beforeAll(async () => {
  const { hostname: host, port } = new URL(world.shop.databaseUrl)
  proxy = await openTcpProxy({ host, port: Number(port) })
  const databaseUrl = proxy.through(world.shop.databaseUrl)
  sql = openDatabase({ databaseUrl, applicationName: 'test', maxConnections: 2, deadlineMs: 1_500, waitMs: 1_500 })
  health = watchHealth({ reads: world.shop.sql, writes: sql }, { failingMs: FAILING_MS, probeMs: 50 })
  api = await world.serve({ sql: world.shop.sql, writes: sql, health })
  worker = await serveHealth({ health, readStuck: () => readStuck(sql) })
})
afterAll(async () => {
  worker.stop()
  await sql.end({ timeout: 1 })
  await proxy.close()
})

const askApi = () => api.get('/healthz')
async function askWorker() {
  const response = await fetch(worker.url)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe.each([
  ['the API', askApi],
  ['the worker', askWorker],
])('%s, with nothing to do,', (_process, ask) => {
  test('is well', async () => {
    expect(await ask()).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  test.each([
    ['is refused', () => proxy.refuse(), () => proxy.accept()],
    [
      'gets no answer',
      () => {
        proxy.silence()
        proxy.swallowNew(true)
      },
      () => proxy.swallowNew(false),
    ],
  ])(
    'is not well once it %s by the database for a while, and well again when that is over',
    async (_how, begin, end) => {
      await begin()
      expect((await ask()).status).toBe(200)
      await expect.poll(async () => (await ask()).status).toBe(503)
      expect(performance.now() - sql.health().answeredAt).toBeGreaterThanOrEqual(FAILING_MS)
      const { headers, body } = await ask()
      expect(headers.get('Content-Type')).toBe('application/problem+json')
      expect(body).toMatchObject({ code: 'unhealthy', status: 503, detail: expect.stringContaining('pool: writes') })
      await end()
      await expect.poll(async () => (await ask()).status).toBe(200)
    },
  )
})

test('errors of the database are answers: a process that gets them can use it', async () => {
  const startedAt = performance.now()
  while (performance.now() - startedAt < 2 * FAILING_MS) await sql`select 1 / 0`.catch(() => {})
  expect((await askApi()).status).toBe(200)
})

describe('the port of a worker', () => {
  test('has how much is stuck, and says when it cannot tell', async () => {
    const ask = () => fetch(new URL('/metrics', worker.url))
    const product = await world.shop.addProduct({ priceMinor: 1, stock: 1 })
    const buyer = await world.shop.addWallet({ balanceMinor: 1 })
    await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
    expect(await (await ask()).text()).toContain('unicorn_stuck{kind="purchases"} 0\n')
    await world.shop.asOwner((sql) => sql`update purchases set created_at = now() - interval '16 minutes'`)
    const answer = await ask()
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, expect.stringMatching(/^text\/plain/)])
    expect(await answer.text()).toContain('unicorn_stuck{kind="purchases"} 1\n')

    await proxy.refuse()
    expect((await ask()).status).toBe(503)
    await proxy.accept()
  })

  test('has nothing else', async () => {
    expect((await fetch(new URL('/', worker.url))).status).toBe(404)
  })

  test('that is taken is said, with what to do about it', async () => {
    const port = Number(new URL(worker.url).port)
    await expect(
      serveHealth({ health: { failing: () => undefined, stop: () => {} }, readStuck: () => readStuck(sql) }, port),
    ).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken: stop what listens there, or set WORKER_HEALTH_PORT.`)
  })
})
