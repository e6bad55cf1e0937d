import { type Day, hasLapsed, type Instant } from './account.ts'

/**
 * A daily row: what is left, and what has expired, of the lots issued on a day. The end is part of the row's identity:
 * when the lifetime of points is reconfigured in the middle of a day, that day has two rows, each true by itself.
 */
export type DailyBalance = {
  readonly issuedOn: Day
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

/**
 * Daily rows as they are to be shown at `now`, oldest first. Status follows the clock and not the sweep, so that the
 * active entries sum up to the available balance at any moment; what has lapsed counts as lost before it is swept.
 */
export function balanceEntries(rows: readonly DailyBalance[], now: Instant): BalanceEntry[] {
  const oldestFirst = [...rows].sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1))
  return oldestFirst.map((row) => {
    const shown = { issuedDate: row.issuedOn, lastUpdated: row.lastUpdated }
    if (hasLapsed(row, now)) return { ...shown, balance: row.expired + row.remaining, status: 'expired' }
    return { ...shown, balance: row.remaining, status: 'active' }
  })
}

/** Adds a change of a lot to its day's row in `rows`, which is changed in place. */
export function addDailyChange(
  rows: Map<string, DailyBalance>,
  { issuedOn, expiresAt }: { readonly issuedOn: Day; readonly expiresAt: Instant },
  change: { readonly remaining: number; readonly expired: number },
  lastUpdated: Instant,
): void {
  const key = rowKey({ issuedOn, expiresAt })
  const row = rows.get(key)
  const remaining = (row?.remaining ?? 0) + change.remaining
  const expired = (row?.expired ?? 0) + change.expired
  rows.set(key, { issuedOn, expiresAt, remaining, expired, lastUpdated })
}

function rowKey(row: { readonly issuedOn: Day; readonly expiresAt: Instant }): string {
  return `${row.issuedOn} ${row.expiresAt}`
}
