import { type Connection, ConnectionError, openConnection, type Statement } from './connection.ts'

export type PoolOptions = {
  databaseUrl: string
  maxConnections: number
  connectTimeoutMs: number
  /** How long a statement waits for a connection before it is rejected; it is then never sent. */
  waitMs: number
  session: Record<string, string | number>
}

export type Pool = {
  /** @throws whatever keeps it from getting a connection within `waitMs` */
  acquire(): Promise<Connection>
  /** Gives a connection back, in whatever state it is. */
  release(connection: Connection): void
  /** Runs one statement on a connection that was acquired, and takes note of how the database does. Never rejects. */
  run(connection: Connection, statement: Statement, deadlineMs: number): Promise<void>
  /** See `Database`. */
  end(options?: { timeout?: number }): Promise<void>
  /** See `Database`. */
  health(): PoolHealth
}

export type PoolHealth = {
  /** When the database last answered a statement, by `performance.now()`. */
  answeredAt: number
  /** Since when no statement was answered although some were tried; undefined while the pool can be used. */
  failingSince: number | undefined
}

type Waiter = { resolve: (connection: Connection) => void; reject: (error: unknown) => void; timer: NodeJS.Timeout }

/** A connection that nobody has used for a while is closed; so is one that has become old, lest its server process grow. */
const IDLE_MS = 60_000
const OLD_MS = 45 * 60_000

/** A pool of connections, each of which carries out one statement, or one transaction, at a time. */
export function createPool(options: PoolOptions): Pool {
  const { maxConnections, waitMs } = options
  /** The one that was used last is at the end, and is used next, so that those that are not needed become idle. */
  const idle: { connection: Connection; timer: NodeJS.Timeout }[] = []
  const busy = new Set<Connection>()
  const waiters = new Set<Waiter>()
  let opening = 0
  let ending: Promise<void> | undefined
  let drained: (() => void) | undefined
  const health: PoolHealth = { answeredAt: performance.now(), failingSince: undefined }

  const failed = () => {
    health.failingSince ??= performance.now()
  }
  const answered = () => {
    health.answeredAt = performance.now()
    health.failingSince = undefined
  }

  function acquire(): Promise<Connection> {
    if (ending !== undefined) return Promise.reject(new ConnectionError('CONNECTION_ENDED', 'the pool is closed'))
    const last = idle.pop()
    if (last) {
      clearTimeout(last.timer)
      busy.add(last.connection)
      return Promise.resolve(last.connection)
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => giveUp(waiter, waitedTooLong()), waitMs)
      const waiter = { resolve, reject, timer }
      waiters.add(waiter)
      openAsNeeded()
    })
  }

  function giveUp(waiter: Waiter, error: unknown): void {
    clearTimeout(waiter.timer)
    waiters.delete(waiter)
    failed()
    waiter.reject(error)
    noteDrained()
  }

  function waitedTooLong(): ConnectionError {
    const state = `${busy.size} of ${maxConnections} are in use`
    return new ConnectionError('CONNECTION_WAIT_TIMEOUT', `no connection within ${waitMs} ms: ${state}`)
  }

  function openAsNeeded(): void {
    while (opening < waiters.size && idle.length + busy.size + opening < maxConnections) void open()
  }

  async function open(): Promise<void> {
    opening += 1
    try {
      let connection: Connection | undefined
      const onClose = () => connection && forget(connection)
      connection = await openConnection({ ...options, onClose })
      opening -= 1
      answered()
      offer(connection)
    } catch (error) {
      opening -= 1
      failed()
      const [first] = waiters
      if (first) giveUp(first, error)
      openAsNeeded()
    }
  }

  /** To whoever waits longest. */
  function offer(connection: Connection): void {
    const [first] = waiters
    if (first) {
      clearTimeout(first.timer)
      waiters.delete(first)
      busy.add(connection)
      first.resolve(connection)
    } else if (ending !== undefined) {
      void connection.close()
    } else {
      const timer = setTimeout(() => void closeIdle(connection), IDLE_MS)
      idle.push({ connection, timer })
    }
  }

  /** @returns whether it was idle */
  function forget(connection: Connection): boolean {
    const index = idle.findIndex((one) => one.connection === connection)
    if (index === -1) return false
    const [one] = idle.splice(index, 1)
    clearTimeout(one?.timer)
    return true
  }

  async function closeIdle(connection: Connection): Promise<void> {
    if (forget(connection)) await connection.close()
  }

  function release(connection: Connection): void {
    if (!busy.delete(connection)) return
    if (connection.isOpen()) {
      if (performance.now() - connection.openedAt < OLD_MS) offer(connection)
      else void connection.close()
    }
    openAsNeeded()
    noteDrained()
  }

  async function run(connection: Connection, statement: Statement, deadlineMs: number): Promise<void> {
    const startedAt = performance.now()
    if ((await connection.run(statement, deadlineMs)) === 'answered') return answered()
    failed()
    // The way to the database was lost without a sign: connections that were silent since then may be no better.
    const silent = idle.filter((one) => one.connection.answeredAt() < startedAt)
    for (const { connection } of silent) void closeIdle(connection)
  }

  function noteDrained(): void {
    if (busy.size === 0 && waiters.size === 0) drained?.()
  }

  async function drain(timeoutMs: number | undefined): Promise<void> {
    const closed = idle.map(({ connection }) => connection).map(closeIdle)
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      drained = resolve
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs)
      noteDrained()
    })
    clearTimeout(timer)
    const ended = new ConnectionError('CONNECTION_ENDED', 'the pool was closed before there was an answer')
    for (const waiter of waiters) giveUp(waiter, ended)
    for (const connection of busy) connection.destroy(ended)
    await Promise.all(closed)
  }

  return {
    acquire,
    release,
    run,
    health: () => ({ ...health }),
    end({ timeout } = {}) {
      ending ??= drain(timeout === undefined ? undefined : timeout * 1000)
      return ending
    },
  }
}
