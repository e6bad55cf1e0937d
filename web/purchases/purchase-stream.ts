import type { Purchase, PurchaseStep } from '#web/client/purchases.ts'

type PurchaseListener = {
  onStep: (step: PurchaseStep) => void
  /** It has ended, and this is what became of it; there will be no more. */
  onOutcome: (purchase: Purchase) => void
  /** Whether the stream is there to tell; while it is not, somebody has to ask. */
  onOpen: (open: boolean) => void
}

/**
 * A browser opens six connections to a server, which all its tabs share: streams have half of them. A tab that comes when these
 * are taken has none, and asks.
 */
const STREAMS = ['unicorn-store.stream-1', 'unicorn-store.stream-2', 'unicorn-store.stream-3']

/** Ends the stream of this tab. */
let endCurrent: (() => void) | undefined

/**
 * Listens to what happens to a purchase, from its beginning, if there is a stream to be had. The browser connects again by
 * itself, from where it was. Listening to another purchase ends the stream of this one, which is told, for from then on
 * somebody has to ask.
 *
 * @returns what ends it
 */
export function listenToPurchase(purchaseId: string, listener: PurchaseListener): () => void {
  endCurrent?.()
  const over = new AbortController()
  // Where the browser refuses locks there is no stream, and somebody asks.
  withStream(over.signal, () => openStream(purchaseId, listener, over)).catch(() => over.abort())
  endCurrent = () => over.abort()
  return endCurrent
}

/** Opens one, unless all are taken, and keeps it from the other tabs until it is over. */
async function withStream(over: AbortSignal, open: () => void): Promise<void> {
  // Browsers have locks only where the connection is secure, or the store is on this machine.
  if (!navigator.locks) return open()
  for (const name of STREAMS) {
    const wasOurs = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock) return false
      if (over.aborted) return true
      open()
      await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }))
      return true
    })
    if (wasOurs) return
  }
}

function openStream(purchaseId: string, { onStep, onOutcome, onOpen }: PurchaseListener, over: AbortController): void {
  const stream = new EventSource(`/purchases/${purchaseId}/events`)
  over.signal.addEventListener('abort', () => {
    stream.close()
    onOpen(false)
  })
  stream.addEventListener('open', () => onOpen(true))
  stream.addEventListener('error', () => {
    onOpen(false)
    // The browser has given it up for good: another tab may have its place.
    if (stream.readyState === EventSource.CLOSED) over.abort()
  })
  stream.addEventListener('step', (event) => onStep(toldBy(event)))
  stream.addEventListener('outcome', (event) => {
    over.abort()
    onOutcome(toldBy(event))
  })
}

function toldBy(event: Event) {
  return JSON.parse((event as MessageEvent).data)
}
