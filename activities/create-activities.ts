import { cancellationSignal, heartbeat } from '@temporalio/activity'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import type { Sql } from '#db/client.ts'
import { forgetOldKeys } from '#db/idempotency-keys.ts'
import {
  beginCompensation,
  chargeWallet,
  confirmPurchase,
  noteRetry,
  type Retry,
  recordOutcome,
  recordRefunded,
  releaseStock,
  reserveStock,
  returnMoney,
  returnStock,
  type TakenBack,
  undoCharge,
} from '#db/purchases.ts'
import type { Awarded, Outcome, Reversal } from '#domain/purchase.ts'
import {
  awardPoints,
  expireLapsedPoints,
  type PointsDependencies,
  parkAward,
  redeemPoints,
  takeBackAward,
  undoRedemption,
} from './points.ts'
import { findLostPurchases } from './reconciler.ts'

export type ActivityDependencies = PointsDependencies & {
  sql: Sql
  /** Whether a workflow of that id is open, as Temporal has it. */
  isWorkflowOpen: (workflowId: string) => Promise<boolean>
}

type Purchase = { purchaseId: string }

/**
 * The effects of the sagas. Each is idempotent by its key (purchase and step, never the attempt), refuses by value and
 * throws only when the infrastructure fails; `StepImpossible` is the one error that no retry can resolve.
 */
export function createActivities(deps: ActivityDependencies) {
  const { sql, ledger, isWorkflowOpen } = deps
  return {
    reserveStock: ({ purchaseId }: Purchase) => reserveStock(sql, purchaseId),
    releaseStock: ({ purchaseId }: Purchase) => releaseStock(sql, purchaseId),
    redeemPoints: ({ purchaseId }: Purchase) => redeemPoints(deps, purchaseId),
    undoRedemption: ({ purchaseId }: Purchase) => undoRedemption(deps, purchaseId),
    chargeWallet: ({ purchaseId }: Purchase) => chargeWallet(sql, purchaseId),
    undoCharge: ({ purchaseId }: Purchase) => undoCharge(sql, purchaseId),
    confirmPurchase: ({ purchaseId }: Purchase) => confirmPurchase(sql, purchaseId),
    awardPoints: (awarded: Awarded) => awardPoints(deps, awarded),
    parkAward: ({ problem, ...awarded }: Awarded & { problem: string }) => parkAward(deps, awarded, problem),

    beginCompensation: ({ purchaseId, reason }: Purchase & { reason: Reversal }) =>
      beginCompensation(sql, purchaseId, reason),
    recordOutcome: ({ purchaseId, outcome }: Purchase & { outcome: Outcome }) =>
      recordOutcome(sql, purchaseId, outcome),

    takeBackAward: ({ purchaseId }: Purchase) => takeBackAward(deps, purchaseId),
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

/** The activities whose attempts are noted in the timeline of a purchase. `fast`: the fast lane has tried it before a regular activity does. */
const STEPS: Partial<Record<keyof Activities, Omit<Retry, 'attempt'> & { fast: boolean }>> = {
  reserveStock: { step: 'reserveStock', undo: false, fast: true },
  redeemPoints: { step: 'redeemPoints', undo: false, fast: true },
  chargeWallet: { step: 'chargeWallet', undo: false, fast: true },
  confirmPurchase: { step: 'confirmPurchase', undo: false, fast: true },
  awardPoints: { step: 'awardPoints', undo: false, fast: true },
  undoCharge: { step: 'chargeWallet', undo: true, fast: false },
  undoRedemption: { step: 'redeemPoints', undo: true, fast: false },
  releaseStock: { step: 'reserveStock', undo: true, fast: false },
  takeBackAward: { step: 'awardPoints', undo: true, fast: false },
  returnStock: { step: 'returnStock', undo: false, fast: false },
  returnMoney: { step: 'returnMoney', undo: false, fast: false },
}

/**
 * Notes each attempt at a step that is not the first, as it begins, so that whoever looks at the purchase sees why it takes
 * longer. When that cannot be written down, the step could not be either: the attempt fails, and the next one notes it.
 */
export function noteRetries(sql: Sql): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const tried = STEPS[info.activityType as keyof Activities]
        const attempt = tried?.fast && !info.isLocal ? info.attempt + 1 : info.attempt
        if (tried && attempt > 1) {
          const [{ purchaseId }] = input.args as [{ purchaseId?: string }]
          // The award of an event of another system has no purchase, and no timeline.
          if (purchaseId !== undefined) await noteRetry(sql, purchaseId, { ...tried, attempt })
        }
        return await next(input)
      },
    },
  })
}
