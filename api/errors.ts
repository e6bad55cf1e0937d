import type { z } from '@hono/zod-openapi'
import { isGrpcServiceError } from '@temporalio/client'
import { HTTPException } from 'hono/http-exception'
import type { AppContext } from './app-types.ts'
import { Problem, type ProblemCode, problemBody } from './problems.ts'

const RETRY_AFTER_SECONDS = '2'

/** Answers whatever a handler or middleware threw, as `application/problem+json`. Nothing internal leaves. */
export function answerError(error: unknown, c: AppContext): Response {
  return answerProblem(c, problemOf(error))
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
function answerProblem(c: AppContext, problem: Problem): Response {
  if (problem.status === 503) c.header('Retry-After', RETRY_AFTER_SECONDS)
  c.header('Content-Type', 'application/problem+json')
  return c.body(JSON.stringify(problemBody(problem, c.get('requestId'))), problem.status)
}

/** The problem that an error is answered with. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return problemOfFramework(error)
  return unavailability(error) ?? internalError()
}

/** What Hono and its OpenAPI layer throw by themselves. */
function problemOfFramework(error: HTTPException): Problem {
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

/** Says what is wrong with a request that does not fit the schemas of its route. Every place at once, not one by one. */
export function refuseInvalidInput(result: Validation): void {
  if (result.success) return
  if (result.target === 'param') throw unknownResource(result.error)
  const errors = result.error.issues.flatMap(describeIssue)
  throw new Problem('invalid_request', summarise(PARTS[result.target] ?? 'request', errors), { errors })
}

const PARTS: Record<string, string> = { json: 'body', query: 'query', header: 'headers' }

type InvalidValue = { path: string; message: string }

function summarise(part: string, [first, ...others]: InvalidValue[]): string {
  const where = first?.path ? `In the ${part}, ${first.path}` : `In the ${part}`
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return `${where}: ${first?.message}${more}.`
}

/** An id in a path that cannot exist is as unknown as one that does not exist. See `pathId`. */
function unknownResource(error: z.ZodError): Problem {
  const [issue] = error.issues
  const code: ProblemCode = issue?.code === 'custom' ? issue.params?.unknown : 'unknown_route'
  return new Problem(code, 'No id of this form can exist.')
}

function describeIssue(issue: z.core.$ZodIssue): InvalidValue[] {
  if (issue.code === 'invalid_union') return describeClosest(issue)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
  }
  return [{ path: issue.path.join('.'), message: issue.message.replace(/^Invalid input: /, '') }]
}

/** Of the forms that a value may have, the one it comes closest to. */
function describeClosest(union: z.core.$ZodIssueInvalidUnion): InvalidValue[] {
  const branches = union.errors.map((issues) =>
    issues.flatMap((issue) => describeIssue({ ...issue, path: [...union.path, ...issue.path] } as z.core.$ZodIssue)),
  )
  return branches.toSorted((a, b) => a.length - b.length)[0] ?? [{ path: union.path.join('.'), message: union.message }]
}

/** Errors of our pool, of the `postgres` driver and of Node's sockets: nobody there, or gone in the middle. */
const CONNECTION_ERRORS = new Set([
  'CONNECTION_WAIT_TIMEOUT',
  'STATEMENT_DEADLINE', // whether it was carried out: the Idempotency-Key finds out
  'DESYNCHRONIZED_CONNECTION', // the same
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/**
 * SQLSTATEs after which the same request can succeed in a moment, or once an operator is done
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html). Left out is what stays as it is
 * until somebody mends the server, and must be seen as an error: 53400, a limit of its configuration; 57P04, a database that
 * was dropped; class 58, a broken disk.
 */
const TRANSIENT_SQLSTATES = new Set([
  '25006', // read_only_sql_transaction: a standby that was not promoted yet
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
  '40001', // serialization_failure
  '40003', // statement_completion_unknown: the Idempotency-Key finds out
  '40P01', // deadlock_detected
  '53000', // insufficient_resources
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55000', // object_not_in_prerequisite_state: the database takes no connections while somebody works on it
  '57000', // operator_intervention
  '57014', // query_canceled, by its timeout too
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or shutting down
  '57P05', // idle_session_timeout
])

/** Class 08, connection exception. Poolers such as PgBouncer tell their own troubles by it. */
const CONNECTION_EXCEPTION = /^08[0-9A-Z]{3}$/

/** gRPC status codes (https://grpc.io/docs/guides/status-codes/). */
const GRPC_UNAVAILABLE = new Set([
  1, // CANCELLED: the call was given up by us, at its deadline
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
])

/** The 503 for an error that means that Postgres or Temporal is away; undefined for any other error. */
export function unavailability(error: unknown): Problem | undefined {
  if (isTemporalAway(error)) {
    return new Problem('temporal_unavailable', 'Repeat the request, with the same Idempotency-Key, in a moment.')
  }
  if (isLocked(error)) {
    return new Problem(
      'database_unavailable',
      'Something else is changing what this is about. Repeat the request, with the same Idempotency-Key, in a moment.',
    )
  }
  if (isDatabaseAway(error)) {
    return new Problem('database_unavailable', 'Repeat the request, with the same Idempotency-Key, in a moment.')
  }
  return undefined
}

/** The SDK wraps what gRPC says in a `ServiceError`, sometimes more than once. */
export function isTemporalAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return GRPC_UNAVAILABLE.has(cause.code)
  }
  return false
}

/** SQLSTATE of a statement that waited for a lock for as long as it may: nothing was done. */
const LOCK_NOT_AVAILABLE = '55P03'

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE
}

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false
  const { code } = error
  return CONNECTION_ERRORS.has(code) || TRANSIENT_SQLSTATES.has(code) || CONNECTION_EXCEPTION.test(code)
}
