import { ActivityFailure } from '@temporalio/workflow'
import type { Awarded } from '#domain/purchase.ts'
import type { AwardInput } from './contract.ts'
import { retryForever, step, tryAtOnce } from './steps.ts'

const awardAtOnce = tryAtOnce('awardPoints', 'Evaluate the campaigns and issue the points')
const awardPoints = step('awardPoints')
const parkAward = retryForever('parkAward', 'Park the points that could not be issued')

/** Issues the points for an event of another system, or those of a purchase that were parked. */
export async function award({ lane, ...awarded }: AwardInput): Promise<{ points: number }> {
  const issued = lane === 'visible' ? undefined : await awardAtOnce(awarded)
  return issued ?? (await awardStep(awarded))
}

/**
 * The award of a purchase that stands, or of an event. Whatever becomes of it, the sale stands: points that cannot be issued
 * for ten minutes are parked for operators, who start the workflow `award` to retry.
 */
export async function awardStep(awarded: Awarded): Promise<{ points: number }> {
  try {
    return await awardPoints(awarded)
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    await parkAward({ ...awarded, problem: 'unavailable' })
    return { points: 0 }
  }
}
