import type { Instant } from './instant.ts'

/** The most points that one command may issue or redeem. */
export const MAX_POINTS = 1_000_000_000

/** What every command brings along: the decider has neither clock nor randomness of its own. */
type Request = {
  /** Id of the transaction, should the command be accepted; new for each command. */
  readonly transactionId: string
  readonly now: Instant
  /** Why (`purchase`), on behalf of what (`purchase-0199...`), and who asked for it. */
  readonly reason: string
  readonly reference: string
  readonly actor: string
}

/**
 * Books `amount` new points as one lot that lives `ttlDays` days. `details` is JSON that says how they were earned: the
 * event keeps it, and no rule looks at it. Refusals: `invalid_amount`, `balance_limit`.
 */
export type Issue = Request & {
  readonly type: 'issue'
  readonly amount: number
  readonly ttlDays: number
  readonly details?: object
}

/** Spends `amount` unexpired points. Refusals: `invalid_amount`, `insufficient_points`. */
export type Redeem = Request & { readonly type: 'redeem'; readonly amount: number }

/** Sweeps every lot that has lapsed. Refusal: `nothing_to_expire`. */
export type Expire = Request & { readonly type: 'expire' }

/**
 * Reverses an issue (takes back what is unspent) or a redemption (gives everything back to its lots), once.
 * Refusals: `unknown_transaction`, `not_reversible`, `already_reversed`.
 */
export type Reverse = Request & { readonly type: 'reverse'; readonly reverses: string }

export type PointsCommand = Issue | Redeem | Expire | Reverse

/** What a transaction is called in statements and answers: the command that made it. */
export type TransactionType = PointsCommand['type']

/** Whole points, from 1 to `MAX_POINTS`. */
export function isAmount(amount: number): boolean {
  return Number.isInteger(amount) && amount >= 1 && amount <= MAX_POINTS
}
