import { ActivityFailure, CancellationScope, CancelledFailure, sleep } from '@temporalio/workflow'
import type { NotDone, Outcome, Reversal, StepResult } from '#domain/purchase.ts'
import { awardStep } from './award.ts'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import {
  isImpossible,
  retryForever,
  settleOrList,
  showCompensating,
  showStatus,
  showStep,
  showTotal,
  step,
  tryAtOnce,
} from './steps.ts'

/**
 * The purchase saga: reserve, redeem, charge, confirm, and points for it; or everything undone, last in first out.
 *
 * In the fast lane all of it is tried at once. When that fails, or in the visible lane, it goes step by step from the top: what
 * has happened answers from its key. A request to cancel counts until the confirmation. It ends in exactly one of: completed,
 * or fully undone.
 */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  const before = beforeStep(input)
  const { purchaseId } = input
  try {
    if (input.lane !== 'visible') {
      await before('all steps at once')
      const tried = await tryAllSteps({ purchaseId })
      if (tried) {
        if (tried.ok) return showOutcome(tried.status, tried.totalMinor)
        showTotal(tried.totalMinor)
        throw new StepNotDone(tried)
      }
    }

    await before('reserving stock')
    const { totalMinor, pointsToRedeem } = unwrap(await reserveStock({ purchaseId }))
    showTotal(totalMinor)

    if (pointsToRedeem > 0) {
      await before('redeeming points')
      unwrap(await redeemPoints({ purchaseId }))
    }

    await before('charging the wallet')
    unwrap(await chargeWallet({ purchaseId }))

    await before('confirming')
    unwrap(await confirmPurchase({ purchaseId }))
    return await complete(input)
  } catch (error) {
    return await undoUnlessConfirmed(purchaseId, reasonToUndo(error))
  }
}

/**
 * What is left to do for a purchase that stands: its points, and its outcome. Fails only when the confirmation, or what it builds on,
 * is gone.
 */
async function complete({ purchaseId, slowMotion }: PurchaseInput): Promise<PurchaseResult> {
  showStep('awarding points')
  if (slowMotion) await CancellationScope.nonCancellable(() => sleep(SLOW_MOTION))
  await awardStep({ purchaseId })
  return await settle(purchaseId, { status: 'completed' })
}

/**
 * Undoes a purchase, last step first, or finds that it stands.
 *
 * Every undo runs, not only those of the steps that this run of the workflow saw: steps in the fast lane leave no trace in
 * the history until their workflow task is through, so when a worker dies its successor may see less than has happened. An
 * undo whose step has not happened leaves a tombstone, so that it can no longer happen.
 */
async function undoUnlessConfirmed(purchaseId: string, reason: Reversal): Promise<PurchaseResult> {
  return await settleOrList({ id: purchaseId, saga: 'purchase' }, async () => {
    const found = await beginCompensation({ purchaseId, reason })
    if (found.confirmed) return await complete({ purchaseId })
    showCompensating(found.reason)
    await undoCharge({ purchaseId })
    if (found.pointsToRedeem > 0) await undoRedemption({ purchaseId })
    await releaseStock({ purchaseId })
    const settled = await settle(purchaseId, found.reason)
    return settled.status === found.reason.status ? found.reason : settled
  })
}

/** Writes the outcome down, and gives what stands there: the first outcome of a purchase is the only one. */
async function settle(purchaseId: string, outcome: Outcome): Promise<PurchaseResult> {
  return showOutcome(await recordOutcome({ purchaseId, outcome }))
}

function showOutcome(status: Outcome['status'], totalMinor?: number): PurchaseResult {
  showStatus(status, totalMinor)
  return { status }
}

/**
 * Settles a purchase whose own workflow was terminated or lost, under the same id: confirmed, then it stands; else it never will be,
 * and everything is undone. Attempts of the other that are still to come change nothing: the keys of the steps decide, not who came first.
 */
export async function repair({ purchaseId }: PurchaseInput): Promise<PurchaseResult> {
  return await undoUnlessConfirmed(purchaseId, { status: 'failed', code: 'interrupted' })
}

/** Of a purchase that somebody wants to watch. */
const SLOW_MOTION = '1 second'

/** Gives what happens before each step. */
function beforeStep({ slowMotion }: PurchaseInput): (doing: string) => Promise<void> {
  const stopIfCancelled = cancellationPoint(CancellationScope.current())
  return async (doing) => {
    showStep(doing)
    if (slowMotion) await sleep(SLOW_MOTION)
    stopIfCancelled()
  }
}

/** Gives a function that throws once somebody asked to cancel the scope. Steps are shielded, so this is where it counts. */
export function cancellationPoint(scope: CancellationScope): () => void {
  return () => {
    if (scope.consideredCancelled) throw new CancelledFailure('cancelled between two steps')
  }
}

/** Carries the reason from the step that was not done to the `catch` that undoes what came before. */
class StepNotDone extends Error {
  readonly reason: Reversal
  constructor(result: NotDone) {
    super('cancelled' in result ? 'cancelled' : result.refusal.code)
    this.reason = 'cancelled' in result ? { status: 'cancelled' } : { status: 'refused', refusal: result.refusal }
  }
}

/** The answer of a step, or throws `StepNotDone` to the saga's `catch`. */
export function unwrap<Answer>(result: StepResult<Answer>): Answer {
  if (!result.ok) throw new StepNotDone(result)
  return result
}

/**
 * How a purchase ends that could not go on.
 *
 * @throws the error itself when it is none of the expected ones: a defect in workflow code must hold the workflow, for a
 * corrected worker to go on with, and not undo purchases
 */
export function reasonToUndo(error: unknown): Reversal {
  if (error instanceof StepNotDone) return error.reason
  if (error instanceof CancelledFailure) return { status: 'cancelled' }
  if (isImpossible(error)) return { status: 'failed', code: 'interrupted' }
  if (error instanceof ActivityFailure) return { status: 'failed', code: 'step_unavailable', step: error.activityType }
  throw error
}

const tryAllSteps = tryAtOnce('tryAllSteps', 'All steps at once: reserve, redeem, charge, confirm, award')
const reserveStock = step('reserveStock')
const releaseStock = step('releaseStock')
const redeemPoints = step('redeemPoints')
const undoRedemption = step('undoRedemption')
const chargeWallet = step('chargeWallet')
const undoCharge = step('undoCharge')
const confirmPurchase = step('confirmPurchase')
const beginCompensation = retryForever('beginCompensation', 'Undo the purchase, unless it is confirmed')
const recordOutcome = retryForever('recordOutcome', 'Record the outcome')
