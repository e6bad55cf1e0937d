import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client'
import { TASK_QUEUE } from '#workflows/contract.ts'

const SCHEDULES: ScheduleOptions[] = [
  {
    scheduleId: 'reconcile-purchases',
    spec: { intervals: [{ every: '1 minute' }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType: 'reconcilePurchases',
      workflowId: 'reconcile-purchases',
      taskQueue: TASK_QUEUE,
      args: [],
      staticSummary: 'Finds purchases and refunds whose workflow was lost, and has them settled',
    },
  },
  {
    // Lots end at midnight UTC. Points that have lapsed cannot be spent before they are swept either, so being late is
    // harmless; the later runs of the day are for points that were given back into a lapsed lot.
    scheduleId: 'expire-points',
    spec: { calendars: [{ hour: [0, 6, 12, 18], minute: 1 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    action: {
      type: 'startWorkflow',
      workflowType: 'expirePoints',
      workflowId: 'expire-points',
      taskQueue: TASK_QUEUE,
      args: [],
      staticSummary: 'Turns points that have lapsed into expired ones',
    },
  },
  {
    scheduleId: 'forget-keys',
    spec: { calendars: [{ hour: 3, minute: 30 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    action: {
      type: 'startWorkflow',
      workflowType: 'forgetKeys',
      workflowId: 'forget-keys',
      taskQueue: TASK_QUEUE,
      args: [],
      staticSummary: 'Forgets idempotency keys that are a week old',
    },
  },
]

/** Makes sure that what runs by the clock is scheduled. Safe to repeat: a schedule that is there is left as it is. */
export async function ensureSchedules(client: Client): Promise<void> {
  for (const schedule of SCHEDULES) {
    try {
      await client.schedule.create(schedule)
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
    }
  }
}
