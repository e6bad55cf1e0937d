import { MAX_LINES, MAX_QUANTITY } from '#domain/purchase.ts'
import { type EventLine, PURCHASE_COMPLETED, type PurchaseCompleted } from './campaign.ts'

/** A number or a text that a rule compares a member of its event with, or reckons with. */
export type Named = { readonly segments: readonly (string | number)[]; readonly value: number | string }

export type SamplePurchase = { readonly event: PurchaseCompleted; readonly description: string }

const PRICE = 1_700

/** Purchases as there are every day. */
const EVERYDAY: readonly SamplePurchase[] = [
  { event: purchaseOf(like(1, 1, PRICE), { username: 'derick' }), description: 'of one piece' },
  { event: purchaseOf(like(1, 1, PRICE), { username: 'derick', amount: 0 }), description: 'paid with points alone' },
  { event: purchaseOf(like(2, 1, PRICE), { username: 'derick' }), description: 'of two lines' },
]

/**
 * Purchases to try a rule on: everyday ones, and ones that have what the rule names, at it and beside it. Each can be had: whole
 * pieces, as many as an order takes, at prices above zero, which make up the total; and no more is paid in money than that.
 */
export function* samplePurchases(named: readonly Named[]): Generator<SamplePurchase, void, void> {
  yield* EVERYDAY
  const numbers = (name: string) => numbersBeside(named.filter(({ segments }) => isAt(segments, name)))
  const amounts = numbers('amount').filter((amount) => amount >= 0)
  const totals = [...new Set([...numbers('total'), ...amounts])].filter((total) => total > 0)
  const wanted = {
    quantities: [1, 2, ...numbers('quantity')].filter(isUpTo(MAX_LINES * MAX_QUANTITY)),
    totals,
    lineQuantities: [1, 2, ...numbers('lines.quantity')].filter(isUpTo(MAX_QUANTITY)),
    prices: [PRICE, ...numbers('lines.price').filter((price) => price > 0 && unitsOf(price) !== undefined)],
    lineCounts: lineCountsOf(named),
  }
  const paying = [
    (total: number) => [total, 0],
    // Last, for there are many, and an amount that is named has been a total as well.
    (total: number) => amounts.filter((amount) => amount > 0 && amount < total),
  ]
  for (const amountsOf of paying)
    for (const basket of baskets(wanted))
      for (const lines of withProducts(basket, textsAt(named, 'productId', '1')))
        for (const username of textsAt(named, 'username', 'derick'))
          for (const amount of amountsOf(totalOf(lines))) {
            const event = purchaseOf(lines, { username, amount })
            yield { event, description: described(event) }
          }
}

/** Whether a path leads to a member of a purchase, or of any of its lines, of which the product of the first is one of both. */
function isAt(segments: readonly (string | number)[], name: string): boolean {
  return segments.filter((segment) => typeof segment === 'string').join('.') === name
}

/** Comparisons change their outcome there, and one more or less is on their other side. */
function numbersBeside(named: readonly Named[]): number[] {
  const numbers = named.flatMap(({ value }) => (typeof value === 'number' && Math.abs(value) < 1e12 ? [value] : []))
  return [...new Set([...numbers, ...numbers.flatMap((number) => [Math.floor(number) + 1, Math.ceil(number) - 1])])]
}

function textsAt(named: readonly Named[], name: string, usual: string): string[] {
  const ofLines = `lines.${name}`
  const texts = named
    .filter(({ segments }) => isAt(segments, name) || isAt(segments, ofLines))
    .map(({ value }) => value)
  return [...new Set([usual, ...texts.filter((text) => typeof text === 'string')])]
}

function isUpTo(most: number): (count: number) => boolean {
  return (count) => Number.isInteger(count) && count >= 1 && count <= most
}

function lineCountsOf(named: readonly Named[]): number[] {
  const indexes = named.flatMap(({ segments: [first, index] }) => (first === 'lines' ? [Number(index) + 1] : []))
  return [...new Set([1, 2, ...indexes.filter(isUpTo(MAX_LINES))])]
}

