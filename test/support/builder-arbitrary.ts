import fc from 'fast-check'
import type { PurchaseCompleted } from '#domain/campaigns/campaign.ts'
import { COMPARISONS, type ConditionRow, NUMBER_SUBJECTS, WEEKDAYS } from '#web/campaigns/builder/conditions.ts'
import { type Give, GROUP, PERCENT, POINTS } from '#web/campaigns/builder/give.ts'
import type { Matching } from '#web/campaigns/builder/matching.ts'
import type { RuleRow } from '#web/campaigns/builder/rule-row.ts'
import type { Typed } from '#web/campaigns/builder/typed.ts'
import type { NumberKind } from '#web/format/numbers.ts'
import { purchase } from './campaign-examples.ts'

/** What somebody has typed and not finished. */
const unreadable = fc.record({
  typed: fc.oneof(fc.constantFrom('', '1.', '-', '5', '10/100', '"', '\\', ', 5)'), fc.string()),
})

type Options = { areFinished: boolean }

/** Rules as the builder shows them: all that it offers, and with `areFinished: false` also such as are still being typed. */
export function ruleRows({ areFinished }: Options): fc.Arbitrary<RuleRow> {
  const rows = fc.tuple(gives({ areFinished }), matchings({ areFinished }), conditions({ areFinished }))
  return rows
    .map(([give, matching, when]) => ({ give, matching, when }))
    .filter(({ give, matching, when }) => {
      const subjects = ['of' in give ? give.of : '', ...when.rows.map(({ on }) => on)]
      return matching.by !== 'all' || !subjects.some((subject) => subject.startsWith('matched'))
    })
}

function numbers({ min, max, decimals }: NumberKind, { areFinished }: Options): fc.Arbitrary<Typed<number>> {
  const scale = 10 ** Math.min(decimals, 2)
  const finished = fc
    .oneof(
      fc.integer({ min: min * scale, max: Math.min(max, 5_000) * scale }),
      fc.constantFrom(min * scale, max * scale),
    )
    .map((scaled) => scaled / scale)
  return areFinished ? finished : fc.oneof(finished, unreadable)
}

function gives(options: Options): fc.Arbitrary<Give> {
  const points = numbers(POINTS, options)
  const pieces = fc.constantFrom('pieces' as const, 'matchedPieces' as const)
  const amount = fc.oneof(
    fc.record({
      by: fc.constant('share' as const),
      percent: numbers(PERCENT, options),
      of: fc.constantFrom('price' as const, 'paid' as const, 'matchedPrice' as const, 'matchedPaid' as const),
    }),
    fc.record({
      by: fc.constant('unit' as const),
      points,
      of: fc.constantFrom('price' as const, 'paid' as const, 'matchedPrice' as const, 'matchedPaid' as const),
    }),
    fc.record({ by: fc.constant('fixed' as const), points }),
    fc.record({ by: fc.constant('piece' as const), points, of: pieces }),
    fc.record({ by: fc.constant('group' as const), points, size: numbers(GROUP, options), of: pieces }),
  )
  const limited = fc.tuple(amount, numbers(POINTS, options)).map(([give, limit]) => ({ ...give, limit }))
  return fc.oneof(amount, limited)
}

const labels = fc.constantFrom('unicorns', 'kits', 'gold', 'x-1', '1')

function matchings({ areFinished }: Options): fc.Arbitrary<Matching> {
  return fc.oneof(
    fc.record({ by: fc.constant('all' as const) }),
    fc.record({
      by: fc.constantFrom('products' as const, 'categories' as const, 'tags' as const),
      except: fc.boolean(),
      values: fc.uniqueArray(labels, { minLength: areFinished ? 1 : 0, maxLength: 4 }),
    }),
  )
}

const days = fc.constantFrom('2000-01-01', '2026-11-28', '2026-11-29', '2028-02-29', '2999-12-31')

function conditions(options: Options): fc.Arbitrary<RuleRow['when']> {
  const match = fc.constantFrom('all' as const, 'any' as const)
  return fc
    .record({ match, rows: fc.array(conditionRows(options), { maxLength: 4 }) })
    .map((when) => (when.rows.length === 0 ? { ...when, match: 'all' } : when))
}

function conditionRows(options: Options): fc.Arbitrary<ConditionRow> {
  const day = options.areFinished ? days : fc.oneof(days, unreadable)
  const hour = fc.integer({ min: 0, max: 23 })
  const is = fc.boolean()
  const comparing = (Object.keys(NUMBER_SUBJECTS) as (keyof typeof NUMBER_SUBJECTS)[]).map((on) => {
    const value = numbers(NUMBER_SUBJECTS[on].kind, options)
    const test = fc.constantFrom(...(Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[]))
    return fc.oneof(
      fc.record({ on: fc.constant(on), test, value }),
      fc.record({ on: fc.constant(on), test: fc.constant('between' as const), value, to: value }),
    )
  })
  return fc.oneof(
    ...comparing,
    fc.constant({ on: 'first' as const }),
    fc.record({
      on: fc.constant('weekday' as const),
      is,
      days: fc.subarray([...WEEKDAYS], { minLength: options.areFinished ? 1 : 0 }),
    }),
    fc.record({ on: fc.constant('hour' as const), is, from: hour, to: hour }),
    fc.record({ on: fc.constantFrom('date' as const, 'since' as const), is, from: day, to: day }),
    fc.record({
      on: fc.constant('tag' as const),
      is,
      tag: options.areFinished ? labels : fc.oneof(labels, unreadable),
    }),
  )
}

