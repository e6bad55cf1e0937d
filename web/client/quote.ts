import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { Order } from './purchases.ts'
import type { components } from './schema.d.ts'

export type Quote = components['schemas']['Quote']

/** What an order would come to now, and earn. Prices, points and campaigns change, so it is read again now and then. */
export function quoteQuery({ expectedTotal: _, ...order }: Order) {
  return queryOptions({
    queryKey: ['quote', order],
    queryFn: ({ signal }) => readQuote(order, signal),
    staleTime: 0,
    refetchInterval: 10_000,
  })
}

/**
 * The same for those who ask for many orders at once, only to know what each earns: read again when it is looked at half a
 * minute later, or at another price.
 */
export function earningQuery(order: Order) {
  const { expectedTotal: _, ...quoted } = order
  return queryOptions({
    queryKey: ['quote', 'earning', order],
    queryFn: ({ signal }) => readQuote(quoted, signal),
    staleTime: 30_000,
  })
}

function readQuote(body: Omit<Order, 'expectedTotal'>, signal: AbortSignal): Promise<Quote> {
  return answer(api.POST('/purchase/quote', { body, signal }))
}
