import Fraction from 'fraction.js'
import { LIMITS } from './limits.ts'

/**
 * An exact rational number. A rational and not a decimal of many digits, because `/` must not lose anything:
 * `$.amount / 3 * 3` is `$.amount`. Only this file knows the library, and hands it nothing but bigints: from a float it
 * would take the nearest simple fraction, and from text it would take repeating decimals and fractions.
 */
export type ExactNumber = Fraction

const BOUND = 10n ** BigInt(LIMITS.digits)
const SHORT = 10n ** BigInt(LIMITS.shortDigits)
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

/** The number that a decimal such as `-12.50` or `1e-7` names, or undefined: not a decimal, or out of bounds. */
export function exactFromText(text: string): ExactNumber | undefined {
  const match = DECIMAL.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', decimals = '', exponentText = '0'] = match
  const exponent = Number(exponentText) - decimals.length
  // Before the power is taken: an exponent is a short way to write a number that fills the memory.
  if (Math.abs(exponent) > 2 * LIMITS.digits) return undefined
  const digits = BigInt(`${sign}${whole}${decimals}`)
  const power = 10n ** BigInt(Math.abs(exponent))
  const number = exponent < 0 ? new Fraction(digits, power) : new Fraction(digits * power, 1n)
  return isWithinBounds(number) ? number : undefined
}

/** The number that the shortest decimal of a float names, as ECMA-262 prints it: 19.99 is 1999/100. */
export function exactFromNumber(number: number): ExactNumber | undefined {
  return exactFromText(String(number))
}

export function exactFromInteger(integer: bigint): ExactNumber {
  return new Fraction(integer, 1n)
}

/** Whether numerator and denominator stay within `LIMITS.digits`, so that the next operation is cheap, too. */
export function isWithinBounds(number: ExactNumber): boolean {
  return number.n < BOUND && number.d < BOUND
}

/** Steps of one more operation on these numbers: long ones take longer, above all to be brought to lowest terms. */
export function operationSteps(...operands: readonly ExactNumber[]): number {
  return operands.some(({ n, d }) => n >= SHORT || d >= SHORT) ? LIMITS.stepsOfLongOperation : 1
}

/** The nearest whole number; one half goes to the even neighbour: 0.5 is 0, 1.5 and 2.5 are 2, -0.5 is 0. */
export function roundHalfEven(number: ExactNumber): bigint {
  const below = toInteger(number.floor())
  const twiceTheRest = number.sub(below).mul(2n).compare(1n)
  if (twiceTheRest === 0) return below % 2n === 0n ? below : below + 1n
  return twiceTheRest < 0 ? below : below + 1n
}

/**
 * All of the number in text: a decimal where it ends (`16.995`), within as many places as a denominator has digits; else the
 * fraction in lowest terms (`10/3`). Halved again and again, 60 digits would become 200.
 */
export function exactToText(number: ExactNumber): string {
  const sign = number.s < 0n && number.n !== 0n ? '-' : ''
  const places = decimalPlaces(number.d)
  if (places === undefined || places > LIMITS.digits) return `${sign}${number.n}/${number.d}`
  if (places === 0) return `${sign}${number.n}`
  const digits = ((number.n * 10n ** BigInt(places)) / number.d).toString().padStart(places + 1, '0')
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/** The number that `exactToText` wrote: within bounds, though its decimals may be many. */
export function exactFromOwnText(text: string): ExactNumber {
  const [, whole = '', decimals = '', denominator = '1'] = /^(-?\d+)(?:\.(\d+))?(?:\/(\d+))?$/.exec(text) ?? []
  return new Fraction(BigInt(`${whole}${decimals}`), BigInt(denominator) * 10n ** BigInt(decimals.length))
}

/** The number with its decimal point so many places further right. */
export function scaled(number: ExactNumber, places: number): ExactNumber {
  const power = exactFromInteger(10n ** BigInt(Math.abs(places)))
  return places < 0 ? number.div(power) : number.mul(power)
}

function toInteger(whole: ExactNumber): bigint {
  return whole.s * whole.n
}

/** A fraction in lowest terms ends as a decimal when its denominator has no factors but 2 and 5. */
function decimalPlaces(denominator: bigint): number | undefined {
  let rest = denominator
  let twos = 0
  let fives = 0
  for (; rest % 2n === 0n; rest /= 2n) twos += 1
  for (; rest % 5n === 0n; rest /= 5n) fives += 1
  return rest === 1n ? Math.max(twos, fives) : undefined
}
