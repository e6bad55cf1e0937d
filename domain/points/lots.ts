import { type Day, dayOf, type Instant } from './instant.ts'

/**
 * The points of one issue. Its id is the id of the issuing transaction. Amounts are whole points;
 * `original = remaining + expired + spent + taken back`, so `remaining + expired` never exceeds `original`.
 */
export type Lot = {
  readonly id: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  readonly original: number
  readonly remaining: number
  readonly expired: number
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
export function lapsedPoints(lots: readonly Lot[], now: Instant): number {
  return lots.reduce((sum, lot) => (hasLapsed(lot, now) ? sum + lot.remaining : sum), 0)
}

/** Order for sorting: soonest end first, then oldest, then id, so that there is only one order. */
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
