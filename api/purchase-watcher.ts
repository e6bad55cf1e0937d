import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#config/logging.ts'
import type { Database } from '#db/client.ts'
import { readPurchasesBeyond, type StoredPurchase } from '#db/purchases.ts'

/** Tells those who watch purchases when more has happened to them. One for a whole process, however many they are. */
export type PurchaseWatcher = {
  /**
   * Watches a purchase from what is known of it.
   *
   * @param until ends the watch, and frees its place
   * @returns undefined when as many watch as may
   */
  watch(purchase: StoredPurchase, until: AbortSignal): Watch | undefined
  /** How many watch, and whether the database is asked on their behalf. */
  state(): { viewers: number; polling: boolean }
}

export type WatcherOptions = {
  sql: Database
  logger: Logger
  /** How long after one look at the database the next one follows, while somebody watches. */
  pollMs?: number
  /** See `Watch`. Proxies take connections for dead that are silent for a minute, some for half of it. */
  heartbeatMs?: number
  /** Each viewer holds a connection open. */
  mostViewers?: number
}

/**
 * All purchases that are watched are read by one statement per look, each of them once, whatever the number of its
 * viewers; without viewers nothing is read. While the database is away the viewers stay, and when it is back they are
 * told what they have missed.
 */
export function createPurchaseWatcher(options: WatcherOptions): PurchaseWatcher {
  const { sql, logger, pollMs = 250, heartbeatMs = 15_000, mostViewers = 1_000 } = options
  const viewers = new Set<Viewer>()
  let polling = false
  let away = false

  async function poll(): Promise<void> {
    polling = true
    while (viewers.size > 0) {
      await sleep(pollMs, undefined, { ref: false })
      if (viewers.size > 0) await look()
    }
    polling = false
  }

  async function look(): Promise<void> {
    try {
      const changed = await readPurchasesBeyond(sql, whatIsKnownTo(viewers))
      tell(viewers, changed)
      if (away) logger.info('purchases can be watched again')
      away = false
    } catch (error) {
      if (!away) logger.warn({ err: error }, 'purchases cannot be watched: their viewers wait')
      away = true
    }
  }

  return {
    watch(purchase, until) {
      if (viewers.size >= mostViewers) return undefined
      const viewer = createViewer(purchase, heartbeatMs)
      const leave = () => {
        viewers.delete(viewer)
        viewer.leave()
      }
      if (until.aborted) leave()
      else viewers.add(viewer)
      until.addEventListener('abort', leave, { once: true })
      if (!polling) void poll()
      return viewer
    },
    state: () => ({ viewers: viewers.size, polling }),
  }
}

/** Of each purchase, what the viewer knows who knows least of it. */
function whatIsKnownTo(viewers: Iterable<Viewer>): { purchaseId: string; seq: number }[] {
  const known = new Map<string, number>()
  for (const { purchaseId, seq } of viewers) known.set(purchaseId, Math.min(seq(), known.get(purchaseId) ?? Infinity))
  return [...known].map(([purchaseId, seq]) => ({ purchaseId, seq }))
}

function tell(viewers: Iterable<Viewer>, changed: StoredPurchase[]): void {
  if (changed.length === 0) return
  const byId = new Map(changed.map((purchase) => [purchase.purchaseId, purchase]))
  for (const viewer of viewers) {
    const purchase = byId.get(viewer.purchaseId)
    if (purchase) viewer.tell(purchase)
  }
}

/** What somebody who watches a purchase gets to see. */
export type Watch = {
  /**
   * The purchase, once more has happened to it than was told before. Whoever asks rarely gets its newest state, and nothing
   * piles up meanwhile.
   *
   * @returns undefined when nothing has happened for the time of a heartbeat, and when the watch is over
   */
  next(): Promise<StoredPurchase | undefined>
}

/** The watch from the side of the one who tells. */
export type Viewer = Watch & {
  readonly purchaseId: string
  /** Up to where the purchase was told. */
  seq(): number
  /** Changes nothing when this much is known already. */
  tell(purchase: StoredPurchase): void
  leave(): void
}

/** @param purchase as it is known to the viewer already */
export function createViewer(purchase: StoredPurchase, heartbeatMs: number): Viewer {
  let seq = lastSeq(purchase)
  let news: StoredPurchase | undefined
  let over = false
  let wake = () => {}

  return {
    purchaseId: purchase.purchaseId,
    seq: () => seq,
    tell(told) {
      if (lastSeq(told) <= seq) return
      seq = lastSeq(told)
      news = told
      wake()
    },
    leave() {
      over = true
      wake()
    },
    async next() {
      if (!news && !over) {
        await new Promise<void>((resolve) => {
          const heartbeat = setTimeout(resolve, heartbeatMs)
          wake = () => {
            clearTimeout(heartbeat)
            resolve()
          }
        })
      }
      const told = news
      news = undefined
      return told
    },
  }
}

/** Whether it has its outcome, and is not being given back. */
export function hasEnded({ settledAt, status }: StoredPurchase): boolean {
  return settledAt !== null && status !== 'refunding'
}

/** The `seq` of the last thing that happened to it. */
export function lastSeq({ events }: StoredPurchase): number {
  return events.at(-1)?.seq ?? 0
}
