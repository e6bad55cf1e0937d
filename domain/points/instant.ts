/**
 * A moment: ISO 8601 in UTC exactly as `Date.prototype.toISOString` prints it, `2026-01-10T12:00:00.000Z`.
 * All have one width, so their order as text is their order in time, and they survive JSON.
 */
export type Instant = string

/** A UTC day, `2026-01-10`. */
export type Day = string

/** The longest life of a lot, in days: a century, so that every expiry stays within four-digit years. */
const MOST_TTL_DAYS = 36_500

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
 * Throws a RangeError unless `ttlDays` is a whole number from 1 to 36,500: it is configuration, never a customer's wish.
 */
export function expiryOf(issuedAt: Instant, ttlDays: number): Instant {
  if (!Number.isInteger(ttlDays) || ttlDays < 1 || ttlDays > MOST_TTL_DAYS) {
    throw new RangeError(`Not a lifetime of 1 to ${MOST_TTL_DAYS} whole days: ${ttlDays}`)
  }
  const end = new Date(`${dayOf(issuedAt)}T00:00:00.000Z`)
  end.setUTCDate(end.getUTCDate() + ttlDays)
  return end.toISOString()
}
