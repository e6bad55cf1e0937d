import { cancellationSignal, heartbeat, log } from '@temporalio/activity'
import { recordDiscrepancy } from '#db/discrepancies.ts'
import { forgetOldKeys } from '#db/idempotency-keys.ts'
import {
  beginCompensation,
  chargeWallet,
  confirmPurchase,
  recordOutcome,
  releaseStock,
  reserveStock,
  undoCharge,
} from '#db/purchases.ts'
import { type GivenBack, readNextRefund, recordRefunded, returnStock } from '#db/refunds.ts'
import type { Awarded, Outcome, Reversal, Saga } from '#domain/purchase.ts'
import { expireLapsedPoints } from './expiry.ts'
import {
  awardPoints,
  bookParkedAwards,
  type PointsDependencies,
  parkAward,
  redeemPoints,
  undoRedemption,
} from './points.ts'
import { type AroundActivity, reportImpossible, type TriedSteps, tryAllSteps } from './purchases.ts'
import { type ReconcilerCursor, type ReconcilerDependencies, reconcilePage } from './reconciler.ts'
import { type PurchaseRefund, returnMoney, returnPoints, takeBackAward } from './refunds.ts'

export type ActivityDependencies = PointsDependencies & ReconcilerDependencies

type Purchase = { purchaseId: string }

/**
 * The effects of the sagas. Each is idempotent by its key (purchase and step, never the attempt), refuses by value and
 * throws only when the infrastructure fails; `StepImpossible` is the one error for which a retry is useless.
 *
 * @param around what runs around each of them, the first outermost
 */
export function createActivities(deps: ActivityDependencies, around: readonly AroundActivity[] = []) {
  const { sql, ledger } = deps
  const activities = {
    reserveStock: ({ purchaseId }: Purchase) => reserveStock(sql, purchaseId),
    releaseStock: ({ purchaseId }: Purchase) => releaseStock(sql, purchaseId),
    redeemPoints: ({ purchaseId }: Purchase) => redeemPoints(deps, purchaseId),
    undoRedemption: ({ purchaseId }: Purchase) => undoRedemption(deps, purchaseId),
    chargeWallet: ({ purchaseId }: Purchase) => chargeWallet(sql, purchaseId),
    undoCharge: ({ purchaseId }: Purchase) => undoCharge(sql, purchaseId),
    confirmPurchase: ({ purchaseId }: Purchase) => confirmPurchase(sql, purchaseId),
    awardPoints: (awarded: Awarded) => awardPoints(deps, awarded),
    parkAward: ({ problem, ...awarded }: Awarded & { problem: string }) => parkAward(deps, awarded, problem),
    tryAllSteps: (purchase: Purchase): Promise<TriedSteps> => tryAllSteps(activities, purchase, cancellationSignal()),

    beginCompensation: ({ purchaseId, reason }: Purchase & { reason: Reversal }) =>
      beginCompensation(sql, purchaseId, reason),
    recordOutcome: ({ purchaseId, outcome }: Purchase & { outcome: Outcome }) =>
      recordOutcome(sql, purchaseId, outcome),

    nextRefund: ({ purchaseId, asked }: Purchase & { asked: number }) => readNextRefund(sql, purchaseId, asked),
    takeBackAward: (refund: PurchaseRefund) => takeBackAward(deps, refund),
    returnPoints: (refund: PurchaseRefund) => returnPoints(deps, refund),
    returnStock: ({ purchaseId, refund }: PurchaseRefund) => returnStock(sql, purchaseId, refund),
    returnMoney: (refund: PurchaseRefund & GivenBack) => returnMoney(deps, refund),
    recordRefunded: ({ purchaseId, refund }: PurchaseRefund) => recordRefunded(sql, purchaseId, refund),

    recordDiscrepancy: (found: { id: string; saga: Saga; problem: string }) => recordDiscrepancy(sql, found),

    forgetOldKeys: () => forgetOldKeys(sql),
    expireLapsedPoints: (input: { sweepId: string; after?: string }) =>
      expireLapsedPoints(sql, ledger, input, reportProgress),

    bookParkedAwards: (input: { after?: string }) => bookParkedAwards(deps, input, reportProgress),

    reconcilePage: (from: ReconcilerCursor) =>
      reconcilePage(deps, from, { progress: reportProgress, warn: (message, details) => log.warn(message, details) }),
  }
  for (const name of Object.keys(activities) as (keyof typeof activities)[]) {
    activities[name] = wrapped(name, activities[name] as Activity, [reportImpossible, ...around]) as never
  }
  return activities
}

type Activity = (input: unknown) => Promise<unknown>

function wrapped(name: string, activity: Activity, around: readonly AroundActivity[]): Activity {
  return around.reduceRight<Activity>((run, wrap) => (input) => wrap(name, input, () => run(input)), activity)
}

/**
 * For activities that take a while, between two parts of them: reports to Temporal that the activity is alive and how far it is,
 * which the Web UI shows, and ends it when its workflow was cancelled or its worker is being stopped.
 *
 * @throws CancelledFailure, for which Temporal waits then
 */
function reportProgress(details: Record<string, number>): void {
  heartbeat(details)
  cancellationSignal().throwIfAborted()
}

export type Activities = ReturnType<typeof createActivities>
