import type { Purchase, PurchaseStep } from '#web/client/purchases.ts'

type PurchaseListener = {
  onStep: (step: PurchaseStep) => void
  /** It has ended, and this is what became of it; there will be no more. */
  onOutcome: (purchase: Purchase) => void
  /** Whether the stream is there to tell; while it is not, somebody has to ask. */
  onOpen: (open: boolean) => void
}

/** The stream of this tab. A browser opens few connections to a server, and all tabs share them. */
let current: EventSource | undefined

/**
 * Listens to what happens to a purchase, from its beginning. The browser connects again by itself, from where it was.
 * Listening to another purchase ends the stream of this one.
 *
 * @returns what ends it
 */
export function listenToPurchase(purchaseId: string, { onStep, onOutcome, onOpen }: PurchaseListener): () => void {
  current?.close()
  const stream = new EventSource(`/purchases/${purchaseId}/events`)
  current = stream
  stream.addEventListener('open', () => onOpen(true))
  stream.addEventListener('error', () => onOpen(false))
  stream.addEventListener('step', ({ data }) => onStep(JSON.parse(data)))
  stream.addEventListener('outcome', ({ data }) => {
    stream.close()
    onOutcome(JSON.parse(data))
  })
  return () => stream.close()
}
