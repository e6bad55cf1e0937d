import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import { purchaseWorkflowId, repairWorkflowId } from '#domain/purchase.ts'
import { repair } from './repair.ts'

const { findLostPurchases } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumInterval: '30 seconds' },
  summary: 'Look for purchases without an outcome and without a workflow',
})

/** Runs on a schedule. Finds purchases that nobody carries out any more and starts the repair of each. */
export async function reconcilePurchases(): Promise<{ repaired: string[] }> {
  const repaired: string[] = []
  let after: string | undefined
  do {
    const page = await findLostPurchases(after === undefined ? {} : { after })
    for (const purchaseId of page.lost) {
      if (await startRepair(purchaseId)) repaired.push(purchaseId)
    }
    after = page.next
  } while (after !== undefined)
  return { repaired }
}

async function startRepair(purchaseId: string): Promise<boolean> {
  try {
    await startChild(repair, {
      args: [{ purchaseId }],
      workflowId: repairWorkflowId(purchaseId),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Settles ${purchaseWorkflowId(purchaseId)}, whose workflow was lost`,
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}
