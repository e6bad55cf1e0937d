import { useQuery } from '@tanstack/react-query'
import { isFinal } from '#web/client/api-problem.ts'
import { placeOrder } from '#web/client/purchases.ts'
import type { Intent } from './intent.ts'

/** After so many attempts it is more than a hiccup. */
const MANY_ATTEMPTS = 3

/** How the last attempt went, after which the next one comes. */
export type OrderTrouble = {
  error: Error
  /** Whether it has gone on for a while. */
  lasting: boolean
}

type PlacedOrder = { purchaseId: string | undefined; trouble: OrderTrouble | undefined; error: Error | undefined }

/**
 * Sends the order of an intent until there is an answer. Because of its key that is as harmless as reading, so it is a
 * query: sent once for whoever asks, and again after an outage or a reload.
 *
 * @returns the purchase that it has become, the trouble it has with that, or why it became none
 */
export function usePlacedOrder(intent: Intent | undefined): PlacedOrder {
  const { data, error, failureReason, failureCount } = useQuery({
    queryKey: ['order', intent?.key],
    queryFn: async () => {
      if (!intent) throw new Error('there is nothing to order')
      return await placeOrder(intent)
    },
    enabled: intent !== undefined && intent.purchaseId === undefined,
    retry: (_failures, error) => !isFinal(error),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  return {
    purchaseId: data,
    trouble: failureReason ? { error: failureReason, lasting: failureCount >= MANY_ATTEMPTS } : undefined,
    error: error ?? undefined,
  }
}
