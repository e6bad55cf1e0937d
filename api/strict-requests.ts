import type { IncomingMessage } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { SAFE_METHODS } from '#config/loopback.ts'
import { parseStrictJson } from '#domain/strict-json.ts'
import type { App, AppContext, AppEnv } from './app-types.ts'
import { invalidRequest } from './errors.ts'
import { ClientGone, Problem } from './problems.ts'
import { type PublishedRoute, publishedRoutes } from './published-routes.ts'
import { BACK_CHANNEL } from './sign-in.ts'

/** Headers that a request may have once. Of two, some would be dropped, and others joined to a value that nobody sent. */
const SINGLE_HEADERS = [
  'Authorization',
  'Content-Length',
  'Content-Type',
  'Host',
  'Idempotency-Key',
  'Last-Event-ID',
  'Origin',
  'Sec-Fetch-Site',
  'X-Request-Id',
]

/** Conditions on a request (RFC 9110, section 13.1): whoever sends one does not want it to be carried out if it does not hold. */
const CONDITIONS = ['If-Match', 'If-Unmodified-Since']

/** Those that caches send with what they read: an answer in full is right. On a change they are conditions like the others. */
const CONDITIONS_OF_CACHES = ['If-None-Match', 'If-Modified-Since', 'If-Range']

/**
 * Refuses what would be ignored, or changed without a word: a second header of a kind that may come once, conditions that the operation
 * does not check, parameters that it does not know or that come twice, addresses and bodies that are not UTF-8, bodies in an encoding
 * that nobody undoes, members that are given twice, numbers that a double does not hold, what is no text to Postgres, and any member in
 * the body of a route that takes none.
 */
export function strictRequests(app: App): MiddlewareHandler<AppEnv> {
  const routeOf = publishedRoutes(app)
  return async (c, next) => {
    refuseTrailers(c)
    refuseMalformedAddress(c)
    const route = routeOf(c)
    // Where there is no route, that is what the client is told.
    if (route !== undefined) {
      const published = route === 'unpublished' ? undefined : route
      refuseOtherConditions(c, published)
      if (published) refuseOtherParameters(c, published)
      if (c.req.path !== BACK_CHANNEL) await refuseLossyBody(c, published?.takesBody === true)
    }
    await next()
  }
}

/** Before anybody looks at one of them, such as at who asks. */
export const singleHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  refuseRepeatedHeaders(c)
  await next()
}

function refuseOtherConditions({ req }: AppContext, route: PublishedRoute | undefined): void {
  const conditions = SAFE_METHODS.has(req.method) ? CONDITIONS : [...CONDITIONS, ...CONDITIONS_OF_CACHES]
  const unchecked = conditions.filter((name) => req.header(name) !== undefined && !route?.headers.has(name))
  if (unchecked.length > 0)
    throw invalidRequest(
      'headers',
      unchecked.map((path) => ({ path, message: 'is a condition that is not checked here' })),
    )
}

function refuseOtherParameters({ req }: AppContext, { parameters }: PublishedRoute): void {
  const given = [...new URL(req.url).searchParams.keys()]
  const errors = [...new Set(given)].flatMap((path) => {
    if (path === '') return { path, message: 'a parameter must have a name' }
    if (!parameters.has(path)) return { path, message: 'is not known here' }
    return given.indexOf(path) < given.lastIndexOf(path) ? { path, message: 'must be given once only' } : []
  })
  if (errors.length > 0) throw invalidRequest('query', errors)
}

/** Undefined when the app is called without a server. */
function incomingOf({ env }: AppContext): IncomingMessage | undefined {
  return (env as { incoming?: IncomingMessage } | undefined)?.incoming
}

/**
 * Fields after the body are read by nobody: an Idempotency-Key among them would be lost. Known only once the body is read, unless
 * announced.
 */
function refuseTrailers(c: AppContext): void {
  if (c.req.header('Trailer') !== undefined || (incomingOf(c)?.rawTrailers.length ?? 0) > 0)
    throw new Problem('malformed_http', 'Send every header before the body: there must be no trailers.')
}

function refuseRepeatedHeaders(c: AppContext): void {
  const names = (incomingOf(c)?.rawHeaders ?? [])
    .filter((_, index) => index % 2 === 0)
    .map((name) => name.toLowerCase())
  const repeated = SINGLE_HEADERS.filter((header) => names.filter((name) => name === header.toLowerCase()).length > 1)
  if (repeated.length > 0)
    throw invalidRequest(
      'headers',
      repeated.map((path) => ({ path, message: 'must be given once only' })),
    )
}

