import type { Purchase, Refund } from '#web/client/purchases.ts'
import { plus, times } from '#web/format/money.ts'

type Lot = { original: number; remaining: number; expired: number }

/**
 * What a refund would return as things stand now: points that the purchase earned and that were spent since cannot be
 * taken back, so their value is withheld from the money, as far as there is any.
 *
 * @param lot of the points that it earned; null when it earned none
 */
export function foreseeRefund(purchase: Purchase, lot: Lot | null): Refund {
  const amount = purchase.amount ?? 0
  const { original, remaining, expired } = lot ?? { original: 0, remaining: 0, expired: 0 }
  const spent = original - remaining - expired
  const worth = times(purchase.pointValue, spent)
  const withheld = Math.min(amount, worth)
  return {
    amount: plus(amount, -withheld),
    withheld,
    shortfall: plus(worth, -withheld),
    pointsReturned: purchase.pointsRedeemed,
    pointsTakenBack: remaining,
    pointsSpent: spent,
  }
}
