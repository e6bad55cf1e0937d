import type { TransactionType } from './command.ts'
import type { Instant } from './instant.ts'
import { type Lot, lapsedPoints, type Portion } from './lots.ts'

/** Sums over an account's history, in points: `balance = issued - redeemed - expired - takenBack`. */
export type Counters = {
  readonly balance: number
  readonly issued: number
  /** Less what reversals gave back. */
  readonly redeemed: number
  readonly expired: number
  readonly takenBack: number
}

/** What a reversal has to know about its target. */
export type Transaction = {
  readonly id: string
  readonly type: TransactionType
  readonly portions: readonly Portion[]
  readonly reversedBy: string | null
}

/**
 * The state that commands are decided on: plain data, either folded from all events (`fold`) or read from the tables.
 * A state from the tables need hold no more than the decision looks at: see `loadFor`. Lots may come in any order.
 */
export type PointsAccount = {
  readonly accountId: string
  readonly version: number
  readonly counters: Counters
  readonly lots: readonly Lot[]
  readonly transactions: readonly Transaction[]
}

export const noPoints: Counters = { balance: 0, issued: 0, redeemed: 0, expired: 0, takenBack: 0 }

/** An account that nothing has happened to: the initial state. */
export function emptyAccount(accountId: string): PointsAccount {
  return { accountId, version: 0, counters: noPoints, lots: [], transactions: [] }
}

/** What can be spent at `now`: the balance without points that have lapsed but were not swept yet. */
export function availablePoints(account: PointsAccount, now: Instant): number {
  return account.counters.balance - lapsedPoints(account.lots, now)
}

/** Adds two sets of counters, or counters and their changes. */
export function addCounters(a: Counters, b: Counters): Counters {
  return {
    balance: a.balance + b.balance,
    issued: a.issued + b.issued,
    redeemed: a.redeemed + b.redeemed,
    expired: a.expired + b.expired,
    takenBack: a.takenBack + b.takenBack,
  }
}
