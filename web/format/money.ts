type Page = { documentElement: { dataset: Readonly<Record<string, string | undefined>> } }

/** As the server writes it into the page (`servePage` in api/store.ts), so that it is known before anything is shown. */
const {
  currency = 'USD',
  locale = 'en-US',
  minorDigits = '2',
} = (globalThis as { document?: Page }).document?.documentElement.dataset ?? {}

/** How numbers are written (BCP 47). */
export const LOCALE = locale
/** Decimals of the currency. */
export const DIGITS = Number(minorDigits)
const UNIT = 10 ** DIGITS

const amount = new Intl.NumberFormat(LOCALE, {
  style: 'currency',
  currency,
  minimumFractionDigits: DIGITS,
  maximumFractionDigits: DIGITS,
})

/** An amount in major units, as the API gives it: `$1,700.00`. */
export function money(major: number): string {
  return amount.format(major)
}

/** A price so many times; exact, because it counts in minor units. */
export function times(price: number, count: number): number {
  return (minor(price) * count) / UNIT
}

/** The same for sums and differences. */
export function plus(a: number, b: number): number {
  return (minor(a) + minor(b)) / UNIT
}

/** How often a price goes into an amount: a fraction. */
export function ratio(whole: number, part: number): number {
  return minor(whole) / minor(part)
}

function minor(major: number): number {
  return Math.round(major * UNIT)
}
