import { type ClientRequest, request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { MAX_STREAMS_PER_CALLER } from '#api/purchase-stream.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
const FROM = '2020-01-01T00:00:00Z'

type Asked = { status: number; code?: string; retryAfter?: string | undefined }

const open = new Set<ClientRequest>()
afterEach(() => {
  for (const one of open) one.destroy()
  open.clear()
})

/** What is asked from an address, and stays open: the answer's head, or its problem. */
function ask(
  api: Api,
  path: string,
  body?: object,
  localAddress = '127.0.0.1',
  headers: Record<string, string> = {},
): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: new URL(api.url).port,
        path,
        localAddress,
        method: body ? 'POST' : 'GET',
        headers: { 'Content-Type': 'application/json', ...headers },
        agent: false,
      },
      (response) => {
        const status = response.statusCode ?? 0
        const retryAfter = response.headers['retry-after']
        if (status === 200) return resolve({ status })
        response.toArray().then((parts) => {
          resolve({ status, retryAfter, code: JSON.parse(Buffer.concat(parts).toString()).code })
        }, reject)
      },
    )
    open.add(sent)
    sent.on('error', reject).end(body && JSON.stringify(body))
  })
}

/** Closes one that is open. */
function closeOne(): void {
  const [one] = open
  one?.destroy()
  if (one) open.delete(one)
}

const REFUSED: Asked = { status: 429, code: 'too_many_at_once', retryAfter: '2' }

/** A server whose statements with these words wait until the test lets them go. */
async function serveHeld(words: string, changes: { auth?: typeof AUTH } = {}) {
  const gate = Promise.withResolvers<void>()
  let held = 0
  const sql = interceptSql(world.shop.sql, async (text, send) => {
    if (text.includes(words)) {
      held += 1
      await gate.promise
    }
    return await send()
  })
  return { api: await world.serve({ sql, ...changes }), letGo: gate.resolve, held: () => held }
}

describe('one caller', () => {
  test('has so many event streams and no more, others have theirs, and each that ends makes room', async () => {
    await world.shop.addProduct({ id: 'air', priceMinor: 100, stock: 1 })
    const username = await world.shop.addWallet({ balanceMinor: 100 })
    const purchaseId = await world.shop.order({ username, lines: [{ productId: 'air', quantity: 1 }] })
    const path = `/purchases/${purchaseId}/events`
    const all = await Promise.all(Array.from({ length: MAX_STREAMS_PER_CALLER }, () => ask(world.api, path)))
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await ask(world.api, path)).toEqual(REFUSED)
    expect((await world.api.get('/products')).status).toBe(200)
    expect(await ask(world.api, path, undefined, '127.0.0.2')).toEqual({ status: 200 })
    closeOne()
    await expect.poll(async () => (await ask(world.api, path)).status).toBe(200)
    expect(await ask(world.api, path)).toEqual(REFUSED)
  })

  test('has eight simulations under way, and the next ones once they are through', async () => {
    const { api, letGo, held } = await serveHeld('clock_timestamp()')
    const simulation = { event: { amount: 1700, quantity: 1 }, rules: [giving('1')] }
    const waiting = Array.from({ length: 8 }, () => ask(api, '/campaigns/simulate', simulation))
    await expect.poll(held).toBe(8)
    expect(await ask(api, '/campaigns/simulate', simulation)).toEqual(REFUSED)
    letGo()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(await ask(api, '/campaigns/simulate', simulation)).toEqual({ status: 200 })
  })

  test('has 32 quotes under way, others have theirs, and the next ones once they are through', async () => {
    await world.shop.addProduct({ id: 'quoted', priceMinor: 100, stock: 1 })
    const userId = await world.shop.addWallet({ balanceMinor: 100 })
    const { api, letGo, held } = await serveHeld('join wallets')
    const order = { userId, productId: 'quoted', quantity: 1 }
    const waiting = Array.from({ length: 32 }, () => ask(api, '/purchase/quote', order))
    await expect.poll(held).toBe(32)
    expect(await ask(api, '/purchase/quote', order)).toEqual(REFUSED)
    const other = ask(api, '/purchase/quote', order, '127.0.0.2')
    await expect.poll(held).toBe(33)
    letGo()
    expect((await Promise.all([...waiting, other])).map(({ status }) => status)).toEqual(Array(33).fill(200))
    expect(await ask(api, '/purchase/quote', order)).toEqual({ status: 200 })
  })

  test('has two backtests of the four that a process has for everybody', async () => {
    const { api, letGo } = await serveHeld('as moment')
    const backtest = (address: string) => ask(api, '/campaigns/backtest', { from: FROM }, address)
    for (const address of ['127.0.0.1', '127.0.0.2']) {
      expect([await backtest(address), await backtest(address)]).toEqual([{ status: 200 }, { status: 200 }])
      expect(await backtest(address)).toEqual(REFUSED)
    }
    // None is counted that was refused for what others have.
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await backtest('127.0.0.3')).toEqual({ status: 503, code: 'too_many_backtests', retryAfter: '2' })
    letGo()
    for (const one of open) one.destroy()
    await expect.poll(async () => (await backtest('127.0.0.3')).status).toBe(200)
  })
})

describe('with auth, a caller', () => {
  const quote = (userId: string) => ({ userId, productId: 'told-apart', quantity: 1 })

  test('is whoever the token is for, from whatever address, and nobody else at the same one', async () => {
    await world.shop.addProduct({ id: 'told-apart', priceMinor: 100, stock: 1 })
    const [rita, wanda] = [
      await world.shop.addWallet({ balanceMinor: 1 }),
      await world.shop.addWallet({ balanceMinor: 1 }),
    ]
    const { api, letGo, held } = await serveHeld('join wallets', { auth: AUTH })
    const front = await bearer('shop-front', { roles: ['service'] })
    const other = await bearer('other-front', { roles: ['service'] })
    // A service is one caller, for whomever it asks.
    const waiting = Array.from({ length: 32 }, (_, index) =>
      ask(api, '/purchase/quote', quote(index % 2 ? rita : wanda), `127.0.0.${1 + (index % 3)}`, front),
    )
    await expect.poll(held).toBe(32)
    for (const [user, address] of [
      [rita, '127.0.0.1'],
      [wanda, '127.0.0.9'],
    ] as const)
      expect(await ask(api, '/purchase/quote', quote(user), address, front)).toEqual(REFUSED)
    const others = ask(api, '/purchase/quote', quote(rita), '127.0.0.1', other)
    await expect.poll(held).toBe(33)
    letGo()
    expect((await Promise.all([...waiting, others])).map(({ status }) => status)).toEqual(Array(33).fill(200))
  })
})
