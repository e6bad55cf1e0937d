import type { Purchase, Refund } from '#web/client/purchases.ts'
import { plus, times } from '#web/format/money.ts'

type Lot = { original: number; remaining: number; expired: number }

/**
 * What a refund would return as things stand now: points that the purchase earned and that were spent since cannot be
 * taken back, so their value is withheld from the money, as far as there is any.
 *
 * @param lot of the points that it earned; null when it earned none
 * @param pointValue what a point pays for today, in major units; the value at the time of the order is used where it can be derived
 */
export function foreseeRefund(purchase: Purchase, lot: Lot | null, pointValue: number): Refund {
  const amount = purchase.amount ?? 0
  const { original, remaining, expired } = lot ?? { original: 0, remaining: 0, expired: 0 }
  const spent = original - remaining - expired
  const worth = times(valueWhenOrdered(purchase) ?? pointValue, spent)
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

function valueWhenOrdered({ total, amount, pointsRedeemed }: Purchase): number | undefined {
  if (total === null || amount === null || pointsRedeemed === 0) return undefined
  return plus(total, -amount) / pointsRedeemed
}
