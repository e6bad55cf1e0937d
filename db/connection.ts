import { connect as connectSocket, type Socket } from 'node:net'
import postgres from 'postgres'

/** How the driver turns values of a type into text and back; `to` and `from` are OIDs of `pg_type`. */
type ValueType = { to: number; from: number[]; serialize: (value: unknown) => string; parse: (text: string) => unknown }

const text = (value: string) => value
const instant = (value: string) => new Date(value)
const json = (value: string): unknown => JSON.parse(value)

/** By the OID of the array type: how one of its elements is read. These OIDs are part of Postgres and never change. */
const ELEMENTS: [oid: number, parse: (value: string) => unknown][] = [
  [1000, (value) => value === 't'], // boolean
  [1003, text], // name
  [1005, Number], // smallint
  [1007, Number], // integer
  [1009, text], // text
  [1015, text], // varchar
  [1016, safeInteger], // bigint
  [1021, Number], // real
  [1022, Number], // double precision
  [1028, Number], // oid
  [1115, instant], // timestamp
  [1182, instant], // date
  [1185, instant], // timestamptz
  [1231, text], // numeric
  [199, json],
  [2951, text], // uuid
  [3807, json], // jsonb
]

/** @throws RangeError instead of losing digits */
function safeInteger(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`bigint ${value} is beyond the safe integers`)
  return number
}

/**
 * Arrays of Postgres' own types, of one dimension. The driver could ask each connection for the array types of its database
 * (`fetch_types`), but a connection that is lost at that moment becomes an unhandled rejection, which ends the process.
 */
const ARRAY_TYPES: Record<string, ValueType> = Object.fromEntries(
  ELEMENTS.map(([oid, parse]) => [
    `array_${oid}`,
    { to: oid, from: [oid], serialize: serializeArray, parse: (value: string) => parseArray(value, parse) },
  ]),
)

/** @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function serializeArray(value: unknown): string {
  if (!Array.isArray(value)) return String(value)
  return `{${value.map(serializeElement).join(',')}}`
}

function serializeElement(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const written =
    value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return `"${written.replaceAll(/["\\]/g, '\\$&')}"`
}

const ELEMENT = /"((?:[^"\\]|\\.)*)"|[^,{}]+/gs

function parseArray(value: string, parse: (element: string) => unknown): unknown[] {
  if (value.startsWith('{{') || value.startsWith('[')) throw new Error('an array of several dimensions cannot be read')
  return [...value.matchAll(ELEMENT)].map(([written, quoted]) => {
    if (quoted !== undefined) return parse(quoted.replaceAll(/\\(.)/gs, '$1'))
    return written === 'NULL' ? null : parse(written)
  })
}

/** Why a statement got no answer from the database, where that is not the database's own error. */
export type ConnectionErrorCode =
  /** Nobody accepted the connection in time. */
  | 'CONNECT_TIMEOUT'
  /** All connections were in use for as long as a statement may wait for one. It was not sent. */
  | 'CONNECTION_WAIT_TIMEOUT'
  /** No answer in time: whether it was carried out is not known. */
  | 'STATEMENT_DEADLINE'
  /** The connection was lost; whether it was carried out is not known. */
  | 'CONNECTION_CLOSED'
  /** The pool was closed before it was sent. */
  | 'CONNECTION_ENDED'
  /** The answer was not this statement's. */
  | 'DESYNCHRONIZED_CONNECTION'

export class ConnectionError extends Error {
  readonly code: ConnectionErrorCode

  constructor(code: ConnectionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConnectionError'
    this.code = code
  }
}

export type ConnectionOptions = {
  databaseUrl: string
  connectTimeoutMs: number
  /** Parameters of the session, such as `application_name` and `statement_timeout`. */
  session: Record<string, string | number>
  /** Called once when the connection is lost or was closed. */
  onClose: () => void
}

/**
 * A statement as the driver has it (`Query` in its src/query.js, version 3.4.9): a promise that hands itself to `handler`
 * when it is first waited for. Its published types do not show these members.
 */
