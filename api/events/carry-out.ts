import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client'
import type { AppDependencies } from '#api/app-types.ts'
import { waitForOutcome } from '#api/purchases/carry-out.ts'
import { eventWorkflowId } from '#domain/purchase.ts'
import { CUSTOMER, type EventInput } from '#workflows/contract.ts'

/** How long Temporal may take to accept a request; the SDK tries again within this time. */
const REQUEST_TIMEOUT_MS = 3_000

/**
 * Starts the workflow that awards an event, unless it runs, and waits for it as long as for a purchase. The row in
 * `external_events` decides whether there is anything left to do, so starting again does no harm.
 *
 * @throws when Temporal cannot be reached, which is answered with `temporal_unavailable`
 */
export async function waitForEvent(
  deps: AppDependencies,
  { eventId, accountId, type }: { eventId: string; accountId: string; type: string },
  client: AbortSignal,
): Promise<void> {
  const { temporal, taskQueue } = deps
  const handle = await temporal.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, () =>
    temporal.workflow.start<(input: EventInput) => Promise<{ points: number }>>('awardEvent', {
      workflowId: eventWorkflowId(eventId),
      taskQueue,
      args: [{ eventId }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      typedSearchAttributes: [{ key: CUSTOMER, value: accountId }],
      staticSummary: `${accountId} earns points for ${type}`,
    }),
  )
  await waitForOutcome(deps, handle, client)
}
