import type { OutgoingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { rawRequest, sendBytes } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

/**
 * With auth, a bad request is answered as without, to whoever may make it; others learn nothing of it: they are refused before. What no
 * route would ever see, or would make it unclear who asks, is refused to everybody alike.
 */

const world = await shared(openApiWorld())
const api = await world.serve({ auth: AUTH })

/** Who may use all routes, one who may use none of those that are for somebody, and one without a token. */
const OPERATOR = await bearer('olga', { roles: ['operator'] })
const NOT_PERMITTED = await bearer('nina', { roles: [] })

type Operation = { requestBody?: object; parameters?: { in: string; name: string }[]; 'x-roles': string[] }
const document = api.contract.document as unknown as { paths: Record<string, Record<string, Operation>> }
const OPERATIONS = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, { requestBody, parameters = [], 'x-roles': roles }]) => ({
    method: method.toUpperCase(),
    // An id that might exist.
    path: template.replaceAll(/\{\w+\}/g, '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50'),
    takesBody: requestBody !== undefined,
    query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    isOpen: roles.length === 0,
  })),
)
type Target = (typeof OPERATIONS)[number]

type Bad = { path?: string; headers?: OutgoingHttpHeaders; body?: string | Uint8Array }
type Kind = {
  /** Undefined: there is no such request of this operation. */
  of: (target: Target) => Bad | undefined
  status: number
  /** Whether it is looked at before who asks is. */
  isFirst?: true
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const withBody = (body: string | Uint8Array, headers: OutgoingHttpHeaders = JSON_TYPE): Kind['of'] => {
  return ({ takesBody }) => (takesBody ? { body, headers } : undefined)
}
const withHeader = (headers: OutgoingHttpHeaders): Kind['of'] => {
  return ({ takesBody }) => ({ headers: { ...(takesBody && JSON_TYPE), ...headers }, ...(takesBody && { body: '{}' }) })
}
const withQuery = (query: string): Kind['of'] => {
  return (target) => ({ ...withHeader({})(target), path: `${target.path}?${query}` })
}

const KINDS: Record<string, Kind> = {
  'a header that comes twice': { of: withHeader({ 'X-Request-Id': ['a', 'b'] }), status: 400, isFirst: true },
  'a key that comes twice': { of: withHeader({ 'Idempotency-Key': ['a', 'b'] }), status: 400, isFirst: true },
  'two tokens': { of: withHeader({ Authorization: ['Bearer a', 'Bearer b'] }), status: 400, isFirst: true },
  'a condition that nobody checks': { of: withHeader({ 'If-Unmodified-Since': 'never' }), status: 400 },
  'an unknown parameter': { of: withQuery('limits=1'), status: 400 },
  'a parameter without a name': { of: withQuery('=5'), status: 400 },
  'a parameter that comes twice': {
    of: (target) => (target.query[0] ? withQuery(`${target.query[0]}=1&${target.query[0]}=1`)(target) : undefined),
    status: 400,
  },
  'an address that is not UTF-8': { of: withQuery('x=%ff'), status: 400 },
  'a body where none is taken': {
    of: ({ takesBody }) => (takesBody ? undefined : { headers: JSON_TYPE, body: '{"amount":50}' }),
    status: 400,
  },
  'an empty body': { of: withBody('', JSON_TYPE), status: 400 },
  'half a body': { of: withBody('{"half":'), status: 400 },
  'a member that comes twice': { of: withBody('{"x":1,"x":1}'), status: 400 },
  'an unknown member': { of: withBody('{"no such member":1}'), status: 400 },
  'a number that no double holds': { of: withBody('{"x":1234567890123456789}'), status: 400 },
  'a body that is not UTF-8': { of: withBody(Buffer.from('{"x":"caf\xe9"}', 'latin1')), status: 400 },
  'a body nested too deep': { of: withBody(`{"x":${'['.repeat(40)}${']'.repeat(40)}}`), status: 400 },
  'a body of another type': { of: withBody('{}', { 'Content-Type': 'text/plain' }), status: 415 },
  'a body in an encoding': { of: withBody('{}', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }), status: 415 },
  'a body that is too large': { of: withBody(`{"x":"${'x'.repeat(70_000)}"}`), status: 413 },
}

async function ask(url: string, target: Target, bad: Bad, token: Record<string, string> = {}) {
  // Two tokens are bad enough.
  const headers = { ...token, ...bad.headers }
  const { path = target.path, body = '' } = bad
  const { status, headers: given, body: answer } = await rawRequest(url, path, { method: target.method, headers, body })
  const { requestId: _, ...problem } = answer ?? {}
  return { status, problem, challenge: given['www-authenticate'] }
}

const requests = (kind: Kind) =>
  OPERATIONS.flatMap((target) => {
    const bad = kind.of(target)
    return bad === undefined ? [] : [{ target, bad, at: `${target.method} ${target.path}` }]
  })

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  test('is answered as without auth to whoever may use the route', async () => {
    const some = requests(kind)
    expect(some.length).toBeGreaterThan(0)
    for (const { target, bad, at } of some) {
      const withoutAuth = await ask(world.api.url, target, bad)
      expect(withoutAuth.status, at).toBe(kind.status)
      expect(await ask(api.url, target, bad, OPERATOR), at).toEqual(withoutAuth)
    }
  })

  test(kind.isFirst ? 'is answered so to everybody' : 'is not looked at for anybody else', async () => {
    for (const { target, bad, at } of requests(kind)) {
      const isRefused = !target.isOpen && kind.isFirst === undefined
      const nobody = await ask(api.url, target, bad)
      expect(nobody.status, at).toBe(isRefused ? 401 : kind.status)
      expect(nobody.challenge !== undefined, at).toBe(isRefused)
      expect((await ask(api.url, target, bad, NOT_PERMITTED)).status, at).toBe(isRefused ? 403 : kind.status)
    }
  })
})

/** Over sockets: no client sends such requests. What the API never sees is answered before anybody asks who it is from. */
describe('what is no request', () => {
  const send = async (url: string, lines: string[], body = '') => {
    const [line = '', ...headers] = lines
    const answer = await sendBytes(url, [line, `Host: ${new URL(url).host}`, ...headers, '', body].join('\r\n'))
    return answer.split('\r\n')[0]
  }

  test.each([
    ['an unknown method', ['FOO /users HTTP/1.1'], 501],
    ['a header without a colon', ['GET /users HTTP/1.1', 'X'], 400],
    ['two lengths', ['POST /users HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'], 400],
    ['chunks that are none', ['POST /users HTTP/1.1', 'Transfer-Encoding: chunked'], 400],
    ['gzip in chunks', ['POST /users HTTP/1.1', 'Transfer-Encoding: gzip, chunked'], 501],
    ['an expectation', ['GET /users HTTP/1.1', 'Expect: a miracle'], 417],
    ['headers without end', ['GET /users HTTP/1.1', `X: ${'x'.repeat(20_000)}`], 431],
  ] as const)('(%s) is told so, token or not', async (_, lines, status) => {
    const answers = [
      await send(world.api.url, [...lines], 'zzz\r\n'),
      await send(api.url, [...lines], 'zzz\r\n'),
      await send(api.url, [...lines, `Authorization: ${OPERATOR.Authorization}`], 'zzz\r\n'),
    ]
    for (const answer of answers) expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })
})