export type Statement = {
  handler: (statement: Statement) => unknown
  canceller: unknown
  strings: TemplateStringsArray | string[]
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
  forEachFn?: (row: unknown, result: unknown[]) => void
  cursorRows?: number
  streaming?: boolean
  onlyDescribe?: boolean
}

/**
 * What became of a statement: the database answered, be it by an error of its own; it answered that it takes no writes, as a server does
 * that another one has taken over from; the connection was lost, or not fit to go on; or nobody answered in time.
 */
export type Ended = 'answered' | 'demoted' | 'lost' | 'silent'

/** Seconds without traffic after which the operating system asks whether the other side is still there. */
const KEEP_ALIVE_SECONDS = 5
/** How long the server gets to close the connection after our Terminate message. */
const CLOSE_SECONDS = 0.5

/**
 * One connection. It has a driver instance of its own, which goes with it: the driver (3.4.9) carries the state of a lost
 * connection into the next one (its last error, half a result, bytes that were not sent), so it never gets a next one.
 */
export class Connection {
  /** When it was opened, and when the database last answered, by `performance.now()`. */
  readonly openedAt = performance.now()
  answeredAt = this.openedAt
  isOpen = true
  readonly #driver: postgres.Sql
  readonly #send: Statement['handler']
  readonly #running = new Set<Statement>()
  #socket: Socket | undefined
  #watchdog: NodeJS.Timeout | undefined

  private constructor(options: ConnectionOptions) {
    this.#driver = postgres(options.databaseUrl, {
      ...DRIVER_OPTIONS,
      connect_timeout: options.connectTimeoutMs / 1000,
      connection: options.session,
      onclose: () => {
        this.isOpen = false
        options.onClose()
      },
      // Not in the driver's published types: how it gets its sockets. It asks again when it wants to reconnect.
      socket: async (target: Target) => {
        if (this.#socket !== undefined) throw lost()
        this.#socket = await dial(target, options.connectTimeoutMs)
        return this.#socket
      },
    } as object)
    this.#send = (this.#driver`` as unknown as Statement).handler
  }

  /** @throws ConnectionError, the socket's error or the database's refusal */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options)
    // The driver's own limit covers only connecting and authentication; the first statement has to be answered in time as well.
    const late = new ConnectionError('CONNECT_TIMEOUT', `not opened within ${options.connectTimeoutMs} ms`)
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      connection.destroy(late)
    }, options.connectTimeoutMs)
    try {
      await connection.#driver.unsafe('select 1')
      connection.answeredAt = performance.now()
      return connection
    } catch (error) {
      connection.destroy(lost())
      throw isLate ? late : error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Sends a statement, whose promise is settled with its answer. Never rejects itself. `deadlineMs` 0: however long it takes. */
  run(statement: Statement, deadlineMs: number): Promise<Ended> {
    const { resolve, reject } = statement
    // The driver would not say so: it waits for a connection that it is never given, until the deadline.
    if (!this.isOpen) {
      reject(lost())
      return Promise.resolve('lost')
    }
    return new Promise((done) => {
      const end = (ended: Ended) => {
        this.#running.delete(statement)
        if (ended !== 'silent') this.answeredAt = performance.now()
        this.#watch(deadlineMs)
        done(ended)
      }
      statement.resolve = (result) => {
        const error = disagreement(result)
        if (error) return this.destroy(error)
        end('answered')
        resolve(result)
      }
      statement.reject = (error) => {
        const ended = endedBy(error)
        end(ended)
        reject(error)
        if ((ended === 'lost' || ended === 'demoted') && this.isOpen) this.destroy(lost())
      }
      // The driver counts rows across results, and forgets to begin anew after an error in the middle of one.
      statement.forEachFn = (row, result) => result.push(row)
      this.#running.add(statement)
      if (this.#running.size === 1) this.#watch(deadlineMs)
      this.#send(statement)
    })
  }

  /** Statements that were sent together, in a transaction, are answered one after the other. */
  #watch(deadlineMs: number): void {
    clearTimeout(this.#watchdog)
    if (this.#running.size === 0 || deadlineMs === 0) return
    const since = this.answeredAt
    this.#watchdog = setTimeout(() => {
      // After the event loop stood still, the answer may have arrived without having been read: that comes first.
      setImmediate(() => {
        if (this.#running.size > 0 && this.answeredAt === since) this.destroy(overdue(deadlineMs))
      })
    }, deadlineMs)
  }

  /** Closes it in good order; to be called while it runs nothing. */
  async close(): Promise<void> {
    this.isOpen = false
    await this.#driver.end({ timeout: CLOSE_SECONDS })
    this.#socket?.destroy()
  }

  /** Closes the socket at once; what runs is rejected with the error. */
  destroy(error: ConnectionError): void {
    this.isOpen = false
    for (const statement of this.#running) statement.reject(error)
    clearTimeout(this.#watchdog)
    this.#socket?.destroy()
  }
}

const DRIVER_OPTIONS = {
  max: 1,
  fetch_types: false,
  idle_timeout: null,
  max_lifetime: null,
  keep_alive: KEEP_ALIVE_SECONDS,
  onnotice: () => {},
  types: {
    ...ARRAY_TYPES,
    bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: safeInteger },
  },
}

/** Where the driver would connect to. */
type Target = { host: string[]; port: number[]; path: string | false }

function dial({ host: [host = ''], port: [port = 0], path }: Target, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = path ? connectSocket(path) : connectSocket({ host, port, noDelay: true })
    const where = path ? path : `${host}:${port}`
    const timer = setTimeout(() => {
      const error = new ConnectionError('CONNECT_TIMEOUT', `no connection to ${where} within ${timeoutMs} ms`)
      socket.destroy(Object.assign(error, { address: path || host, ...(!path && { port }) }))
    }, timeoutMs)
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      // For the name that TLS asks for.
      resolve(Object.assign(socket, { host, port }))
    })
  })
}

