import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'

/** After so many pages the history starts afresh, unless the input says otherwise. */
const PAGES_PER_RUN = 50

const { expireLapsedPoints } = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumInterval: '1 minute' },
  summary: 'Expire the lapsed points of one page of accounts',
})

/** How far a sweep has come; nothing, when it begins. `pagesPerRun` is for who wants shorter histories. */
export type ExpiryProgress = { sweepId?: string; after?: string; accounts?: number; pagesPerRun?: number }

/** Runs on a schedule, soon after midnight UTC: turns points that have lapsed into expired ones, page by page. */
export async function expirePoints(progress: ExpiryProgress = {}): Promise<{ accounts: number }> {
  const sweepId = progress.sweepId ?? workflowInfo().firstExecutionRunId
  const { pagesPerRun = PAGES_PER_RUN } = progress
  let { after, accounts = 0 } = progress
  for (let pages = 0; pages < pagesPerRun; pages++) {
    const page = await expireLapsedPoints(after === undefined ? { sweepId } : { sweepId, after })
    accounts += page.accounts
    setCurrentDetails(`${accounts} accounts so far`)
    if (page.next === undefined) return { accounts }
    after = page.next
  }
  return await continueAsNew<typeof expirePoints>({
    ...progress,
    sweepId,
    accounts,
    ...(after !== undefined && { after }),
  })
}
