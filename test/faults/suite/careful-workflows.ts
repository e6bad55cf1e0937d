import { patched, upsertSearchAttributes } from '@temporalio/workflow'
import { PURCHASE_STATUS, type PurchaseInput, type PurchaseResult } from '#workflows/contract.ts'
import { purchase as unchanged } from '#workflows/purchase.ts'

export * from '#workflows/index.ts'

/** The same command at the front, for purchases that begin from now on. */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  if (patched('status-first')) upsertSearchAttributes([{ key: PURCHASE_STATUS, value: 'running' }])
  return await unchanged(input)
}
