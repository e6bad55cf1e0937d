import { ActivityFailure, CancellationScope, CancelledFailure } from '@temporalio/workflow'
import type { Outcome, Refusal, Reversal, StepResult } from '#domain/purchase.ts'
import { award } from './award.ts'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import {
  compensation,
  isImpossible,
  retryForever,
  showCompensating,
  showStatus,
  showStep,
  showTotal,
  step,
} from './steps.ts'

/**
 * The purchase saga: reserve, redeem, charge, confirm, and points for it; or everything undone, last in first out.
 *
 * A request to cancel counts until the confirmation starts. It ends in exactly one of: completed, or fully undone.
 */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  const stopIfCancelled = cancellationPoint(CancellationScope.current())
  try {
    stopIfCancelled()
    showStep('reserving stock')
    const { totalMinor, pointsToRedeem } = unwrap(await reserveStock(input))
    showTotal(totalMinor)

    stopIfCancelled()
    if (pointsToRedeem > 0) {
      showStep('redeeming points')
      unwrap(await redeemPoints(input))
    }

    stopIfCancelled()
    showStep('charging the wallet')
    unwrap(await chargeWallet(input))

    stopIfCancelled()
    showStep('confirming')
    await confirmPurchase(input)
  } catch (error) {
    return await undoUnlessConfirmed(input, reasonToUndo(error))
  }
  return await complete(input)
}

/** What is left to do for a purchase that stands: its points, and its outcome. */
async function complete(input: PurchaseInput): Promise<PurchaseResult> {
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
async function undoUnlessConfirmed(input: PurchaseInput, reason: Reversal): Promise<PurchaseResult> {
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

/**
 * Settles a purchase whose own workflow was terminated or lost: confirmed, then it stands; else it never will be, and
 * everything is undone. Safe beside a workflow that turns out to live: the keys of the steps decide, not who came first.
 */
export async function repair(input: PurchaseInput): Promise<PurchaseResult> {
  return await undoUnlessConfirmed(input, { status: 'failed', code: 'interrupted' })
}

/** Carries a refusal from the step that gave it to the `catch` that undoes what came before. */
class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** The answer of a step, or throws `Refused` to the saga's `catch`. */
export function unwrap<Answer>(result: StepResult<Answer>): Answer {
  if (!result.ok) throw new Refused(result.refusal)
  return result
}

/** Gives a function that throws once somebody asked to cancel the scope. Steps are shielded, so this is where it counts. */
export function cancellationPoint(scope: CancellationScope): () => void {
  return () => {
    if (scope.consideredCancelled) throw new CancelledFailure('cancelled between two steps')
  }
}

/**
 * How a purchase ends that could not go on.
 *
 * @throws the error itself when it is none of the expected ones: a defect in workflow code must hold the workflow, for a
 * corrected worker to go on with, and not undo purchases
 */
export function reasonToUndo(error: unknown): Reversal {
  if (error instanceof Refused) return { status: 'refused', refusal: error.refusal }
  if (error instanceof CancelledFailure) return { status: 'cancelled' }
  if (isImpossible(error)) return { status: 'failed', code: 'interrupted' }
  if (error instanceof ActivityFailure) return { status: 'failed', code: 'step_unavailable', step: error.activityType }
  throw error
}

/** The steps and their undos, each with what the Web UI shows of it. */
const reserveStock = step('reserveStock', 'Reserve the stock and freeze the prices')
const releaseStock = compensation('releaseStock', 'Undo: give the reserved stock back')
const redeemPoints = step('redeemPoints', 'Pay a part with points')
export const undoRedemption = compensation('undoRedemption', 'Undo: give the redeemed points back')
const chargeWallet = step('chargeWallet', 'Charge the wallet')
const undoCharge = compensation('undoCharge', 'Undo: give the money back')
const confirmPurchase = retryForever('confirmPurchase', 'Confirm: from here on the purchase stands')
const beginCompensation = retryForever('beginCompensation', 'Undo the purchase, unless it is confirmed')
const recordOutcome = retryForever('recordOutcome', 'Record the outcome')
