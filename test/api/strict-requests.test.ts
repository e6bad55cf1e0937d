import type { OutgoingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'

/** Nothing of a request is ignored, and nothing changed without a word. */

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: '1', priceMinor: 100, stock: 1000 })
await world.shop.addWallet({ username: 'derick', balanceMinor: 100_000 })

const JSON_TYPE = { 'Content-Type': 'application/json' }
const order = '{"userId":"derick","productId":"1","quantity":1}'

const send = (method: string, path: string, headers: OutgoingHttpHeaders = {}, body: string | Uint8Array = '') =>
  rawRequest(world.api.url, path, { method, headers, body })

const operations = Object.entries(world.api.contract.document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    // An id that might exist, and a client for the routes that need one.
    path: path.replaceAll(/\{\w+\}/g, '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50'),
    takesBody: 'requestBody' in operation,
    takes: (place: 'query' | 'header') =>
      (operation.parameters ?? []).flatMap((parameter) => (parameter.in === place ? parameter.name : [])),
  })),
)
const withBody = operations.filter(({ takesBody }) => takesBody)
const withoutBody = operations.filter(({ takesBody }) => !takesBody)

describe('a header that may come once', () => {
  test.each(operations)('and comes twice is 400 at $method $path', async ({ method, path }) => {
    for (const header of ['Idempotency-Key', 'X-Request-Id', 'Content-Type', 'Last-Event-ID', 'Authorization']) {
      const answer = await send(method, path, { [header]: ['a', 'b'] })
      expect(answer).toMatchObject({ status: 400 })
      if (method !== 'HEAD')
        expect(answer.body).toMatchObject({
          code: 'invalid_request',
          errors: [{ path: header, message: 'must be given once only' }],
        })
    }
  })

  test('as an Idempotency-Key on two lines does not buy', async () => {
    const before = await world.shop.balance('derick')
    const answer = await send('POST', '/purchase', { ...JSON_TYPE, 'Idempotency-Key': ['k1', 'k2'] }, order)
    expect(answer).toMatchObject({ status: 400 })
    expect(await world.shop.balance('derick')).toBe(before)
  })

  test('is taken when it comes once, whatever it has in it', async () => {
    const answer = await send('POST', '/purchase', { ...JSON_TYPE, 'Idempotency-Key': 'a, b' }, order)
    expect(answer.status).toBe(200)
  })
})

