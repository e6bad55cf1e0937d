import {
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
  rootCause,
  setCurrentDetails,
  TemporalFailure,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import { type PurchaseStatus, type Reversal, SAGA_ACTIVITIES, type Saga } from '#domain/purchase.ts'
import { CUSTOMER, PURCHASE_STATUS, TOTAL_MINOR } from './contract.ts'

/** Name of the error for a step that can never happen, because it was undone or tombstoned: trying again cannot help. */
const NON_RETRYABLE = 'StepImpossible'

/** One attempt, which must leave room in a workflow task; what fails is tried again by regular activities. */
const LOCAL: LocalActivityOptions = {
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '5 seconds',
  retry: { maximumAttempts: 1 },
}

const REGULAR: ActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes: [NON_RETRYABLE],
  },
}

/** For a step on which the purchase does not depend, or which can still be undone. */
const LIMITED: ActivityOptions = { ...REGULAR, scheduleToCloseTimeout: '10 minutes' }

type Activity = (input: unknown) => Promise<unknown>

/**
 * A step of a saga, or its undo, as a regular activity: the Web UI shows it, and Temporal retries it as the table of steps
 * (`SAGA_ACTIVITIES`) says. Cancellation does not reach it: it is looked at between steps.
 */
export function step<Name extends keyof typeof SAGA_ACTIVITIES>(name: Name): Activities[Name] {
  const { retry, summary } = SAGA_ACTIVITIES[name]
  return shielded(proxyActivities({ ...(retry === 'limited' ? LIMITED : REGULAR), summary })[name])
}

/** An activity that is no step of its own and is retried until it is done. */
export function retryForever<Name extends keyof Activities>(name: Name, summary: string): Activities[Name] {
  return shielded(proxyActivities({ ...REGULAR, summary })[name])
}

/**
 * The fast lane: an activity that is tried once, without a round trip through the server.
 *
 * @returns its answer; undefined when it failed, and regular activities have to do it: what has happened answers from its key
 * @throws what `isImpossible` recognises, for which trying again cannot help
 */
export function tryAtOnce<Name extends keyof Activities>(name: Name, summary: string) {
  const local = shielded(proxyLocalActivities({ ...LOCAL, summary })[name]) as Activity
  return async (
    ...[input]: Parameters<Activities[Name]>
  ): Promise<Awaited<ReturnType<Activities[Name]>> | undefined> => {
    try {
      return (await local(input)) as Awaited<ReturnType<Activities[Name]>>
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isImpossible(error)) throw error
      return undefined
    }
  }
}

function shielded<Name extends keyof Activities>(activity: unknown): Activities[Name] {
  return ((input) =>
    CancellationScope.nonCancellable(() => (activity as Activity)(input))) as Activity as Activities[Name]
}

/** Whether the step can never happen, as against not having happened so far. Failures of local activities come unwrapped. */
export function isImpossible(error: unknown): boolean {
  const failure = error instanceof ActivityFailure ? error.cause : error
  return failure instanceof ApplicationFailure && failure.type === NON_RETRYABLE
}

/**
 * Carries out what nothing undoes. A step of it can be impossible only because commits were lost, with a failover or by a restore:
 * then all of it is gone through again, from what there is now. When that does not settle it either, it is listed for operators.
 *
 * @throws ApplicationFailure `BooksDisagree`, once it is listed
 */
export async function settleOrList<Settled>(
  subject: { id: string; saga: Saga },
  settle: () => Promise<Settled>,
): Promise<Settled> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await settle()
    } catch (error) {
      if (!isImpossible(error)) throw error
      if (attempt < MAX_SETTLING) continue
      const problem = rootCause(error) ?? 'unknown'
      await recordDiscrepancy({ ...subject, problem })
      throw ApplicationFailure.nonRetryable(`listed for operators: ${problem}`, 'BooksDisagree')
    }
  }
}

const MAX_SETTLING = 2
const recordDiscrepancy = retryForever('recordDiscrepancy', 'List for operators: the books disagree')

/** What operators see in the Web UI while a saga runs, and search for afterwards. */
export function showStep(doing: string): void {
  setCurrentDetails(`**running**: ${doing}`)
}

/** @param totalMinor if it was not shown before: in one command, for each costs the server a write to its index */
export function showStatus(status: PurchaseStatus, totalMinor?: number): void {
  setCurrentDetails(`**${status}**`)
  makeSearchable([{ key: PURCHASE_STATUS, value: status }, ...totalOf(totalMinor)])
}

/** @param totalMinor undefined: it is not known yet */
export function showTotal(totalMinor: number | undefined): void {
  if (totalMinor !== undefined) makeSearchable(totalOf(totalMinor))
}

/** Not in a saga that was started without attributes, because they are not all registered: see `searchableBy` in contract.ts. */
function makeSearchable(attributes: Parameters<typeof upsertSearchAttributes>[0]): void {
  if (workflowInfo().typedSearchAttributes.get(CUSTOMER) !== undefined) upsertSearchAttributes(attributes)
}

function totalOf(totalMinor: number | undefined) {
  return totalMinor === undefined ? [] : [{ key: TOTAL_MINOR, value: totalMinor }]
}

export function showCompensating(reason: Reversal): void {
  setCurrentDetails(`**compensating**, to end as ${reason.status}${codeOf(reason)}`)
  makeSearchable([{ key: PURCHASE_STATUS, value: 'compensating' }])
}

function codeOf(outcome: Reversal): string {
  if (outcome.status === 'refused') return `: ${outcome.refusal.code}`
  if (outcome.status === 'failed') return `: ${outcome.code}`
  return ''
}
