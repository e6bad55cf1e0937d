/** What a purchase earns, and by which rule. */
export type Award = { points: number; rule: string }

/** The rule in words, for operators and members. */
const RULE = '1 point for every 10 charged, when more than 100 were charged'

/**
 * The points that a purchase earns: one for every 10 in major units that were charged in money, when that is more than 100.
 * Exact, and rounded half to even once.
 */
export function awardFor(amountMinor: number): Award {
  if (amountMinor <= 10_000) return { points: 0, rule: RULE }
  const whole = Math.floor(amountMinor / 1000)
  const rest = amountMinor % 1000
  const up = rest > 500 || (rest === 500 && whole % 2 === 1)
  return { points: up ? whole + 1 : whole, rule: RULE }
}
