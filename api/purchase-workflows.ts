import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client'
import type { StoredPurchase } from '#db/purchases.ts'
import { awardWorkflowId, purchaseWorkflowId, refundWorkflowId, repairWorkflowId } from '#domain/purchase.ts'
import {
  type AwardInput,
  CUSTOMER,
  PURCHASE_STATUS,
  type PurchaseInput,
  type PurchaseResult,
  purchaseSummary,
} from '#workflows/contract.ts'
import type { AppDependencies } from './app-types.ts'
import { isTemporalAway } from './errors.ts'
import { Problem } from './problems.ts'

type PurchaseWorkflow = (input: PurchaseInput) => Promise<PurchaseResult>
export type PurchaseHandle = WorkflowHandle<PurchaseWorkflow>

/** How long Temporal may take to accept a request; the SDK tries again within this time. */
const REQUEST_TIMEOUT_MS = 5_000

const ON_RECORD =
  'The purchase is on record, and may be carried out. Repeat the request with the same Idempotency-Key to learn its ' +
  'outcome; without a key, look at the purchase first.'

type StartOptions = {
  /** What the client is told when Temporal does not answer. */
  ifAway: string
  staticSummary: string
  workflowIdReusePolicy?: WorkflowIdReusePolicy
  workflowIdConflictPolicy?: WorkflowIdConflictPolicy
}

/**
 * Starts the workflow of a purchase, unless it was started before. The row in `purchases` decides whether there is
 * anything left to do, so starting again does no harm.
 *
 * @throws Problem `temporal_unavailable`
 */
export function startPurchase(
  deps: AppDependencies,
  purchase: StoredPurchase,
  ifAway: string = ON_RECORD,
): Promise<PurchaseHandle> {
  const { purchaseId, username, lines } = purchase
  const staticSummary = purchaseSummary(username, 'buys', lines)
  return startSaga(deps, purchase, 'purchase', purchaseWorkflowId(purchaseId), { ifAway, staticSummary })
}

/** Starts the workflow that refunds a purchase, unless it was started before. @throws Problem `temporal_unavailable` */
export function startRefund(deps: AppDependencies, purchase: StoredPurchase): Promise<PurchaseHandle> {
  const { purchaseId, username, lines } = purchase
  const staticSummary = purchaseSummary(username, 'gets a refund for', lines)
  return startSaga(deps, purchase, 'refund', refundWorkflowId(purchaseId), {
    ifAway: 'The refund is on record, and will be carried out.',
    staticSummary,
  })
}

/**
 * Starts the workflow that books an award, unless it runs. The row in `awards` decides whether there is anything left to do, so
 * starting again does no harm.
 *
 * @param accountId the id of whoever earned it
 * @throws Problem `temporal_unavailable`
 */
export async function startAward(
  deps: AppDependencies,
  awarded: AwardInput,
  { accountId, staticSummary, ifAway }: { accountId: string; staticSummary: string; ifAway: string },
): Promise<WorkflowHandle> {
  const { temporal, taskQueue } = deps
  const id = 'eventId' in awarded ? awarded.eventId : awarded.purchaseId
  const start = () =>
    temporal.workflow.start<(input: AwardInput) => Promise<{ points: number }>>('award', {
      workflowId: awardWorkflowId(id),
      taskQueue,
      args: [awarded],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      typedSearchAttributes: [{ key: CUSTOMER, value: accountId }],
      staticSummary,
    })
  return await askTemporal(deps, 'eventId' in awarded ? undefined : id, start, ifAway)
}

/**
 * Starts the workflow that settles a purchase which does not get on. One that runs already is ended for it: it may be
 * waiting for its next try, and the new one tries at once. What either does, it does once.
 *
 * @throws Problem `temporal_unavailable`
 */
export function startRepair(deps: AppDependencies, purchase: StoredPurchase): Promise<PurchaseHandle> {
  const { purchaseId } = purchase
  return startSaga(deps, purchase, 'repair', repairWorkflowId(purchaseId), {
    ifAway: 'The repair was not started. Send the request again.',
    staticSummary: `Settles ${purchaseWorkflowId(purchaseId)}, because an operator asked for it`,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
  })
}

async function startSaga(
  deps: AppDependencies,
  { purchaseId, userId, status }: StoredPurchase,
  workflowType: 'purchase' | 'refund' | 'repair',
  workflowId: string,
  { ifAway, ...options }: StartOptions,
): Promise<PurchaseHandle> {
  const { temporal, taskQueue } = deps
  try {
    const start = () =>
      temporal.workflow.start<PurchaseWorkflow>(workflowType, {
        workflowId,
        taskQueue,
        args: [{ purchaseId }],
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        typedSearchAttributes: [
          { key: CUSTOMER, value: userId },
          { key: PURCHASE_STATUS, value: status },
        ],
        ...options,
      })
    return await askTemporal(deps, purchaseId, start, ifAway)
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return temporal.workflow.getHandle(workflowId)
    throw error
  }
}

/**
 * @param ifAway what the client is told about the purchase when Temporal does not answer
 * @throws Problem `temporal_unavailable`, which names the purchase, if it is about one
 */
export async function askTemporal<Answer>(
  { temporal }: AppDependencies,
  purchaseId: string | undefined,
  ask: () => Promise<Answer>,
  ifAway: string,
): Promise<Answer> {
  try {
    return await temporal.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, ask)
  } catch (error) {
    if (!isTemporalAway(error)) throw error
    const problem = new Problem('temporal_unavailable', ifAway, purchaseId === undefined ? {} : { purchaseId })
    problem.cause = error
    throw problem
  }
}

/**
 * Waits until the workflow has ended, but not for longer than `purchaseWaitMs`, nor for a client that has gone, nor
 * when the server stops. How it ended is in the row: whatever goes wrong here is no concern of the purchase.
 */
export async function waitForOutcome(
  { temporal, purchaseWaitMs, stopping, logger }: AppDependencies,
  handle: Pick<WorkflowHandle, 'workflowId' | 'result'>,
  client: AbortSignal,
): Promise<void> {
  if (purchaseWaitMs === 0 || stopping.aborted || client.aborted) return
  const enough = new AbortController()
  const stop = () => enough.abort()
  const timer = setTimeout(stop, purchaseWaitMs)
  for (const signal of [stopping, client]) signal.addEventListener('abort', stop, { once: true, signal: enough.signal })
  const stopped = new Promise((resolve) => enough.signal.addEventListener('abort', resolve, { once: true }))
  // The signal ends a poll that is under way; the deadline, one that the SDK begins just then.
  const ended = temporal.withAbortSignal(enough.signal, () =>
    temporal.withDeadline(Date.now() + purchaseWaitMs, () => handle.result()),
  )
  try {
    await Promise.race([ended, stopped])
  } catch (error) {
    logger.debug({ err: error, workflowId: handle.workflowId }, 'stopped waiting for the outcome')
  } finally {
    clearTimeout(timer)
    stop()
  }
}
