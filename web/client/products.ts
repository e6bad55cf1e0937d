import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { components } from './schema.d.ts'

export type Product = components['schemas']['Product']

/** What there is to buy. Stock changes whenever anybody buys, so it is read again while it is looked at. */
export const productsQuery = queryOptions({
  queryKey: ['products'],
  queryFn: async ({ signal }) => (await answer(api.GET('/products', { signal }))).items,
  refetchInterval: 5_000,
})
