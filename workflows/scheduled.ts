import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import type { ReconcilerCursor } from '#activities/reconciler.ts'

/** After so many pages the history starts afresh, unless the input says otherwise. */
const PAGES_PER_RUN = 50

const { reconcilePage } = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  // It reports every few milliseconds, so a worker that died is noticed soon.
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
  summary: 'Start what has lost its workflow, of one page of purchases or events',
})

/** How far the reconciler has come; nothing, when it begins. `pagesPerRun` is for who wants shorter histories. */
export type ReconcilerProgress = {
  from?: ReconcilerCursor
  started?: number
  failed?: number
  pagesPerRun?: number
}

/**
 * Runs on a schedule. Finds purchases, refunds and events of other systems that nobody carries out any more, and has them
 * settled, page by page.
 *
 * @returns how many sagas it started, and for how many it could not
 */
export async function reconcilePurchases(
  progress: ReconcilerProgress = {},
): Promise<{ started: number; failed: number }> {
  const { pagesPerRun = PAGES_PER_RUN } = progress
  let { from = { of: 'purchases' }, started = 0, failed = 0 } = progress
  for (let pages = 0; pages < pagesPerRun; pages++) {
    const page = await reconcilePage(from)
    started += page.started
    failed += page.failed ?? 0
    setCurrentDetails(`${started} sagas started, ${failed} could not be`)
    if (page.next === undefined) return { started, failed }
    from = page.next
  }
  return await continueAsNew<typeof reconcilePurchases>({ ...progress, from, started, failed })
}

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

const { bookParkedAwards: bookPage } = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumInterval: '1 minute' },
  summary: 'Book one page of the awards that an outage parked',
})

/** How far the booking of parked awards has come; nothing, when it begins. `pagesPerRun` is for who wants shorter histories. */
export type BookingProgress = { after?: string; booked?: number; pagesPerRun?: number }

/** Runs on a schedule: books all of them that can be booked, page by page. */
export async function bookParkedAwards(progress: BookingProgress = {}): Promise<{ booked: number }> {
  const { pagesPerRun = PAGES_PER_RUN } = progress
  let { after, booked = 0 } = progress
  for (let pages = 0; pages < pagesPerRun; pages++) {
    const page = await bookPage(after === undefined ? {} : { after })
    booked += page.booked
    setCurrentDetails(`${booked} awards so far`)
    if (page.next === undefined) return { booked }
    after = page.next
  }
  return await continueAsNew<typeof bookParkedAwards>({ ...progress, booked, ...(after !== undefined && { after }) })
}

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
