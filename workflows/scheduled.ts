import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import {
  continueAsNew,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'
import {
  type Awarded,
  awardWorkflowId,
  purchaseWorkflowId,
  refundWorkflowId,
  repairWorkflowId,
} from '#domain/purchase.ts'
import { award } from './award.ts'
import { CUSTOMER } from './contract.ts'
import { repair } from './purchase.ts'
import { refund } from './refund.ts'

const { findLostPurchases } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '30 seconds',
  retry: { maximumInterval: '30 seconds' },
  summary: 'Look for purchases without an outcome and without a workflow',
})

/** Children that one run starts at most, so that its history stays short; what is left is the next run's. */
const MAX_REPAIRS = 500

/** Runs on a schedule. Finds purchases, refunds and events of other systems that nobody carries out any more, and has them settled. */
export async function reconcilePurchases(): Promise<{ repaired: string[] }> {
  const repaired: string[] = []
  let after: string | undefined
  do {
    const page = await findLostPurchases(after === undefined ? {} : { after })
    for (const purchaseId of page.lost) {
      if (await startOnce(repair, repairWorkflowId(purchaseId), { purchaseId }, page.customers))
        repaired.push(purchaseId)
    }
    for (const purchaseId of page.lostRefunds) {
      if (await startOnce(refund, refundWorkflowId(purchaseId), { purchaseId }, page.customers))
        repaired.push(purchaseId)
    }
    for (const eventId of page.lostEvents) {
      if (await startOnce(award, awardWorkflowId({ eventId }), { eventId })) repaired.push(eventId)
    }
    after = page.next
  } while (after !== undefined && repaired.length < MAX_REPAIRS)
  return { repaired }
}

/** Leaves the workflow to itself; one that runs already is left alone, and so is this one when the reconciler ends. */
async function startOnce<Settling extends typeof repair | typeof refund | typeof award>(
  workflow: Settling,
  workflowId: string,
  input: Parameters<Settling>[0],
  customers: Record<string, string> = {},
): Promise<boolean> {
  const customer = 'purchaseId' in input ? customers[input.purchaseId] : undefined
  try {
    await startChild(workflow as (given: typeof input) => Promise<unknown>, {
      args: [input],
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summaryOf(input),
      ...(customer !== undefined && { typedSearchAttributes: [{ key: CUSTOMER, value: customer }] }),
    })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}

function summaryOf(input: Awarded): string {
  const lost = 'eventId' in input ? awardWorkflowId(input) : purchaseWorkflowId(input.purchaseId)
  return `Settles ${lost}, whose workflow was lost`
}

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
