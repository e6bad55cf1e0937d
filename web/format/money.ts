const amount = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** An amount in major units, as the API gives it: `1,700.00`. An installation has one currency, and does not name it. */
export function money(major: number): string {
  return amount.format(major)
}