/** SQLSTATE: the transaction is read-only. */
const READ_ONLY = '25006'
/** The server is being stopped, has crashed, or is starting: of no use, whatever it calls its severity. */
const GOING = /^57P0[123]$/

/** After an error of the database that is not fatal, the connection goes on, unless it is to be found elsewhere by now. */
function endedBy(error: unknown): Ended {
  if (error instanceof postgres.PostgresError && error.code === READ_ONLY) return 'demoted'
  if (error instanceof postgres.PostgresError && !GOING.test(error.code)) {
    return ['FATAL', 'PANIC'].includes(error.severity) ? 'lost' : 'answered'
  }
  return error instanceof ConnectionError && error.code === 'STATEMENT_DEADLINE' ? 'silent' : 'lost'
}

type Result = unknown[] & { count: number | null; columns: unknown[] | null | undefined }

/**
 * A result whose rows are not as many as the database says it sent is made of something else. `count` is null after
 * commands that do not say, such as SHOW; without columns it counts what was changed.
 */
function disagreement(answer: unknown): ConnectionError | undefined {
  const [first] = answer as unknown[]
  const results = (Array.isArray(first) && 'count' in first ? answer : [answer]) as Result[]
  const wrong = results.find(({ columns, count, length }) => columns?.length && count !== null && count !== length)
  return (
    wrong &&
    new ConnectionError(
      'DESYNCHRONIZED_CONNECTION',
      `the database sent ${wrong.count} rows, and ${wrong.length} arrived: the connection was ended`,
    )
  )
}

function overdue(deadlineMs: number): ConnectionError {
  return new ConnectionError('STATEMENT_DEADLINE', `no answer within ${deadlineMs} ms: the connection was ended`)
}

function lost(): ConnectionError {
  return new ConnectionError('CONNECTION_CLOSED', 'the connection was lost')
}