describe('a condition', () => {
  const always = ['If-Match', 'If-Unmodified-Since']
  const ofCaches = ['If-None-Match', 'If-Modified-Since', 'If-Range']

  test.each(operations)('that $method $path does not check is 400', async ({ method, path, takesBody, takes }) => {
    const isSafe = method === 'GET'
    const values = ['"999"', '*', 'garbage', '', 'Thu, 01 Jan 1970 00:00:00 GMT']
    for (const header of isSafe ? always : [...always, ...ofCaches].filter((name) => !takes('header').includes(name)))
      for (const value of values)
        expect(
          await send(method, path, { ...(takesBody && JSON_TYPE), [header]: value }, takesBody ? '{}' : ''),
        ).toMatchObject({
          status: 400,
          body: {
            code: 'invalid_request',
            errors: [{ path: header, message: 'is a condition that is not checked here' }],
          },
        })
    if (!isSafe) return
    const plain = await send(method, path)
    for (const header of ofCaches.filter((name) => !takes('header').includes(name)))
      expect((await send(method, path, { [header]: '"999"' })).status).toBe(plain.status)
  })

  test('that is not checked changes nothing, also beside one that is', async () => {
    const { body: product } = await send('GET', '/products/1')
    const before = [product, await world.shop.balance('derick')]
    const cases: [method: string, path: string, body: string, headers: OutgoingHttpHeaders][] = [
      ['PATCH', '/products/1', '{"name":"Other"}', { 'If-Match': '*', 'If-None-Match': '*' }],
      ['PATCH', '/products/1', '{"name":"Other"}', { 'If-None-Match': 'garbage' }],
      ['PATCH', '/products/1', '{"name":"Other"}', { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
      ['POST', '/products/1/stock-adjustments', '{"quantity":5,"reason":"found"}', { 'If-Match': '"999"' }],
      ['POST', '/users/derick/top-ups', '{"amount":1}', { 'If-Match': '"999"' }],
      ['PATCH', '/users/derick', '{"tags":["vip"]}', { 'If-Match': '"999"' }],
      ['POST', '/purchase', order, { 'If-Match': '"999"' }],
    ]
    for (const [method, path, body, headers] of cases)
      expect(await send(method, path, { ...JSON_TYPE, ...headers }, body)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      })
    expect([(await send('GET', '/products/1')).body, await world.shop.balance('derick')]).toEqual(before)
  })
})

describe('where no body is taken', () => {
  test.each(withoutBody)('$method $path refuses any member', async ({ method, path }) => {
    const answer = await send(method, path, JSON_TYPE, '{"amount":50}')
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    if (method !== 'GET') expect(answer.body.errors).toEqual([{ path: 'amount', message: 'is not known here' }])
  })

  const changing = withoutBody.filter(({ method }) => method !== 'GET')
  test.each(changing)('$method $path takes an empty body, and an empty object', async ({ method, path }) => {
    const [none, empty] = [await send(method, path), await send(method, path, JSON_TYPE, '{}')]
    expect(empty.status).toBe(none.status)
    expect([none.status, empty.body?.code]).not.toContain('malformed_json')
    for (const body of ['[]', '1', '"text"', 'null'])
      expect(await send(method, path, JSON_TYPE, body)).toMatchObject({ status: 400, body: { errors: [{ path: '' }] } })
  })
})

describe('a body', () => {
  test.each(withBody)('of $method $path is read strictly', async ({ method, path }) => {
    const cases: [body: string | Uint8Array, status: number, code: string, headers?: OutgoingHttpHeaders][] = [
      ['{"x":1,"x":1}', 400, 'invalid_request'],
      ['{"x":1234567890123456789}', 400, 'invalid_request'],
      ['{"x":1e400}', 400, 'invalid_request'],
      ['{"x":0.1234567890123456789}', 400, 'invalid_request'],
      ['{"x":"\\u0000"}', 400, 'invalid_request'],
      ['{"x":["\\ud800"]}', 400, 'invalid_request'],
      ['{"\\udc00":1}', 400, 'invalid_request'],
      [Buffer.from('{"x":"caf\xe9"}', 'latin1'), 400, 'malformed_json'],
      ['\uFEFF{}', 400, 'malformed_json'],
      ['{}', 415, 'unsupported_media_type', { 'Content-Type': 'application/json; charset=iso-8859-1' }],
      ['{}', 415, 'unsupported_media_type', { 'Content-Type': 'application/json; charset=utf-8; charset=latin1' }],
      ['{}', 415, 'unsupported_media_type', { 'Content-Type': 'application/json; charset=latin1; charset=utf-8' }],
      [
        '{}',
        415,
        'unsupported_media_type',
        { 'Content-Type': 'application/json; x="a; charset=utf-8"; charset=latin1' },
      ],
      ['{}', 415, 'unsupported_media_type', { 'Content-Type': 'application/json; charset=utf-8x' }],
      ['{}', 415, 'unsupported_media_type', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }],
      ['{}', 415, 'unsupported_media_type', {}],
    ]
    for (const [body, status, code, headers = JSON_TYPE] of cases)
      expect(await send(method, path, headers, body), `${body}`).toMatchObject({ status, body: { code } })
  })

  test.each([
    ['', 'The body is not JSON: it is empty.'],
    ['\uFEFF{}', 'The body is not JSON: it begins with a byte order mark.'],
    ['{"userId":', 'The body is not JSON: it ends too early, at line 1, column 11.'],
    ['{\n"userId": derick}', 'The body is not JSON: it goes wrong at line 2, column 11.'],
  ])('that is not JSON (%j) is told why', async (body, detail) => {
    for (const { method, path } of withBody)
      expect(await send(method, path, JSON_TYPE, body)).toMatchObject({
        status: 400,
        body: { code: 'malformed_json', detail },
      })
  })

  test.each(withBody)(
    'of $method $path that is nested too deep is told the rule that counts',
    async ({ method, path }) => {
      for (const levels of [33, 64, 80]) {
        const body = `{"payload":${'['.repeat(levels)}${']'.repeat(levels)}}`
        expect(await send(method, path, JSON_TYPE, body)).toMatchObject({
          status: 400,
          body: { errors: [{ path: 'payload', message: 'must not be nested deeper than 32 levels' }] },
        })
      }
    },
  )

  test('in UTF-8 that says so, in capitals or quotes, is taken', async () => {
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf-8; profile=x'])
      expect(
        (await send('POST', '/purchase', { 'Content-Type': `application/json; charset=${charset}` }, order)).status,
      ).toBe(200)
  })

  test('tells the place of what is no text', async () => {
    const body = String.raw`{"userId":"\ud83e","lines":[{"a\u0000":1,"b":"\udd84\ud83e","c":"\ud83e\udd84 \\ud800 \\u0000"}],"\ud800":1}`
    expect((await send('POST', '/purchase', JSON_TYPE, body)).body.errors).toEqual([
      { path: 'userId', message: 'must not have half a surrogate pair in its text' },
      { path: 'lines.0.a\0', message: 'must not have NUL in its name' },
      { path: 'lines.0.b', message: 'must not have half a surrogate pair in its text' },
      { path: '\ufffd', message: 'must not have half a surrogate pair in its name' },
    ])
  })

  test('tells the place', async () => {
    const twice = order.replace('"quantity":1', '"lines":[{"productId":"1","quantity":1,"quantity":2}]')
    const answer = await send('POST', '/purchase', JSON_TYPE, twice)
    expect(answer.body.errors).toEqual([{ path: 'lines.0.quantity', message: 'is given more than once' }])
  })
})

