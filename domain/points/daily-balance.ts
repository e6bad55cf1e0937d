import { type Day, dayOf, hasLapsed, type Instant, type Lapse, lapsesNext, type PendingPoints } from './account.ts'

/**
 * A daily row: what is left, and what has expired, of the lots issued on a day that count from the same day on and end together. When
 * they count and end is part of the row's identity, so that a day may have several rows, each true by itself.
 */
export type DailyBalance = {
  readonly issuedOn: Day
  readonly availableOn: Day
  readonly expiresAt: Instant
  readonly remaining: number
  readonly expired: number
  /** When the last event touched the row. */
  readonly lastUpdated: Instant
}

/** A daily row as members see it: what can be spent, or what was lost. */
export type BalanceEntry = {
  readonly issuedDate: Day
  readonly balance: number
  readonly lastUpdated: Instant
  readonly status: 'active' | 'expired'
}

/** What a member has: what can be spent, by day of issue, what will count, by day, and what lapses next of both. */
export type Balance = {
  readonly available: number
  readonly entries: readonly BalanceEntry[]
  readonly pending: readonly PendingPoints[]
  readonly lapsesNext: Lapse | null
}

/** What daily rows amount to at `now`. */
export function balanceOf(rows: readonly DailyBalance[], now: Instant): Balance {
  const entries = balanceEntries(rows, now)
  const available = entries.reduce((sum, { balance, status }) => (status === 'active' ? sum + balance : sum), 0)
  return { available, entries, pending: pendingPoints(rows, now), lapsesNext: lapsesNext(rows, now) }
}

/**
 * Daily rows as they are to be shown at `now`, oldest first. Status follows the clock and not the sweep, so that the
 * active entries sum up to the available balance at any moment; what has lapsed counts as lost before it is swept. What does not count
 * yet is left out: it can neither be spent nor is it lost.
 */
export function balanceEntries(rows: readonly DailyBalance[], now: Instant): BalanceEntry[] {
  const counting = rows.filter((row) => !isPending(row, now))
  const oldestFirst = counting.sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1))
  return oldestFirst.map((row) => {
    const shown = { issuedDate: row.issuedOn, lastUpdated: row.lastUpdated }
    if (hasLapsed(row, now)) return { ...shown, balance: row.expired + row.remaining, status: 'expired' }
    return { ...shown, balance: row.remaining, status: 'active' }
  })
}

/** What does not count yet at `now`, by the day from which it does, soonest first. */
function pendingPoints(rows: readonly DailyBalance[], now: Instant): PendingPoints[] {
  const waiting = rows.filter((row) => isPending(row, now) && row.remaining > 0)
  const byDay = Map.groupBy(waiting, ({ availableOn }) => availableOn)
  return [...byDay]
    .map(([availableOn, some]) => ({ availableOn, amount: some.reduce((sum, row) => sum + row.remaining, 0) }))
    .sort((a, b) => (a.availableOn < b.availableOn ? -1 : 1))
}

/** Points that wait count from the beginning of a day on; what counts at once did so since its issue. */
function isPending({ availableOn }: Pick<DailyBalance, 'availableOn'>, now: Instant): boolean {
  return availableOn > dayOf(now)
}

/** Adds a change of a lot to its day's row in `rows`, which is changed in place. */
export function addDailyChange(
  rows: Map<string, DailyBalance>,
  of: Pick<DailyBalance, 'issuedOn' | 'availableOn' | 'expiresAt'>,
  change: Pick<DailyBalance, 'remaining' | 'expired'>,
  lastUpdated: Instant,
): void {
  const { issuedOn, availableOn, expiresAt } = of
  const key = rowKey(of)
  const row = rows.get(key)
  const remaining = (row?.remaining ?? 0) + change.remaining
  const expired = (row?.expired ?? 0) + change.expired
  rows.set(key, { issuedOn, availableOn, expiresAt, remaining, expired, lastUpdated })
}

function rowKey({ issuedOn, availableOn, expiresAt }: Pick<DailyBalance, 'issuedOn' | 'availableOn' | 'expiresAt'>) {
  return `${issuedOn} ${availableOn} ${expiresAt}`
}
