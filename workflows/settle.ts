import type { Outcome } from '#domain/purchase.ts'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import { recordOutcome } from './purchase-steps.ts'
import { showStatus } from './visibility.ts'

/** Writes the outcome down, and gives what stands there: the first outcome of a purchase is the only one. */
export async function settle({ purchaseId }: PurchaseInput, outcome: Outcome): Promise<PurchaseResult> {
  const status = await recordOutcome({ purchaseId, outcome })
  showStatus(status)
  return { status }
}