// ---------------------------------------------------------------------------------------------------------------------
// What is bought

/** Lines whose products are not chosen yet. */
type Basket = readonly Omit<EventLine, 'productId'>[]

type Wanted = {
  quantities: readonly number[]
  totals: readonly number[]
  lineQuantities: readonly number[]
  prices: readonly number[]
  lineCounts: readonly number[]
}

function* baskets({ quantities, totals, lineQuantities, prices, lineCounts }: Wanted): Generator<Basket, void, void> {
  for (const quantity of new Set(quantities)) {
    yield inLines(quantity, PRICE)
    for (const total of totals) yield* ofTotal(quantity, total)
  }
  for (const count of lineCounts)
    for (const quantity of new Set(lineQuantities)) for (const price of prices) yield like(count, quantity, price)
}

function like(count: number, quantity: number, price: number): Basket {
  return Array.from({ length: count }, () => ({ quantity, price }))
}

/** So many pieces at one price. */
function inLines(quantity: number, price: number): Basket {
  const full = like(Math.floor(quantity / MAX_QUANTITY), MAX_QUANTITY, price)
  const rest = quantity % MAX_QUANTITY
  return rest === 0 ? full : [...full, { quantity: rest, price }]
}

/** So many pieces of such a total, all at one price or all but one at the least; none where prices would be finer than the total. */
function* ofTotal(quantity: number, total: number): Generator<Basket, void, void> {
  const unit = unitsOf(total)
  if (unit === undefined) return
  const units = Math.round(total * unit)
  if (units % quantity === 0) yield inLines(quantity, units / quantity / unit)
  const cheap = inLines(quantity - 1, 1 / unit)
  const rest = units - (quantity - 1)
  if (rest > 1 && quantity > 1 && cheap.length < MAX_LINES) yield [{ quantity: 1, price: rest / unit }, ...cheap]
}

/** Of how many units, a power of ten, an amount is a multiple; undefined for what is finer than any currency. */
function unitsOf(amount: number): number | undefined {
  return [1, 10, 100, 1_000, 10_000].find((unit) => Math.round(amount * unit) / unit === amount)
}

/** Sums what people see, without what binary fractions make of it. */
function totalOf(basket: Basket): number {
  const unit = Math.max(...basket.map(({ price }) => unitsOf(price) ?? 10_000))
  return basket.reduce((sum, { quantity, price }) => sum + quantity * Math.round(price * unit), 0) / unit
}

/** The same with each of the products in its first line; the others follow, each in one line. */
function* withProducts(basket: Basket, products: readonly string[]): Generator<EventLine[], void, void> {
  for (const first of products) {
    const others = [...products.filter((product) => product !== first)]
    yield basket.map((line, index) => ({
      ...line,
      productId: index === 0 ? first : (others[index - 1] ?? `product-${index + 1}`),
    }))
  }
}

function purchaseOf(
  basket: readonly (Omit<EventLine, 'productId'> & { productId?: string })[],
  { username, amount }: { username: string; amount?: number },
): PurchaseCompleted {
  const lines = basket.map((line, index) => ({ productId: String(index + 1), ...line }))
  const total = totalOf(lines)
  return {
    type: PURCHASE_COMPLETED,
    client: 'UnicornStore',
    occurredAt: '2026-01-31T12:00:00.000Z',
    purchaseId: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
    username,
    amount: amount ?? total,
    total,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    productId: lines[0]?.productId ?? '',
    lines,
  }
}

function described({ amount, total, quantity, lines }: PurchaseCompleted): string {
  const pieces =
    quantity === 1 ? 'one piece' : `${quantity} pieces${lines.length === 1 ? '' : ` in ${lines.length} lines`}`
  return `of ${pieces} for ${total}${amount === total ? '' : `, ${amount} of it in money`}`
}
