import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { type Answer, type Installation, openInstallation } from '#test/support/installation.ts'
import type { TcpProxy } from '#test/support/tcp-proxy.ts'

/** What connections to Postgres and to Temporal do to a whole installation: two API processes and two workers. */

let installation: Installation
let product: string
let other: string
let buyer: string
let otherBuyer: string

beforeAll(async () => {
  installation = await openInstallation({ PURCHASE_WAIT_MS: '2000' })
})
beforeEach(async () => {
  const { shop } = installation
  product = await shop.addProduct({ priceMinor: 100, stock: 1_000 })
  other = await shop.addProduct({ priceMinor: 100, stock: 1_000 })
  buyer = await shop.addWallet({ balanceMinor: 1_000_000 })
  otherBuyer = await shop.addWallet({ balanceMinor: 1_000_000 })
})
afterAll(async () => {
  const broken = await installation.shop.brokenInvariants()
  await installation.close()
  expect(broken).toEqual([])
})

/** Repeats an order with its key for as long as the answer is 503, as clients should, until it is on record. */
async function insist(index: number, { userId = buyer, productId = product } = {}): Promise<Answer> {
  const { apis, buy } = installation
  const key = crypto.randomUUID()
  for (;;) {
    const answer = await buy(apis[index % apis.length] ?? '', { userId, productId }, { key })
    if (answer.status !== 503) return answer
    expect(answer.retryAfter).not.toBeNull()
    await sleep(300)
  }
}

const insistOn = (count: number, order?: { userId: string; productId: string }) =>
  Promise.all(Array.from({ length: count }, (_, index) => insist(index, order)))

/** How many purchases somebody has of each status. */
async function outcomes(username = buyer): Promise<Record<string, number>> {
  const rows = await installation.shop.sql<{ status: string; count: number }[]>`
    select status, count(*)::bigint as count from purchases
    where user_id = (select id from users where username = ${username}) group by status`
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
}

async function healthOf(url: string): Promise<number> {
  return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) })).status
}

async function expectAllHealthy(): Promise<void> {
  const { apis, workers } = installation
  for (const url of [...apis, ...workers]) expect(await healthOf(url)).toBe(200)
}

/** Every connection of both APIs and both workers is open, so that there is something to go silent. */
async function openAllConnections(): Promise<void> {
  await insistOn(40)
  const reads = installation.apis.flatMap((api) => Array.from({ length: 20 }, () => fetch(`${api}/products`)))
  for (const answer of await Promise.all(reads)) await answer.arrayBuffer()
}

describe('when established connections go silent while new ones work', () => {
  test('every process answers again within 30 s, and all purchases are carried out', { timeout: 120_000 }, async () => {
    const { proxies, apis } = installation
    await openAllConnections()
    const orders = insistOn(46)
    await sleep(200)
    const silentAt = performance.now()
    proxies.database.silence()

    const backAfterMs = await Promise.all(
      apis.map(async (api) => {
        for (;;) {
          const answer = await fetch(`${api}/products`, { signal: AbortSignal.timeout(12_000) })
          await answer.arrayBuffer()
          if (answer.status === 200) return performance.now() - silentAt
        }
      }),
    )
    for (const ms of backAfterMs) expect(ms).toBeLessThan(30_000)
    await expectAllHealthy()

    const accepted = await orders
    expect(performance.now() - silentAt).toBeLessThan(30_000)
    expect(accepted.filter(({ status }) => status !== 200 && status !== 202)).toEqual([])
    await expect.poll(() => outcomes(), { interval: 500, timeout: 180_000 }).toEqual({ completed: 86 })
  })
})

const disturbances: [how: string, disturb: (proxy: TcpProxy) => unknown][] = [
  ['reset', (proxy) => proxy.reset()],
  [
    'refused for a moment',
    async (proxy) => {
      await proxy.refuse()
      await sleep(1_500)
      await proxy.accept()
    },
  ],
  ['half-open, so that nobody here notices', (proxy) => proxy.halfOpen()],
  ['slow for a while', (proxy) => proxy.delay(150)],
]

describe.each(['database', 'temporal'] as const)('when connections to the %s are', (to) => {
  // Where nobody notices for long, the reconciler starts what is on record: after a minute of quiet, within a minute.
  test.each(disturbances)('%s, all purchases are carried out', { timeout: 240_000 }, async (_how, disturb) => {
    const proxy = installation.proxies[to]
    await openAllConnections()
    const orders = insistOn(46)
    await sleep(200)
    await disturb(proxy)
    const accepted = await orders
    await proxy.heal()
    expect(accepted.filter(({ status }) => status !== 200 && status !== 202)).toEqual([])
    await expect.poll(() => outcomes(), { interval: 500, timeout: 180_000 }).toEqual({ completed: 86 })
    await expectAllHealthy()
  })
})

describe.each([
  // Whoever changes the row of a product, as a step does.
  ['for no key update'],
  // Nor may an order refer to it meanwhile.
  ['for update'],
])('while the row of a product is locked %s', (lock) => {
  test('orders of other products go on, and its own are answered soon and carried out in the end', {
    timeout: 120_000,
  }, async () => {
    const { apis, buy } = installation
    const blocked: Promise<Answer>[] = []
    const unlock = await holdProduct(lock)
    try {
      blocked.push(...Array.from({ length: 60 }, (_, index) => insist(index)))
      const first = apis.map((api) => buy(api, { userId: buyer, productId: product }, { withinMs: 8_000 }))
      for (const { status } of await Promise.all(first)) expect([202, 503]).toContain(status)

      const going = await insistOn(20, { userId: otherBuyer, productId: other })
      expect(going.filter(({ status }) => status !== 200 && status !== 202)).toEqual([])
      await expect.poll(() => outcomes(otherBuyer), { interval: 200 }).toEqual({ completed: 20 })
      expect((await outcomes()).completed).toBeUndefined()
      for (const api of apis) {
        const before = performance.now()
        expect((await fetch(`${api}/products`)).status).toBe(200)
        expect(performance.now() - before).toBeLessThan(1_000)
      }
    } finally {
      await unlock()
      await Promise.all(blocked)
    }
    const isSettled = ({ completed, ...others }: Record<string, number>) =>
      (completed ?? 0) >= 60 && Object.keys(others).length === 0
    await expect.poll(async () => isSettled(await outcomes()), { interval: 500 }).toBe(true)
    await expectAllHealthy()
  })

  async function holdProduct(lock: string): Promise<() => Promise<void>> {
    // The application may not lock products outside of its functions.
    const databaseUrl = installation.shop.migrateDatabaseUrl
    const holder = openDatabase({ databaseUrl, applicationName: 'holder', maxConnections: 1 })
    const held = await holder.reserve()
    await held`begin`
    await held.unsafe(`select from products where id = $1 ${lock}`, [product])
    return async () => {
      await held`rollback`
      held.release()
      await holder.end({ timeout: 1 })
    }
  }
})
