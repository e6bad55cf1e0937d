import {
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  type LocalActivityOptions,
  patched,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'

/** Name of the error for a step that was undone, or barred, before it happened: trying again cannot help. */
const BARRED = 'StepBarred'

const LOCAL: LocalActivityOptions = {
  startToCloseTimeout: '2 seconds',
  scheduleToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 2, initialInterval: '50 milliseconds', nonRetryableErrorTypes: [BARRED] },
}

const DURABLE: ActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds', nonRetryableErrorTypes: [BARRED] },
}

type Activity = (input: unknown) => Promise<unknown>

/** A step that gives up after ten minutes of trouble, so that the purchase is undone rather than left hanging. */
export function step<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  return fastLane(name, { ...DURABLE, scheduleToCloseTimeout: '10 minutes', summary })
}

/** A step that is tried until it is done: there is no way back from it. */
export function lastingStep<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  return fastLane(name, { ...DURABLE, summary })
}

/** A compensation: a regular activity from the start, so that the Web UI shows it, tried until it is done. */
export function compensation<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  const durable = proxyActivities({ ...DURABLE, summary })[name] as Activity
  return ((input) => CancellationScope.nonCancellable(() => durable(input))) as Activity as Activities[Name]
}

/** Whether the step can never happen, as against not having happened so far. Failures of local activities come unwrapped. */
export function isBarred(error: unknown): boolean {
  const failure = error instanceof ActivityFailure ? error.cause : error
  return failure instanceof ApplicationFailure && failure.type === BARRED
}

/**
 * Local first, which costs no round trip through the server. At the first trouble the step moves to a regular activity,
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
        // Histories in which a barred step was tried once more, as a regular activity.
        if (isBarred(error) && patched('barred-at-once')) throw error
        return await durable(input)
      }
    })
  return run as Activities[Name]
}
