import { setTimeout as sleep } from 'node:timers/promises'
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client'
import pLimit from 'p-limit'
import { readWorkflow, startUnlessOpen, startWorkflow } from '#config/temporal.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import { type Awarded, type Lane, purchaseWorkflowId, settlingWorkflow } from '#domain/purchase.ts'
import {
  awardStart,
  type PurchaseResult,
  type PurchaseToStart,
  purchaseStart,
  REFUND_ASKED,
  refundStart,
  repairStart,
  type SagaStart,
} from '#workflows/contract.ts'
import type { AppDependencies } from './app-types.ts'
import { isTemporalUnavailable, unavailableProblem } from './errors.ts'
import { Problem } from './problems.ts'
import { requirePurchase } from './purchase-schemas.ts'
import { abortWith } from './response-streams.ts'

/** How long Temporal may take to accept a request; the SDK retries within this time. */
const REQUEST_TIMEOUT_MS = 5_000

// ---------------------------------------------------------------------------------------------------------------------
// What is on record: an order, a refund, a request to cancel, an event. It is accepted, whether or not Temporal can be reached

type PurchaseStart = { lane?: Lane | undefined; slowMotion?: boolean | undefined }

/**
 * Starts the workflow of a purchase, unless it was started before. The row in `purchases` is the authority on what is
 * left to do, so starting it again is harmless.
 *
 * @returns undefined when Temporal did not take it: the purchase is on record, and the reconciler starts it
 */
export function startPurchase(
  deps: AppDependencies,
  purchase: PurchaseToStart,
  { lane = deps.defaultLane, slowMotion }: PurchaseStart = {},
): Promise<WorkflowHandle | undefined> {
  return startRecorded(deps, purchaseStart(purchase, { lane, ...(slowMotion && { slowMotion }) }))
}

/** Starts the workflow that carries out refunds of a purchase, or tells the one that does of another. @returns as `startPurchase` */
export function startRefund(
  deps: AppDependencies,
  purchase: PurchaseToStart,
  refund: number,
): Promise<WorkflowHandle | undefined> {
  return startRecorded(deps, { ...refundStart(purchase, refund), signal: REFUND_ASKED }, AGAIN)
}

/** Starts the workflow that books the award of an event, unless it was started before. @returns as `startPurchase` */
export function startEventAward(
  deps: AppDependencies,
  eventId: string,
  customerId: string,
): Promise<WorkflowHandle | undefined> {
  return startRecorded(deps, awardStart({ eventId, lane: deps.defaultLane }, customerId), AGAIN)
}

/** Asks the workflow of a purchase to cancel, so that the Web UI shows it: what takes effect is the request that is on record. */
export async function cancelWorkflow(deps: AppDependencies, handle: WorkflowHandle): Promise<void> {
  try {
    await withDeadline(deps, () => handle.cancel())
  } catch (error) {
    // Else the workflow has ended in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) logNotTaken(deps, handle.workflowId, error)
  }
}

async function startRecorded(
  deps: AppDependencies,
  start: SagaStart,
  policies?: Policies,
): Promise<WorkflowHandle | undefined> {
  try {
    return await withDeadline(deps, () => startSaga(deps, start, policies))
  } catch (error) {
    logNotTaken(deps, start.workflowId, error)
    return undefined
  }
}

function logNotTaken({ logger }: AppDependencies, workflowId: string, error: unknown): void {
  logger[isTemporalUnavailable(error) ? 'warn' : 'error'](
    { err: error, workflowId },
    'Temporal did not take what is on record: the reconciler will see to it',
  )
}

/** Purchases in the fast lane that an API process has under way at a time, unless they take longer than `TURN_MS`. */
const TURNS = 8
const TURN_MS = 1_000
/** With so many waiting for their turn, the next ones are started at once: where nothing gets on, nobody waits long for a turn. */
const MAX_WAITING_FOR_TURN = 10 * TURNS

const turns = pLimit(TURNS)

/**
 * Starts the workflow of a purchase, and waits for its outcome as `waitForOutcome` does.
 *
 * In the fast lane purchases are started in turn, first come, first served. Whatever Temporal cannot hand to a worker at once, it
 * stores and hands out late, after what came since: under load some purchases waited six seconds while others took one.
 *
 * @returns undefined without an outcome so far
 */
