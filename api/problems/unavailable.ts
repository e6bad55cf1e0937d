import { isGrpcServiceError } from '@temporalio/client'
import { Problem } from './problem.ts'

/** Errors of the `postgres` driver and of Node's sockets: nobody there, or gone in the middle. */
const CONNECTION_ERRORS = new Set([
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
 * SQLSTATEs that say nothing about the request (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * class 08 connection exception, 53 insufficient resources (too many connections), 57 operator intervention (shutdown,
 * starting up, statement timeout), 40 transaction rollback, 25006 a standby that was not promoted yet.
 */
const TRANSIENT_SQLSTATE = /^(?:08|53|57|40)[0-9A-Z]{3}$|^25006$/

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

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false
  return CONNECTION_ERRORS.has(error.code) || TRANSIENT_SQLSTATE.test(error.code)
}
