/**
 * A moment: ISO 8601 in UTC exactly as `Date.prototype.toISOString` prints it, `2026-01-10T12:00:00.000Z`.
 * All have one width, so their order as text is their order in time, and they survive JSON.
 */
export type Instant = string

/** A UTC day, `2026-01-10`. */
export type Day = string

/** The most of each in `LotTerms`: a century of days, so that every end stays within four-digit years. */
export const MAX_LOT_TERMS = { availableAfterDays: 365, days: 36_500, endOfMonth: 120 } as const

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

/** The moment a UTC day begins. */
function midnight(day: Day): Instant {
  return `${day}T00:00:00.000Z`
}

function addDays(day: Day, days: number): Day {
  const date = new Date(midnight(day))
  date.setUTCDate(date.getUTCDate() + days)
  return dayOf(date.toISOString())
}

/** When the points of a lot count, and when they end. */
export type LotTerms = {
  /** They count from 00:00 UTC on, so many days after the day of their issue, up to 365; with 0, at once. */
  readonly availableAfterDays: number
  readonly ends: LotEnd
}

/**
 * The end of a lot that counts from UTC day A on, always at 00:00 UTC: `days` days after A (1 to 36,500); with the `endOfMonth`-th
 * month after that of A (0 to 120; with 0, its own); or after the day `on`, but not before the day after A.
 */
export type LotEnd = { readonly days: number } | { readonly endOfMonth: number } | { readonly on: Day }

/**
 * The day from which a lot counts and the moment it ends, whatever the hour it is issued at. Throws a RangeError for terms that are
 * out of bounds: they are configuration, never what a customer asks for.
 */
export function lotDates(issuedAt: Instant, terms: LotTerms): { availableOn: Day; expiresAt: Instant } {
  requireWhole('days to wait', terms.availableAfterDays, 0, MAX_LOT_TERMS.availableAfterDays)
  const availableOn = addDays(dayOf(issuedAt), terms.availableAfterDays)
  const expiresAt = midnight(endOf(terms.ends, availableOn))
  // Beyond the year 9999 it is none.
  assertInstant(expiresAt)
  return { availableOn, expiresAt }
}

/** The first day on which the points can no longer be spent. */
function endOf(end: LotEnd, availableOn: Day): Day {
  if ('days' in end) {
    requireWhole('days of life', end.days, 1, MAX_LOT_TERMS.days)
    return addDays(availableOn, end.days)
  }
  if ('endOfMonth' in end) {
    requireWhole('months', end.endOfMonth, 0, MAX_LOT_TERMS.endOfMonth)
    const [year, month] = [Number(availableOn.slice(0, 4)), Number(availableOn.slice(5, 7))]
    return dayOf(new Date(Date.UTC(year, month + end.endOfMonth, 1)).toISOString())
  }
  assertInstant(midnight(end.on))
  if (end.on < availableOn) return addDays(availableOn, 1)
  return addDays(end.on, 1)
}

function requireWhole(what: string, number: number, least: number, most: number): void {
  if (Number.isInteger(number) && number >= least && number <= most) return
  throw new RangeError(`Not ${least} to ${most} whole ${what}: ${number}`)
}

/** When the points of an issue count. */
export function availableFrom(issuedAt: Instant, availableOn: Day): Instant {
  return availableOn === dayOf(issuedAt) ? issuedAt : midnight(availableOn)
}

/**
 * Points of an issue that count and end together; an issue has one lot or several. Amounts are whole points, and
 * `original = remaining + expired + takenBack + spent`, and `claimed = takenBack + claimedExpired + owed` and what was made good in money.
 * What is owed is a part of what is spent.
 */
export type Lot = {
  /** Of the first lot of an issue: that of its transaction. */
  readonly id: string
  /** The issue. */
  readonly transactionId: string
  /** The campaign that gave the points; null: none. The ledger does not look at it. */
  readonly campaignId: string | null
  readonly issuedAt: Instant
  /** They are pending before it: they cannot be spent, but expire and are taken back like others. */
  readonly availableAt: Instant
  readonly expiresAt: Instant
  readonly original: number
  readonly remaining: number
  readonly expired: number
  /** What reversals of its issue took out of it; also what they let come back no more (`withheld`). */
  readonly takenBack: number
  /** What reversals of its issue asked back in all, whether it remained, had expired, was made good, or is owed. */
  readonly claimed: number
  /** Of what is claimed: points that had expired, of this lot. */
  readonly claimedExpired: number
  /**
   * Of what is claimed: points that were spent then, and that were neither made good in money nor have come back since. As many of
   * those that come back are taken back at once.
   */
  readonly owed: number
}

