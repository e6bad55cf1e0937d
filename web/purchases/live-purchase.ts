import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { forgetAfterPurchase, type Purchase, type PurchaseStep, purchaseQuery } from '#web/client/purchases.ts'
import { isUnderWay } from './progress.ts'
import { listenToPurchase } from './purchase-stream.ts'

const POLL_MS = 1_000

/**
 * A purchase as it goes on: by the stream of its steps, and where there is none by asking again and again. While it is
 * under way its `steps` are ahead of the rest.
 *
 * @param purchaseId undefined while there is none
 */
export function useLivePurchase(purchaseId: string | undefined): UseQueryResult<Purchase> {
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
      onOutcome: (purchase) => queryClient.setQueryData(purchaseQuery(purchaseId).queryKey, purchase),
      onOpen: setStreaming,
    })
    return () => {
      stop()
      setStreaming(false)
      setTold([])
    }
  }, [open, purchaseId, queryClient])
  useForgettingWhenSettled(open)

  if (!read.data) return read
  return { ...read, data: { ...read.data, steps: merge(read.data.steps, told) } }
}

/** Once a purchase that was open has settled, the wallet, stock and points are not what they were. */
function useForgettingWhenSettled(open: boolean): void {
  const queryClient = useQueryClient()
  const wasOpen = useRef(false)
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
