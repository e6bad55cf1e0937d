import type { z } from '@hono/zod-openapi'
import { isGrpcServiceError } from '@temporalio/client'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { isDatabaseUnavailable, isLockTimeout } from '#db/outages.ts'
import type { AppContext } from './app-types.ts'
import { ClientGone, Problem, type ProblemCode, problemBody } from './problems.ts'

const RETRY_AFTER_SECONDS = 2

/** The response for anything that a handler or middleware threw: `application/problem+json`, without internal details. */
export function errorResponse(error: unknown, c: AppContext): Response {
  // Nobody reads it: the status, of which nginx has made a habit, is for the log.
  if (error instanceof ClientGone) return new Response(null, { status: 499 })
  return problemResponse(c, toProblem(error))
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
function problemResponse(c: AppContext, problem: Problem): Response {
  if (problem.status === 503 || problem.status === 429) c.header('Retry-After', String(retryAfterSeconds(problem)))
  if (isPageOfStore(c)) return c.html(String(problemPage(problem)), problem.status)
  c.header('Content-Type', 'application/problem+json')
  return c.body(JSON.stringify(problemBody(problem, c.get('requestId'))), problem.status)
}

function retryAfterSeconds({ members }: Problem): number {
  const { retryAfterSeconds = RETRY_AFTER_SECONDS }: { retryAfterSeconds?: number } = members ?? {}
  return retryAfterSeconds
}

/** Whether a person opened an address of the store in a browser, to whom JSON says nothing. */
function isPageOfStore({ req }: AppContext): boolean {
  return /^\/store(\/|$)/.test(req.path) && (req.header('Accept') ?? '').includes('text/html')
}

function problemPage(problem: Problem) {
  const { title } = problemBody(problem, '')
  return html`<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>${problem.message}</p>
<p><a href="/store/">Go to the store</a></p>
</html>
`
}

/** The problem that describes an error to the client. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return frameworkProblem(error)
  return unavailableProblem(error) ?? internalError()
}

/** Errors that Hono and its OpenAPI layer throw. */
function frameworkProblem(error: HTTPException): Problem {
  if (error.status === 400) return new Problem('malformed_json', 'The body could not be parsed as JSON.')
  if (error.status === 415) {
    return new Problem('unsupported_media_type', 'Send the body as application/json, and say so in Content-Type.')
  }
  return internalError()
}

function internalError(): Problem {
  return new Problem('internal_error', 'The error was logged under the requestId of this answer.')
}

type Validation = { target: string } & ({ success: true } | { success: false; error: z.ZodError })

/** Hook of the OpenAPI layer: throws a validation error with every invalid value at once. */
export function rejectInvalidInput(result: Validation): void {
  if (result.success) return
  if (result.target === 'param') throw unknownResource(result.error)
  throw invalidRequest(PARTS[result.target] ?? 'request', result.error.issues.flatMap(describeIssue))
}

/** The validation error for a part of a request: its body, query or headers. */
export function invalidRequest(part: string, errors: InvalidValue[]): Problem {
  return new Problem('invalid_request', summarise(part, errors), { errors })
}

const PARTS: Record<string, string> = { json: 'body', query: 'query', header: 'headers' }

type InvalidValue = { path: string; message: string }

function summarise(part: string, [first, ...others]: InvalidValue[]): string {
  const where = first?.path ? `In the ${part}, ${first.path}` : `In the ${part}`
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return `${where}: ${first?.message}${more}.`
}

/** An id in a path that cannot exist is answered like one that does not exist: 404. See `pathId`. */
function unknownResource(error: z.ZodError): Problem {
  const [issue] = error.issues
  const code: ProblemCode = issue?.code === 'custom' ? issue.params?.unknown : 'unknown_route'
  return new Problem(code, 'No resource can have an id of this form.')
}

function describeIssue(issue: z.core.$ZodIssue): InvalidValue[] {
  if (issue.code === 'invalid_union') return describeClosest(issue)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
  }
  return [{ path: issue.path.join('.'), message: formatMessage(issue.message) }]
}

/** Zod's own messages, and what they are replaced by: like ours, each reads on after the path of the value. */
const ZOD_MESSAGES: [RegExp, string][] = [
  [/^Invalid input: expected \w+, received undefined$/, 'is missing'],
  [/^Invalid input: expected int, received .*$/, 'must be a whole number'],
  [/^Invalid input: expected ([aeiou]\w*), received .*$/, 'must be an $1'],
  [/^Invalid input: expected (\w+), received .*$/, 'must be a $1'],
  [/^Invalid (?:input|option): expected (.*)$/, 'must be $1'],
  [/^Too (?:small|big): expected \w+ to (be|have) (.*)$/, 'must $1 $2'],
  [/^Invalid (.*)$/, 'must be a valid $1'],
]

function formatMessage(message: string): string {
  const [pattern, replacement] = ZOD_MESSAGES.find(([pattern]) => pattern.test(message)) ?? []
  return pattern && replacement !== undefined ? message.replace(pattern, replacement) : message
}

/** Of the alternatives of a union, the one with the fewest issues. */
function describeClosest(union: z.core.$ZodIssueInvalidUnion): InvalidValue[] {
  const branches = union.errors.map((issues) =>
    issues.flatMap((issue) => describeIssue({ ...issue, path: [...union.path, ...issue.path] } as z.core.$ZodIssue)),
  )
  return branches.toSorted((a, b) => a.length - b.length)[0] ?? [{ path: union.path.join('.'), message: union.message }]
}

/** gRPC status codes (https://grpc.io/docs/guides/status-codes/). */
const GRPC_UNAVAILABLE = new Set([
  1, // CANCELLED: our client cancelled the call at its deadline
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
])

/** The 503 for an error that means that Postgres or Temporal cannot be reached; undefined for any other error. */
export function unavailableProblem(error: unknown): Problem | undefined {
  if (isTemporalUnavailable(error)) {
    return new Problem('temporal_unavailable', 'Repeat the request with the same Idempotency-Key in a moment.')
  }
  if (isLockTimeout(error)) {
    return new Problem(
      'database_unavailable',
      'Another request holds a lock on the same rows. Repeat the request with the same Idempotency-Key in a moment.',
    )
  }
  if (isDatabaseUnavailable(error)) {
    return new Problem('database_unavailable', 'Repeat the request with the same Idempotency-Key in a moment.')
  }
  return undefined
}

/** The SDK wraps gRPC errors in a `ServiceError`, sometimes more than once. */
export function isTemporalUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return GRPC_UNAVAILABLE.has(cause.code)
  }
  return false
}
