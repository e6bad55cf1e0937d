const amount = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** An amount in major units, as the API gives it: `1,700.00`. An installation has one currency, and does not name it. */
export function money(major: number): string {
  return amount.format(major)
}

/** A price so many times; exact, because it counts in minor units. */
export function times(price: number, count: number): number {
  return (minor(price) * count) / 100
}

/** The same for sums and differences. */
export function plus(a: number, b: number): number {
  return (minor(a) + minor(b)) / 100
}

function minor(major: number): number {
  return Math.round(major * 100)
}
