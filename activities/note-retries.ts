import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import type { Sql } from '#db/client.ts'
import { noteRetry, type Retry } from '#db/purchases.ts'
import type { Activities } from './create-activities.ts'

/** The activities that the story of a purchase is about. `fast`: the fast lane has tried it before a regular activity does. */
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
