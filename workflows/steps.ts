import {
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import type { PurchaseStatus, Reversal } from '#domain/purchase.ts'
import { PURCHASE_STATUS, TOTAL_MINOR } from './contract.ts'

/** Name of the error for a step that can never happen, because it was undone or tombstoned: trying again cannot help. */
const NON_RETRYABLE = 'StepImpossible'

const LOCAL: LocalActivityOptions = {
  startToCloseTimeout: '2 seconds',
  scheduleToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 2, initialInterval: '50 milliseconds', nonRetryableErrorTypes: [NON_RETRYABLE] },
}

const REGULAR: ActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes: [NON_RETRYABLE],
  },
}

type Activity = (input: unknown) => Promise<unknown>

/** A step that gives up after it has failed for ten minutes, so that the purchase is undone rather than left hanging. */
export function step<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  return fastLane(name, { ...REGULAR, scheduleToCloseTimeout: '10 minutes', summary })
}

/** A step that is retried until it is done, without a limit: the pivot, and what comes after it. */
export function retryForever<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  return fastLane(name, { ...REGULAR, summary })
}

/** A compensation: a regular activity from the start, so that the Web UI shows it, tried until it is done. */
export function compensation<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  const durable = proxyActivities({ ...REGULAR, summary })[name] as Activity
  return ((input) => CancellationScope.nonCancellable(() => durable(input))) as Activity as Activities[Name]
}

/** Whether the step can never happen, as against not having happened so far. Failures of local activities come unwrapped. */
export function isImpossible(error: unknown): boolean {
  const failure = error instanceof ActivityFailure ? error.cause : error
  return failure instanceof ApplicationFailure && failure.type === NON_RETRYABLE
}

/**
 * Local first, which costs no round trip through the server. At the first failure the step moves to a regular activity,
 * where the Web UI shows it and Temporal retries it. Cancellation reaches neither: it is looked at between steps.
 */
function fastLane<Name extends keyof Activities>(name: Name, options: ActivityOptions & { summary: string }) {
  const local = proxyLocalActivities({ ...LOCAL, summary: options.summary })[name] as Activity
  const durable = proxyActivities(options)[name] as Activity
  const run: Activity = (input) =>
    CancellationScope.nonCancellable(async () => {
      try {
        return await local(input)
      } catch (error) {
        if (isImpossible(error)) throw error
        return await durable(input)
      }
    })
  return run as Activities[Name]
}

/** What operators see in the Web UI while a saga runs, and search for afterwards. */
export function showStep(doing: string): void {
  setCurrentDetails(`**running**: ${doing}`)
}

export function showTotal(totalMinor: number): void {
  upsertSearchAttributes([{ key: TOTAL_MINOR, value: totalMinor }])
}

export function showStatus(status: PurchaseStatus): void {
  setCurrentDetails(`**${status}**`)
  upsertSearchAttributes([{ key: PURCHASE_STATUS, value: status }])
}

export function showCompensating(reason: Reversal): void {
  setCurrentDetails(`**compensating**, to end as ${reason.status}${codeOf(reason)}`)
  upsertSearchAttributes([{ key: PURCHASE_STATUS, value: 'compensating' }])
}

function codeOf(outcome: Reversal): string {
  if (outcome.status === 'refused') return `: ${outcome.refusal.code}`
  if (outcome.status === 'failed') return `: ${outcome.code}`
  return ''
}
