import type { PointsAccount } from './account.ts'
import type { PointsCommand, TransactionType } from './command.ts'
import type { PointsEvent } from './event.ts'
import type { Portion } from './lots.ts'

/** Why a command does nothing. Callers branch on `code`. */
export type Refusal =
  /** Not a whole number from 1 to `MAX_POINTS`. */
  | { readonly code: 'invalid_amount' }
  /** The account would have been issued more points than can be counted exactly. */
  | { readonly code: 'balance_limit' }
  | { readonly code: 'insufficient_points'; readonly available: number }
  | { readonly code: 'nothing_to_expire' }
  /** The account has no such transaction. */
  | { readonly code: 'unknown_transaction'; readonly transactionId: string }
  /** Expiries and reversals stand. */
  | { readonly code: 'not_reversible'; readonly transactionId: string; readonly transactionType: TransactionType }
  | { readonly code: 'already_reversed'; readonly transactionId: string; readonly reversedBy: string }

/** An accepted command is exactly one event, which is one transaction. */
export type Decision =
  | { readonly ok: true; readonly events: readonly [PointsEvent] }
  | { readonly ok: false; readonly refusal: Refusal }

/** The decision that says no. */
export function refused(refusal: Refusal): Decision {
  return { ok: false, refusal }
}

/** What an accepted command's event says whatever its type: the next version, the command's data, the points moved. */
export function entry(account: PointsAccount, command: PointsCommand, portions: readonly Portion[]) {
  return {
    accountId: account.accountId,
    version: account.version + 1,
    transactionId: command.transactionId,
    at: command.now,
    reason: command.reason,
    reference: command.reference,
    actor: command.actor,
    amount: portions.reduce((sum, portion) => sum + portion.amount, 0),
    portions,
  }
}
