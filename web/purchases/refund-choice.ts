import type { Order, Purchase, Refund } from '#web/client/purchases.ts'

type Lines = Order['lines']

/** What of a purchase can still be given back. */
export function leftOf({ lines }: Pick<Purchase, 'lines'>): Lines {
  return atLeastOne(lines.map(({ productId, quantity, refunded }) => ({ productId, quantity: quantity - refunded })))
}

/** What is given back: all that is left, but for what somebody wants less of. */
export function chosenOf(left: Lines, quantities: Readonly<Record<string, number>>): Lines {
  return atLeastOne(
    left.map(({ productId, quantity }) => ({
      productId,
      quantity: Math.min(quantities[productId] ?? quantity, quantity),
    })),
  )
}

function atLeastOne(lines: Lines): Lines {
  return lines.filter(({ quantity }) => quantity > 0)
}

/** What a refund of nothing would return. */
export const NOTHING_BACK: Refund = {
  amount: 0,
  withheld: 0,
  shortfall: 0,
  pointsReturned: 0,
  pointsWithheld: 0,
  pointsTakenBack: 0,
  pointsSpent: 0,
}

/**
 * The Idempotency-Key of a refund: which refund of the purchase it is, as far as whoever asks has seen them, and how many it gives back
 * of each line. So it need not be kept: a second click, another tab and a page that was loaded again ask for the same under the same
 * key, until they have seen what became of it. Only then is it another refund.
 */
export function refundKey({ purchaseId, refunds, lines }: Purchase, wanted: Lines): string {
  const quantities = lines.map((line) => wanted.find(({ productId }) => productId === line.productId)?.quantity ?? 0)
  return `refund-${purchaseId}-${refunds.length + 1}-${quantities.join('.')}`
}
