import type { Purchase, PurchaseStep } from '#web/client/purchases.ts'

type PurchaseListener = {
  onStep: (step: PurchaseStep) => void
  /** It has ended, and this is what became of it; there will be no more. */
  onOutcome: (purchase: Purchase) => void
  /** Whether the stream is there to tell; while it is not, somebody has to ask. */
  onOpen: (open: boolean) => void
}

/** Ends the stream of this tab. A browser opens few connections to a server, and all tabs share them. */
let endCurrent: (() => void) | undefined

/**
 * Listens to what happens to a purchase, from its beginning. The browser connects again by itself, from where it was.
 * Listening to another purchase ends the stream of this one, which is told, for from then on somebody has to ask.
 *
 * @returns what ends it
 */
export function listenToPurchase(purchaseId: string, { onStep, onOutcome, onOpen }: PurchaseListener): () => void {
  endCurrent?.()
  const stream = new EventSource(`/purchases/${purchaseId}/events`)
  endCurrent = () => {
    stream.close()
    onOpen(false)
  }
  stream.addEventListener('open', () => onOpen(true))
  stream.addEventListener('error', () => onOpen(false))
  stream.addEventListener('step', (event) => onStep(toldBy(event)))
  stream.addEventListener('outcome', (event) => {
    stream.close()
    onOutcome(toldBy(event))
  })
  return endCurrent
}

function toldBy(event: Event) {
  return JSON.parse((event as MessageEvent).data)
}
