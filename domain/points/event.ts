import type { TransactionType } from './command.ts'
import type { Instant } from './instant.ts'
import type { Portion } from './lots.ts'

/** What every event says. `portions` sum up to `amount`; which way they went follows from the event's type. */
type Entry = {
  readonly accountId: string
  /** 1 for the first event of an account, then without gaps. */
  readonly version: number
  readonly transactionId: string
  readonly at: Instant
  readonly reason: string
  readonly reference: string
  readonly actor: string
  readonly amount: number
  readonly portions: readonly Portion[]
}

/** Its one portion is the new lot, whose id is the transaction's. */
export type Issued = Entry & { readonly type: 'issued' }

export type Redeemed = Entry & { readonly type: 'redeemed' }

export type Expired = Entry & { readonly type: 'expired' }

/**
 * Of an issue: `amount` was taken back and `notTakenBack` could not be, because it was spent, or had expired before.
 * The two are told apart because a refund charges its customer for the first and not for the second.
 * Of a redemption: `amount` went back to the lots it came from, and `notTakenBack` is zero.
 */
export type Reversed = Entry & {
  readonly type: 'reversed'
  readonly reverses: { readonly transactionId: string; readonly type: 'issue' | 'redeem' }
  readonly notTakenBack: { readonly spent: number; readonly expired: number }
}

/** What happened to a points account. Plain JSON, as it is stored. */
export type PointsEvent = Issued | Redeemed | Expired | Reversed

const transactionTypes = { issued: 'issue', redeemed: 'redeem', expired: 'expire', reversed: 'reverse' } as const

/** The transaction's type as statements and answers name it. */
export function transactionTypeOf(event: Pick<PointsEvent, 'type'>): TransactionType {
  return transactionTypes[event.type]
}
