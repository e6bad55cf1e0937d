import { ActivityFailure } from '@temporalio/workflow'
import { type Awarded, IMPOSSIBLE, UNAVAILABLE } from '#domain/purchase.ts'
import type { AwardInput } from './contract.ts'
import { isImpossible, retryForever, settleOrList, step, tryAtOnce } from './steps.ts'

const awardAtOnce = tryAtOnce('awardPoints', 'Evaluate the campaigns and issue the points')
const awardPoints = step('awardPoints')
const parkAward = retryForever('parkAward', 'Park the points that could not be issued')

/** Issues the points for an event of another system, or those of a purchase that were parked. */
export async function award({ lane, ...awarded }: AwardInput): Promise<{ points: number }> {
  const id = 'eventId' in awarded ? awarded.eventId : awarded.purchaseId
  return await settleOrList({ id, saga: 'award' }, () =>
    parkOnFailure(awarded, async () => {
      const issued = lane === 'visible' ? undefined : await awardAtOnce(awarded)
      return issued ?? (await awardPoints(awarded))
    }),
  )
}

/** The award of a purchase that stands. */
export async function awardStep(awarded: Awarded): Promise<{ points: number }> {
  return await parkOnFailure(awarded, () => awardPoints(awarded))
}

/**
 * Whatever becomes of an award, the sale stands: points that cannot be issued for ten minutes, or not at all, are parked.
 * `bookParkedAwards` retries the former, and operators may, who start the workflow `award`.
 */
async function parkOnFailure(awarded: Awarded, issue: () => Promise<{ points: number }>): Promise<{ points: number }> {
  try {
    return await issue()
  } catch (error) {
    if (!(error instanceof ActivityFailure) && !isImpossible(error)) throw error
    await parkAward({ ...awarded, problem: isImpossible(error) ? IMPOSSIBLE : UNAVAILABLE })
    return { points: 0 }
  }
}
