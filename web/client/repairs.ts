import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { forgetAfterPurchase, type Purchase } from './purchases.ts'

type Repaired = Pick<Purchase, 'purchaseId' | 'status'>

/** Has the undo of a purchase tried at once. What it does, it does once, so it has no key. */
export function useRepairPurchase(purchaseId: string, onSuccess: (repaired: Repaired) => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/operations/purchases/{id}/repair', { params: { path: { id: purchaseId } } })),
    onSuccess,
    onSettled: () => forgetAfterPurchase(queryClient),
  })
}
