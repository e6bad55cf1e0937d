import { useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { useKeyedMutation } from './keyed-mutation.ts'
import type { Product } from './products.ts'
import type { components } from './schema.d.ts'

type Schemas = components['schemas']
export type NewProduct = Schemas['NewProduct']
export type ProductChanges = Schemas['ProductChanges']

/** Adds to the stock of a product, or takes out of it. */
export function useAdjustStock(productId: string, onSuccess: (product: Product) => void) {
  return useProductChange(
    (body: Schemas['StockAdjustment'], key) =>
      answer(
        api.POST('/products/{id}/stock-adjustments', {
          params: { path: { id: productId }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess,
  )
}

export function useUpdateProduct(productId: string, onSuccess: (product: Product) => void) {
  return useProductChange(
    (body: ProductChanges, key) =>
      answer(
        api.PATCH('/products/{id}', {
          params: { path: { id: productId }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess,
  )
}

export function useCreateProduct(onSuccess: (product: Product) => void) {
  return useProductChange(
    (body: NewProduct, key) => answer(api.POST('/products', { params: { header: { 'Idempotency-Key': key } }, body })),
    onSuccess,
  )
}

function useProductChange<Change>(
  send: (change: Change, key: string) => Promise<Product>,
  onSuccess: (product: Product) => void,
) {
  const queryClient = useQueryClient()
  return useKeyedMutation(send, {
    onSuccess: async (product) => {
      await queryClient.invalidateQueries({ queryKey: ['products'] })
      onSuccess(product)
    },
  })
}
