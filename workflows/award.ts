import { ActivityFailure } from '@temporalio/workflow'
import type { Awarded } from '#domain/purchase.ts'
import type { AwardInput } from './contract.ts'
import { isImpossible, retryForever, step, tryAtOnce } from './steps.ts'

const awardAtOnce = tryAtOnce('awardPoints', 'Evaluate the campaigns and issue the points')
const awardPoints = step('awardPoints')
const parkAward = retryForever('parkAward', 'Park the points that could not be issued')

/** Issues the points for an event of another system, or those of a purchase that were parked. */
export async function award({ lane, ...awarded }: AwardInput): Promise<{ points: number }> {
  return await parkOnFailure(awarded, async () => {
    const issued = lane === 'visible' ? undefined : await awardAtOnce(awarded)
    return issued ?? (await awardPoints(awarded))
  })
}

/** The award of a purchase that stands. */
export async function awardStep(awarded: Awarded): Promise<{ points: number }> {
  return await parkOnFailure(awarded, () => awardPoints(awarded))
}

/**
 * Whatever becomes of an award, the sale stands: points that cannot be issued for ten minutes are parked for operators, who start
 * the workflow `award` to retry.
 */
async function parkOnFailure(awarded: Awarded, issue: () => Promise<{ points: number }>): Promise<{ points: number }> {
  try {
    return await issue()
  } catch (error) {
    if (!(error instanceof ActivityFailure) && !isImpossible(error)) throw error
    await parkAward({ ...awarded, problem: 'unavailable' })
    return { points: 0 }
  }
}