function refuseMalformedAddress({ req }: AppContext): void {
  const { pathname, search } = new URL(req.url)
  try {
    decodeURIComponent(pathname)
    decodeURIComponent(search)
  } catch {
    throw new Problem('malformed_http', 'The address is not valid UTF-8 in percent-encoding.')
  }
}

function isBrokenOff(c: AppContext): boolean {
  const incoming = incomingOf(c)
  return c.req.raw.signal.aborted || (incoming !== undefined && !incoming.complete && incoming.destroyed)
}

async function refuseLossyBody(c: AppContext, takesBody: boolean): Promise<void> {
  const { req } = c
  const isAnnounced = Number(req.header('Content-Length') ?? 0) > 0 || req.header('Transfer-Encoding') !== undefined
  const content = await req.arrayBuffer().catch((error: unknown) => {
    // Whoever broke off the upload needs no answer; nothing of ours has failed.
    throw isBrokenOff(c) ? new ClientGone() : error
  })
  refuseTrailers(c)
  const isEmpty = content.byteLength === 0 && !(isAnnounced && req.raw.body === null)
  if (isEmpty && !takesBody) return
  // One that may be left out in part is not left out as a whole by mistake.
  if (isEmpty && req.header('Content-Type') === undefined)
    throw invalidRequest('body', [{ path: '', message: 'is missing: send an object, at least {}' }])
  if (req.raw.body === null) throw invalidRequest('body', [{ path: '', message: `${req.method} takes no body` }])
  refuseOtherEncodings(req)
  const { value, issues } = parse(content)
  if (issues.length > 0)
    throw invalidRequest(
      'body',
      issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    )
  const misfits = [...misfitsOf(value, [])]
  if (misfits.length > 0) throw invalidRequest('body', misfits)
  if (takesBody) return
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalidRequest('body', [{ path: '', message: 'must be empty, or an empty object' }])
  const ignored = Object.keys(value).map((path) => ({ path, message: 'is not known here' }))
  if (ignored.length > 0) throw invalidRequest('body', ignored)
}

/** Texts and names that Postgres does not store: with NUL, or with half a surrogate pair, which is no character (RFC 7493, section 2.1). */
function* misfitsOf(value: unknown, path: readonly string[]): Generator<{ path: string; message: string }> {
  if (typeof value === 'string') yield* misfitOf(value, path, 'text')
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, name.toWellFormed()]
    yield* misfitOf(name, at, 'name')
    yield* misfitsOf(member, at)
  }
}

function* misfitOf(text: string, path: readonly string[], what: 'text' | 'name') {
  const at = { path: path.join('.') }
  if (text.includes('\0')) yield { ...at, message: `must not have NUL in its ${what}` }
  if (!text.isWellFormed()) yield { ...at, message: `must not have half a surrogate pair in its ${what}` }
}

/** Parameters of other names mean nothing (RFC 8259, section 11). */
const JSON_IN_UTF_8 =
  /^application\/(?:[\w.-]+\+)?json[ \t]*(?:;[ \t]*(?:(?:charset=(?:utf-8|"utf-8")|(?!charset=)[\w.-]+=(?:[\w.-]+|"[^"\\]*"))[ \t]*)?)*$/i

function refuseOtherEncodings(req: AppContext['req']): void {
  const encoding = req.header('Content-Encoding')?.trim().toLowerCase()
  if (!JSON_IN_UTF_8.test(req.header('Content-Type') ?? ''))
    throw new Problem(
      'unsupported_media_type',
      'Send the body as application/json in UTF-8, and say so in Content-Type.',
    )
  if (encoding !== undefined && encoding !== 'identity')
    throw new Problem('unsupported_media_type', 'Send the body as it is, without a Content-Encoding.')
}

function parse(content: ArrayBuffer): ReturnType<typeof parseStrictJson> {
  let text: string
  try {
    // A byte order mark stays, for JSON has none.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new Problem('malformed_json', 'The body is not valid UTF-8.')
  }
  try {
    return parseStrictJson(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem('malformed_json', `The body ${error.message}.`)
    throw error
  }
}
