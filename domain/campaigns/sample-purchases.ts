import { LABEL, MAX_LABELS } from '#domain/labels.ts'
import { MAX_LINES, MAX_QUANTITY } from '#domain/purchase.ts'
import {
  type EventLine,
  type ProductLabels,
  PURCHASE_COMPLETED,
  type PurchaseCompleted,
  STORE_CLIENT,
} from './campaign.ts'
import { EACH } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { isDay, localFacts } from './local-time.ts'

/** A number or a text that a rule compares a member of its event with, or reckons with. */
export type Named = { readonly segments: readonly (string | number)[]; readonly value: number | string }

export type SamplePurchase = { readonly event: PurchaseCompleted; readonly description: string }

const PRICE = 1_700

/** Purchases as there are every day: their lines, and what of them is paid in money. */
const EVERYDAY: readonly { readonly lines: ChosenLine[]; readonly amount?: number; readonly description: string }[] = [
  { lines: chosen(like(1, 1, PRICE)), description: 'of one piece' },
  { lines: chosen(like(1, 1, PRICE)), amount: 0, description: 'paid with points alone' },
  { lines: chosen(like(2, 1, PRICE)), description: 'of two lines' },
]

/**
 * Purchases to try a rule on: everyday ones, and ones that have what the rule names, at it and beside it. Each can be had: whole
 * pieces, as many as an order takes, at prices above zero, which make up the total; and no more is paid in money than that.
 *
 * @param timeZone in which the rule reads clocks
 */
export function* samplePurchases(named: readonly Named[], timeZone = 'UTC'): Generator<SamplePurchase, void, void> {
  const numbers = (...names: string[]) =>
    numbersBeside(named.filter(({ segments }) => names.some((name) => isAt(segments, name))))
  const around = remembered(circumstances(named, timeZone), LIMITS.circumstances)
  const labelled = [...labelsOf(named)]
  const withFacts = function* (lines: ChosenLine[], amount: number, description?: string) {
    for (const facts of around())
      for (const labels of labelled) {
        const event = purchaseOf(lines.map(labels), { ...facts.members, amount })
        yield { event, description: `${description ?? described(event)}${facts.description}` }
      }
  }
  for (const { lines, amount, description } of EVERYDAY) yield* withFacts(lines, amount ?? totalOf(lines), description)
  const amounts = numbers('amount', 'matched.amount').filter((amount) => amount >= 0)
  const totals = [...new Set([...numbers('total', 'matched.total', 'lines.total'), ...amounts])].filter(
    (total) => total > 0,
  )
  const wanted = {
    quantities: [1, 2, ...numbers('quantity', 'matched.quantity')].filter(isUpTo(MAX_LINES * MAX_QUANTITY)),
    totals,
    lineQuantities: [1, 2, ...numbers('lines.quantity')].filter(isUpTo(MAX_QUANTITY)),
    prices: [
      PRICE,
      ...numbers('lines.price', 'lines.total').filter((price) => price > 0 && unitsOf(price) !== undefined),
    ],
    lineCounts: lineCountsOf(named, numbers('lines', 'matched.count')),
    areMatched: named.some(({ segments: [first] }) => first === 'matched'),
  }
  const paying = [
    (total: number) => [total, 0],
    // Last, for there are many, and an amount that is named has been a total as well.
    (total: number) => amounts.filter((amount) => amount > 0 && amount < total),
  ]
  for (const amountsOf of paying)
    for (const basket of baskets(wanted))
      for (const lines of withProducts(basket, textsAt(named, '1', 'productId', 'lines.productId')))
        for (const amount of amountsOf(totalOf(lines))) yield* withFacts(lines, amount)
}

/** A purchase of as much as there can be to go through. */
export function largestPurchase(): PurchaseCompleted {
  const labels = Array.from({ length: MAX_LABELS }, (_, index) => `label-${index}`)
  const lines = chosen(like(MAX_LINES, MAX_QUANTITY, PRICE)).map((line) => ({
    ...line,
    categories: labels,
    tags: labels,
  }))
  const customer = { purchases: 1, tags: labels, since: USUAL_DAY }
  return purchaseOf(lines, {
    username: 'derick',
    customer,
    occurredAt: `${USUAL_DAY}T12:00:00.000Z`,
    amount: totalOf(lines),
  })
}

