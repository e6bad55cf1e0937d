import type { Outcome, Reversal } from '#domain/purchase.ts'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import { beginCompensation, recordOutcome, releaseStock, undoCharge } from './purchase-steps.ts'
import { showCompensating, showStatus } from './visibility.ts'

/** Writes the outcome down, and gives what stands there: the first outcome of a purchase is the only one. */
export async function settle({ purchaseId }: PurchaseInput, outcome: Outcome): Promise<PurchaseResult> {
  const status = await recordOutcome({ purchaseId, outcome })
  showStatus(status)
  return { status }
}

/**
 * Undoes a purchase, last step first, or finds that it stands.
 *
 * Every undo runs, not only those of the steps that this run of the workflow saw: steps in the fast lane leave no trace in
 * the history until their workflow task is through, so when a worker dies its successor may see less than has happened. An
 * undo whose step has not happened bars it.
 */
export async function undoUnlessConfirmed(input: PurchaseInput, reason: Reversal): Promise<PurchaseResult> {
  const compensation = await beginCompensation({ ...input, reason })
  if (compensation.confirmed) return await settle(input, { status: 'completed' })
  showCompensating(compensation.reason)
  await undoCharge(input)
  await releaseStock(input)
  return await settle(input, compensation.reason)
}
