import { infiniteQueryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { Purchase } from './purchases.ts'

export type PurchaseStatus = Purchase['status']

type Filter = {
  /** Whose; left out: everybody's. */
  userId?: string
  status?: PurchaseStatus
}

const PAGE_SIZE = 20

/** Purchases with their stories so far, newest first, page after page. */
export function purchaseHistoryQuery(filter: Filter) {
  return infiniteQueryOptions({
    queryKey: ['purchases', 'history', filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/purchases', {
          params: { query: { ...filter, limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
}
