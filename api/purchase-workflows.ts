import { setTimeout as sleep } from 'node:timers/promises'
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client'
import pLimit from 'p-limit'
import type { StoredPurchase } from '#db/purchases.ts'
import {
  type Awarded,
  awardWorkflowId,
  type Lane,
  type PurchaseLine,
  purchaseWorkflowId,
  refundWorkflowId,
  repairWorkflowId,
} from '#domain/purchase.ts'
import { type AwardInput, CUSTOMER, PURCHASE_STATUS, type PurchaseInput, purchaseSummary } from '#workflows/contract.ts'
import type { AppDependencies } from './app-types.ts'
import { isTemporalUnavailable } from './errors.ts'
import { Problem } from './problems.ts'
import { requirePurchase } from './purchase-schemas.ts'

/** How long Temporal may take to accept a request; the SDK retries within this time. */
const REQUEST_TIMEOUT_MS = 5_000

const PURCHASE_RECORDED =
  'The purchase is on record and may still be executed. Repeat the request with the same Idempotency-Key to learn its ' +
  'outcome; without a key, look at the purchase first.'

/** What of a purchase its workflow is started with. */
type StartedPurchase = Pick<StoredPurchase, 'purchaseId' | 'userId' | 'username' | 'status'> & {
  lines: PurchaseLine[]
}

/** `ifUnavailable`: what the client reads about the purchase when Temporal cannot be reached. */
type PurchaseStart = { lane?: Lane | undefined; slowMotion?: boolean | undefined; ifUnavailable?: string }

/**
 * Starts the workflow of a purchase, unless it was started before. The row in `purchases` is the authority on what is
 * left to do, so starting it again is harmless.
 *
 * @throws Problem `temporal_unavailable`
 */