const paths = fc.constantFrom('$.total', '$.amount', '$.quantity', '$.matched.total', '$.matched.quantity', '$.colour')
const factors = fc.constantFrom('1', '2', '4', '5', '0.2', '0.125', '10', '0.10', '1.00001', '007', '9'.repeat(30))

/** Formulas that mean what the builder shows, or nearly so, written in other ways than it would. */
const formulas = fc.oneof(
  fc.tuple(paths, fc.constantFrom('*', '/', ' * ', ' / ', '+'), factors).map((parts) => parts.join('')),
  fc.tuple(paths, factors).map(([path, factor]) => `min(${path}*${factor}/100,50)`),
  fc.tuple(factors, paths).map(([factor, path]) => `floor(${path}/3)*${factor}`),
  paths,
  factors,
)

const compared = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        variable: fc.constantFrom('$.total', '$.amount', '$.quantity', '$.customer.purchases'),
        rule: fc.constantFrom(...Object.values(COMPARISONS)),
        value: fc.constantFrom(0, 1, 3, 100, 1700, 5, 0.5, -1, 1e21),
      },
      { requiredKeys: ['rule', 'value'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      variable: fc.constant('$.productId'),
      rule: fc.constant('string_equals'),
      value: fc.constantFrom('1', 'air'),
    }),
  },
)

const ofLines = fc.oneof(
  fc.record({
    variable: fc.constant('@.productId'),
    rule: fc.constantFrom('string_equals', 'string_not_equals'),
    value: fc.constantFrom('1', 'air'),
  }),
  fc.record({
    variable: fc.constant('@.productId'),
    rule: fc.constantFrom('in', 'not_in'),
    value: fc.uniqueArray(fc.constantFrom('1', '4', 'air'), { minLength: 1 }),
  }),
  fc.record({
    variable: fc.constantFrom('@.categories', '@.tags'),
    rule: fc.constant('contains'),
    value: labels,
  }),
)
const chosenLines = fc.oneof(
  ofLines,
  fc.record({ not: ofLines }),
  fc.record({ any: fc.array(ofLines, { minLength: 1, maxLength: 3 }) }),
)

const weekday = fc.constantFrom(...WEEKDAYS)
const ofCalendar = fc.oneof(
  fc.record({
    variable: fc.constant('$.local.weekday'),
    rule: fc.constantFrom('string_equals', 'string_not_equals'),
    value: weekday,
  }),
  fc.record({
    variable: fc.constant('$.local.weekday'),
    rule: fc.constantFrom('in', 'not_in'),
    value: fc.uniqueArray(weekday, { minLength: 1 }),
  }),
  fc.record({
    variable: fc.constant('$.local.hour'),
    rule: fc.constant('between'),
    value: fc.tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 24 })),
  }),
)

const conditionsByHand = fc.oneof(compared, ofCalendar, fc.record({ not: fc.oneof(compared, ofCalendar) }))

/** Rules that operators may have written by hand, many of which the builder can show. */
export const handWritten: fc.Arbitrary<unknown> = fc.record(
  {
    variable: fc.constantFrom('$.amount', '$.quantity'),
    condition: fc.oneof(
      conditionsByHand,
      fc.record({ all: fc.array(conditionsByHand, { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(conditionsByHand, { minLength: 1, maxLength: 3 }) }),
    ),
    lines: chosenLines,
    action: fc.record({ command: fc.constant('issue'), formula: formulas }),
  },
  { requiredKeys: ['variable', 'condition', 'action'] },
)

/** Purchases for which such rules give something, or nothing. */
export const purchases: fc.Arbitrary<PurchaseCompleted> = fc
  .record({
    lines: fc.array(
      fc.record({
        productId: fc.constantFrom('1', '4', 'air', 'kit'),
        quantity: fc.integer({ min: 1, max: 5 }),
        price: fc.constantFrom(0.5, 3, 100, 1700),
        categories: fc.uniqueArray(labels, { maxLength: 2 }),
        tags: fc.uniqueArray(labels, { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    purchases: fc.integer({ min: 0, max: 5 }),
    paid: fc.constantFrom(1, 0.5, 0),
    local: fc.record({ weekday, hour: fc.integer({ min: 0, max: 23 }), date: days }),
  })
  .map(({ lines, purchases, paid, local }) => {
    const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0)
    return purchase({
      total,
      amount: total * paid,
      quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
      productId: lines[0]?.productId,
      lines: lines.map((line) => ({ ...line, total: line.price * line.quantity })),
      customer: { purchases, tags: [], since: '2026-11-01' },
      local,
    })
  })
