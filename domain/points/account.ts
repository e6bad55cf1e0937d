/**
 * A moment: ISO 8601 in UTC exactly as `Date.prototype.toISOString` prints it, `2026-01-10T12:00:00.000Z`.
 * All have one width, so their order as text is their order in time, and they survive JSON.
 */
export type Instant = string

/** A UTC day, `2026-01-10`. */
export type Day = string

/** The longest life of a lot, in days: a century, so that every expiry stays within four-digit years. */
const MAX_TTL_DAYS = 36_500

/** Throws a RangeError for any other spelling of a moment, because comparing two spellings as text would be wrong. */
export function assertInstant(at: Instant): void {
  const ms = Date.parse(at)
  if (at.length !== 24 || Number.isNaN(ms) || new Date(ms).toISOString() !== at) {
    throw new RangeError(`Not an instant such as 2026-01-10T12:00:00.000Z: ${at}`)
  }
}

/** The UTC day that `at` lies in. */
export function dayOf(at: Instant): Day {
  return at.slice(0, 10)
}

/**
 * When a lot ends: a lot issued on UTC day D ends at 00:00 UTC of D + `ttlDays`, whatever the hour it was issued at.
 * Throws a RangeError unless `ttlDays` is a whole number from 1 to 36,500: it is configuration, never what a customer asks for.
 */
export function expiryOf(issuedAt: Instant, ttlDays: number): Instant {
  if (!Number.isInteger(ttlDays) || ttlDays < 1 || ttlDays > MAX_TTL_DAYS) {
    throw new RangeError(`Not a lifetime of 1 to ${MAX_TTL_DAYS} whole days: ${ttlDays}`)
  }
  const end = new Date(`${dayOf(issuedAt)}T00:00:00.000Z`)
  end.setUTCDate(end.getUTCDate() + ttlDays)
  return end.toISOString()
}

/**
 * The points of one issue. Its id is the id of the issuing transaction. Amounts are whole points;
 * `original = remaining + expired + spent + taken back`, and what is owed is a part of what is spent, so
 * `remaining + expired + owed` never exceeds `original`.
 */
export type Lot = {
  readonly id: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  readonly original: number
  readonly remaining: number
  readonly expired: number
  /**
   * Of a lot whose issue was reversed: points that were spent then, and that were neither made good in money nor have come
   * back since. As many of those that come back are taken back at once.
   */
  readonly owed: number
}

/** Some points of one lot, always more than zero, with the lot's daily row so that a writer need not look it up. */
export type Portion = {
  readonly lotId: string
  readonly issuedOn: Day
  readonly expiresAt: Instant
  readonly amount: number
}

/** `amount` points of a lot; none at all for zero. */
export function portionsOf(lot: Lot, amount: number): Portion[] {
  if (amount === 0) return []
  return [{ lotId: lot.id, issuedOn: dayOf(lot.issuedAt), expiresAt: lot.expiresAt, amount }]
}

/** A lot can be spent before `expiresAt`, not at it. */
export function hasLapsed(lot: { readonly expiresAt: Instant }, now: Instant): boolean {
  return lot.expiresAt <= now
}

/** What lots still hold although it has lapsed: not yet swept by an expiry, and not spendable either. */
function lapsedPoints(lots: readonly Lot[], now: Instant): number {
  return lots.reduce((sum, lot) => (hasLapsed(lot, now) ? sum + lot.remaining : sum), 0)
}

/** Order for sorting: soonest end first, then oldest, then id, so that there is only one order. `load_points` (db/functions/points.sql) loads in the same. */
export function inSpendingOrder(a: Lot, b: Lot): number {
  return compare(a.expiresAt, b.expiresAt) || compare(a.issuedAt, b.issuedAt) || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * What lapses next, for members: the end of the first lots that still hold points, and how many points end there.
 * Null when nothing is left to lapse.
 */
export function lapsesNext(lots: readonly Lot[], now: Instant): { at: Instant; amount: number } | null {
  const live = lots.filter((lot) => lot.remaining > 0 && !hasLapsed(lot, now)).sort(inSpendingOrder)
  const first = live[0]
  if (first === undefined) return null
  const amount = live.reduce((sum, lot) => (lot.expiresAt === first.expiresAt ? sum + lot.remaining : sum), 0)
  return { at: first.expiresAt, amount }
}

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
 * Books `amount` new points as one lot that lives `ttlDays` days. Refusals: `invalid_amount`, `balance_limit`.
 */
export type Issue = Request & {
  readonly type: 'issue'
  readonly amount: number
  readonly ttlDays: number
}

/** Spends `amount` unexpired points. Refusals: `invalid_amount`, `insufficient_points`. */
export type Redeem = Request & { readonly type: 'redeem'; readonly amount: number }

/** Sweeps every lot that has lapsed. Refusal: `nothing_to_expire`. */
export type Expire = Request & { readonly type: 'expire' }

/**
 * Reverses an issue (takes back what is unspent; what is spent is owed from then on) or a redemption (gives back to its lots
 * what is not owed), once. Refusals: `unknown_transaction`, `not_reversible`, `already_reversed`.
 */
export type Reverse = Request & {
  readonly type: 'reverse'
  readonly reverses: string
  /** Of an issue: how many spent points, at most, whoever reverses it makes good in money. Left out: none. */
  readonly makesGood?: number
}

export type PointsCommand = Issue | Redeem | Expire | Reverse

/** What a transaction is called in statements and answers: the command that made it. */
export type TransactionType = PointsCommand['type']

/** Whole points, from 1 to `MAX_POINTS`. */
export function isAmount(amount: number): boolean {
  return Number.isInteger(amount) && amount >= 1 && amount <= MAX_POINTS
}

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
 * The two are distinguished because a refund charges its customer for the first and not for the second. Of what was spent,
 * `owed` is what was not made good in money.
 * Of a redemption: `amount` went back to the lots it came from; `withheld` was owed, and did not. `notTakenBack` is zero.
 */
export type Reversed = Entry & {
  readonly type: 'reversed'
  readonly reverses: { readonly transactionId: string; readonly type: 'issue' | 'redeem' }
  readonly notTakenBack: { readonly spent: number; readonly expired: number; readonly owed: number }
  readonly withheld: readonly Portion[]
}

/** What happened to a points account. Plain JSON, as it is stored. */
export type PointsEvent = Issued | Redeemed | Expired | Reversed

/** How many points portions are. */
export function pointsIn(portions: readonly Portion[]): number {
  return portions.reduce((sum, portion) => sum + portion.amount, 0)
}

const transactionTypes = { issued: 'issue', redeemed: 'redeem', expired: 'expire', reversed: 'reverse' } as const

/** The transaction's type as statements and answers name it. */
export function transactionTypeOf(event: Pick<PointsEvent, 'type'>): TransactionType {
  return transactionTypes[event.type]
}

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

/** The account of names that nobody has yet, which never has points: what is refused to them is remembered at it. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

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