export async function startAndWait(
  deps: AppDependencies,
  purchase: PurchaseToStart,
  start: PurchaseStart,
  client: AbortSignal,
): Promise<StoredPurchase | undefined> {
  if (!isAwaited(deps, client)) {
    await startPurchase(deps, purchase, start)
    return undefined
  }
  const { lane = deps.defaultLane } = start
  return await withinWait(deps, client, (until) => {
    const outcome = Promise.withResolvers<StoredPurchase | undefined>()
    const run = async () => {
      const started = await startPurchase(deps, purchase, start)
      return started && (await deps.outcomeWatcher.outcomeOf(purchase.purchaseId, until))
    }
    const begin = () => run().then(outcome.resolve, outcome.reject)
    if (lane === 'visible' || turns.pendingCount >= MAX_WAITING_FOR_TURN) void begin()
    else void turns(() => Promise.race([begin(), sleep(TURN_MS, undefined, { ref: false })]))
    // Its turn comes also after the wait is over: the order is on record.
    return Promise.race([outcome.promise, endOf(until)])
  })
}

/**
 * What is on record, as it is now; undefined while the database cannot be read. The request that it was recorded by, or a repeat of that,
 * is not answered with a 503.
 */
export async function readRecorded<Recorded>(
  { logger }: AppDependencies,
  id: string,
  read: () => Promise<Recorded>,
): Promise<Recorded | undefined> {
  try {
    return await read()
  } catch (error) {
    if (unavailableProblem(error) === undefined) throw error
    logger.warn({ err: error, id }, 'what is on record cannot be read now')
    return undefined
  }
}

/** A purchase that is on record. @returns as `readRecorded` */
export function readPresent(
  deps: AppDependencies,
  purchaseId: string,
  owner?: string,
): Promise<StoredPurchase | undefined> {
  return readRecorded(deps, purchaseId, () => requirePurchase(deps.sql, purchaseId, owner))
}

// ---------------------------------------------------------------------------------------------------------------------
// What nobody else sees to: an operator asks for it, and asks again when Temporal cannot be reached

/**
 * Starts the workflow that settles a purchase which nobody carries out, as the reconciler does.
 *
 * @param record that it was asked for: once nobody carries it out, and before it is started
 * @returns false when somebody carries it out
 * @throws Problem `temporal_unavailable`
 */
export function startSettling(
  deps: AppDependencies,
  purchase: StoredPurchase,
  record: () => Promise<void>,
): Promise<boolean> {
  const { temporal, taskQueue, defaultLane } = deps
  return callTemporal(
    deps,
    async () => {
      const { isOpen, result } = await readWorkflow(temporal, purchaseWorkflowId(purchase.purchaseId))
      if (isOpen) return false
      await record()
      const { workflowType, ...start } =
        settlingWorkflow(purchase, result as PurchaseResult | undefined) === 'purchase'
          ? purchaseStart(purchase, { lane: defaultLane })
          : repairStart(purchase, OPERATOR)
      return await startUnlessOpen(temporal, workflowType, { taskQueue, ...start })
    },
    purchase.purchaseId,
  )
}

/**
 * Starts the workflow that settles a purchase which is being undone, in place of the one that undoes it: that may be waiting for its next
 * attempt, while the new one makes an attempt at once. Every step takes effect once.
 *
 * @throws Problem `temporal_unavailable`
 */
export function restartUndo(deps: AppDependencies, purchase: StoredPurchase): Promise<WorkflowHandle> {
  return startRequested(deps, repairStart(purchase, OPERATOR), {
    ...AGAIN,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
  })
}

const OPERATOR = 'an operator asked for it'

/**
 * Starts the workflow that books a parked award, unless it is running. The row in `awards` is the authority on what is left to
 * do, so starting it again is harmless.
 *
 * @throws Problem `temporal_unavailable`
 */
export function retryAward(deps: AppDependencies, awarded: Awarded, customerId: string): Promise<WorkflowHandle> {
  return startRequested(deps, awardStart({ ...awarded, lane: deps.defaultLane }, customerId), AGAIN)
}

