import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { sendBytes } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'

/** What is refused before the API sees it, in the one form that every error has (ADR 3). Over sockets: no client sends such requests. */

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: '1', priceMinor: 100, stock: 1000 })
await world.shop.addWallet({ username: 'derick', balanceMinor: 100_000 })
const port = Number(new URL(world.api.url).port)
const order = '{"userId":"derick","productId":"1","quantity":1}'
const JSON_TYPE = 'Content-Type: application/json'

const send = (bytes: string) => sendBytes(world.api.url, bytes)

function request(line: string, headers: string[] = [], body = ''): string {
  return [line, `Host: localhost:${port}`, ...headers, '', body].join('\r\n')
}

function parsed(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [line = '', ...headers] = head.split('\r\n')
  const fields = headers.map((header) => header.split(': ') as [string, string])
  return { status: Number(line.split(' ')[1]), headers: new Headers(fields), body }
}

const chunk = (data: string) => `${data.length.toString(16)}\r\n${data}\r\n`
const chunked = ['Transfer-Encoding: chunked', JSON_TYPE]
const withCoding = (...codings: string[]) =>
  request(
    'POST /purchase HTTP/1.1',
    [...codings.map((coding) => `Transfer-Encoding: ${coding}`), JSON_TYPE],
    `${chunk(order)}0\r\n\r\n`,
  )

test.each([
  ['a method that nobody knows', request('FOO /products HTTP/1.1'), 501, 'not_implemented'],
  ['a method in small letters', request('get /products HTTP/1.1'), 501, 'not_implemented'],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01', 501, 'not_implemented'],
  ['CONNECT', request('CONNECT localhost:80 HTTP/1.1'), 501, 'not_implemented'],
  ['a space before a colon', request('GET /products HTTP/1.1', ['X : 1']), 400, 'malformed_http'],
  ['a header without a colon', request('GET /products HTTP/1.1', ['X']), 400, 'malformed_http'],
  ['a control character in a header', request('GET /products HTTP/1.1', ['X: a\x01b']), 400, 'malformed_http'],
  ['a version that there is not', request('GET /products HTTP/9.9'), 400, 'malformed_http'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed_http'],
  ['no Host', 'GET /products HTTP/1.1\r\n\r\n', 400, 'malformed_http'],
  ['no Host in HTTP/1.0', 'GET /products HTTP/1.0\r\n\r\n', 400, 'malformed_http'],
  [
    'two lengths',
    request('POST /purchase HTTP/1.1', ['Content-Length: 1', 'Content-Length: 2']),
    400,
    'malformed_http',
  ],
  ['a length that is none', request('POST /purchase HTTP/1.1', ['Content-Length: -1']), 400, 'malformed_http'],
  ['a length and chunks', request('POST /purchase HTTP/1.1', ['Content-Length: 5', ...chunked]), 400, 'malformed_http'],
  ['chunks that are none', request('POST /purchase HTTP/1.1', chunked, 'zzz\r\n'), 400, 'malformed_http'],
  [
    'chunks with long extensions',
    request('POST /purchase HTTP/1.1', chunked, `1;${'x'.repeat(20_000)}\r\n{\r\n`),
    413,
    'body_too_large',
  ],
  ['an expectation', request('GET /products HTTP/1.1', ['Expect: a miracle']), 417, 'expectation_failed'],
  ['headers without end', request('GET /products HTTP/1.1', [`X: ${'x'.repeat(20_000)}`]), 431, 'headers_too_large'],
  ['a path without end', request(`GET /${'x'.repeat(100_000)} HTTP/1.1`), 431, 'headers_too_large'],
  ['gzip in chunks', withCoding('gzip, chunked'), 501, 'not_implemented'],
  ['gzip in chunks, on two lines', withCoding('gzip', 'chunked'), 501, 'not_implemented'],
  ['chunks in chunks', withCoding('chunked, chunked'), 400, 'malformed_http'],
  ['chunks in gzip', withCoding('chunked, gzip'), 400, 'malformed_http'],
])('%s is a problem', async (_, bytes, status, code) => {
  const answer = parsed(await send(bytes))
  const problem = JSON.parse(answer.body)
  expect(problem).toMatchObject({ type: `urn:unicorn-store:problem:${code}`, status, code, detail: expect.any(String) })
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([status, 'application/problem+json'])
  expect(answer.headers.get('Content-Length')).toBe(String(Buffer.byteLength(answer.body)))
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
  expect(answer.headers.get('X-Request-Id')).toBe(problem.requestId)
})

describe('after one of these', () => {
  test('nothing was bought, and the server goes on', async () => {
    const before = await world.shop.balance('derick')
    for (const bytes of [
      withCoding('gzip, chunked'),
      request('POST /purchase HTTP/1.1', chunked, `${chunk(order)}zzz`),
    ])
      await send(bytes)
    expect(await world.shop.balance('derick')).toBe(before)
    expect((await world.api.get('/products')).status).toBe(200)
  })

  test('no problem is taken for the answer to the request before it', async () => {
    const first = request('POST /purchase HTTP/1.1', [JSON_TYPE, `Content-Length: ${order.length}`], order)
    expect(await send(`${first}FOO / HTTP/1.1\r\n\r\n`)).not.toMatch(/^HTTP\/1\.1 [45]/)
  })

  test('a client that goes away at once harms nobody', async () => {
    for (const bytes of [request('CONNECT localhost:80 HTTP/1.1'), 'FOO / HTTP/1.1\r\n\r\n']) {
      const socket = createConnection(port, '127.0.0.1')
      await new Promise((resolve) => socket.write(bytes, resolve))
      socket.resetAndDestroy()
    }
    expect((await world.api.get('/products')).status).toBe(200)
  })
})

describe('trailers', () => {
  const buy = (headers: string[], trailer: string) =>
    request(
      'POST /purchase HTTP/1.1',
      [...headers, ...chunked, 'Connection: close'],
      `${chunk(order)}0\r\n${trailer}\r\n`,
    )

  test('are refused, whether they are announced or not', async () => {
    const before = await world.shop.balance('derick')
    for (const bytes of [
      buy(['Trailer: Idempotency-Key'], 'Idempotency-Key: one\r\n'),
      buy([], 'Idempotency-Key: two\r\n'),
      buy(['Trailer: Idempotency-Key'], ''),
      request('GET /products HTTP/1.1', ['Trailer: X', 'Connection: close']),
    ]) {
      const answer = await send(bytes)
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toContain('there must be no trailers')
    }
    expect(await world.shop.balance('derick')).toBe(before)
  })

  test('are what is refused: chunks without buy', async () => {
    expect(await send(buy([], ''))).toMatch(/^HTTP\/1\.1 200 /)
    expect(await send(buy([], '').replace('chunked', 'Chunked'))).toMatch(/^HTTP\/1\.1 200 /)
  })
})

test('of many headers, none is dropped', async () => {
  const many = Array.from({ length: 2_500 }, () => 'a:')
  const answer = await send(request('GET /products HTTP/1.1', [...many, 'If-Match: "1"', 'Connection: close']))
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('"path":"If-Match"')
})

test('a client that waits for 100 gets it', async () => {
  const headers = [JSON_TYPE, `Content-Length: ${order.length}`, 'Expect: 100-continue', 'Connection: close']
  const socket = createConnection(port, '127.0.0.1')
  socket.write(request('POST /purchase HTTP/1.1', headers))
  socket.once('data', () => socket.write(order))
  expect(await text(socket)).toContain('HTTP/1.1 200 OK')
})
