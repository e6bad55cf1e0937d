import { day } from '#web/format/dates.ts'
import { and, or } from '#web/format/lists.ts'
import { money } from '#web/format/money.ts'
import { exactNumber } from '#web/format/numbers.ts'
import type { Comparison, ConditionRow, NumberSubject, Weekday } from './conditions.ts'
import { isNumberRow } from './conditions.ts'
import type { Give, Pieces, Price } from './give.ts'
import type { Matching } from './matching.ts'
import type { RuleRow } from './rule-row.ts'
import { isUnreadable, type Typed } from './typed.ts'

/** What a rule gives, `20 % of the price of Unicorn Air`, and when: `the weekday is Saturday or Sunday`, or empty for always. */
export type RuleSentence = { readonly award: string; readonly when: string }

/** The name of a product, by its id. */
export type ProductName = (id: string) => string

export function formatRow({ give, matching, when }: RuleRow, nameOf: ProductName): RuleSentence {
  const conditions = when.rows.map(formatCondition)
  const list = when.match === 'all' ? conditions.join(' and ') : conditions.join(' or ')
  return { award: formatGive(give, matching, nameOf), when: list }
}

function formatGive(give: Give, matching: Matching, nameOf: ProductName): string {
  const limit = give.limit === undefined ? '' : `, at most ${formatPoints(give.limit)} a purchase`
  const isOfMatching = 'of' in give && give.of.startsWith('matched')
  const isAnyCart = isOfMatching || matching.by === 'all'
  const cart = isAnyCart ? '' : `, for a cart with ${formatMatching(matching, nameOf, or)}`
  return `${formatAmount(give, formatMatching(matching, nameOf, and))}${cart}${limit}`
}

function formatAmount(give: Give, products: string): string {
  switch (give.by) {
    case 'share':
      return `${formatNumber(give.percent)} % of ${PRICES[give.of](products)}`
    case 'unit':
      return `${formatPoints(give.points)} for each ${UNIT} of ${PRICES[give.of](products)}`
    case 'fixed':
      return formatPoints(give.points)
    case 'piece':
      return `${formatPoints(give.points)} for each ${PIECES[give.of](products)}`
    case 'group':
      return `${formatPoints(give.points)} for every ${formatNumber(give.size)} ${MANY_PIECES[give.of](products)}`
  }
}

/** `$1`: so much of the currency. */
export const UNIT = money(1).replace(/[.,]0+(?=\D|$)/, '')

const PRICES: Record<Price, (products: string) => string> = {
  price: () => 'the price of the whole cart',
  paid: () => 'what is paid',
  matchedPrice: (products) => `the price of ${products}`,
  matchedPaid: (products) => `what is paid for ${products}`,
}

const PIECES: Record<Pieces, (products: string) => string> = {
  pieces: () => 'piece in the cart',
  matchedPieces: (products) => `piece of ${products}`,
}

const MANY_PIECES: Record<Pieces, (products: string) => string> = {
  pieces: () => 'pieces in the cart',
  matchedPieces: (products) => `pieces of ${products}`,
}

/** @param list joins names: all of them are counted, but one of them in the cart is enough */
function formatMatching(matching: Matching, nameOf: ProductName, list: Intl.ListFormat): string {
  if (matching.by === 'all') return 'all products'
  const { by, except, values } = matching
  if (values.length === 0) return '…'
  if (by === 'products') return `${except ? 'products other than ' : ''}${list.format(values.map(nameOf))}`
  const names = or.format(values.map((value) => `“${value}”`))
  if (by === 'tags') return `products ${except ? 'without' : 'with'} the tag ${names}`
  return `products ${except ? 'not ' : ''}in the ${values.length === 1 ? 'category' : 'categories'} ${names}`
}

function formatNumber(value: Typed<number>): string {
  return isUnreadable(value) ? '…' : exactNumber.format(value)
}

function formatPoints(value: Typed<number>): string {
  return `${formatNumber(value)} ${value === 1 ? 'point' : 'points'}`
}

/** What conditions are about, in the words of a sentence. */
export const SUBJECTS: Record<NumberSubject | Exclude<ConditionRow['on'], NumberSubject>, string> = {
  price: 'the price of the whole cart',
  paid: 'what is paid',
  pieces: 'the number of pieces in the cart',
  lines: 'the number of different products in the cart',
  matchedPrice: 'the price of these products',
  matchedPaid: 'what is paid for these products',
  matchedPieces: 'the number of pieces of these products',
  matchedLines: 'the number of different ones of these products',
  purchases: 'the number of purchases that the customer made before',
  first: 'it is the customer’s first purchase',
  weekday: 'the weekday',
  hour: 'the time of day',
  date: 'the date',
  since: 'the day on which the customer signed up',
  tag: 'the customer',
}

export const TESTS: Record<Comparison | 'between', string> = {
  at_least: 'is at least',
  more: 'is more than',
  at_most: 'is at most',
  less: 'is less than',
  exactly: 'is exactly',
  between: 'is between',
}

export const WEEKDAY_NAMES: Record<Weekday, string> = {
  monday: 'Monday',
  tuesday: 'Tuesday',
  wednesday: 'Wednesday',
  thursday: 'Thursday',
  friday: 'Friday',
  saturday: 'Saturday',
  sunday: 'Sunday',
}

function formatCondition(row: ConditionRow): string {
  const subject = SUBJECTS[row.on]
  if (isNumberRow(row)) {
    const format = (value: Typed<number>) => formatValue(row.on, value)
    const value = row.test === 'between' ? `${format(row.value)} and ${format(row.to)}` : format(row.value)
    return `${subject} ${TESTS[row.test]} ${value}`
  }
  switch (row.on) {
    case 'first':
      return subject
    case 'weekday': {
      const days = row.days.map((day) => WEEKDAY_NAMES[day])
      return `${subject} ${isOrNot(row)} ${days.length === 0 ? '…' : or.format(days)}`
    }
    case 'hour':
      return `${subject} ${isOrNot(row)} between ${formatHour(row.from)} and ${formatHour(row.to, 59)}`
    case 'date':
    case 'since':
      return `${subject} ${isOrNot(row)} between ${formatDay(row.from)} and ${formatDay(row.to)}`
    case 'tag':
      return `${subject} ${row.is ? 'has' : 'does not have'} the tag ${isUnreadable(row.tag) ? '…' : `“${row.tag}”`}`
  }
}

function isOrNot({ is }: { is: boolean }): string {
  return is ? 'is' : 'is not'
}

function formatValue(subject: NumberSubject, value: Typed<number>): string {
  if (isUnreadable(value)) return '…'
  return isMoney(subject) ? money(value) : exactNumber.format(value)
}

function isMoney(subject: NumberSubject): boolean {
  return MONEY_SUBJECTS.includes(subject)
}

const MONEY_SUBJECTS: readonly NumberSubject[] = ['price', 'paid', 'matchedPrice', 'matchedPaid']

/** `09:00`. */
export function formatHour(hour: number, minute = 0): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

function formatDay(value: Typed<string>): string {
  return isUnreadable(value) ? '…' : day(value)
}
