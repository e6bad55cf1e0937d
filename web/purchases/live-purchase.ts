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
import { listenToPurchase } from './purchase-stream.ts'

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
  const [told, setTold] = useState<PurchaseStep[]>([])
  const read = useQuery({
    ...purchaseQuery(purchaseId ?? ''),
    enabled: purchaseId !== undefined,
    refetchInterval: ({ state }) => (streaming || !isOpen(state.data) ? false : POLL_MS),
  })
  const open = isOpen(read.data)

  useEffect(() => {
    if (!open || purchaseId === undefined) return
    const stop = listenToPurchase(purchaseId, {
      onStep: (step) => setTold((steps) => [...steps, step]),
      onOutcome: (purchase) => void takeOutcome(queryClient, purchase),
      onOpen: setStreaming,
    })
    return () => {
      stop()
      setTold([])
    }
  }, [open, purchaseId, queryClient])
  useForgettingWhenSettled(read.data === undefined ? isNews : open)

  if (!read.data) return read
  return { ...read, data: { ...read.data, steps: merge(read.data.steps, told) } }
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

/** The steps that were read, and those that were told since. */
function merge(read: PurchaseStep[], told: PurchaseStep[]): PurchaseStep[] {
  const bySeq = new Map([...read, ...told].map((step) => [step.seq, step]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
