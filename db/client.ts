import postgres from 'postgres'
import { ConnectionError, type Statement } from './connection.ts'
import { Pool, type PoolHealth } from './pool.ts'

type Driver = postgres.Sql<{ bigint: number }>

/** What query functions take as their first parameter: a pool, or the transaction they are part of. */
export interface Sql {
  /** A statement, sent when it is first waited for; or a fragment of one. */
  <Rows extends readonly (object | undefined)[] = postgres.Row[]>(
    template: TemplateStringsArray,
    ...parameters: readonly postgres.ParameterOrFragment<number>[]
  ): postgres.PendingQuery<Rows>
  /** The name of a table or column. */
  (identifier: string): postgres.Helper<string, []>
  json: Driver['json']
  unsafe: Driver['unsafe']
}

export type TransactionOptions = {
  /** As after BEGIN, such as `isolation level repeatable read read only`. */
  mode?: string
  /** Its statements may take as long as they need: no `statement_timeout`, and no deadline. */
  unlimited?: boolean
}

/** A pool of connections; whoever opened it ends it. */
export interface Database extends Sql {
  /**
   * Runs `work` in a transaction. A statement in it that fails, whether it is waited for or not, fails the transaction. When
   * the connection is lost, so is the transaction: nothing of it goes on against another connection.
   */
  begin<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value>
  begin<Value>(options: TransactionOptions, work: (sql: Sql) => Promise<Value>): Promise<Value>
  /** A connection to oneself, until `release`. */
  reserve(): Promise<Sql & { release(): void }>
  /**
   * Takes no new statements, lets the others finish, and closes all connections.
   *
   * @param options.timeout in seconds: what has not finished by then is rejected
   */
  end(options?: { timeout?: number }): Promise<void>
  /** How the database has answered so far. */
  health(): PoolHealth
}

export type DatabaseOptions = {
  /** With `?prepare=false`, statements are not prepared on the server: for a pooler that cannot carry that. */
  databaseUrl: string
  /** Shown in `pg_stat_activity`. */
  applicationName: string
  /** Upper bound of connections. */
  maxConnections?: number
  /**
   * The server ends any statement that takes longer. 0: no limit, and no deadline. Left out, as for whatever may go through a pooler, it
   * is what the role has (`ROLE_SETTINGS`): poolers refuse it as a parameter of a session.
   */
  statementTimeoutMs?: number
  /** The server ends any statement that waits longer for a lock. 0: no limit. Left out, it is what the role has. */
  lockTimeoutMs?: number
  /** When the server does not even end a statement, the connection is given up. */
  deadlineMs?: number
  /** How long a statement waits for a connection. */
  waitMs?: number
  /** How long opening a connection may take. */
  connectTimeoutMs?: number
}

/**
 * What holds for every session of the application's role, set by `npm run migrate`, for poolers refuse it from a client. No step of
 * ours takes longer than that; one locked row does not use up a pool; and a transaction whose client has gone without a sign does not
 * keep its locks until the server notices.
 */
export const ROLE_SETTINGS = {
  statement_timeout: '8s',
  lock_timeout: '1500ms',
  idle_in_transaction_session_timeout: '1min',
} as const

/** More than the `statement_timeout` of the role, so that the server's own word comes first. */
const DEADLINE_MS = 10_000

