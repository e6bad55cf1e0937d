import type { Order, Purchase, Quote, Refusal } from '#web/client/purchases.ts'
import { money, ratio } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'

/** Another order that may succeed after one was refused, and the label to offer it with once its price is known. */
export type Suggestion = {
  order: Order
  offer: (quote: Quote) => string
  /** Whether the order only works if all of its points can be redeemed. */
  allPoints?: boolean
}

/** The buyer's balance, and what a point pays for. */
export type Means = { balance: number; pointValue: number }

/** What can be bought instead. Whether the wallet covers it is known once it is quoted. */
export function suggestionsFor(
  { refusal, lines }: Pick<Purchase, 'refusal' | 'lines'>,
  order: Order,
  means: Means,
): Suggestion[] {
  const { expectedTotal: _, ...same } = order
  switch (refusal?.code) {
    case 'out_of_stock':
      return takeWhatIsThere(same, refusal)
    case 'insufficient_funds':
      return [buyAt(same), ...payMoreWithPoints(same, refusal, means), ...takeFewer(same, lines, means)]
    case 'redeem_exceeds_total':
      return [payWithPoints(same, refusal.mostPoints ?? 0)]
    case 'insufficient_points':
      return [payWithPoints(same, refusal.available ?? 0)]
    case 'price_changed':
    case undefined:
      return [buyAt(same)]
  }
}

function buyAt(order: Order): Suggestion {
  return { order, offer: ({ amount }) => `Buy for ${money(amount)}` }
}

function takeWhatIsThere(order: Order, { short = [] }: Refusal): Suggestion[] {
  const available = new Map(short.map((line) => [line.productId, line.available]))
  const lines = order.lines
    .map(({ productId, quantity }) => ({ productId, quantity: available.get(productId) ?? quantity }))
    .filter(({ quantity }) => quantity > 0)
  const [first, ...others] = lines
  if (!first) return []
  const what = others.length === 0 ? first.quantity : 'what is left'
  return [{ order: { ...order, lines }, offer: ({ amount }) => `Buy ${what} for ${money(amount)}` }]
}

function payWithPoints({ redeemPoints: _, ...order }: Order, redeemPoints: number): Suggestion {
  const offer = ({ amount, pointsRedeemed }: Quote) =>
    pointsRedeemed > 0 ? `Pay ${points(pointsRedeemed)} and ${money(amount)}` : `Buy for ${money(amount)}`
  return { order: redeemPoints > 0 ? { ...order, redeemPoints } : order, offer }
}

function payMoreWithPoints(order: Order, { missing = 0 }: Refusal, { pointValue }: Means): Suggestion[] {
  if (pointValue <= 0) return []
  const needed = Math.ceil(ratio(missing, pointValue))
  return [{ ...payWithPoints(order, (order.redeemPoints ?? 0) + needed), allPoints: true }]
}

/** Of a single product, as many as the wallet pays for. */
function takeFewer(order: Order, bought: Purchase['lines'], { balance }: Means): Suggestion[] {
  const [line, ...others] = order.lines
  const price = bought.find(({ productId }) => productId === line?.productId)?.unitPrice
  if (!line || others.length > 0 || !price) return []
  const quantity = Math.min(Math.floor(ratio(balance, price)), line.quantity - 1)
  if (quantity < 1) return []
  const offer = ({ amount }: Quote) => `Buy ${quantity} for ${money(amount)}`
  return [{ order: { ...order, lines: [{ ...line, quantity }] }, offer }]
}