export function startPurchase(
  deps: AppDependencies,
  purchase: StartedPurchase,
  { lane = deps.defaultLane, slowMotion, ifUnavailable = PURCHASE_RECORDED }: PurchaseStart = {},
): Promise<WorkflowHandle> {
  const { purchaseId, username, lines } = purchase
  return startWorkflow(deps, 'purchase', {
    ...ofPurchase(purchase),
    input: { purchaseId, lane, ...(slowMotion && { slowMotion }) },
    workflowId: purchaseWorkflowId(purchaseId),
    staticSummary: purchaseSummary(username, 'buys', lines),
    ifUnavailable,
  })
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
 * @throws Problem `temporal_unavailable`
 */
export async function startAndWait(
  deps: AppDependencies,
  purchase: StartedPurchase,
  start: PurchaseStart,
  client: AbortSignal,
): Promise<StoredPurchase> {
  if (!isAwaited(deps, client)) {
    await startPurchase(deps, purchase, start)
    return await requirePurchase(deps.sql, purchase.purchaseId)
  }
  const { lane = deps.defaultLane } = start
  const settled = await withinWait(deps, client, (until) => {
    const outcome = Promise.withResolvers<StoredPurchase | undefined>()
    const run = async () => {
      await startPurchase(deps, purchase, start)
      return await deps.outcomeWatcher.outcomeOf(purchase.purchaseId, until)
    }
    const begin = () => run().then(outcome.resolve, outcome.reject)
    if (lane === 'visible' || turns.pendingCount >= MAX_WAITING_FOR_TURN) void begin()
    else void turns(() => Promise.race([begin(), sleep(TURN_MS, undefined, { ref: false })]))
    // Its turn comes also after the wait is over: the order is on record.
    return Promise.race([outcome.promise, endOf(until)])
  })
  return settled ?? (await requirePurchase(deps.sql, purchase.purchaseId))
}

/** Starts the workflow that refunds a purchase, unless it was started before. @throws Problem `temporal_unavailable` */
export function startRefund(deps: AppDependencies, purchase: StoredPurchase): Promise<WorkflowHandle> {
  const { purchaseId, username, lines } = purchase
  return startWorkflow(deps, 'refund', {
    ...ofPurchase(purchase),
    workflowId: refundWorkflowId(purchaseId),
    staticSummary: purchaseSummary(username, 'gets a refund for', lines),
    ifUnavailable: 'The refund is on record and will be executed.',
  })
}

/**
 * Starts the workflow that settles a purchase which makes no progress. A repair that is running already is terminated: it
 * may be waiting for its next attempt, while the new one makes an attempt at once. Every step takes effect once.
 *
 * @throws Problem `temporal_unavailable`
 */
export function startRepair(deps: AppDependencies, purchase: StoredPurchase): Promise<WorkflowHandle> {
  const { purchaseId } = purchase
  return startWorkflow(deps, 'repair', {
    ...ofPurchase(purchase),
    workflowId: repairWorkflowId(purchaseId),
    staticSummary: `Settles ${purchaseWorkflowId(purchaseId)}, because an operator asked for it`,
    ifUnavailable: 'The repair was not started. Send the request again.',
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
  })
}

/**
 * Starts the workflow that books an award, unless it is running. The row in `awards` is the authority on what is left to
 * do, so starting it again is harmless.
 *
 * @param input whose award: that of a purchase, or of an event
 * @param options.customerId the id of the user who earned it
 * @throws Problem `temporal_unavailable`
 */
export function startAward(
  deps: AppDependencies,
  input: Awarded,
  options: Pick<StartOptions, 'customerId' | 'staticSummary' | 'ifUnavailable'>,
): Promise<WorkflowHandle> {
  return startWorkflow(deps, 'award', {
    ...options,
    input: { ...input, lane: deps.defaultLane },
    workflowId: awardWorkflowId(input),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  })
}

type StartOptions = {
  workflowId: string
  input: PurchaseInput | AwardInput
  /** The user whose workflow it is. */
  customerId: string
  status?: StoredPurchase['status']
  staticSummary: string
  ifUnavailable: string
  workflowIdReusePolicy?: WorkflowIdReusePolicy
  workflowIdConflictPolicy?: WorkflowIdConflictPolicy
}

function ofPurchase({ purchaseId, userId, status }: Pick<StoredPurchase, 'purchaseId' | 'userId' | 'status'>) {
  return { input: { purchaseId }, customerId: userId, status }
}

/** The one start of a workflow: starts it, or gets the handle of the one that has this id already. */
async function startWorkflow(
  deps: AppDependencies,
  workflowType: 'purchase' | 'refund' | 'repair' | 'award',
  { workflowId, input, customerId, status, ifUnavailable, ...options }: StartOptions,
): Promise<WorkflowHandle> {
  const { temporal, taskQueue } = deps
  const start = () =>
    temporal.workflow.start(workflowType, {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      typedSearchAttributes: [
        { key: CUSTOMER, value: customerId },
        ...(status === undefined ? [] : [{ key: PURCHASE_STATUS, value: status }]),
      ],
      ...options,
    })
  try {
    return await callTemporal(deps, start, ifUnavailable, 'purchaseId' in input ? input.purchaseId : undefined)
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return temporal.workflow.getHandle(workflowId)
    throw error
  }
}

/**
 * Makes a request of Temporal within `REQUEST_TIMEOUT_MS`.
 *
 * @param ifUnavailable what the client reads when Temporal cannot be reached
 * @param purchaseId the purchase that the problem names, if the request is about one
 * @throws Problem `temporal_unavailable`
 */
export async function callTemporal<Answer>(
  { temporal }: AppDependencies,
  request: () => Promise<Answer>,
  ifUnavailable: string,
  purchaseId?: string,
): Promise<Answer> {
  try {
    return await temporal.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, request)
  } catch (error) {
    if (!isTemporalUnavailable(error)) throw error
    const problem = new Problem('temporal_unavailable', ifUnavailable, purchaseId === undefined ? {} : { purchaseId })
    problem.cause = error
    throw problem
  }
}

/**
 * Waits until a purchase has its outcome, or its refund is through, but no longer than `purchaseWaitMs`, and not once the client
 * has disconnected or the server stops.
 *
 * @returns the purchase as it is then
 */
export async function waitForOutcome(
  deps: AppDependencies,
  purchaseId: string,
  client: AbortSignal,
): Promise<StoredPurchase> {
  const settled = await withinWait(deps, client, (until) => deps.outcomeWatcher.outcomeOf(purchaseId, until))
  return settled ?? (await requirePurchase(deps.sql, purchaseId))
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
  const end = () => controller.abort()
  const timer = setTimeout(end, deps.purchaseWaitMs)
  for (const signal of [deps.stopping, client])
    signal.addEventListener('abort', end, { once: true, signal: controller.signal })
  try {
    return await wait(controller.signal)
  } finally {
    clearTimeout(timer)
    end()
  }
}

function isAwaited({ purchaseWaitMs, stopping }: AppDependencies, client: AbortSignal): boolean {
  return purchaseWaitMs > 0 && !stopping.aborted && !client.aborted
}

function endOf(until: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => until.addEventListener('abort', () => resolve(undefined), { once: true }))
}
