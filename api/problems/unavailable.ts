import { isGrpcServiceError } from '@temporalio/client'
import { Problem } from './problem.ts'

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
