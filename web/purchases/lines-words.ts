import type { Order } from '#web/client/purchases.ts'

const and = new Intl.ListFormat('en-GB', { type: 'conjunction' })
const MOST_NAMED = 2

/** What was bought, in a few words: `2 × Unicorn Air and Golden Horn Polish`, `Unicorn Air, Unicorn Ember and 3 more`. */
export function sayLines(lines: Order['lines'], nameOf: (productId: string) => string): string {
  const named = lines.length > MOST_NAMED + 1 ? lines.slice(0, MOST_NAMED) : lines
  const words = named.map(({ productId, quantity }) =>
    quantity === 1 ? nameOf(productId) : `${quantity} × ${nameOf(productId)}`,
  )
  const others = lines.length - named.length
  return and.format(others > 0 ? [...words, `${others} more`] : words)
}
