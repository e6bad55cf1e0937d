import { queryOptions, useQuery } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { components } from './schema.d.ts'

export type Product = components['schemas']['Product']

/** What there is to buy. Stock changes whenever anybody buys, so it is read again while it is looked at. */
export const productsQuery = queryOptions({
  queryKey: ['products'],
  queryFn: async ({ signal }) =>
    (await answer(api.GET('/products', { params: { query: { limit: 500 } }, signal }))).items,
  refetchInterval: 5_000,
})

/** What products are called, of which purchases have only the ids. */
export function useProductNames(): (productId: string) => string {
  const products = useQuery({ ...productsQuery, refetchInterval: false, staleTime: 60_000 })
  return (productId) => products.data?.find(({ id }) => id === productId)?.name ?? `Product ${productId}`
}
