import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import { purchaseWorkflowId, refundWorkflowId, repairWorkflowId } from '#domain/purchase.ts'
import { CUSTOMER } from './contract.ts'
import { refund } from './refund.ts'
import { repair } from './repair.ts'

const { findLostPurchases } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumInterval: '30 seconds' },
  summary: 'Look for purchases without an outcome and without a workflow',
})

/** Children that one run starts at most, so that its history stays short; what is left is the next run's. */
const MOST_REPAIRS = 500

/** Runs on a schedule. Finds purchases and refunds that nobody carries out any more, and has them settled. */
export async function reconcilePurchases(): Promise<{ repaired: string[] }> {
  const repaired: string[] = []
  let after: string | undefined
  do {
    const page = await findLostPurchases(after === undefined ? {} : { after })
    for (const purchaseId of page.lost) {
      if (await startOnce(repair, repairWorkflowId(purchaseId), purchaseId, page)) repaired.push(purchaseId)
    }
    for (const purchaseId of page.lostRefunds ?? []) {
      if (await startOnce(refund, refundWorkflowId(purchaseId), purchaseId, page)) repaired.push(purchaseId)
    }
    after = page.next
  } while (after !== undefined && repaired.length < MOST_REPAIRS)
  return { repaired }
}

/** Leaves the workflow to itself; one that runs already is left alone, and so is this one when the reconciler ends. */
async function startOnce(
  workflow: typeof repair | typeof refund,
  workflowId: string,
  purchaseId: string,
  { customers = {} }: Awaited<ReturnType<Activities['findLostPurchases']>>,
): Promise<boolean> {
  const customer = customers[purchaseId]
  try {
    await startChild<typeof repair | typeof refund>(workflow, {
      args: [{ purchaseId }],
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Settles ${purchaseWorkflowId(purchaseId)}, whose workflow was lost`,
      ...(customer !== undefined && { typedSearchAttributes: [{ key: CUSTOMER, value: customer }] }),
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}
