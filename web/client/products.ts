import { queryOptions, useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { cursorQuery, useKeyedMutation } from './query-client.ts'
import type { components } from './schema.d.ts'

type Schemas = components['schemas']

export type Product = Schemas['Product']
type NewProduct = Schemas['NewProduct']
export type ProductChanges = Schemas['ProductChanges']
export type ProductChange = Schemas['ProductChange']

/** Fills whole rows of two, three, four or five cards. */
const PAGE_SIZE = 60

/** Stock changes with every purchase, so it is polled while it is shown. */
const LIVE_MS = 5_000
/** Names and pictures hardly ever change. */
const NAMES_MS = 60_000

/** The products for sale; the pages that are shown are polled. */
export const productsQuery = {
  ...cursorQuery(['products', 'shelf'], (cursor, signal) =>
    answer(api.GET('/products', { params: { query: { limit: PAGE_SIZE, ...cursor } }, signal })),
  ),
  refetchInterval: LIVE_MS,
}

/** Products to choose from in a form: as many as the API gives in one page. */
export const productChoicesQuery = queryOptions({
  queryKey: ['products', 'choices'],
  queryFn: ({ signal }) => answer(api.GET('/products', { params: { query: { limit: 500 } }, signal })),
  staleTime: NAMES_MS,
})

function productQuery(id: string) {
  return queryOptions({
    queryKey: ['products', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/products/{id}', { params: { path: { id } }, signal })),
    staleTime: NAMES_MS,
  })
}

/** The changes of a product, newest first. */
export function productHistoryQuery(id: string) {
  return cursorQuery(['products', 'history', id], (cursor, signal) =>
    answer(api.GET('/products/{id}/history', { params: { path: { id }, query: { limit: 20, ...cursor } }, signal })),
  )
}

/** A line of a purchase has the name of when it was ordered. */
type Bought = readonly { productId: string; name?: string }[]

/**
 * What carts and purchases are of, where they have only the ids: found on the shelf, as far as that was read, or else read
 * by the id.
 *
 * @param live whether prices and stock matter, and not only names and pictures; those on the shelf are as fresh as it is
 * @returns `productOf` gives undefined as long as a product is not known, and when there is none, for which `isGone` is true
 */
export function useProductsOf(lines: Bought, { live = false } = {}) {
  const { data } = useInfiniteQuery({ ...productsQuery, refetchInterval: false, staleTime: NAMES_MS })
  const shelf = data?.pages.flatMap(({ items }) => items)
  const onShelf = (productId: string) => shelf?.find(({ id }) => id === productId)
  const beyond = shelf ? [...new Set(lines.map(({ productId }) => productId))].filter((id) => !onShelf(id)) : []
  const refetchInterval = live && LIVE_MS
  const found = useQueries({ queries: beyond.map((id) => ({ ...productQuery(id), refetchInterval })) })
  const beyondShelf = (productId: string) => found[beyond.indexOf(productId)]
  const productOf = (productId: string) => onShelf(productId) ?? beyondShelf(productId)?.data
  const frozenName = (productId: string) => lines.find((line) => line.productId === productId)?.name
  return {
    productOf,
    nameOf: (productId: string) => frozenName(productId) ?? productOf(productId)?.name ?? `Product ${productId}`,
    isGone: (productId: string) => beyondShelf(productId)?.isError === true,
  }
}

/** What the products of these lines are called. */
export function useProductNames(lines: Bought): (productId: string) => string {
  return useProductsOf(lines).nameOf
}

/** Adds to the stock of a product, or takes out of it. */
export function useAdjustStock(id: string, onSuccess: (product: Product) => void) {
  return useKeyedMutation(
    (body: Schemas['StockAdjustment'], key) => {
      const params = { path: { id }, header: { 'Idempotency-Key': key } }
      return answer(api.POST('/products/{id}/stock-adjustments', { params, body }))
    },
    { invalidates: 'products', onSuccess },
  )
}

export function useUpdateProduct(id: string, onSuccess: (product: Product) => void) {
  return useKeyedMutation(
    (body: ProductChanges, key) => {
      const params = { path: { id }, header: { 'Idempotency-Key': key } }
      return answer(api.PATCH('/products/{id}', { params, body }))
    },
    { invalidates: 'products', onSuccess },
  )
}

export function useCreateProduct(onSuccess: (product: Product) => void) {
  return useKeyedMutation(
    (body: NewProduct, key) => answer(api.POST('/products', { params: { header: { 'Idempotency-Key': key } }, body })),
    { invalidates: 'products', onSuccess },
  )
}
