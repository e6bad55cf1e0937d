import type { Product } from '#web/client/products.ts'
import type { TrialEvent } from '#web/client/simulation.ts'
import { instantOf } from '#web/format/dates.ts'
import { plus, times } from '#web/format/money.ts'
import { numberOf, QUANTITY } from '#web/format/numbers.ts'

/** A cart, and who buys it when, with its quantities as they are typed. */
export type Trial = {
  /** Undefined until something is chosen: one piece of the first product. */
  lines: readonly TrialLine[] | undefined
  /** Empty: somebody who has never bought anything. */
  username: string
  /** As a `DateTimeField` keeps it; empty for now. */
  at: string
}

export type TrialLine = { productId: string; quantity: string }

export const FIRST_TRIAL: Trial = { lines: undefined, username: '', at: '' }

/** For the check of rules while there is no cart. */
export const NO_PURCHASE: TrialEvent = { amount: 0, total: 0, quantity: 0, productId: '', lines: [] }

/** What is in the cart. */
export function cartLines({ lines }: Trial, products: readonly Product[]): readonly TrialLine[] {
  const [first] = products
  return lines ?? (first ? [{ productId: first.id, quantity: '1' }] : [])
}

/** The purchase that it would be; undefined while there is none, or one of its quantities is no number. */
export function eventOf(trial: Trial, products: readonly Product[]): TrialEvent | undefined {
  const chosen = cartLines(trial, products)
  const lines = chosen.flatMap(({ productId, quantity }) => {
    const product = products.find(({ id }) => id === productId)
    const pieces = numberOf(quantity, QUANTITY)
    if (!product || pieces === undefined) return []
    const { price, categories, tags } = product
    return [
      {
        productId,
        quantity: pieces,
        price,
        total: times(price, pieces),
        categories: categories ?? [],
        tags: tags ?? [],
      },
    ]
  })
  const [first] = lines
  const occurredAt = instantOf(trial.at)
  if (!first || lines.length < chosen.length || (trial.at !== '' && occurredAt === undefined)) return undefined
  const total = lines.reduce((sum, line) => plus(sum, line.total), 0)
  return {
    amount: total,
    total,
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    productId: first.productId,
    lines,
    ...(trial.username !== '' && { username: trial.username }),
    ...(occurredAt !== undefined && { occurredAt }),
  }
}