/** A number of points that has to do with a lot, never zero. */
export type LotAmount = { readonly lotId: string; readonly amount: number }

/** Some points of one lot, always more than zero, with the lot's daily row so that a writer need not look it up. */
export type Portion = LotAmount & {
  readonly issuedOn: Day
  readonly availableOn: Day
  readonly expiresAt: Instant
}

/** `amount` points of a lot; none at all for zero. */
export function portionsOf(lot: Lot, amount: number): Portion[] {
  if (amount === 0) return []
  const [issuedOn, availableOn] = [dayOf(lot.issuedAt), dayOf(lot.availableAt)]
  return [{ lotId: lot.id, issuedOn, availableOn, expiresAt: lot.expiresAt, amount }]
}

/** A lot can be spent before `expiresAt`, not at it. */
export function hasLapsed(lot: { readonly expiresAt: Instant }, now: Instant): boolean {
  return lot.expiresAt <= now
}

/**
 * Whether points of a lot can be spent at `now`, if there are any. They count from a day on, so days are compared: a clock that is set
 * back a little, as by a failover, does not keep points from counting that did so before.
 */
export function isSpendable(lot: Lot, now: Instant): boolean {
  return dayOf(lot.availableAt) <= dayOf(now) && !hasLapsed(lot, now)
}

/**
 * Order for sorting: soonest end first, then what has counted longest, then oldest, then id, so that there is only one order.
 * `load_points` (db/functions/points.sql) loads in the same.
 */
