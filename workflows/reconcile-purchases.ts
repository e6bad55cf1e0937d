import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import { awardWorkflowId, purchaseWorkflowId, refundWorkflowId, repairWorkflowId } from '#domain/purchase.ts'
import { award } from './award.ts'
import { type AwardInput, CUSTOMER } from './contract.ts'
import { refund } from './refund.ts'
import { repair } from './repair.ts'

const { findLostPurchases } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '30 seconds',
  retry: { maximumInterval: '30 seconds' },
  summary: 'Look for purchases without an outcome and without a workflow',
})

/** Children that one run starts at most, so that its history stays short; what is left is the next run's. */
const MAX_REPAIRS = 500

/** Runs on a schedule. Finds purchases, refunds and events of other systems that nobody carries out any more, and has them settled. */
export async function reconcilePurchases(): Promise<{ repaired: string[] }> {
  const repaired: string[] = []
  let after: string | undefined
  do {
    const page = await findLostPurchases(after === undefined ? {} : { after })
    for (const purchaseId of page.lost) {
      if (await startOnce(repair, repairWorkflowId(purchaseId), { purchaseId }, page.customers))
        repaired.push(purchaseId)
    }
    for (const purchaseId of page.lostRefunds) {
      if (await startOnce(refund, refundWorkflowId(purchaseId), { purchaseId }, page.customers))
        repaired.push(purchaseId)
    }
    for (const eventId of page.lostEvents) {
      if (await startOnce(award, awardWorkflowId(eventId), { eventId })) repaired.push(eventId)
    }
    after = page.next
  } while (after !== undefined && repaired.length < MAX_REPAIRS)
  return { repaired }
}

/** Leaves the workflow to itself; one that runs already is left alone, and so is this one when the reconciler ends. */
async function startOnce<Settling extends typeof repair | typeof refund | typeof award>(
  workflow: Settling,
  workflowId: string,
  input: Parameters<Settling>[0],
  customers: Record<string, string> = {},
): Promise<boolean> {
  const customer = 'purchaseId' in input ? customers[input.purchaseId] : undefined
  try {
    await startChild(workflow as (given: typeof input) => Promise<unknown>, {
      args: [input],
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summaryOf(input),
      ...(customer !== undefined && { typedSearchAttributes: [{ key: CUSTOMER, value: customer }] }),
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}

function summaryOf(input: AwardInput): string {
  const lost = 'eventId' in input ? awardWorkflowId(input.eventId) : purchaseWorkflowId(input.purchaseId)
  return `Settles ${lost}, whose workflow was lost`
}
