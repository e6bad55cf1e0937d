import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import { repairWorkflowId } from '#domain/purchase.ts'
import type { PurchaseInput } from './contract.ts'
import { refund } from './refund.ts'
import { repair } from './repair.ts'

const { findLostPurchases } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumInterval: '30 seconds' },
  summary: 'Look for purchases without an outcome and without a workflow',
})

type Lost = Awaited<ReturnType<Activities['findLostPurchases']>>['lost'][number]

/** Runs on a schedule. Finds purchases and refunds that nobody carries out any more, and has them settled. */
export async function reconcilePurchases(): Promise<{ repaired: string[] }> {
  const repaired: string[] = []
  let after: string | undefined
  do {
    const page = await findLostPurchases(after === undefined ? {} : { after })
    for (const lost of page.lost) {
      if (await startRepair(lost)) repaired.push(lost.purchaseId)
    }
    after = page.next
  } while (after !== undefined)
  return { repaired }
}

async function startRepair({ purchaseId, task, workflowId }: Lost): Promise<boolean> {
  const options = {
    args: [{ purchaseId }] as [PurchaseInput],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `Goes on with ${workflowId}, which was lost`,
  }
  try {
    if (task === 'refund') await startChild(refund, { ...options, workflowId })
    else await startChild(repair, { ...options, workflowId: repairWorkflowId(purchaseId) })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}
