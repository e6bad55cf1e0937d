// What points are worth to whoever owes them: an award as a part of its sale, and what of all points will never be asked for. Amounts are
// whole minor units; what rounds, rounds half to even. Products of points and values are beyond what numbers count exactly.

/** A sale, net of what was refunded of it, and the points that it earned, as they stood at an instant. */
export type Sale = {
  /** What its buyer paid in money. */
  readonly paidMinor: number
  /** What one point pays for, by the terms of the sale. */
  readonly pointValueMinor: number
  /** The awarded points, without those that refunds took back and those that are owed for them: to be spent now or later, */
  readonly open: number
  readonly spent: number
  /** and those whose end has come before they were spent. */
  readonly expired: number
  /** How many of them refunds would have taken back, if they had not been spent and made good in money: their buyer has paid for them. */
  readonly madeGood: number
}

/** What was paid: `revenue` at once, and `deferred`, of which a part is released as points are spent or expire; the rest is `open`. */
export type RevenueAllocation = {
  readonly revenueMinor: number
  readonly deferredMinor: number
  readonly releasedBySpendingMinor: number
  readonly releasedByExpiryMinor: number
  readonly openMinor: number
}

/**
 * Spreads what was paid over goods and points by their relative stand-alone selling prices (IFRS 15.74 and B40, ASC 606-10-32-31 and
 * 606-10-55-42): the goods at what was paid for them, the points at what they pay for. What is deferred is released pro rata to the points
 * that were spent or have expired. The parts always add up to the whole.
 */
export function allocate({ paidMinor, pointValueMinor, open, spent, expired, madeGood }: Sale): RevenueAllocation {
  const points = open + spent + expired
  const value = BigInt(pointValueMinor)
  const paid = BigInt(paidMinor)
  const boughtBack = least(BigInt(madeGood) * value, paid)
  const awarded = BigInt(Math.max(points - madeGood, 0)) * value
  const goods = paid - boughtBack
  const deferred = boughtBack + share(goods, awarded, goods + awarded)
  const released = share(deferred, BigInt(spent + expired), BigInt(points))
  const bySpending = share(deferred, BigInt(spent), BigInt(points))
  return {
    revenueMinor: Number(paid - deferred),
    deferredMinor: Number(deferred),
    releasedBySpendingMinor: Number(bySpending),
    releasedByExpiryMinor: Number(released - bySpending),
    openMinor: Number(deferred - released),
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** `amount` times `part` of `whole`, rounded; nothing of nothing. None of them is below zero. */
function share(amount: bigint, part: bigint, whole: bigint): bigint {
  if (whole === 0n) return 0n
  const quotient = (amount * part) / whole
  const twiceTheRest = ((amount * part) % whole) * 2n
  return twiceTheRest > whole || (twiceTheRest === whole && quotient % 2n === 1n) ? quotient + 1n : quotient
}

/** Points of lots, added up, as they stood at an instant. */
export type LotSums = {
  readonly issued: number
  /** Net of what came back. */
  readonly spent: number
  readonly takenBack: number
  /** Left in lots whose end has come, whether they were swept by then or not. */
  readonly expired: number
  /** Left in the others, of which those that are `pending` can be spent later only. */
  readonly available: number
  readonly pending: number
  /** Spent before their issue was reversed, and neither made good nor come back. */
  readonly owed: number
  /** Lots whose end has come, but for those that were taken back whole, and the points of them that were not taken back. */
  readonly endedLots: number
  readonly endedPoints: number
}

/** Of the same kind as what they add up: points of lots, or sales. */
export function addAll<Sums extends Readonly<Record<string, number>>>(a: Sums, b: Sums): Sums {
  return Object.fromEntries(Object.entries(a).map(([name, number]) => [name, number + (b[name] ?? 0)])) as Sums
}

/** Fewer lots say nothing about those that come. */
export const MIN_BREAKAGE_LOTS = 100

/** How many of `open` points are likely to expire: as large a part as of those that have ended. Null of too few lots. */
export function estimateBreakage({ endedLots, endedPoints, expired, available, pending }: LotSums) {
  if (endedLots < MIN_BREAKAGE_LOTS) return null
  const [lost, of] = [BigInt(expired), BigInt(endedPoints)]
  const rate = Number(share(RATE_UNIT, lost, of)) / Number(RATE_UNIT)
  return { rate, points: Number(share(BigInt(available + pending), lost, of)) }
}

/** Rates have four decimals. */
const RATE_UNIT = 10_000n
