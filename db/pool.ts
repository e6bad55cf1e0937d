import { Connection, ConnectionError, type Statement } from './connection.ts'

export type PoolOptions = {
  databaseUrl: string
  maxConnections: number
  connectTimeoutMs: number
  /** How long a statement waits for a connection before it is rejected; it is then never sent. */
  waitMs: number
  session: Record<string, string | number>
}

export type PoolHealth = {
  /** When the database last answered a statement, by `performance.now()`. */
  answeredAt: number
  /** Since when no statement was answered although some were tried; undefined while the pool can be used. */
  failingSince: number | undefined
}

type Waiter = {
  resolve: (connection: Connection) => void
  reject: (error: unknown) => void
  timer: NodeJS.Timeout
  since: number
}

/** A connection that nobody has used for a while is closed; so is one that has become old, lest its server process grow. */
const IDLE_MS = 60_000
const OLD_MS = 45 * 60_000

/** A pool of connections, each of which carries out one statement, or one transaction, at a time. */
export class Pool {
  readonly #options: PoolOptions
  /** The one that was used last is at the end, and is used next, so that those that are not needed become idle. */
  readonly #idle = new Map<Connection, NodeJS.Timeout>()
  readonly #busy = new Set<Connection>()
  readonly #waiters = new Set<Waiter>()
  readonly #health: PoolHealth = { answeredAt: performance.now(), failingSince: undefined }
  #opening = 0
  #ending: Promise<void> | undefined
  #drained = () => {}

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** @throws whatever keeps it from getting a connection within `waitMs` */
  acquire(): Promise<Connection> {
    if (this.#ending !== undefined) return Promise.reject(new ConnectionError('CONNECTION_ENDED', 'the pool is closed'))
    const last = [...this.#idle.keys()].at(-1)
    if (last) {
      this.#forget(last)
      this.#busy.add(last)
      return Promise.resolve(last)
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(waiter, this.#waitedTooLong()), this.#options.waitMs)
      const waiter = { resolve, reject, timer, since: performance.now() }
      this.#waiters.add(waiter)
      this.#openAsNeeded()
    })
  }

  /** Gives a connection back, in whatever state it is. */
  release(connection: Connection): void {
    if (!this.#busy.delete(connection)) return
    if (connection.isOpen) {
      if (performance.now() - connection.openedAt < OLD_MS) this.#offer(connection)
      else void connection.close()
    }
    this.#openAsNeeded()
    this.#noteDrained()
  }

  /** Runs one statement on a connection that was acquired, and takes note of how the database does. Never rejects. */
  async run(connection: Connection, statement: Statement, deadlineMs: number): Promise<void> {
    const startedAt = performance.now()
    const ended = await connection.run(statement, deadlineMs)
    if (ended === 'answered') return this.#noteAnswer()
    if (ended === 'demoted') {
      this.#noteAnswer()
      // The others lead to the same server.
      for (const other of [...this.#idle.keys()]) void this.#closeIdle(other)
      return
    }
    this.#noteFailure(startedAt)
    if (ended === 'lost') return
    // The way to the database was lost without a sign: connections that were silent since then may be no better.
    for (const other of this.#idle.keys()) if (other.answeredAt < startedAt) void this.#closeIdle(other)
  }

  /** See `Database`. */
  end({ timeout }: { timeout?: number } = {}): Promise<void> {
    this.#ending ??= this.#drain(timeout === undefined ? undefined : timeout * 1000)
    return this.#ending
  }

  /** See `Database`. */
  health(): PoolHealth {
    return { ...this.#health }
  }

  #openAsNeeded(): void {
    const { maxConnections } = this.#options
    const count = () => this.#idle.size + this.#busy.size + this.#opening
    while (this.#opening < this.#waiters.size && count() < maxConnections) void this.#open()
  }

  async #open(): Promise<void> {
    const startedAt = performance.now()
    this.#opening += 1
    try {
      let connection: Connection | undefined
      const onClose = () => connection && this.#forget(connection)
      connection = await Connection.open({ ...this.#options, onClose })
      this.#opening -= 1
      this.#noteAnswer()
      this.#offer(connection)
    } catch (error) {
      this.#opening -= 1
      this.#noteFailure(startedAt)
      const [first] = this.#waiters
      if (first) this.#giveUp(first, error)
      this.#openAsNeeded()
    }
  }

  /** To whoever waits longest. */
  #offer(connection: Connection): void {
    const [first] = this.#waiters
    if (first) {
      clearTimeout(first.timer)
      this.#waiters.delete(first)
      this.#busy.add(connection)
      first.resolve(connection)
    } else if (this.#ending !== undefined) {
      void connection.close()
    } else {
      this.#idle.set(
        connection,
        setTimeout(() => void this.#closeIdle(connection), IDLE_MS),
      )
    }
  }

  /** @returns whether it was idle */
  #forget(connection: Connection): boolean {
    clearTimeout(this.#idle.get(connection))
    return this.#idle.delete(connection)
  }

  async #closeIdle(connection: Connection): Promise<void> {
    if (this.#forget(connection)) await connection.close()
  }

  #giveUp(waiter: Waiter, error: unknown): void {
    clearTimeout(waiter.timer)
    this.#waiters.delete(waiter)
    this.#noteFailure(waiter.since)
    waiter.reject(error)
    this.#noteDrained()
  }

  #waitedTooLong(): ConnectionError {
    const { waitMs, maxConnections } = this.#options
    const state = `${this.#busy.size} of ${maxConnections} are in use`
    return new ConnectionError('CONNECTION_WAIT_TIMEOUT', `no connection within ${waitMs} ms: ${state}`)
  }

  #noteAnswer(): void {
    this.#health.answeredAt = performance.now()
    this.#health.failingSince = undefined
  }

  /** @param since when it was begun, what failed now */
  #noteFailure(since: number): void {
    this.#health.failingSince ??= Math.max(since, this.#health.answeredAt)
  }

  #noteDrained(): void {
    if (this.#busy.size === 0 && this.#waiters.size === 0) this.#drained()
  }

  async #drain(timeoutMs: number | undefined): Promise<void> {
    const closed = [...this.#idle.keys()].map((connection) => this.#closeIdle(connection))
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#drained = resolve
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs)
      this.#noteDrained()
    })
    clearTimeout(timer)
    const ended = new ConnectionError('CONNECTION_ENDED', 'the pool was closed before there was an answer')
    for (const waiter of this.#waiters) this.#giveUp(waiter, ended)
    for (const connection of this.#busy) connection.destroy(ended)
    await Promise.all(closed)
  }
}
