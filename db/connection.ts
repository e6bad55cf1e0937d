import { connect as connectSocket, type Socket } from 'node:net'
import postgres from 'postgres'
import { ARRAY_TYPES, safeInteger } from './array-types.ts'

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

/** What became of a statement: the database answered, be it by an error of its own, or nobody did. */
export type Ended = 'answered' | 'lost'

export type Connection = {
  isOpen(): boolean
  /** When it was opened, and when the database last answered, by `performance.now()`. */
  readonly openedAt: number
  answeredAt(): number
  /** Sends a statement, which is settled with its answer. Never rejects itself. `deadlineMs` 0: however long it takes. */
  run(statement: Statement, deadlineMs: number): Promise<Ended>
  /** Closes it in good order; to be called while it runs nothing. */
  close(): Promise<void>
  /** Closes the socket at once; what runs is rejected with the error. */
  destroy(error: ConnectionError): void
}

/** Seconds without traffic after which the operating system asks whether the other side is still there. */
const KEEP_ALIVE_SECONDS = 5
/** How long the server gets to hang up, once it was told goodbye. */
const CLOSE_SECONDS = 0.5

/**
 * Opens one connection. It has a driver instance of its own, which goes with it: the driver (3.4.9) carries the state of a
 * lost connection into the next one (its last error, half a result, bytes that were not sent), so it never gets a next one.
 *
 * @throws ConnectionError, the socket's error or the database's refusal
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const openedAt = performance.now()
  let socket: Socket | undefined
  let open = true
  const driver = postgres(options.databaseUrl, {
    ...DRIVER_OPTIONS,
    connect_timeout: options.connectTimeoutMs / 1000,
    connection: options.session,
    onclose: () => {
      open = false
      options.onClose()
    },
    // Not in the driver's published types: how it gets its sockets. It asks again when it wants to reconnect.
    socket: async (target: Target) => {
      if (socket !== undefined) throw lost()
      socket = await dial(target, options.connectTimeoutMs)
      return socket
    },
  } as object)

  try {
    await driver.unsafe('select 1')
  } catch (error) {
    socket?.destroy()
    throw error
  }
  const send = (driver`` as unknown as Statement).handler
  const running = new Set<Statement>()
  let answeredAt = performance.now()
  let watchdog: NodeJS.Timeout | undefined

  function destroy(error: ConnectionError): void {
    open = false
    clearTimeout(watchdog)
    for (const statement of running) statement.reject(error)
    socket?.destroy()
  }

  /** Statements that were sent together, in a transaction, are answered one after the other. */
  function watch(deadlineMs: number): void {
    clearTimeout(watchdog)
    if (running.size === 0 || deadlineMs === 0) return
    const since = answeredAt
    watchdog = setTimeout(() => {
      // After the event loop stood still, the answer may have arrived without having been read: that comes first.
      setImmediate(() => {
        if (running.size > 0 && answeredAt === since) destroy(overdue(deadlineMs))
      })
    }, deadlineMs)
  }

  function run(statement: Statement, deadlineMs: number): Promise<Ended> {
    const { resolve, reject } = statement
    return new Promise((done) => {
      const end = (ended: Ended) => {
        running.delete(statement)
        answeredAt = performance.now()
        watch(deadlineMs)
        done(ended)
      }
      statement.resolve = (result) => {
        const error = disagreement(result)
        if (error) return destroy(error)
        end('answered')
        resolve(result)
      }
      statement.reject = (error) => {
        const ended = isAnswer(error) ? 'answered' : 'lost'
        end(ended)
        reject(error)
        if (ended === 'lost' && open) destroy(lost())
      }
      // The driver counts rows across results, and forgets to begin anew after an error in the middle of one.
      statement.forEachFn = (row, result) => result.push(row)
      running.add(statement)
      watch(deadlineMs)
      send(statement)
    })
  }

  return {
    isOpen: () => open,
    openedAt,
    answeredAt: () => answeredAt,
    run,
    async close() {
      open = false
      await driver.end({ timeout: CLOSE_SECONDS })
      socket?.destroy()
    },
    destroy,
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

/** The database itself said no, and the connection goes on. */
function isAnswer(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.severity !== 'FATAL' && error.severity !== 'PANIC'
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
