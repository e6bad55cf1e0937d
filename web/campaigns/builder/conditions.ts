import { dayIn } from '#web/format/dates.ts'
import { MAX_LINES, type NumberKind, QUANTITY, TOTAL } from '#web/format/numbers.ts'
import { areTexts } from './matching.ts'
import { isObject, isSameJson, isUnreadable, readNumber, type Typed } from './typed.ts'

/** When a rule gives something, as the builder shows it. Without conditions it always does. */
export type When = { readonly match: 'all' | 'any'; readonly rows: readonly ConditionRow[] }

export type ConditionRow =
  | NumberRow
  /** It is the customer's first purchase. */
  | { readonly on: 'first' }
  | { readonly on: 'weekday'; readonly is: boolean; readonly days: readonly Weekday[] }
  /** From the beginning of one hour to the end of another, 0 to 23. */
  | { readonly on: 'hour'; readonly is: boolean; readonly from: number; readonly to: number }
  /** The day of the purchase, or that of the customer's sign-up. */
  | { readonly on: 'date' | 'since'; readonly is: boolean; readonly from: Typed<string>; readonly to: Typed<string> }
  | { readonly on: 'tag'; readonly is: boolean; readonly tag: Typed<string> }

export type NumberRow =
  | { readonly on: NumberSubject; readonly test: Comparison; readonly value: Typed<number> }
  | { readonly on: NumberSubject; readonly test: 'between'; readonly value: Typed<number>; readonly to: Typed<number> }

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof WEEKDAYS)[number]

const PIECES: NumberKind = { ...QUANTITY, min: 0, max: MAX_LINES * QUANTITY.max }
const LINES: NumberKind = { min: 0, max: MAX_LINES, decimals: 0 }
const PURCHASES: NumberKind = { min: 0, max: 1_000_000, decimals: 0 }

/** The numbers that conditions are about. Those of matching products are there in rules that are for certain ones. */
export const NUMBER_SUBJECTS = {
  price: { variable: '$.total', kind: TOTAL },
  paid: { variable: '$.amount', kind: TOTAL },
  pieces: { variable: '$.quantity', kind: PIECES },
  lines: { variable: 'count($.lines[*].productId)', kind: LINES },
  matchedPrice: { variable: '$.matched.total', kind: TOTAL },
  matchedPaid: { variable: '$.matched.amount', kind: TOTAL },
  matchedPieces: { variable: '$.matched.quantity', kind: PIECES },
  matchedLines: { variable: '$.matched.count', kind: LINES },
  purchases: { variable: '$.customer.purchases', kind: PURCHASES },
} as const
export type NumberSubject = keyof typeof NUMBER_SUBJECTS

export const COMPARISONS = {
  at_least: 'numeric_greater_than_equals',
  more: 'numeric_greater_than',
  at_most: 'numeric_less_than_equals',
  less: 'numeric_less_than',
  exactly: 'numeric_equals',
} as const
export type Comparison = keyof typeof COMPARISONS

const TEXTS = {
  weekday: '$.local.weekday',
  hour: '$.local.hour',
  date: '$.local.date',
  since: '$.customer.since',
  tag: '$.customer.tags',
} as const

export function isNumberRow(row: ConditionRow): row is NumberRow {
  return row.on in NUMBER_SUBJECTS
}

/** The condition of a rule; undefined for always. */
export function conditionOf({ match, rows }: When): unknown {
  const conditions = rows.map(conditionOfRow)
  if (conditions.length === 0) return undefined
  return conditions.length === 1 && match === 'all' ? conditions[0] : { [match]: conditions }
}

function conditionOfRow(row: ConditionRow): unknown {
  if (isNumberRow(row)) return conditionOfNumber(row)
  switch (row.on) {
    case 'first':
      return { variable: NUMBER_SUBJECTS.purchases.variable, rule: COMPARISONS.exactly, value: 0 }
    case 'weekday':
      return { variable: TEXTS.weekday, rule: row.is ? 'in' : 'not_in', value: row.days }
    case 'hour':
      return negatedUnless(row.is, conditionOfHours(row.from, row.to))
    case 'date':
    case 'since':
      return negatedUnless(row.is, { variable: TEXTS[row.on], rule: 'between', value: [row.from, row.to] })
    case 'tag':
      return negatedUnless(row.is, { variable: TEXTS.tag, rule: 'contains', value: row.tag })
  }
}

/** A night, from 22 to 4, is what is late or early. */
function conditionOfHours(from: number, to: number): unknown {
  const variable = TEXTS.hour
  if (from <= to) return { variable, rule: 'between', value: [from, to] }
  return {
    any: [
      { variable, rule: COMPARISONS.at_least, value: from },
      { variable, rule: COMPARISONS.at_most, value: to },
    ],
  }
}

function negatedUnless(is: boolean, condition: unknown): unknown {
  return is ? condition : { not: condition }
}

function conditionOfNumber(row: NumberRow): unknown {
  const { variable } = NUMBER_SUBJECTS[row.on]
  if (row.test === 'between') return { variable, rule: 'between', value: [row.value, row.to] }
  // Written so, it is not yet their first purchase: whoever types 0 here goes on typing.
  if (row.on === 'purchases' && row.test === 'exactly' && row.value === 0) return { variable, rule: 'in', value: [0] }
  return { variable, rule: COMPARISONS[row.test], value: row.value }
}