describe('an address', () => {
  test.each(['/products/%ff', '/campaigns/%C3?client=x', '/purchases?userId=%E9', '/products/%zz'])(
    'that is not UTF-8 (%s) is 400',
    async (path) => {
      expect(await send('GET', path)).toMatchObject({ status: 400, body: { code: 'malformed_http' } })
    },
  )

  test.each(['/store/%ff', '/store/campaigns/%C3', '/store/%zz', '/store/?tab=%E9'])(
    'of the store that is not UTF-8 (%s) is a page for a person, with a way back',
    async (path) => {
      const answer = await fetch(`${world.api.url}${path}`, { headers: { Accept: 'text/html,*/*;q=0.8' } })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/html/)
      expect(await answer.text()).toContain('<a href="/store/">Go to the store</a>')
      expect(await send('GET', path)).toMatchObject({ status: 400, body: { code: 'malformed_http' } })
    },
  )

  test.each(operations)('with a parameter that $method $path does not know is 400', async ({ method, path }) => {
    const answer = await send(
      method,
      `${path}?limits=1`,
      method === 'GET' ? {} : JSON_TYPE,
      method === 'GET' ? '' : '{}',
    )
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    const errors: { path: string }[] = answer.body.errors
    expect(errors).toContainEqual(expect.objectContaining({ path: 'limits', message: 'is not known here' }))
  })

  test.each(operations)(
    'with a parameter without a name is 400 at $method $path',
    async ({ method, path, takesBody }) => {
      for (const query of ['=5', '=', 'limit=1&=5', '=5&=6', '&=%20'])
        expect(await send(method, `${path}?${query}`, takesBody ? JSON_TYPE : {}, takesBody ? '{}' : '')).toMatchObject(
          {
            status: 400,
            body: { errors: expect.arrayContaining([{ path: '', message: 'a parameter must have a name' }]) },
          },
        )
    },
  )

  const filtered = operations.filter(({ takes }) => takes('query').length > 0)
  test.each(filtered)(
    'with a parameter of $method $path twice is 400, and says so',
    async ({ method, path, takesBody, takes }) => {
      for (const name of takes('query'))
        for (const [one, other] of [
          ['1', '2'],
          ['1', '1'],
          ['', ''],
        ]) {
          const at = `${path}?${name}=${one}&${encodeURIComponent(name).replace('_', '%5F')}=${other}`
          expect(await send(method, at, takesBody ? JSON_TYPE : {}, takesBody ? '{}' : '')).toMatchObject({
            status: 400,
            body: { code: 'invalid_request', errors: [{ path: name, message: 'must be given once only' }] },
          })
        }
    },
  )

  const lists = operations.filter(({ method }) => method === 'GET')
  test.each(['0x2', '1e2', '+2', ' 2', '2 ', '2.0', '', '٢', '2&limit=3'])('with limit=%s is 400', async (limit) => {
    const paths = lists.map(({ path }) => path).filter((path) => /^\/(products|users|purchases|campaigns)$/.test(path))
    expect(paths.length).toBe(4)
    for (const path of paths)
      expect(await send('GET', `${path}?limit=${encodeURI(limit)}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ path: 'limit' }] },
      })
  })
})
