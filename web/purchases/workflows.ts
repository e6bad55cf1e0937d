import type { Purchase } from '#web/client/purchases.ts'

export type Workflow = { id: string; name: string }

/** The workflows that had a hand in a purchase, by the ids that they have in Temporal. */
export function workflowsOf({ purchaseId, status, code, award, steps }: Purchase): Workflow[] {
  const workflows = [purchaseWorkflow(purchaseId)]
  const parked = steps.some(({ step, state }) => step === 'awardPoints' && state === 'parked')
  if (code === 'interrupted') workflows.push(repairWorkflow(purchaseId))
  if (parked && (award === 'booked' || award === 'nothing'))
    workflows.push({ id: `award-${purchaseId}`, name: 'Workflow of its points' })
  if (status === 'refunding' || status === 'refunded') {
    workflows.push({ id: `refund-${purchaseId}`, name: 'Workflow of its refund' })
  }
  return workflows
}

export function purchaseWorkflow(purchaseId: string): Workflow {
  return { id: `purchase-${purchaseId}`, name: 'Workflow of the purchase' }
}

export function repairWorkflow(purchaseId: string): Workflow {
  return { id: `repair-${purchaseId}`, name: 'Workflow of its repair' }
}
