import { type Client, WorkflowNotFoundError } from '@temporalio/client'

/** Whether a workflow is there and not closed. One that Temporal does not know (any more) is not. */
export async function isWorkflowOpen(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe()
    return status.name === 'RUNNING' || status.name === 'PAUSED'
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}
