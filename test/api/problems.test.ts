import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: '1', priceMinor: 100, stock: 10 })
await world.shop.addWallet({ username: 'derick', balanceMinor: 1000 })

const order = { userId: 'derick', productId: '1', quantity: 1 }
const line = { productId: '1', quantity: 1 }

function pathsOf(body: { errors: { path: string }[] }): string[] {
  return body.errors.map((error) => error.path)
}

describe('bad input is 400 and names every place that is wrong:', () => {
  test.each([
    [{ ...order, quantity: 0 }, ['quantity']],
    [{ ...order, quantity: 1001 }, ['quantity']],
    [{ ...order, quantity: 1.5 }, ['quantity']],
    [{ ...order, quantity: '1' }, ['quantity']],
    [{ ...order, productId: 1, quantity: null }, ['productId', 'quantity']],
    [{ ...order, userId: 'a b' }, ['userId']],
    [{ ...order, amount: 1 }, ['amount']],
    [{ ...order, lines: [line] }, ['lines']],
    [{ ...order, expectedTotal: 0.001 }, ['expectedTotal']],
    [{ ...order, expectedTotal: 20_000_000_000_000.01 }, ['expectedTotal']],
    [{ userId: 'derick', lines: [] }, ['lines']],
    [
      { userId: 'derick', lines: Array.from({ length: 21 }, (_, i) => ({ productId: `${i}`, quantity: 1 })) },
      ['lines'],
    ],
    [{ userId: 'derick', lines: [line, line] }, ['lines.1.productId']],
    [{ userId: 'derick', lines: [{ ...line, price: 1 }] }, ['lines.0.price']],
    [{}, ['userId', 'lines']],
    [[], ['']],
    ['"text"', ['']],
    ['null', ['']],
  ])('%j', async (body, paths) => {
    const answer = await world.api.post('/purchase', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(pathsOf(answer.body)).toEqual(paths)
  })

  test('20 lines and a quantity of 1000 are not', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => ({ productId: i === 0 ? '1' : `unknown-${i}`, quantity: 1000 }))
    expect(await world.api.post('/purchase', { userId: 'derick', lines })).toMatchObject({ status: 404 })
  })
})

describe('a body', () => {
  test.each(['{', '', '{"userId":', '\u0000', '[1,]'])('that is not JSON (%j) is 400', async (body) => {
    const answer = await world.api.post('/purchase', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed_json' } })
  })

  test('that is missing is 400', async () => {
    expect(await world.api.call('POST', '/purchase')).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense'])(
    'sent as %s is 415',
    async (type) => {
      const answer = await world.api.post('/purchase', order, { headers: { 'Content-Type': type } })
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    },
  )

  test('over 64 KiB is 413, and one of 64 KiB is not', async () => {
    const fill = (size: number) => JSON.stringify(order).padEnd(size, ' ')
    expect(await world.api.post('/purchase', fill(65_537))).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    })
    expect((await world.api.post('/purchase', fill(65_536))).status).toBe(200)
  })

  test('over 64 KiB whose length is not announced is 413 too', async () => {
    const piece = new Uint8Array(16_384).fill(32)
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(piece)
        controller.close()
      },
    })
    const init = { method: 'POST', body, duplex: 'half', headers: { 'Content-Type': 'application/json' } } as const
    expect((await fetch(`${world.api.url}/purchase`, init)).status).toBe(413)
  })
})

describe('an address', () => {
  test.each([
    '/nothing',
    '/products/1/nothing',
    '/purchase/',
    '/users/derick/balance',
    '//products',
    '/images/../app.ts',
  ])('where there is nothing (%s) is 404, in any method', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await world.api.call(method, path)
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_route' } })
    }
  })

  test.each([
    ['DELETE', '/products/1', 'GET, HEAD, PATCH'],
    ['GET', '/purchase', 'POST'],
    ['PUT', '/users', 'GET, HEAD, POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('that does not take %s (%s) is 405, with what it takes', async (method, path, allow) => {
    const answer = await world.api.call(method, path)
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(answer.headers.get('Allow')).toBe(allow)
  })

  test('that has something to read answers HEAD without a body', async () => {
    const answer = await world.api.call('HEAD', '/products/1')
    expect(answer).toMatchObject({ status: 200, body: '' })
  })
})

const LOGGED = crypto.randomUUID()

describe('a request id', () => {
  test.each([crypto.randomUUID(), '4bf92f3577b34da6a3ce929d0e0e4736', '1-67891233-ABCDEF012345678912345678'])(
    'that programs make (%s) is taken over into the answer, the problem and the log',
    async (given) => {
      const answer = await world.api.call('GET', '/products/none', { headers: { 'X-Request-Id': given } })
      expect(answer.headers.get('X-Request-Id')).toBe(given)
      expect(answer.body.requestId).toBe(given)
      const lines = world.api.log.filter((line) => line.requestId === given)
      expect(lines).toMatchObject([{ level: 30, method: 'GET', path: '/products/:id', status: 404 }])
    },
  )

  test.each(['', 'a b', '{"x":1}', 'erika-mustermann', 'f'.repeat(15), 'f'.repeat(65)])(
    'that says anything else (%j) is replaced',
    async (given) => {
      const answer = await world.api.call('GET', '/healthz', { headers: { 'X-Request-Id': given } })
      expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    },
  )
})

test('the log line of a purchase names the purchase, and no line has what was sent in the body or the query', async () => {
  const { body } = await world.api.post('/purchase', order, { headers: { 'X-Request-Id': LOGGED } })
  for (const path of [
    '/purchases?userId=derick',
    '/users/balance/derick',
    '/users/derick/wallet-entries',
    '/derick',
    '/campaigns/derick',
  ])
    await world.api.get(path)
  const [line] = world.api.log.filter(({ requestId }) => requestId === LOGGED)
  expect(line).toMatchObject({ purchaseId: body.purchaseId, status: 200, durationMs: expect.any(Number) })
  expect(JSON.stringify(world.api.log)).not.toContain('derick')
})

test('an error of ours is 500, is logged with its request id, and shows nothing of the inside', async () => {
  const broken = await world.serve({
    sql: interceptSql(world.shop.sql, () => Promise.reject(new Error('secret of the inside'))),
  })
  const answer = await broken.call('GET', '/users/balance/derick', { headers: { 'X-Request-Id': LOGGED } })
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error', requestId: LOGGED } })
  expect(JSON.stringify(answer.body)).not.toContain('secret')
  const [line] = broken.log.filter(({ requestId }) => requestId === LOGGED)
  expect(line).toMatchObject({ level: 50, err: { message: 'secret of the inside' } })
})
