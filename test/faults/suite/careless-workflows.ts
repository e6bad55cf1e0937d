import { upsertSearchAttributes } from '@temporalio/workflow'
import { PURCHASE_STATUS, type PurchaseInput, type PurchaseResult } from '#workflows/contract.ts'
import { purchase as unchanged } from '#workflows/purchase.ts'

export * from '#workflows/index.ts'

/** What must not happen without `patched()`: one more command at the front. */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  upsertSearchAttributes([{ key: PURCHASE_STATUS, value: 'running' }])
  return await unchanged(input)
}
