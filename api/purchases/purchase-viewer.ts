import type { StoredPurchase } from '#db/purchases.ts'
import { lastSeq } from './purchase.ts'

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
