import { MAX_LINES, MAX_QUANTITY } from './purchase.ts'

/**
 * Money of an installation. Inside, an amount is a whole number of minor units, of which the currency has 10^digits in a major one:
 * none, two and three digits are the yen, the dollar and the dinar. People, requests and rules see major units.
 */
export type Money = {
  /** ISO 4217. */
  readonly currency: string
  readonly digits: number
  /** BCP 47: how people are shown amounts. */
  readonly locale: string
  /** Largest amount a single request may name: 10^9 major units, or 10^11 minor ones where that is less. */
  readonly maxRequestMinor: number
  /** Largest total of an order: as many lines and pieces as it may have, of the largest price. A safe integer in every currency. */
  readonly maxTotalMinor: number
  /**
   * Reads an amount in major units (`1700`, `19.99`) as integer minor units.
   * Taken from the shortest decimal of the number, as ECMA-262 prints it: binary rounding never adds or loses a cent.
   *
   * @param mostMinor `maxRequestMinor` unless it is a total
   * @returns minor units, or undefined when the number is negative, has more decimals than the currency or is above the maximum
   */
  minorFromMajor(major: number, mostMinor?: number): number | undefined
  /** Minor units as the JSON number in major units that prints with at most `digits` decimals: 1999 cents are 19.99. */
  majorFromMinor(minor: number): number
  /** As people are shown it: `$1,700.00`. */
  format(minor: number): string
}

/** So that any total is a safe integer. */
const MAX_REQUEST_MINOR = 100_000_000_000
const MAX_REQUEST_MAJOR = 1_000_000_000

/**
 * Currencies whose minor digits are not two (ISO 4217, list one). Not those of `Intl`: it has the digits that people write (CLDR),
 * which are fewer for some, and change with releases of Node; the amounts of a database cannot.
 */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...digitsOf(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...digitsOf(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...digitsOf(4, 'CLF UYW'),
}

function digitsOf(digits: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, digits]))
}

/** The money of a currency that `isCurrency`, in a locale that `isLocale`. */
export function createMoney(currency: string, locale: string): Money {
  const digits = MINOR_DIGITS[currency] ?? 2
  const shown = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  const units = minorUnits(digits)
  return { ...units, currency, locale, format: (minor) => shown.format(units.majorFromMinor(minor)) }
}

/** Whether it is the code of a currency (ISO 4217), in capitals. `Intl` takes any three letters. */
export function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code)
}

/** Whether it is a language tag (BCP 47) of which it is known how numbers are written. */
export function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0
  } catch {
    return false
  }
}

/** The units of a currency with so many minor digits. */
export function minorUnits(
  digits: number,
): Pick<Money, 'digits' | 'maxRequestMinor' | 'maxTotalMinor' | 'minorFromMajor' | 'majorFromMinor'> {
  const unit = 10 ** digits
  const maxRequestMinor = Math.min(MAX_REQUEST_MAJOR * unit, MAX_REQUEST_MINOR)
  const written = digits === 0 ? /^(\d+)()$/ : new RegExp(`^(\\d+)(?:\\.(\\d{1,${digits}}))?$`)
  return {
    digits,
    maxRequestMinor,
    maxTotalMinor: maxRequestMinor * MAX_LINES * MAX_QUANTITY,
    minorFromMajor(major, mostMinor = maxRequestMinor) {
      const match = written.exec(String(major))
      if (!match) return undefined
      const minor = Number(match[1]) * unit + Number((match[2] ?? '').padEnd(digits, '0'))
      return minor <= mostMinor ? minor : undefined
    },
    majorFromMinor: (minor) => minor / unit,
  }
}

/**
 * What a purchase would come to in money, in minor units: the total less what the redeemed points pay for, but never below nothing.
 * What is charged stands in its row, by the same rule (`charged_minor`).
 */
export function amountToCharge(totalMinor: number, redeemPoints: number, pointValueMinor: number): number {
  return Math.max(totalMinor - valueOfPoints(redeemPoints, pointValueMinor), 0)
}

/** How many points pay for a total as a whole: the last one may be worth less than a whole one. */
export function pointsToPay(totalMinor: number, pointValueMinor: number): number {
  return Math.ceil(totalMinor / pointValueMinor)
}

/** What points are worth, in minor units. */
export function valueOfPoints(points: number, pointValueMinor: number): number {
  return points * pointValueMinor
}

/** How many whole points an amount is worth: what is less than a point is not counted. */
export function pointsWorth(amountMinor: number, pointValueMinor: number): number {
  return Math.floor(amountMinor / pointValueMinor)
}
