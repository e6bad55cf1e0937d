import type { Client } from '@temporalio/client'

/** The regular activities that a workflow asked for, in their order, each with its limit; 0 is none. */
export async function scheduledActivities(client: Client, workflowId: string) {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory()
  return (events ?? [])
    .map((event) => event.activityTaskScheduledEventAttributes)
    .filter((attributes) => attributes !== null && attributes !== undefined)
    .map((attributes) => ({
      type: attributes.activityType?.name,
      scheduleToCloseSeconds: Number(attributes.scheduleToCloseTimeout?.seconds ?? 0),
    }))
}
