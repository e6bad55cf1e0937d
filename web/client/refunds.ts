import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { isTemporary } from './api-problem.ts'
import { forgetAfterPurchase, type Purchase } from './purchases.ts'
import { retryDelay } from './query-client.ts'
import type { components } from './schema.d.ts'

export type Refund = components['schemas']['Refund']
type PointsLot = components['schemas']['PointsLot']

/** Gives a purchase back. It happens once however often it is asked for, so it has no key, and outages do not end it. */
export function useRefundPurchase(purchaseId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/purchases/{id}/refund', { params: { path: { id: purchaseId } } })),
    retry: (failures, error: Error) => failures < 5 && isTemporary(error),
    retryDelay,
    onSettled: () => forgetAfterPurchase(queryClient),
  })
}

/**
 * The points that a purchase earned, with what is left of them; null when it earned none. A refund takes back what is
 * left, and withholds the value of what was spent.
 */
export function awardedLotQuery({ username, steps }: Purchase) {
  const lotId = steps.find(({ step, state }) => step === 'awardPoints' && state === 'applied')?.detail?.transactionId
  return queryOptions({
    queryKey: ['points', username, 'lots', lotId ?? null],
    queryFn: ({ signal }) => (lotId === undefined ? null : findLot(username, lotId, signal)),
    staleTime: 0,
  })
}

/** Lots come newest first: there are as many to pass by as were issued since. */
async function findLot(username: string, lotId: string, signal: AbortSignal): Promise<PointsLot> {
  let cursor: string | null = null
  do {
    const query = { account_id: username, limit: 500, ...(cursor !== null && { cursor }) }
    const page: components['schemas']['PointsLotPage'] = await answer(
      api.GET('/points/lots', { params: { query }, signal }),
    )
    const lot = page.items.find(({ id }) => id === lotId)
    if (lot) return lot
    cursor = page.next_cursor
  } while (cursor !== null)
  throw new Error(`The lot ${lotId} is not among those of ${username}`)
}
