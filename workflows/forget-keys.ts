import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'

const { forgetOldKeys } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumInterval: '1 minute' },
  summary: 'Forget idempotency keys that are a week old',
})

/** Runs on a schedule, once a day. Bounded: what a run leaves is the next one's. */
export async function forgetKeys(): Promise<{ forgotten: number }> {
  let forgotten = 0
  for (let batch = 0; batch < 100; batch++) {
    const page = await forgetOldKeys()
    forgotten += page.forgotten
    if (!page.more) break
  }
  return { forgotten }
}
