import type { Problem } from '#web/client/api-problem.ts'
import type { Execution, Order } from '#web/client/purchases.ts'

/**
 * A user's intention to buy this once. It is stored before anything is sent, so that a reload in the middle finds it and
 * repeats it under the same key instead of buying twice.
 *
 * One is stored for each user, for all tabs, and kept when they are closed: the cart is shared by all tabs, too, and what is
 * in it is bought once.
 */
export type Intent = {
  /** The Idempotency-Key. */
  key: string
  order: Order
  execution?: Execution
  /** When the buyer last said that this is to be bought, in milliseconds of the epoch. */
  at: number
  /** Set before it is sent: from then on it may have been bought, answer or not. Until then it can be withdrawn. */
  sent?: true
  /** Set when it is not sent because it has become old: the buyer is asked again. */
  overdue?: boolean
  /** The lines of the cart that it buys; they are taken out of the cart once it is bought. */
  cartLines?: Order['lines']
  /** Set once the API has created the purchase. */
  purchaseId?: string
  /** Set once the API has refused the order. */
  refused?: Problem
  /** Set once the purchase has ended and the cart was updated. */
  finished?: true
}

/** What is learned about an intent after it was made. */
export type Known = Partial<Pick<Intent, 'at' | 'sent' | 'overdue' | 'purchaseId' | 'refused' | 'finished'>>

export function newIntent(order: Order, execution: Execution, cartLines?: Order['lines']): Intent {
  return { key: crypto.randomUUID(), order, execution, at: Date.now(), ...(cartLines && { cartLines }) }
}

/** Whether its outcome is final, so that another intent may replace it. */
export function isOver(intent: Intent): boolean {
  return intent.finished === true || intent.refused !== undefined
}

/** Whether nothing has left this browser yet, so that withdrawing it is certain to keep it from being bought. */
export function isUnsent(intent: Intent): boolean {
  return !intent.sent && intent.purchaseId === undefined && !isOver(intent)
}

/** Where an intent stands, in a line. @param over whether its purchase has ended, which the intent may not say yet */
export function formatIntent(intent: Intent, over: boolean): string {
  if (over) return 'Your purchase has ended'
  if (intent.overdue) return 'Do you still want your order?'
  return isUnsent(intent) ? 'Your order was not sent yet' : 'Your purchase is under way'
}

/** After this time an order is not sent any more without asking: prices, stock and minds have changed. */
const MAX_AGE_MS = 3 * 60_000

/** Whether so much time has passed since the buyer said that this is to be bought. One of unknown age is old. */
export function isOverdue({ at }: Pick<Intent, 'at'>, now: number): boolean {
  return !(now - at < MAX_AGE_MS)
}
