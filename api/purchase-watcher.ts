import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#config/logging.ts'
import type { Database } from '#db/client.ts'
import { readPurchasesBeyond, readSettledPurchases, type StoredPurchase } from '#db/purchases.ts'

/** Delivers new states of purchases to subscribers. One per process polls the database for all of them. */
export type PurchaseWatcher = {
  /**
   * Subscribes to a purchase; states newer than the given one are delivered.
   *
   * @param until ends the subscription and frees its place
   * @returns undefined when `maxSubscribers` are subscribed
   */
  subscribe(purchase: StoredPurchase, until: AbortSignal): Subscription | undefined
  /** How many subscribers there are, and whether the database is polled for them. */
  state(): { subscribers: number; polling: boolean }
}

/** A purchase as its subscriber sees it. */
export type Subscription = {
  /**
   * Waits for a state with events beyond those delivered before. A subscriber that calls rarely gets the newest state;
   * states in between are dropped, so nothing is queued.
   *
   * @returns undefined when nothing happened within `heartbeatMs`, and when the subscription has ended
   */
  next(): Promise<StoredPurchase | undefined>
}

export type WatcherOptions = {
  sql: Database
  logger: Logger
  /** Pause between two polls while there are subscribers. */
  pollMs?: number
  /** See `Subscription`. Proxies close connections that are silent for a minute, some after half of it. */
  heartbeatMs?: number
  /** Each subscriber holds a connection open. */
  maxSubscribers?: number
}

/**
 * One statement per poll reads all purchases that have subscribers, each once, however many subscribers it has; without
 * subscribers nothing is read. While the database is unavailable subscribers stay, and catch up when it is back.
 */
export function createPurchaseWatcher(options: WatcherOptions): PurchaseWatcher {
  const { sql, logger, pollMs = 250, heartbeatMs = 15_000, maxSubscribers = 1_000 } = options
  const subscribers = new Set<Subscriber>()
  const poller = createPoller({
    logger,
    what: 'purchases',
    whoWaits: 'subscribers',
    isAwaited: () => subscribers.size > 0,
    pauseMs: () => pollMs,
    poll: async () => deliver(subscribers, await readPurchasesBeyond(sql, lowestDelivered(subscribers))),
  })

  return {
    subscribe(purchase, until) {
      if (subscribers.size >= maxSubscribers) return undefined
      const subscriber = createSubscriber(purchase, heartbeatMs)
      const end = () => {
        subscribers.delete(subscriber)
        subscriber.end()
      }
      if (until.aborted) end()
      else subscribers.add(subscriber)
      until.addEventListener('abort', end, { once: true })
      poller.wake()
      return subscriber
    },
    state: () => ({ subscribers: subscribers.size, polling: poller.isPolling() }),
  }
}

/** Per purchase, the lowest `seq` delivered to any of its subscribers. */
function lowestDelivered(subscribers: Iterable<Subscriber>): { purchaseId: string; seq: number }[] {
  const lowest = new Map<string, number>()
  for (const { purchaseId, deliveredSeq } of subscribers) {
    lowest.set(purchaseId, Math.min(deliveredSeq(), lowest.get(purchaseId) ?? Infinity))
  }
  return [...lowest].map(([purchaseId, seq]) => ({ purchaseId, seq }))
}

function deliver(subscribers: Iterable<Subscriber>, changed: StoredPurchase[]): void {
  if (changed.length === 0) return
  const byId = new Map(changed.map((purchase) => [purchase.purchaseId, purchase]))
  for (const subscriber of subscribers) {
    const purchase = byId.get(subscriber.purchaseId)
    if (purchase) subscriber.deliver(purchase)
  }
}

/** A subscription as the watcher sees it. */
type Subscriber = Subscription & {
  readonly purchaseId: string
  deliveredSeq(): number
  /** Ignores a state without events beyond `deliveredSeq`. */
  deliver(purchase: StoredPurchase): void
  end(): void
}

