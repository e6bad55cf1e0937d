import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { Order } from './purchases.ts'
import type { components } from './schema.d.ts'

export type Quote = components['schemas']['Quote']

/** What an order would come to now, and earn. Prices, points and campaigns change, so it is read again now and then. */
export function quoteQuery({ expectedTotal: _, ...order }: Order) {
  return queryOptions({
    queryKey: ['quote', order],
    queryFn: ({ signal }): Promise<Quote> => answer(api.POST('/purchase/quote', { body: order, signal })),
    staleTime: 0,
    refetchInterval: 10_000,
  })
}