/** Whether a path leads to a member of a purchase, or of any of its lines. */
function isAt(segments: readonly (string | number)[], name: string): boolean {
  return segments.filter((segment) => typeof segment === 'string' && segment !== EACH).join('.') === name
}

/** Comparisons change their outcome there, and one more or less is on their other side. */
function numbersBeside(named: readonly Named[]): number[] {
  const numbers = named.flatMap(({ value }) => (typeof value === 'number' && Math.abs(value) < 1e12 ? [value] : []))
  return [...new Set([...numbers, ...numbers.flatMap((number) => [Math.floor(number) + 1, Math.ceil(number) - 1])])]
}

function textsAt(named: readonly Named[], usual: string, ...names: string[]): string[] {
  const texts = named.filter(({ segments }) => names.some((name) => isAt(segments, name))).map(({ value }) => value)
  // Of a path that a formula has, there is no text.
  return [...new Set([usual, ...texts.filter((text) => typeof text === 'string' && text !== '')])] as string[]
}

function isUpTo(most: number): (count: number) => boolean {
  return (count) => Number.isInteger(count) && count >= 1 && count <= most
}

function lineCountsOf(named: readonly Named[], counts: readonly number[]): number[] {
  const indexes = named.flatMap(({ segments: [first, index] }) => (first === 'lines' ? [Number(index) + 1] : []))
  return [...new Set([1, 2, ...[...indexes, ...counts].filter(isUpTo(MAX_LINES))])]
}

// ---------------------------------------------------------------------------------------------------------------------
// Who buys, and when

type Circumstances = {
  readonly members: Pick<PurchaseCompleted, 'username' | 'customer' | 'occurredAt'>
  /** In words, as far as the rule looks at them. */
  readonly description: string
}

const USUAL_DAY = '2026-01-31'
/** Of a year that every calendar here can tell. */
const YEAR = /^[12]\d{3}-/

/** Lists may be long, and a purchase is tried in all of them: each is made only once it is asked for. */
function* circumstances(named: readonly Named[], timeZone: string): Generator<Circumstances, void, void> {
  const isNamed = (...names: string[]) => named.some(({ segments }) => names.some((name) => isAt(segments, name)))
  const numbers = (name: string) => numbersBeside(named.filter(({ segments }) => isAt(segments, name)))
  const days = (name: string) =>
    textsAt(named, USUAL_DAY, name)
      .filter((text) => YEAR.test(text) && isDay(text))
      .slice(0, LIMITS.namedTexts)
  const isOfPurchases = isNamed('customer.purchases')
  const purchases = [...new Set([0, ...(isOfPurchases ? [1, ...numbers('customer.purchases')] : [])])]
    .filter((count) => Number.isInteger(count) && count >= 0)
    .slice(0, LIMITS.namedPurchases)
  const tags = labelsAt(named, 'customer.tags')
  const sinces = days('customer.since')
  const usernames = textsAt(named, 'derick', 'username').slice(0, LIMITS.namedTexts)
  const times = remembered(timesNamed(), LIMITS.circumstances)
  for (const count of purchases)
    for (const own of tags.length > 0 ? [[], tags] : [[]])
      for (const since of sinces)
        for (const { occurredAt, when } of times())
          for (const username of usernames) {
            const customer = { purchases: count, tags: own, since }
            const who = isOfPurchases ? ` by a customer who has bought ${howOften(count)} before` : ''
            yield { members: { username, customer, occurredAt }, description: `${who}${when}` }
          }

  function* timesNamed() {
    const isOfLocal = isNamed('local.weekday', 'local.hour', 'local.date')
    const dates = days('local.date').flatMap((day) => (isNamed('local.weekday') ? weekFrom(day) : [day]))
    const hours = [...new Set([12, ...(isNamed('local.hour') ? [0, ...numbers('local.hour')] : [])])]
    for (const date of dates)
      for (const hour of hours.filter((hour) => Number.isInteger(hour) && hour >= 0 && hour < 24)) {
        const occurredAt = instantAt(date, hour, timeZone)
        const local = isOfLocal && localFacts(occurredAt, timeZone)
        yield { occurredAt, when: local ? ` on ${local.weekday}, ${local.date}, at ${local.hour}:00` : '' }
      }
  }
}

/** The first of some items, which can be gone through again. */
function remembered<Item>(items: Iterator<Item>, most: number): () => Generator<Item, void, void> {
  const taken: Item[] = []
  return function* () {
    for (let index = 0; index < most; index += 1) {
      if (index === taken.length) {
        const next = items.next()
        if (next.done) return
        taken.push(next.value)
      }
      yield taken[index] as Item
    }
  }
}

