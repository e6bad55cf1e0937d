import { sleep } from '@temporalio/workflow'
import type { PurchaseInput, PurchaseResult } from '#workflows/contract.ts'
import { purchase as unchanged } from '#workflows/purchase.ts'

export { award } from '#workflows/award.ts'
export { repair } from '#workflows/purchase.ts'
export { refund } from '#workflows/refund.ts'
export { bookParkedAwards, expirePoints, reconcilePurchases } from '#workflows/scheduled.ts'

/** What must not happen without `patched()`: one more command at the front. */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  await sleep('1 second')
  return await unchanged(input)
}
