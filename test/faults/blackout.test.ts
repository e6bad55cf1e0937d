import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Installation, openInstallation } from '#test/support/installation.ts'

/** What nobody notices for long, to a whole installation, two API processes and two workers, in one long wait. */

let installation: Installation

beforeAll(async () => {
  installation = await openInstallation({ PURCHASE_WAIT_MS: '2000' })
})
afterAll(async () => {
  const broken = await installation.shop.brokenInvariants()
  await installation.close()
  expect(broken).toEqual([])
})

/** Of an API, for what changes something. */
const WRITE_CONNECTIONS = 12
const DEADLINE_MS = 10_000

test('half-open connections to Temporal, and then a database that carries nothing for more than a minute: every process says so, no request waits long, and all purchases are carried out', {
  timeout: 300_000,
}, async () => {
  const { shop, proxies, apis, buy, insistOn, outcomes, healths, openAllConnections } = installation
  const productId = await shop.addProduct({ priceMinor: 100, stock: 1_000 })
  const order = { productId, userId: await shop.addWallet({ balanceMinor: 1_000_000 }) }
  await openAllConnections(order)
  const orders = insistOn(46, order)
  await sleep(200)
  proxies.temporal.halfOpen()
  await orders
  expect((await healths()).map(({ status }) => status)).toEqual([200, 200, 200, 200])

  proxies.database.silence()
  proxies.database.swallowNew(true)
  // Twice as many at each API as it has connections for: those take until their deadline, and the others do not wait for that.
  const swallowed = await Promise.all(
    apis.flatMap((api) =>
      Array.from({ length: 2 * WRITE_CONNECTIONS }, async () => {
        const key = crypto.randomUUID()
        return { api, key, ...(await buy(api, order, { key })) }
      }),
    ),
  )
  for (const { status, retryAfter } of swallowed) expect([status, retryAfter === null]).toEqual([503, false])
  for (const api of apis) {
    const before = swallowed.filter((answer) => answer.api === api && answer.tookMs < DEADLINE_MS)
    expect(before.length).toBeGreaterThanOrEqual(WRITE_CONNECTIONS)
  }

  const failing = {
    status: 503,
    detail: expect.stringMatching(/^No statement was answered for (6\d|[7-9]\d|\d{3,}) s/),
  }
  await expect.poll(healths, { interval: 500, timeout: 120_000 }).toEqual([failing, failing, failing, failing])
  for (const api of apis) expect((await buy(api, order)).status).toBe(503)

  await proxies.database.heal()
  await expect
    .poll(async () => (await healths()).map(({ status }) => status), { timeout: 60_000 })
    .toEqual([200, 200, 200, 200])
  // With its key, an order that was swallowed is taken once.
  for (const { api, key } of swallowed) expect([200, 202]).toContain((await buy(api, order, { key })).status)
  await expect
    .poll(() => outcomes(order.userId), { interval: 500, timeout: 180_000 })
    .toEqual({ completed: 86 + swallowed.length })
})
