import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import {
  forgetAfterPurchase,
  type Purchase,
  type PurchaseStep,
  purchaseQuery,
  takeOutcome,
} from '#web/client/purchases.ts'
import { isUnderWay } from './progress.ts'

const POLL_MS = 1_000

/**
 * A purchase as it goes on: by the stream of its steps, and where there is none by asking again and again. While it is
 * under way its `steps` are ahead of the rest.
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
      onOutcome: (purchase) => void takeOutcome(queryClient, purchase),
      onOpen: setStreaming,
    })
    return () => {
      stop()
      setStreamed([])
    }
  }, [open, purchaseId, queryClient])
  useForgettingWhenSettled(read.data === undefined ? isNews : open)

  if (!read.data) return read
  return { ...read, data: { ...read.data, steps: merge(read.data.steps, streamed) } }
}

/** @param open also while it is not known what has become of a purchase that was made just now */
function useForgettingWhenSettled(open: boolean): void {
  const queryClient = useQueryClient()
  const wasOpen = useRef(open)
  useEffect(() => {
    if (wasOpen.current && !open) void forgetAfterPurchase(queryClient)
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
 * itself, from where it was. Listening to another purchase ends the stream of this one, whose `onOpen` says so, for from then on
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
  stream.addEventListener('step', (event) => onStep(dataOf(event)))
  stream.addEventListener('outcome', (event) => {
    over.abort()
    onOutcome(dataOf(event))
  })
}

function dataOf(event: Event) {
  return JSON.parse((event as MessageEvent).data)
}
