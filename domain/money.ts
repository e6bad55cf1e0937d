/** Largest amount a single request may name: 10^9 major units, in minor units. */
export const MAX_REQUEST_MINOR = 100_000_000_000

/**
 * Reads an amount in major units (`1700`, `19.99`) as integer minor units.
 * Taken from the shortest decimal of the number, as ECMA-262 prints it: binary rounding never adds or loses a cent.
 *
 * @returns minor units, or undefined when the number is negative, has more than two decimals or is beyond 10^9
 */
export function minorFromMajor(major: number): number | undefined {
  const match = /^(\d+)(?:\.(\d{1,2}))?$/.exec(String(major))
  if (!match) return undefined
  const minor = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return minor <= MAX_REQUEST_MINOR ? minor : undefined
}

/**
 * What a purchase comes to in money, in minor units, as it is quoted and shown: the total less what the redeemed points pay
 * for, but never below nothing. What is charged is decided by `amount_to_charge` (db/functions/wallets.sql), in the same way.
 */
export function amountToCharge(totalMinor: number, redeemPoints: number, pointValueMinor: number): number {
  return Math.max(totalMinor - redeemPoints * pointValueMinor, 0)
}

/** How many points pay for a total as a whole: the last one may be worth less than a whole one. */
export function pointsToPay(totalMinor: number, pointValueMinor: number): number {
  return Math.ceil(totalMinor / pointValueMinor)
}

/** How many whole points an amount is worth: what is less than a point is not counted. */
export function pointsWorth(amountMinor: number, pointValueMinor: number): number {
  return Math.floor(amountMinor / pointValueMinor)
}

/** Minor units as the JSON number in major units that prints with at most two decimals: 1999 is 19.99. */
export function majorFromMinor(minor: number): number {
  return minor / 100
}
