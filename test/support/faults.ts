import { activityInfo } from '@temporalio/activity'
import type { AroundActivity } from '#activities/purchases.ts'

/** What happens around an attempt of an activity: throwing before it prevents the effect, throwing after it loses the report. */
export type Fault = {
  before?: (attempt: Attempt) => unknown
  after?: (attempt: Attempt) => unknown
}

/** `number` counts the attempts at this activity of this purchase, local and regular together, from 1. */
export type Attempt = { number: number; local: boolean }

/** Faults by purchase, or event, and activity, so that one worker serves many tests that do not notice each other. */
export function planFaults() {
  const faults = new Map<string, Fault>()
  const counts = new Map<string, number>()

  const around: AroundActivity = async (name, input, run) => {
    const key = `${subjectOf(input)}/${name}`
    const attempt = { number: (counts.get(key) ?? 0) + 1, local: activityInfo().isLocal }
    counts.set(key, attempt.number)
    await faults.get(key)?.before?.(attempt)
    const result = await run()
    await faults.get(key)?.after?.(attempt)
    return result
  }

  return {
    around,
    on: (purchaseId: string, activity: string, fault: Fault) => void faults.set(`${purchaseId}/${activity}`, fault),
    attempts: (purchaseId: string, activity: string) => counts.get(`${purchaseId}/${activity}`) ?? 0,
  }
}

function subjectOf(input: unknown): string {
  if (input === null || typeof input !== 'object') return ''
  if ('eventId' in input) return String(input.eventId)
  return 'purchaseId' in input ? String(input.purchaseId) : ''
}

/** Throws at the first `times` attempts. */
export function failing(times: number) {
  return ({ number }: Attempt) => {
    if (number <= times) throw new Error(`injected fault at attempt ${number}`)
  }
}

/** Keeps an activity out of the fast lane: its local attempts fail. */
export function onlyRegular({ local }: Attempt): void {
  if (local) throw new Error('injected fault: the fast lane is closed')
}
