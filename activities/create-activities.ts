import { cancellationSignal, heartbeat } from '@temporalio/activity'
import { beginCompensation, type Compensation } from '#db/begin-compensation.ts'
import { chargeWallet, undoCharge } from '#db/charge-wallet.ts'
import type { Sql } from '#db/client.ts'
import { confirmPurchase } from '#db/confirm-purchase.ts'
import { awardEvent, parkEvent } from '#db/event-award.ts'
import { forgetOldKeys } from '#db/forget-keys.ts'
import { retryAward } from '#db/parked-awards.ts'
import type { PointsLedger } from '#db/points/ledger.ts'
import { awardPoints, parkAward, type TakenBack, takeBackAward } from '#db/purchase-award.ts'
import { recordOutcome } from '#db/purchase-outcome.ts'
import { redeemPoints, undoRedemption } from '#db/purchase-points.ts'
import { recordRefunded, returnMoney, returnStock } from '#db/refund-purchase.ts'
import { releaseStock, reserveStock } from '#db/reserve-stock.ts'
import type { Outcome, Reversal } from '#domain/purchase.ts'
import { expireLapsedPoints } from './expire-lapsed-points.ts'
import { findLostPurchases } from './find-lost-purchases.ts'

export type ActivityDependencies = {
  sql: Sql
  ledger: PointsLedger
  /** Lifetime of points, in days. */
  pointsTtlDays: number
  /** Whether a workflow of that id is open, as Temporal has it. */
  isWorkflowOpen: (workflowId: string) => Promise<boolean>
}

type Purchase = { purchaseId: string }
type Event = { eventId: string }

/**
 * The effects of the sagas. Each is idempotent by its key (purchase and step, never the attempt), refuses by value and
 * throws only when the infrastructure is in trouble; `StepBarred` is the one error that a retry cannot mend.
 */
export function createActivities({ sql, ledger, pointsTtlDays, isWorkflowOpen }: ActivityDependencies) {
  return {
    reserveStock: ({ purchaseId }: Purchase) => reserveStock(sql, purchaseId),
    releaseStock: ({ purchaseId }: Purchase) => releaseStock(sql, purchaseId),
    redeemPoints: ({ purchaseId }: Purchase) => redeemPoints(sql, ledger, purchaseId),
    undoRedemption: ({ purchaseId }: Purchase) => undoRedemption(sql, ledger, purchaseId),
    chargeWallet: ({ purchaseId }: Purchase) => chargeWallet(sql, purchaseId),
    undoCharge: ({ purchaseId }: Purchase) => undoCharge(sql, purchaseId),
    confirmPurchase: ({ purchaseId }: Purchase) => confirmPurchase(sql, purchaseId),
    awardPoints: ({ purchaseId }: Purchase) => awardPoints(sql, ledger, purchaseId, pointsTtlDays),
    retryAward: ({ purchaseId }: Purchase) => retryAward(sql, ledger, purchaseId, pointsTtlDays),
    parkAward: ({ purchaseId, problem }: Purchase & { problem: string }) => parkAward(sql, purchaseId, problem),

    awardEvent: ({ eventId }: Event) => awardEvent(sql, ledger, eventId, pointsTtlDays),
    parkEvent: ({ eventId, problem }: Event & { problem: string }) => parkEvent(sql, eventId, problem),

    beginCompensation: (input: Purchase & { reason: Reversal }): Promise<Compensation> =>
      beginCompensation(sql, input.purchaseId, input.reason),
    recordOutcome: (input: Purchase & { outcome: Outcome }) => recordOutcome(sql, input.purchaseId, input.outcome),

    takeBackAward: ({ purchaseId }: Purchase) => takeBackAward(sql, ledger, purchaseId),
    returnStock: ({ purchaseId }: Purchase) => returnStock(sql, purchaseId),
    returnMoney: ({ purchaseId, award }: Purchase & { award: TakenBack }) => returnMoney(sql, purchaseId, award),
    recordRefunded: ({ purchaseId }: Purchase) => recordRefunded(sql, purchaseId),

    forgetOldKeys: () => forgetOldKeys(sql),
    expireLapsedPoints: (input: { sweepId: string; after?: string }) =>
      expireLapsedPoints(sql, ledger, input, reportProgress),

    findLostPurchases: ({ after }: { after?: string }) => findLostPurchases(sql, isWorkflowOpen, after, reportProgress),
  }
}

/**
 * For activities that take a while, between two parts of them: tells Temporal that the activity lives and how far it is,
 * which the Web UI shows, and ends it when its workflow was cancelled or its worker is being stopped.
 *
 * @throws CancelledFailure, for which Temporal waits then
 */
function reportProgress(details: Record<string, number>): void {
  heartbeat(details)
  cancellationSignal().throwIfAborted()
}

export type Activities = ReturnType<typeof createActivities>