/**
 * Opens a pool: the one way to the database, and the one place where it is made sure that every statement gets its own
 * answer, or an error, within a bounded time (docs/adr/0017-connections.md).
 *
 * `bigint` columns arrive as safe integers; a value beyond 2^53 - 1 throws instead of losing digits.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { statementTimeoutMs, lockTimeoutMs } = options
  const deadlineMs =
    statementTimeoutMs === 0
      ? 0
      : (options.deadlineMs ?? (statementTimeoutMs === undefined ? DEADLINE_MS : statementTimeoutMs + 2_000))
  const pool = new Pool({
    databaseUrl: options.databaseUrl,
    maxConnections: options.maxConnections ?? 20,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    waitMs: options.waitMs ?? 5_000,
    session: {
      // These two poolers take from a client.
      application_name: options.applicationName,
      TimeZone: 'UTC',
      ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
      ...(lockTimeoutMs !== undefined && { lock_timeout: lockTimeoutMs }),
    },
  })
  const single = statements(async (statement) => {
    try {
      const connection = await pool.acquire()
      await pool.run(connection, statement, deadlineMs)
      pool.release(connection)
    } catch (error) {
      statement.reject(error)
    }
  })

  async function begin<Value>(
    ...given: [(sql: Sql) => Promise<Value>] | [TransactionOptions, (sql: Sql) => Promise<Value>]
  ): Promise<Value> {
    const [options, work] = given.length === 2 ? given : [{}, ...given]
    return await transaction(pool, deadlineMs, options, work)
  }

  async function reserve(): Promise<Sql & { release(): void }> {
    const connection = await pool.acquire()
    const sql = statements((statement) => pool.run(connection, statement, deadlineMs))
    return Object.assign(sql, { release: () => pool.release(connection) })
  }

  return Object.assign(single, {
    begin,
    reserve,
    end: (given?: { timeout?: number }) => pool.end(given),
    health: () => pool.health(),
  })
}

async function transaction<Value>(
  pool: Pool,
  poolDeadlineMs: number,
  { mode = '', unlimited = false }: TransactionOptions,
  work: (sql: Sql) => Promise<Value>,
): Promise<Value> {
  const connection = await pool.acquire()
  let deadlineMs = poolDeadlineMs
  const failures: unknown[] = []
  let isOver = false
  const sql = statements(async (statement) => {
    if (isOver) return statement.reject(new Error('the transaction has ended'))
    const { reject } = statement
    statement.reject = (error) => {
      failures.push(error)
      reject(error)
    }
    await pool.run(connection, statement, deadlineMs)
  })
  try {
    await sql.unsafe(`begin ${mode}`)
    if (unlimited) {
      await sql`set local statement_timeout = 0`
      deadlineMs = 0
    }
    const value = await work(sql)
    if (failures.length > 0) throw failures[0]
    const { command } = await sql.unsafe('commit')
    if (command !== 'COMMIT') throw failures[0] ?? new Error(`the transaction ended with ${command}`)
    return value
  } catch (error) {
    await sql.unsafe('rollback').catch(() => connection.destroy(rolledBack()))
    throw error
  } finally {
    isOver = true
    pool.release(connection)
  }
}

function rolledBack(): ConnectionError {
  return new ConnectionError('CONNECTION_CLOSED', 'the transaction could not be ended in good order')
}

/** Makes statements and their parts, and never connects: what carries them out is up to `handler`. */
const driver: Driver = postgres({ max: 1 }) as never

/** The tagged template whose statements are carried out by `handler`. */
function statements(handler: (statement: Statement) => Promise<void>): Sql {
  const send = (statement: Statement) => {
    const { cursorRows, streaming, onlyDescribe, forEachFn } = statement
    if (cursorRows === undefined && !streaming && !onlyDescribe && !forEachFn) return handler(statement)
    return statement.reject(new Error('cursors and streams are not supported: read page by page'))
  }
  const adopt = (made: unknown) =>
    isStatement(made) ? Object.assign(withOrigin(made, make), { handler: send, canceller: null }) : made
  const make = (...given: Parameters<typeof driver>): unknown => adopt(driver(...given))
  const unsafe = (...given: Parameters<typeof driver.unsafe>) => adopt(driver.unsafe(...given))
  return Object.assign(make, { json: driver.json, unsafe }) as unknown as Sql
}

function isStatement(made: unknown): made is Statement {
  return made instanceof Promise && 'handler' in made
}

/** By the template: where in the code it stands. */
const origins = new WeakMap<object, PropertyDescriptor>()

/** Has the errors of a statement name the place in the code that it comes from, rather than this file. */
function withOrigin(statement: Statement, below: (...given: never) => unknown): Statement {
  const { strings } = statement
  if (!('raw' in strings)) return statement
  let origin = origins.get(strings)
  if (!origin) {
    const { stackTraceLimit } = Error
    const place = { stack: '' }
    Error.stackTraceLimit = 3
    Error.captureStackTrace(place, below)
    Error.stackTraceLimit = stackTraceLimit
    origin = { get: () => place.stack }
    origins.set(strings, origin)
  }
  return Object.defineProperty(statement, 'origin', origin)
}

export type DatabaseHealth = {
  /** What is wrong, as a sentence, if this process could not use its database for a while; undefined while it can. */
  failing(): string | undefined
  stop(): void
}

/** For how long every statement must have failed. */
const FAILING_MS = 60_000
/** After so long without an answer a pool is tried, so that a process with nothing to do knows how it stands, too. */
const PROBE_MS = 15_000

/**
 * Watches whether a process can use its pools. It cannot when for a minute no statement was answered although some were
 * sent: a process that has nothing to do is well as long as its probes are answered, and an error of the database is an
 * answer, too.
 */
export function watchHealth(
  databases: Record<string, Database>,
  { failingMs = FAILING_MS, probeMs = PROBE_MS }: { failingMs?: number; probeMs?: number } = {},
): DatabaseHealth {
  const probe = () => {
    for (const database of Object.values(databases)) {
      const isQuiet = performance.now() - database.health().answeredAt >= probeMs
      // What comes of it is on record in the pool.
      if (isQuiet) database`select 1`.catch(() => {})
    }
  }
  const timer = setInterval(probe, probeMs)
  timer.unref()
  return {
    failing() {
      for (const [name, database] of Object.entries(databases)) {
        const { failingSince } = database.health()
        const failedForMs = failingSince === undefined ? 0 : performance.now() - failingSince
        if (failedForMs >= failingMs) {
          return `No statement was answered for ${Math.floor(failedForMs / 1000)} s (pool: ${name}).`
        }
      }
      return undefined
    },
    stop: () => clearInterval(timer),
  }
}
