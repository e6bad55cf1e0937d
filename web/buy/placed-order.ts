import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { isFinal } from '#web/client/api-problem.ts'
import { placeOrder } from '#web/client/purchases.ts'
import type { Intent } from './intent.ts'

/**
 * Sends the order of an intent until there is an answer. Because of its key that is as harmless as reading, so it is a
 * query: sent once for whoever asks, and again after an outage or a reload.
 *
 * @returns the id of the purchase
 */
export function usePlacedOrder(intent: Intent | undefined): UseQueryResult<string> {
  return useQuery({
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
}
