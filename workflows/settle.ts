import type { Outcome, Reversal } from '#domain/purchase.ts'
import { award } from './award.ts'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import { beginCompensation, recordOutcome, releaseStock, undoCharge, undoRedemption } from './purchase-steps.ts'
import { showCompensating, showStatus, showStep } from './visibility.ts'

/** What is left to do for a purchase that stands: its points, and its outcome. */
export async function complete(input: PurchaseInput): Promise<PurchaseResult> {
  showStep('awarding points')
  await award(input)
  return await settle(input, { status: 'completed' })
}

/**
 * Undoes a purchase, last step first, or finds that it stands.
 *
 * Every undo runs, not only those of the steps that this run of the workflow saw: steps in the fast lane leave no trace in
 * the history until their workflow task is through, so when a worker dies its successor may see less than has happened. An
 * undo whose step has not happened leaves a tombstone, so that it can no longer happen.
 */
export async function undoUnlessConfirmed(input: PurchaseInput, reason: Reversal): Promise<PurchaseResult> {
  const compensation = await beginCompensation({ ...input, reason })
  if (compensation.confirmed) return await complete(input)
  showCompensating(compensation.reason)
  await undoCharge(input)
  if (compensation.pointsToRedeem > 0) await undoRedemption(input)
  await releaseStock(input)
  return await settle(input, compensation.reason)
}

/** Writes the outcome down, and gives what stands there: the first outcome of a purchase is the only one. */
async function settle({ purchaseId }: PurchaseInput, outcome: Outcome): Promise<PurchaseResult> {
  const status = await recordOutcome({ purchaseId, outcome })
  showStatus(status)
  return { status }
}
