import { useQuery } from '@tanstack/react-query'
import { ApiProblem, isFinal } from '#web/client/api-problem.ts'
import { placeOrder } from '#web/client/purchases.ts'
import type { Intent, Known } from './intent.ts'

/** After so many attempts it is more than a hiccup. */
const MANY_ATTEMPTS = 3

/** How the last attempt went, after which the next one comes. */
export type OrderTrouble = {
  error: Error
  /** Whether it has gone on for a while. */
  lasting: boolean
}

/**
 * Sends the order of an intent until there is an answer. Because of its key that is as harmless as reading, so it is a
 * query: sent once for whoever asks, and again after an outage or a reload. What was answered is final: it is not sent
 * again once that is written down, not even when the page asks for everything anew after an outage.
 *
 * @returns what the answer was, or the trouble there is with getting one
 */
export function usePlacedOrder(intent: Intent | undefined): { known: Known; trouble: OrderTrouble | undefined } {
  const { data, error, failureReason, failureCount } = useQuery({
    queryKey: ['order', intent?.key],
    queryFn: async () => {
      if (!intent) throw new Error('there is nothing to order')
      return await placeOrder(intent)
    },
    enabled: intent !== undefined && intent.purchaseId === undefined && intent.refused === undefined,
    retry: (_failures, error) => !isFinal(error),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const refused = error instanceof ApiProblem ? error.problem : undefined
  return {
    known: { ...(data !== undefined && { purchaseId: data }), ...(refused && { refused }) },
    trouble: failureReason ? { error: failureReason, lasting: failureCount >= MANY_ATTEMPTS } : undefined,
  }
}
