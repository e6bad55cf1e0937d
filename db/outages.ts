import type { Sql } from './client.ts'

/** Errors of our pool, the `postgres` driver and Node's sockets: no connection, or one that was lost. */
const CONNECTION_ERRORS = new Set([
  'CONNECTION_WAIT_TIMEOUT',
  'STATEMENT_DEADLINE', // it may have committed: a repeat with the same Idempotency-Key finds out
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
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html). Errors that last until somebody repairs
 * the server are not among them, so that they show as errors: 53400, a limit of its configuration; 57P04, a database that
 * was dropped; class 58, a broken disk.
 */
const TRANSIENT_SQLSTATES = new Set([
  '25006', // read_only_sql_transaction: a standby that was not promoted yet
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
  '40001', // serialization_failure
  '40003', // statement_completion_unknown: a repeat with the same Idempotency-Key finds out
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

/** Class 08, connection exception. Poolers such as PgBouncer report their own failures by it. */
const CONNECTION_EXCEPTION = /^08[0-9A-Z]{3}$/

/** Whether an error means that the database cannot be reached or used for now, and not that something is wrong with what was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false
  const { code } = error
  return CONNECTION_ERRORS.has(code) || TRANSIENT_SQLSTATES.has(code) || CONNECTION_EXCEPTION.test(code)
}

/**
 * Whether the database is away, and things failed for that, of which each is done for itself. It is asked again: one that always runs into
 * its time limit, or takes its connection down with it, must not look like an outage for ever and keep all others from being done. Where an
 * outage is over by now, what it left is for the next time.
 *
 * @param reasons why they failed
 */
export async function isOutage(sql: Sql, reasons: readonly unknown[]): Promise<boolean> {
  if (!reasons.some(isDatabaseUnavailable)) return false
  try {
    const [row] = await sql<{ readOnly: string }[]>`select current_setting('transaction_read_only') as "readOnly"`
    return row?.readOnly !== 'off'
  } catch {
    return true
  }
}

/** Whether a statement reached `lock_timeout`: it had no effect. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE
}

const LOCK_NOT_AVAILABLE = '55P03'
