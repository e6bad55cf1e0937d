import postgres from 'postgres'

/** What query functions take as their first parameter: a pool, or the transaction they are part of. */
export type Sql = postgres.Sql<{ bigint: number }> | postgres.TransactionSql<{ bigint: number }>

/** A pool of connections; whoever opened it ends it. */
export type Database = postgres.Sql<{ bigint: number }>

export type DatabaseOptions = {
  databaseUrl: string
  /** Shown in `pg_stat_activity`. */
  applicationName: string
  /** Upper bound of connections. */
  maxConnections?: number
  /** The server ends any statement that takes longer: no step of ours legitimately does. */
  statementTimeoutMs?: number
}

/** How soon a connection that was refused is tried again. */
const RECONNECT_SECONDS = 0.25

/**
 * Opens a pool. `bigint` columns arrive as safe integers; a value beyond 2^53 - 1 throws instead of losing digits.
 */
export function openDatabase(options: DatabaseOptions): Database {
  return postgres(options.databaseUrl, {
    max: options.maxConnections ?? 20,
    connect_timeout: 5,
    idle_timeout: 60,
    // The driver's own backoff grows to 20 s, which queries of an outage, and those after it, would sit through.
    backoff: () => RECONNECT_SECONDS,
    onnotice: () => {},
    connection: {
      application_name: options.applicationName,
      statement_timeout: options.statementTimeoutMs ?? 8_000,
      TimeZone: 'UTC',
    },
    types: { bigint: safeInteger },
  })
}

const safeInteger = {
  to: 20,
  from: [20],
  serialize: (value: number) => String(value),
  parse: (text: string) => {
    const value = Number(text)
    if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond the safe integers`)
    return value
  },
}