export function inSpendingOrder(a: Lot, b: Lot): number {
  return (
    compare(a.expiresAt, b.expiresAt) ||
    compare(a.availableAt, b.availableAt) ||
    compare(a.issuedAt, b.issuedAt) ||
    compare(a.id, b.id)
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Points that end together. */
export type Lapse = { readonly at: Instant; readonly amount: number }

/**
 * What lapses next, for members: the end of the first lots, or daily rows, that still hold points, pending ones among them, and how
 * many points end there. Null when nothing is left to lapse.
 */
export function lapsesNext(
  held: readonly { readonly remaining: number; readonly expiresAt: Instant }[],
  now: Instant,
): Lapse | null {
  const live = held.filter((one) => one.remaining > 0 && !hasLapsed(one, now))
  const [at] = live.map(({ expiresAt }) => expiresAt).sort()
  if (at === undefined) return null
  return { at, amount: live.reduce((sum, one) => (one.expiresAt === at ? sum + one.remaining : sum), 0) }
}

/** Points that count from 00:00 UTC of a day on. */
export type PendingPoints = { readonly availableOn: Day; readonly amount: number }

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

/** A lot that an issue opens. Its id is new; that of the first one is the transaction's, and left out. */
export type NewLot = {
  readonly amount: number
  readonly terms: LotTerms
  readonly campaignId?: string
  readonly id?: string
}

/** Books `amount` new points, which are those of the lots together. Refusals: `invalid_amount`, `balance_limit`. */
export type Issue = Request & {
  readonly type: 'issue'
  readonly amount: number
  readonly lots: readonly NewLot[]
}

/** Points of no campaign, as one lot that counts at once and ends after so many days. */
export function oneLot(amount: number, days: number): Pick<Issue, 'amount' | 'lots'> {
  return { amount, lots: [{ amount, terms: { availableAfterDays: 0, ends: { days } } }] }
}

/** Spends `amount` points that count and have not lapsed. Refusals: `invalid_amount`, `insufficient_points`. */
export type Redeem = Request & { readonly type: 'redeem'; readonly amount: number }

/** Sweeps every lot that has lapsed. Refusal: `nothing_to_expire`. */
export type Expire = Request & { readonly type: 'expire' }

/**
 * Reverses an issue (takes back what is unspent; what is spent is owed from then on) or a redemption (gives back to its lots what is
 * not owed): all that is left of it, or a part, any number of times. Refusals: `unknown_transaction`, `not_reversible`,
 * `invalid_amount`, `already_reversed`.
 */
export type Reverse = Request & {
  readonly type: 'reverse'
  readonly reverses: string
  /** How many of its points. Left out: all that earlier reversals have left; 0: none, so that money makes good what they left owed. */
  readonly amount?: number
  /** Of an issue: lots of it of which up to so many points are asked back, as far as they were not spent, before any others. */
  readonly prefer?: readonly LotAmount[]
  /** Of an issue: how many spent points, at most, whoever reverses it makes good in money now. Left out: none. */
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

/** Its portions are the new lots. */
export type Issued = Omit<Entry, 'portions'> & {
  readonly type: 'issued'
  readonly portions: readonly (Portion & { readonly campaignId: string | null })[]
}

export type Redeemed = Entry & { readonly type: 'redeemed' }

export type Expired = Entry & { readonly type: 'expired' }

/**
 * Of an issue: `amount` was taken back and `notTakenBack` could not be, because it was spent, or had expired before.
 * The two are distinguished because a refund charges its customer for the first and not for the second. `owed` is by how much what
 * its lots owe has changed: by what was spent, less what was made good in money, which may be more than that and settles what
 * earlier reversals left owed.
 * Of a redemption: `amount` went back to the lots it came from; `withheld` was owed, and did not. `notTakenBack` is zero.
 */
export type Reversed = Entry & {
  readonly type: 'reversed'
  readonly reverses: {
    readonly transactionId: string
    readonly type: 'issue' | 'redeem'
    /** How many of its points: of an issue `amount`, `spent` and `expired` together, of a redemption `amount` and `withheld`. */
    readonly amount: number
  }
  readonly notTakenBack: { readonly spent: number; readonly expired: number; readonly owed: number }
  /** Of an issue: how many points were asked back of which lot, how many of them had expired, and by how much what it owes has changed. */
  readonly claims: readonly LotAmount[]
  readonly expiredClaims: readonly LotAmount[]
  readonly owedChanges: readonly LotAmount[]
  readonly withheld: readonly Portion[]
}

/** What happened to a points account. Plain JSON, as it is stored. */
export type PointsEvent = Issued | Redeemed | Expired | Reversed

/** How many points portions are. */
export function pointsIn(portions: readonly Pick<Portion, 'amount'>[]): number {
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

/** What a reversal has to know about its target: `portions` are in the order in which it took them, or opened lots. */
export type Transaction = {
  readonly id: string
  readonly type: TransactionType
  readonly portions: readonly Portion[]
  /** How many of its points are reversed, and the last reversal. */
  readonly reversed: number
  readonly reversedBy: string | null
}

/** Of which lots a reversal settles how much for good: not what is owed from now on, but what of that it makes good, or withholds. */
export function settledLots({ claims, owedChanges, withheld }: Reversed): LotAmount[] {
  const byLot = new Map<string, number>()
  const add = ({ lotId }: LotAmount, amount: number) => byLot.set(lotId, (byLot.get(lotId) ?? 0) + amount)
  for (const claim of [...claims, ...withheld]) add(claim, claim.amount)
  for (const change of owedChanges) add(change, -change.amount)
  return [...byLot].flatMap(([lotId, amount]) => (amount === 0 ? [] : [{ lotId, amount }]))
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
  /** What lots that are not loaded hold and that does not count yet. No decision changes it: those lots are out of its reach. */
  readonly pendingElsewhere: readonly PendingPoints[]
}

export const noPoints: Counters = { balance: 0, issued: 0, redeemed: 0, expired: 0, takenBack: 0 }

/** The account of names that nobody has yet, which never has points: what is refused to them is remembered at it. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

/** An account that nothing has happened to: the initial state. */
export function emptyAccount(accountId: string): PointsAccount {
  return { accountId, version: 0, counters: noPoints, lots: [], transactions: [], pendingElsewhere: [] }
}

/** What can be spent at `now`: the balance without points that do not count yet, and those that have lapsed but were not swept yet. */
export function availablePoints({ counters, lots, pendingElsewhere }: PointsAccount, now: Instant): number {
  const held = lots.reduce((sum, lot) => (isSpendable(lot, now) ? sum : sum + lot.remaining), 0)
  return counters.balance - held - pointsIn(pendingElsewhere.filter(({ availableOn }) => availableOn > dayOf(now)))
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
