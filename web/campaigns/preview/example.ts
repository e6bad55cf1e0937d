import type { Product } from '#web/client/products.ts'
import type { ExampleEvent } from '#web/client/simulation.ts'
import { times } from '#web/format/money.ts'
import { numberOf, QUANTITY, TOTAL, typedNumber } from '#web/format/numbers.ts'

/** An example purchase, with its numbers as they are typed. */
export type Example = { amount: string; total: string; quantity: string; productId: string }

/** One Unicorn Air of the sample data. */
export const FIRST_EVENT: ExampleEvent = { amount: 1700, total: 1700, quantity: 1, productId: '1' }
export const FIRST_EXAMPLE: Example = { amount: '1700', total: '1700', quantity: '1', productId: '1' }

/** Undefined while one of its numbers is none. */
export function eventOf({ amount, total, quantity, productId }: Example): ExampleEvent | undefined {
  const numbers = {
    amount: numberOf(amount, TOTAL),
    total: numberOf(total, TOTAL),
    quantity: numberOf(quantity, QUANTITY),
  }
  if (numbers.amount === undefined || numbers.total === undefined || numbers.quantity === undefined) return undefined
  return { amount: numbers.amount, total: numbers.total, quantity: numbers.quantity, productId }
}

/** An example with another product or quantity costs what these cost, all of it paid in money. */
export function withPrice(example: Example, product: Pick<Product, 'price'> | undefined): Example {
  const quantity = numberOf(example.quantity, QUANTITY)
  if (!product || quantity === undefined) return example
  const total = typedNumber(times(product.price, quantity))
  return { ...example, total, amount: total }
}
