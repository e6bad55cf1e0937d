import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import {
  cacheOutcome,
  invalidateAfterPurchase,
  type Purchase,
  type PurchaseStep,
  purchaseQuery,
} from '#web/client/purchases.ts'
import { isUnderWay } from './progress.ts'

const POLL_MS = 1_000

/**
 * A purchase, updated by the stream of its steps, or by polling where there is no stream. While it is under way its `steps`
 * are ahead of the rest.
 *
 * Once it has settled, the wallet, stock and points are read again, wherever they are shown.
 *
 * @param purchaseId undefined while there is none
 * @param isNews whether it was made just now, so that it changed something also if it is over when it is read first
 */
export function useLivePurchase(purchaseId: string | undefined, isNews = false): UseQueryResult<Purchase> {
  const queryClient = useQueryClient()
  const [streaming, setStreaming] = useState(false)
  const [streamed, setStreamed] = useState<PurchaseStep[]>([])
  const read = useQuery({
    ...purchaseQuery(purchaseId ?? ''),
    enabled: purchaseId !== undefined,
    refetchInterval: ({ state }) => (streaming || !isOpen(state.data) ? false : POLL_MS),
  })
  const open = isOpen(read.data)

  useEffect(() => {
    if (!open || purchaseId === undefined) return
    const stop = listenToPurchase(purchaseId, {
      onStep: (step) => setStreamed((steps) => [...steps, step]),
      onOutcome: (purchase) => void cacheOutcome(queryClient, purchase),
      onOpen: setStreaming,
    })
    return () => {
      stop()
      setStreamed([])
    }
  }, [open, purchaseId, queryClient])
  useInvalidateWhenSettled(read.data === undefined ? isNews : open)

  if (!read.data) return read
  return { ...read, data: { ...read.data, steps: merge(read.data.steps, streamed) } }
}

/** @param open also while it is not known what has become of a purchase that was made just now */
function useInvalidateWhenSettled(open: boolean): void {
  const queryClient = useQueryClient()
  const wasOpen = useRef(open)
  useEffect(() => {
    if (wasOpen.current && !open) void invalidateAfterPurchase(queryClient)
    wasOpen.current = open
  }, [open, queryClient])
}

function isOpen(purchase: Purchase | undefined): boolean {
  return purchase !== undefined && isUnderWay(purchase.status)
}

/** The steps that were read, and those that were streamed since. */
function merge(read: PurchaseStep[], streamed: PurchaseStep[]): PurchaseStep[] {
  const bySeq = new Map([...read, ...streamed].map((step) => [step.seq, step]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

type PurchaseListener = {
  onStep: (step: PurchaseStep) => void
  /** The purchase has ended with this outcome; nothing follows. */
  onOutcome: (purchase: Purchase) => void
  /** Whether the stream is connected; while it is not, the listener has to poll. */
  onOpen: (open: boolean) => void
}

/**
 * A browser opens six connections to a server, shared by all its tabs: streams may use half of them. A tab that finds them
 * taken has no stream, and polls.
 */
const STREAMS = ['unicorn-store.stream-1', 'unicorn-store.stream-2', 'unicorn-store.stream-3']

/** Ends the stream of this tab. */
let endCurrent: (() => void) | undefined

/**
 * Listens to the events of a purchase, from its beginning, if a stream is available. The browser reconnects by itself, from
 * the last event. Listening to another purchase ends this stream; `onOpen(false)` means that the listener has to poll.
 *
 * @returns a function that ends it
 */
export function listenToPurchase(purchaseId: string, listener: PurchaseListener): () => void {
  endCurrent?.()
  const over = new AbortController()
  // Where the browser refuses locks there is no stream, and the listener polls.
  withStream(over.signal, () => openStream(purchaseId, listener, over)).catch(() => over.abort())
  endCurrent = () => over.abort()
  return endCurrent
}

/** Opens a stream unless all are taken, and holds its lock against the other tabs until it is over. */
async function withStream(over: AbortSignal, open: () => void): Promise<void> {
  // Browsers have locks only in secure contexts: HTTPS or localhost.
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
    // The browser will not reconnect: another tab may have the lock.
    if (stream.readyState === EventSource.CLOSED) over.abort()
  })
  stream.addEventListener('step', (event) => onStep(dataOf(event)))
  stream.addEventListener('outcome', (event) => {
    over.abort()
    onOutcome(dataOf(event))
  })
}

function dataOf(event: Event) {
  return JSON.parse((event as MessageEvent).data)
}