function startRequested(deps: AppDependencies, start: SagaStart, policies: Policies): Promise<WorkflowHandle> {
  const [input] = start.args
  return callTemporal(
    deps,
    () => startSaga(deps, start, policies),
    'purchaseId' in input ? input.purchaseId : undefined,
  )
}

type Policies = {
  workflowIdReusePolicy?: WorkflowIdReusePolicy
  workflowIdConflictPolicy?: WorkflowIdConflictPolicy
}

/** Also when one of this id has ended. */
const AGAIN: Policies = { workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE }

/** Starts a saga, or gets the handle of the one that has this id already. */
async function startSaga(
  { temporal, taskQueue }: AppDependencies,
  { workflowType, ...start }: SagaStart,
  policies: Policies = {},
): Promise<WorkflowHandle> {
  try {
    return await startWorkflow(temporal, workflowType, {
      taskQueue,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      ...start,
      ...policies,
    })
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return temporal.workflow.getHandle(start.workflowId)
    throw error
  }
}

function withDeadline<Answer>({ temporal }: AppDependencies, request: () => Promise<Answer>): Promise<Answer> {
  return temporal.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, request)
}

/**
 * Makes a request of Temporal within `REQUEST_TIMEOUT_MS`, of which nothing is on record if it fails.
 *
 * @param purchaseId the purchase that the problem names, if the request is about one
 * @throws Problem `temporal_unavailable`
 */
async function callTemporal<Answer>(
  deps: AppDependencies,
  request: () => Promise<Answer>,
  purchaseId?: string,
): Promise<Answer> {
  try {
    return await withDeadline(deps, request)
  } catch (error) {
    if (!isTemporalUnavailable(error)) throw error
    const detail = 'Nothing was started. Send the request again: repeating it has no further effect.'
    const problem = new Problem('temporal_unavailable', detail, purchaseId === undefined ? {} : { purchaseId })
    problem.cause = error
    throw problem
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Waiting

/**
 * Waits until a purchase has its outcome, or its refund is through, but no longer than `purchaseWaitMs`, and not once the client
 * has disconnected or the server stops.
 *
 * @returns the purchase as it is then; `known` when it cannot be read
 */
export async function waitForOutcome(
  deps: AppDependencies,
  known: StoredPurchase,
  client: AbortSignal,
): Promise<StoredPurchase> {
  const settled = await withinWait(deps, client, (until) => deps.outcomeWatcher.outcomeOf(known.purchaseId, until))
  return settled ?? (await readPresent(deps, known.purchaseId)) ?? known
}

/**
 * Waits as long until the workflow of an award has ended. How it ended is in the database: an error here says nothing about the
 * award.
 */
export async function waitForAward(
  deps: AppDependencies,
  handle: Pick<WorkflowHandle, 'workflowId' | 'result'>,
  client: AbortSignal,
): Promise<void> {
  const { temporal, purchaseWaitMs, logger } = deps
  try {
    await withinWait(deps, client, (until) => {
      // The signal ends a long poll in progress; the deadline, one that the SDK begins just then.
      const ended = temporal.withAbortSignal(until, () =>
        temporal.withDeadline(Date.now() + purchaseWaitMs, () => handle.result()),
      )
      return Promise.race([ended, endOf(until)])
    })
  } catch (error) {
    logger.debug({ err: error, workflowId: handle.workflowId }, 'stopped waiting for the award')
  }
}

/** Waits with a signal that is aborted after `purchaseWaitMs`, when the client disconnects, or when the server stops. */
async function withinWait<Value>(
  deps: AppDependencies,
  client: AbortSignal,
  wait: (until: AbortSignal) => Promise<Value>,
): Promise<Value | undefined> {
  if (!isAwaited(deps, client)) return undefined
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), deps.purchaseWaitMs)
  abortWith(controller, [deps.stopping, client])
  try {
    return await wait(controller.signal)
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

function isAwaited({ purchaseWaitMs, stopping }: AppDependencies, client: AbortSignal): boolean {
  return purchaseWaitMs > 0 && !stopping.aborted && !client.aborted
}

function endOf(until: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => until.addEventListener('abort', () => resolve(undefined), { once: true }))
}
