/** The numbers that a field takes. */
export type NumberKind = { min: number; max: number; decimals: 0 | 2 }

export const MONEY: NumberKind = { min: 0, max: 1_000_000_000, decimals: 2 }
export const QUANTITY: NumberKind = { min: 1, max: 1_000, decimals: 0 }

/** Digits, with commas between thousands or without any. */
const WRITTEN = /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/

/**
 * The number that a typed text means.
 *
 * @returns undefined for anything else, also while it is incomplete; a text is never corrected into a number
 */
export function numberOf(typed: string, { min, max, decimals }: NumberKind): number | undefined {
  const text = typed.trim()
  const [, fraction = ''] = text.split('.')
  if (!WRITTEN.test(text) || fraction.length > decimals) return undefined
  const number = Number(text.replaceAll(',', ''))
  return number >= min && number <= max ? number : undefined
}

/** What is wrong with a typed text; undefined for a number, and for a field that is empty. */
export function numberError(typed: string, kind: NumberKind): string | undefined {
  if (typed === '' || numberOf(typed, kind) !== undefined) return undefined
  const range = `from ${kind.min.toLocaleString('en')} to ${kind.max.toLocaleString('en')}`
  return kind.decimals === 0
    ? `Enter a whole number ${range}.`
    : `Enter a number ${range}, with at most two decimals, such as 1,700.50.`
}
