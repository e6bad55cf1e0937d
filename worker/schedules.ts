import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client'
import { TASK_QUEUE } from '#workflows/contract.ts'

/** Makes sure that what runs by the clock is scheduled. Safe to repeat: a schedule that is there is left as it is. */
export async function ensureSchedules(client: Client): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: 'reconcile-purchases',
      spec: { intervals: [{ every: '1 minute' }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
      action: {
        type: 'startWorkflow',
        workflowType: 'reconcilePurchases',
        workflowId: 'reconcile-purchases',
        taskQueue: TASK_QUEUE,
        args: [],
        staticSummary: 'Finds purchases whose workflow was lost, and has them settled',
      },
    })
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
  }
}
