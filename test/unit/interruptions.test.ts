import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common'
import type { CancellationScope } from '@temporalio/workflow'
import { describe, expect, test } from 'vitest'
import type { Refusal } from '#domain/purchase.ts'
import { cancellationPoint, reasonToUndo, unwrap } from '#workflows/purchase.ts'

/** A step that Temporal gave up on, and why. */
function givenUp(step: string, cause: Error): ActivityFailure {
  return new ActivityFailure('Activity task failed', step, '1', RetryState.TIMEOUT, undefined, cause)
}

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

const tooLate = new TimeoutFailure('activity ScheduleToClose timeout', undefined, TimeoutType.SCHEDULE_TO_CLOSE)

describe('a purchase that cannot go on', () => {
  test.each<Refusal>([
    { code: 'out_of_stock', short: [{ productId: '1', requested: 5, available: 3 }] },
    { code: 'price_changed', expectedMinor: 100, totalMinor: 200 },
    { code: 'insufficient_funds', missingMinor: 1 },
  ])('ends as refused, with all that the step said, when a step says $code', (refusal) => {
    const error = thrownBy(() => unwrap({ ok: false, refusal }))
    expect(reasonToUndo(error)).toEqual({ status: 'refused', refusal })
  })

  test('ends as cancelled when somebody asked for it', () => {
    expect(reasonToUndo(new CancelledFailure('cancelled'))).toEqual({ status: 'cancelled' })
  })

  test('ends as failed, with the step, when ten minutes were not enough for it', () => {
    expect(reasonToUndo(givenUp('chargeWallet', tooLate))).toEqual({
      status: 'failed',
      code: 'step_unavailable',
      step: 'chargeWallet',
    })
  })

  test('ends as interrupted when a repair has tombstoned one of its steps', () => {
    const tombstoned = ApplicationFailure.nonRetryable('undone, and can no longer happen', 'StepImpossible')
    expect(reasonToUndo(givenUp('chargeWallet', tombstoned))).toEqual({ status: 'failed', code: 'interrupted' })
  })

  test('takes a step that failed for another reason than being tombstoned as unavailable', () => {
    const broken = ApplicationFailure.nonRetryable('something else', 'SomethingElse')
    expect(reasonToUndo(givenUp('reserveStock', broken))).toMatchObject({ code: 'step_unavailable' })
  })

  test('is not undone for a defect in our own code: the error is thrown on, and holds the workflow', () => {
    const defect = new TypeError("Cannot read properties of undefined (reading 'totalMinor')")
    expect(thrownBy(() => reasonToUndo(defect))).toBe(defect)
  })
})

test('the answer of a step that said yes goes on to the next step as it is', () => {
  const answer = { ok: true, totalMinor: 170_000 } as const
  expect(unwrap(answer)).toBe(answer)
})

describe('a point of cancellation', () => {
  // Scopes can only be made inside of a workflow; this is all that is asked of one.
  const scope = (consideredCancelled: boolean) => ({ consideredCancelled }) as CancellationScope

  test('lets a purchase pass that nobody has asked to cancel', () => {
    expect(cancellationPoint(scope(false))).not.toThrow()
  })

  test('ends one that somebody has asked to cancel', () => {
    expect(reasonToUndo(thrownBy(cancellationPoint(scope(true))))).toEqual({ status: 'cancelled' })
  })
})
