import { ActivityFailure } from '@temporalio/workflow'
import type { EventInput } from './contract.ts'
import { lastingStep, step } from './steps.ts'

const bookEvent = step('awardEvent', 'Book the points that the event earned')
const parkEvent = lastingStep('parkEvent', 'Park the points that could not be booked')

/** Awards an event of another system. Points that cannot be booked for ten minutes are parked for operators. */
export async function awardEvent(input: EventInput): Promise<{ points: number }> {
  try {
    return await bookEvent(input)
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    await parkEvent({ ...input, problem: 'unavailable' })
    return { points: 0 }
  }
}
