import { ActivityFailure } from '@temporalio/workflow'
import type { Awarded } from '#domain/purchase.ts'
import { retryForever, step } from './steps.ts'

const awardPoints = step('awardPoints', 'Book the points that were earned')
const parkAward = retryForever('parkAward', 'Park the points that could not be booked')

/**
 * Books the award of a purchase that stands, or of an event of another system. Whatever becomes of it, the sale stands: points
 * that cannot be booked for ten minutes are parked for operators, who start this again to retry.
 */
export async function award(input: Awarded): Promise<{ points: number }> {
  try {
    return await awardPoints(input)
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    await parkAward({ ...input, problem: 'unavailable' })
    return { points: 0 }
  }
}
