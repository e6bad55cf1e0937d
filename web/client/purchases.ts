import { type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { ApiProblem } from './api-problem.ts'
import type { components } from './schema.d.ts'

export type Order = components['schemas']['SeveralProductsOrder']
export type Purchase = components['schemas']['Purchase']
export type PurchaseStep = components['schemas']['PurchaseStep']
export type Refusal = NonNullable<Purchase['refusal']>

/** A purchase with its story so far. Who wants to see it go on uses `useLivePurchase`. */
export function purchaseQuery(purchaseId: string) {
  return queryOptions({
    queryKey: ['purchases', purchaseId],
    queryFn: ({ signal }) => answer(api.GET('/purchases/{id}', { params: { path: { id: purchaseId } }, signal })),
  })
}

/**
 * Sends an order. Under its key it is the same purchase however often it is sent, so this can be repeated without a
 * thought, after a reload too.
 *
 * @returns the id of the purchase, whatever became of it: it is told by the purchase itself
 * @throws ApiProblem when there is no purchase: the order cannot be one, or the store is not up to it now
 */
export async function placeOrder({ key, order }: { key: string; order: Order }): Promise<string> {
  const header = { 'Idempotency-Key': key, Prefer: 'respond-async' }
  try {
    return (await answer(api.POST('/purchase', { params: { header }, body: order }))).purchaseId
  } catch (error) {
    const purchaseId = settledPurchase(error)
    if (purchaseId === undefined) throw error
    return purchaseId
  }
}

/** The purchase that a refusal is about; a 503 that names one leaves open what becomes of it. */
function settledPurchase(error: unknown): string | undefined {
  if (!(error instanceof ApiProblem) || error.problem.status !== 409) return undefined
  return 'purchaseId' in error.problem ? error.problem.purchaseId : undefined
}

/** Asks to stop a purchase. It happens once however often it is asked for, so it has no key. */
export function useCancelPurchase(purchaseId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/purchases/{id}/cancel', { params: { path: { id: purchaseId } } })),
    // It may have ended before, which the purchase tells.
    onSettled: () => queryClient.invalidateQueries({ queryKey: purchaseQuery(purchaseId).queryKey }),
  })
}

/** Takes over what became of a purchase. What was asked before, and is still on its way, must not undo that. */
export async function takeOutcome(queryClient: QueryClient, purchase: Purchase): Promise<void> {
  const { queryKey } = purchaseQuery(purchase.purchaseId)
  await queryClient.cancelQueries({ queryKey })
  queryClient.setQueryData(queryKey, purchase)
}

/** Forgets what a settled purchase has changed: stock, the wallet, points, the lists of purchases. */
export async function forgetAfterPurchase(queryClient: QueryClient): Promise<void> {
  const changed = ['products', 'users', 'points', 'quote', 'purchases']
  await Promise.all(changed.map((resource) => queryClient.invalidateQueries({ queryKey: [resource] })))
}
