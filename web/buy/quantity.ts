import { MOST_OF_ONE } from './cart.ts'

/**
 * What somebody has typed, as how many of something to buy: digits alone, but for the comma of `1,000`.
 *
 * @returns undefined for anything that is no quantity; never a quantity that is merely like it
 */
export function quantityOf(typed: string): number | undefined {
  const digits = typed.trim().replace(/^1,000$/, '1000')
  if (!/^\d+$/.test(digits)) return undefined
  const quantity = Number(digits)
  return quantity >= 1 && quantity <= MOST_OF_ONE ? quantity : undefined
}
