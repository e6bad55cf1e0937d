import { ActivityFailure, type CancellationScope, CancelledFailure } from '@temporalio/workflow'
import type { Refusal, Reversal, StepResult } from '#domain/purchase.ts'
import { isImpossible } from './steps.ts'

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