/** @param purchase the state that the subscriber has already */
export function createSubscriber(purchase: StoredPurchase, heartbeatMs: number): Subscriber {
  let seq = lastSeq(purchase)
  let undelivered: StoredPurchase | undefined
  let ended = false
  let wake = () => {}

  return {
    purchaseId: purchase.purchaseId,
    deliveredSeq: () => seq,
    deliver(state) {
      if (lastSeq(state) <= seq) return
      seq = lastSeq(state)
      undelivered = state
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async next() {
      if (!undelivered && !ended) {
        await new Promise<void>((resolve) => {
          const heartbeat = setTimeout(resolve, heartbeatMs)
          wake = () => {
            clearTimeout(heartbeat)
            resolve()
          }
        })
      }
      const state = undelivered
      undelivered = undefined
      return state
    },
  }
}

/** The `seq` of the last event of a purchase; 0 without events. */
export function lastSeq({ events }: StoredPurchase): number {
  return events.at(-1)?.seq ?? 0
}

/** Waits for the outcomes of purchases. One per process polls the database for all who wait. */
export type OutcomeWatcher = {
  /**
   * Waits until a purchase has its outcome and no refund of it is under way.
   *
   * @param until ends the wait
   * @returns the purchase as it is then; undefined when `until` came first
   */
  outcomeOf(purchaseId: string, until: AbortSignal): Promise<StoredPurchase | undefined>
}

/**
 * One statement per poll looks for those that have been settled, so that who waits is answered when the row says so: no request
 * holds a long poll at Temporal, and none waits for the end of the workflow. The pause between two polls grows with how many wait,
 * and with how long the latest of them has waited so far: nobody is answered much later than need be, and a database under load is
 * asked less often. While the database is unavailable the waits go on.
 *
 * @param options.maxPauseMs the longest such pause
 */
export function createOutcomeWatcher(options: OutcomeWatcherOptions): OutcomeWatcher {
  const { sql, logger, maxPauseMs = 25 } = options
  const waits = new Map<string, Set<Wait>>()
  function pauseMs(): number {
    const youngest = Math.max(...[...waits.values()].flatMap((of) => [...of].map(({ startedAt }) => startedAt)))
    return Math.min(Math.max((performance.now() - youngest) / 10, 1 + waits.size), maxPauseMs)
  }

  async function poll(): Promise<void> {
    for (const purchase of await readSettledPurchases(sql, [...waits.keys()]))
      for (const { end } of waits.get(purchase.purchaseId) ?? []) end(purchase)
  }

  const isAwaited = () => waits.size > 0
  const poller = createPoller({ logger, what: 'outcomes', whoWaits: 'requests', isAwaited, pauseMs, poll })

  return {
    outcomeOf(purchaseId, until) {
      if (until.aborted) return Promise.resolve(undefined)
      const { promise, resolve } = Promise.withResolvers<StoredPurchase | undefined>()
      const others = waits.get(purchaseId) ?? new Set()
      const giveUp = () => wait.end(undefined)
      const wait: Wait = {
        startedAt: performance.now(),
        end(purchase) {
          until.removeEventListener('abort', giveUp)
          others.delete(wait)
          if (others.size === 0) waits.delete(purchaseId)
          resolve(purchase)
        },
      }
      waits.set(purchaseId, others.add(wait))
      until.addEventListener('abort', giveUp)
      poller.wake()
      return promise
    },
  }
}

type OutcomeWatcherOptions = { sql: Database; logger: Logger; maxPauseMs?: number }

type Wait = { startedAt: number; end: (purchase: StoredPurchase | undefined) => void }

type PollerOptions = {
  logger: Logger
  /** For the log: what is polled, and who waits for it. */
  what: string
  whoWaits: string
  isAwaited: () => boolean
  pauseMs: () => number
  poll: () => Promise<void>
}

/**
 * Polls the database, after a pause each time, as long as it is awaited. While the database is unavailable it goes on, and says so once.
 */
function createPoller({ logger, what, whoWaits, isAwaited, pauseMs, poll }: PollerOptions) {
  let polling = false
  let unavailable = false

  async function pollWhileAwaited(): Promise<void> {
    polling = true
    while (isAwaited()) {
      await sleep(pauseMs(), undefined, { ref: false })
      if (!isAwaited()) break
      try {
        await poll()
        if (unavailable) logger.info(`${what} are polled again`)
        unavailable = false
      } catch (error) {
        if (!unavailable) logger.warn({ err: error }, `${what} cannot be polled: ${whoWaits} wait`)
        unavailable = true
      }
    }
    polling = false
  }

  return {
    wake: () => {
      if (!polling) void pollWhileAwaited()
    },
    isPolling: () => polling,
  }
}