function labelsAt(named: readonly Named[], name: string): string[] {
  return textsAt(named, '', name)
    .filter((text) => LABEL.test(text))
    .slice(0, MAX_LABELS)
}

function howOften(count: number): string {
  return count === 0 ? 'nothing' : count === 1 ? 'once' : `${count} times`
}

function weekFrom(day: string): string[] {
  const first = Date.parse(day)
  return Array.from({ length: 7 }, (_, index) => new Date(first + index * 86_400_000).toISOString().slice(0, 10))
}

/** When clocks of a time zone say this, or, where they skip it, nearly this. */
function instantAt(date: string, hour: number, timeZone: string): string {
  const wanted = Date.parse(`${date}T00:00:00.000Z`) + hour * 3_600_000
  const local = localFacts(new Date(wanted).toISOString(), timeZone)
  const said = local ? Date.parse(`${local.date}T00:00:00.000Z`) + local.hour * 3_600_000 : wanted
  return new Date(2 * wanted - said).toISOString()
}

/** How lines are labelled: not at all, or all of them, or the first one, with whatever the rule names. */
function* labelsOf(
  named: readonly Named[],
): Generator<(line: ChosenLine, index: number) => ChosenLine & ProductLabels, void, void> {
  const [categories, tags] = [labelsAt(named, 'lines.categories'), labelsAt(named, 'lines.tags')]
  const none = { categories: [], tags: [] }
  yield (line) => ({ ...line, ...none })
  if (categories.length + tags.length === 0) return
  yield (line) => ({ ...line, categories, tags })
  yield (line, index) => ({ ...line, ...(index === 0 ? { categories, tags } : none) })
}

// ---------------------------------------------------------------------------------------------------------------------
// What is bought

/** Lines whose products are not chosen yet. */
type Basket = readonly Pick<EventLine, 'quantity' | 'price'>[]

type ChosenLine = Pick<EventLine, 'productId' | 'quantity' | 'price'>

type Wanted = {
  quantities: readonly number[]
  totals: readonly number[]
  lineQuantities: readonly number[]
  prices: readonly number[]
  lineCounts: readonly number[]
  /** Whether the rule asks how much of it the lines are that it chooses. */
  areMatched: boolean
}

function* baskets({
  quantities,
  totals,
  lineQuantities,
  prices,
  lineCounts,
  areMatched,
}: Wanted): Generator<Basket, void, void> {
  for (const quantity of new Set(quantities)) {
    yield inLines(quantity, PRICE)
    for (const total of totals) yield* ofTotal(quantity, total)
  }
  for (const count of lineCounts)
    for (const quantity of new Set(lineQuantities)) for (const price of prices) yield like(count, quantity, price)
  if (!areMatched) return
  for (const quantity of new Set(lineQuantities)) for (const price of prices) yield* inHalves(quantity, price)
}

/** The first line costs as much as all others, and differs from them: in its pieces, or in what it costs. */
function* inHalves(quantity: number, price: number): Generator<Basket, void, void> {
  const others = quantity === 1 ? like(2, 1, price / 2) : like(1, 1, totalOf([{ quantity, price }]))
  if (others.every((line) => unitsOf(line.price) !== undefined)) yield [{ quantity, price }, ...others]
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
function* withProducts(basket: Basket, products: readonly string[]): Generator<ChosenLine[], void, void> {
  for (const first of products) {
    const others = products.filter((product) => product !== first).slice(0, MAX_LINES)
    yield basket.map((line, index) => ({
      ...line,
      productId: index === 0 ? first : (others[index - 1] ?? `product-${index + 1}`),
    }))
  }
}

function chosen(basket: Basket): ChosenLine[] {
  return basket.map((line, index) => ({ productId: String(index + 1), ...line }))
}

function purchaseOf(
  bought: readonly (ChosenLine & ProductLabels)[],
  members: Pick<PurchaseCompleted, 'username' | 'customer' | 'occurredAt' | 'amount'>,
): PurchaseCompleted {
  const lines = bought.map((line) => ({ ...line, total: totalOf([line]) }))
  return {
    type: PURCHASE_COMPLETED,
    client: STORE_CLIENT,
    purchaseId: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
    ...members,
    total: totalOf(lines),
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
