import { DIGITS, LOCALE } from './money.ts'

/** The numbers that a field takes, which are those that the API takes. */
export type NumberKind = { min: number; max: number; decimals: number; nonzero?: true }

/** Of the API: 10^9, or less where the currency has more than two minor digits. */
export const MONEY: NumberKind = { min: 0, max: 10 ** Math.min(9, 11 - DIGITS), decimals: DIGITS }
/** A price or a payment: at least the smallest amount of the currency. */
export const POSITIVE_MONEY: NumberKind = { ...MONEY, min: Number(`1e-${DIGITS}`) }
export const QUANTITY: NumberKind = { min: 1, max: 1_000, decimals: 0 }
/** Of the API, for one purchase. */
export const MAX_LINES = 20
/** The total of a purchase. */
export const TOTAL: NumberKind = { ...MONEY, max: MONEY.max * MAX_LINES * QUANTITY.max }

/** A number with all of its decimals: `1,700.125`. */
export const exactNumber = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 20 })

/** What is typed has the separators of the locale, and the digits of every keyboard. */
const whole = new Intl.NumberFormat(LOCALE, {
  numberingSystem: 'latn',
  useGrouping: 'always',
  maximumFractionDigits: 20,
})
const POINT = whole.formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.'

/**
 * The number that a typed text means: with separators between thousands or without any.
 *
 * @returns undefined for anything else, also while it is incomplete; a text is never corrected into a number
 */
export function numberOf(typed: string, { min, max, decimals, nonzero }: NumberKind): number | undefined {
  const [written = '', fraction, ...others] = spaced(typed.trim()).split(POINT)
  const sign = written.startsWith('-') ? '-' : ''
  const digits = written.replaceAll(/\D/g, '')
  const isWhole = digits !== '' && [digits, spaced(whole.format(Number(digits)))].includes(written.slice(sign.length))
  const isFraction = fraction === undefined || (/^\d+$/.test(fraction) && fraction.length <= decimals)
  if (!isWhole || !isFraction || others.length > 0) return undefined
  const number = Number(`${sign}${digits}.${fraction ?? ''}`)
  return number >= min && number <= max && !(nonzero && number === 0) ? number : undefined
}

/** Thousands may be separated by narrow spaces, which nobody types. */
function spaced(text: string): string {
  return text.replaceAll(/\s/g, ' ')
}

/** A number as the text of a field. */
export function typedNumber(number: number): string {
  return String(number).replace('.', POINT)
}

/** What is wrong with a typed text; undefined for a number, and for a field that is empty. */
export function numberError(typed: string, kind: NumberKind): string | undefined {
  if (typed === '' || numberOf(typed, kind) !== undefined) return undefined
  const { decimals } = kind
  const range = formatRange(kind)
  if (decimals === 0) return `Enter a whole number ${range}.`
  const example = `${whole.format(1_700)}${POINT}${'5'.padEnd(decimals, '0')}`
  return `Enter a number ${range}, with at most ${WORDS[decimals] ?? decimals} decimals, such as ${example}.`
}

/** Which numbers are meant: `from 1 to 1,000`. */
export function formatRange({ min, max, nonzero }: NumberKind): string {
  return `from ${whole.format(min)} to ${whole.format(max)}${nonzero ? ', but not 0' : ''}`
}

const WORDS = ['no', 'one', 'two', 'three', 'four']