/**
 * When a rule gives something, or undefined if the builder cannot show it.
 *
 * @param ofRule the variable of the rule, for conditions without one of their own
 */
export function readWhen(condition: unknown, ofRule: unknown): When | undefined {
  if (condition === undefined) return { match: 'all', rows: [] }
  if (!isObject(condition)) return undefined
  const single = readRow(condition, ofRule)
  if (single) return { match: 'all', rows: [single] }
  const match = (['all', 'any'] as const).find((name) => Array.isArray(condition[name]))
  if (match === undefined) return undefined
  const conditions = condition[match] as readonly unknown[]
  if (Object.keys(condition).length > 1 || conditions.length === 0) return undefined
  const rows = conditions.flatMap((one) => readRow(one, ofRule) ?? [])
  return rows.length === conditions.length ? { match, rows } : undefined
}

function readRow(condition: unknown, ofRule: unknown): ConditionRow | undefined {
  if (!isObject(condition)) return undefined
  if (Object.keys(condition).length === 1 && 'not' in condition) {
    const row = readRow(condition.not, ofRule)
    return row && 'is' in row && row.is ? { ...row, is: false } : undefined
  }
  if (Array.isArray(condition.any)) return readNight(condition)
  const { variable = ofRule, rule, value, ...others } = condition
  if (Object.keys(others).length > 0) return undefined
  switch (variable) {
    case TEXTS.weekday:
      return readWeekdays(rule, value)
    case TEXTS.hour:
      return readHours(rule, value)
    case TEXTS.date:
      return readDates('date', rule, value)
    case TEXTS.since:
      return readDates('since', rule, value)
    case TEXTS.tag:
      return rule === 'contains' && isText(value) ? { on: 'tag', is: true, tag: value } : undefined
    default:
      return readNumberRow(variable, rule, value)
  }
}

function isText(value: unknown): value is Typed<string> {
  return (typeof value === 'string' && value !== '') || isUnreadable(value)
}

function readWeekdays(rule: unknown, value: unknown): ConditionRow | undefined {
  const isList = rule === 'in' || rule === 'not_in'
  const isOne = rule === 'string_equals' || rule === 'string_not_equals'
  const days = isList ? value : isOne ? [value] : undefined
  if (!areTexts(days)) return undefined
  const known = WEEKDAYS.filter((day) => days.includes(day))
  const is = rule === 'in' || rule === 'string_equals'
  return known.length === days.length ? { on: 'weekday', is, days: known } : undefined
}

function readHours(rule: unknown, value: unknown): ConditionRow | undefined {
  const [from, to] = readEnds(rule, value) ?? []
  return isHour(from) && isHour(to) && from <= to ? { on: 'hour', is: true, from, to } : undefined
}

/** Hours over midnight, as `conditionOfHours` writes them. */
function readNight(condition: Readonly<Record<string, unknown>>): ConditionRow | undefined {
  const [from, to] = (condition.any as readonly unknown[]).map((end) => (isObject(end) ? end.value : undefined))
  if (!isHour(from) || !isHour(to) || from <= to) return undefined
  return isSameJson(condition, conditionOfHours(from, to)) ? { on: 'hour', is: true, from, to } : undefined
}

function isHour(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 24 && !Object.is(value, -0)
}

function readDates(on: 'date' | 'since', rule: unknown, value: unknown): ConditionRow | undefined {
  const [from, to] = readEnds(rule, value) ?? []
  return isDay(from) && isDay(to) ? { on, is: true, from, to } : undefined
}

function isDay(value: unknown): value is Typed<string> {
  return isUnreadable(value) || (typeof value === 'string' && dayIn(value) !== undefined)
}

function readEnds(rule: unknown, value: unknown): readonly unknown[] | undefined {
  return rule === 'between' && Array.isArray(value) && value.length === 2 ? value : undefined
}

function readNumberRow(variable: unknown, rule: unknown, value: unknown): ConditionRow | undefined {
  const on = (Object.keys(NUMBER_SUBJECTS) as NumberSubject[]).find(
    (name) => NUMBER_SUBJECTS[name].variable === variable,
  )
  if (on === undefined) return undefined
  const { kind } = NUMBER_SUBJECTS[on]
  const ends = readEnds(rule, value)?.map((end) => readNumber(end, kind))
  if (ends) {
    const [low, to] = ends
    return low === undefined || to === undefined ? undefined : { on, test: 'between', value: low, to }
  }
  if (on === 'purchases' && rule === 'in' && Array.isArray(value) && value.length === 1 && Object.is(value[0], 0)) {
    return { on, test: 'exactly', value: 0 }
  }
  const test = (Object.keys(COMPARISONS) as Comparison[]).find((name) => COMPARISONS[name] === rule)
  const number = readNumber(value, kind)
  if (test === undefined || number === undefined) return undefined
  return on === 'purchases' && test === 'exactly' && number === 0 ? { on: 'first' } : { on, test, value: number }
}
