import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition, Rule } from '#domain/campaigns/condition.ts'
import { Evaluation } from '#domain/campaigns/evaluation.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'
import { localFacts } from '#domain/campaigns/local-time.ts'
import { CompiledRule, checkRules, evaluateRule } from '#domain/campaigns/rules.ts'
import { samplePurchases } from '#domain/campaigns/sample-purchases.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import { campaign, evaluated, giving, purchase, SAVED_AT } from '#test/support/campaign-examples.ts'
import { events, nearlyRules, RUNS } from '#test/support/campaigns-arbitrary.ts'

const VARIABLES = ['$.a', "$['a']", '$.b']
const NUMBERS = [-1, 0, 1]
const TEXTS = ['x', 'y']
const NUMERIC = [
  'numeric_greater_than',
  'numeric_greater_than_equals',
  'numeric_less_than',
  'numeric_less_than_equals',
  'numeric_equals',
] as const

const variable = fc.constantFrom(...VARIABLES)
const text = fc.constantFrom(...TEXTS)
const number = fc.constantFrom(...NUMBERS)
const some = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { minLength: 1, maxLength: 2 })
const IN = fc.constantFrom('in' as const, 'not_in' as const)
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ variable, rule: fc.constantFrom(...NUMERIC), value: number }) },
  { weight: 1, arbitrary: fc.record({ variable, rule: IN, value: some(number) }) },
  {
    weight: 1,
    arbitrary: fc.record({ variable, rule: fc.constant('between' as const), value: fc.tuple(number, number) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      variable,
      rule: fc.constantFrom('string_equals' as const, 'string_not_equals' as const),
      value: text,
    }),
  },
  { weight: 1, arbitrary: fc.record({ variable, rule: IN, value: some(text) }) },
  { weight: 1, arbitrary: fc.record({ variable, rule: fc.constant('exists' as const), value: fc.boolean() }) },
)
const ofTextRanges = fc.record({ variable, rule: fc.constant('between' as const), value: fc.tuple(text, text) })
const ofParts = fc.record({
  variable,
  rule: fc.constant('contains' as const),
  value: fc.constantFrom(...TEXTS, 'xy'),
})

function conditionsOver(leaves: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaves,
      fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
      fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('condition') }),
    ),
  })).condition
}

/** For each variable a value at, between and beyond what it is compared with, of every kind, and none. */
const VALUES = [
  ...[-1.5, -1, -0.5, 0, 0.5, 1, 1.5],
  ...['', 'w', 'x', 'xy', 'xz', 'y', 'yx', 'z', 'zx', 'zy'],
  ...[[], ['x'], ['y'], ['x', 'y'], ['xy'], ['x', 'xy'], ['y', 'xy'], ['x', 'y', 'xy']],
  ...[null, undefined],
]
const EVERY_EVENT = VALUES.flatMap((a) => VALUES.map((b) => jsonCopy({ a, b }) ?? null))

const other = { client: 'Other', eventTypes: ['Thing'] }

/** Members of purchases, and whether there is one in which they are a certain number. */
const POSSIBLE: Record<string, (value: number) => boolean> = {
  '$.quantity': (value) => Number.isInteger(value) && value >= 1 && value <= 20_000,
  '$.lines[0].quantity': (value) => Number.isInteger(value) && value >= 1 && value <= 1_000,
  '$.amount': (value) => value >= 0,
  '$.total': (value) => value > 0,
  '$.lines[0].price': (value) => value > 0,
}
const EDGES = [-1, 0, 0.5, 1, 2, 3, 4, 19.99, 1_000, 1_001, 1_700, 20_000, 20_001]

describe('what is warned of a formula', () => {
  test('that divides by zero at one number: if, and only if, a purchase that its condition lets through has it', () => {
    const edge = fc.constantFrom(...EDGES)
    const tried = fc.constantFrom(...Object.keys(POSSIBLE)).chain((path) => {
      const leaf = fc.record({ variable: fc.constant(path), rule: fc.constantFrom(...NUMERIC), value: edge })
      const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
        condition: fc.oneof(
          { maxDepth: 2, withCrossShrink: true },
          leaf,
          fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
          fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
          fc.record({ not: tie('condition') }),
        ),
      }))
      return fc.record({ path: fc.constant(path), condition, root: edge })
    })
    const isSomebody = fc.constantFrom<Condition[]>(
      [],
      [{ variable: '$.productId', rule: 'string_equals', value: 'air' }],
      [{ variable: '$.username', rule: 'string_equals', value: 'amara' }],
    )
    let warned = 0
    fc.assert(
      fc.property(tried, isSomebody, ({ path, condition, root }, others) => {
        const event = purchase({ [path.slice(2)]: root, lines: [{ quantity: root, price: root }] })
        const isLetThrough = evaluated({ rules: [giving('1', condition)] }, event).earned > 0
        const rules = [giving(`1 / (${path} - ${root})`, { all: [condition, ...others] })]
        const isWarned = warningsOf(campaign({ rules }), SAVED_AT).some(({ message }) =>
          message.startsWith('divides by zero, as'),
        )
        expect(isWarned).toBe(isLetThrough && POSSIBLE[path]?.(root))
        if (isWarned) warned += 1
      }),
      RUNS,
    )
    expect(warned).toBeGreaterThan(100)
    expect(warned).toBeLessThan(900)
  })

  /** What the rules of version 2 look at, whether there is a purchase in which it is a certain number, and members that make it that. */
  const ALSO_POSSIBLE: Record<string, { isPossible: (value: number) => boolean; having: (value: number) => object }> = {
    '$.customer.purchases': {
      isPossible: (value) => Number.isInteger(value) && value >= 0,
      having: (purchases) => ({ customer: { purchases, tags: [], since: '2026-01-31' } }),
    },
    '$.local.hour': {
      isPossible: (value) => Number.isInteger(value) && value >= 0 && value <= 23,
      having: (hour) => ({ local: { hour, weekday: 'monday', date: '2026-11-30' } }),
    },
    'sum($.lines[*].quantity)': {
      isPossible: (value) => Number.isInteger(value) && value >= 1 && value <= 20_000,
      having: (quantity) => ({ lines: [{ productId: '1', quantity, price: 1 }] }),
    },
    '$.matched.quantity': {
      isPossible: (value) => Number.isInteger(value) && value >= 1 && value <= 20_000,
      having: (quantity) => ({ lines: [{ productId: '1', quantity, price: 1 }] }),
    },
    'count($.lines[*])': {
      isPossible: (value) => Number.isInteger(value) && value >= 1 && value <= 20,
      having: (count) => ({
        lines: Array.from({ length: Math.floor(Math.max(0, Math.min(count, 2_000))) }, () => ({})),
      }),
    },
  }

  test('that divides by zero at a number of customers, clocks and lines, likewise', () => {
    const edge = fc.constantFrom(-1, 0, 0.5, 1, 2, 3, 4, 19, 20, 23, 24, 1_000)
    const tried = fc.constantFrom(...Object.keys(ALSO_POSSIBLE)).chain((path) => {
      const leaf = fc.oneof(
        fc.record({ variable: fc.constant(path), rule: fc.constantFrom(...NUMERIC), value: edge }),
        fc.record({ variable: fc.constant(path), rule: IN, value: some(edge) }),
        fc.record({ variable: fc.constant(path), rule: fc.constant('between' as const), value: fc.tuple(edge, edge) }),
      )
      return fc.record({ path: fc.constant(path), condition: conditionsOver(leaf), root: edge })
    })
    const lines = { variable: '@.productId', rule: 'in', value: ['1', 'air'] } as const
    const zone = fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York')
    let warned = 0
    fc.assert(
      fc.property(tried, zone, ({ path, condition, root }, timeZone) => {
        const { isPossible, having } = ALSO_POSSIBLE[path] ?? { isPossible: () => false, having: () => ({}) }
        const ofLines = path.startsWith('$.matched') ? { lines } : {}
        const event = purchase({ ...having(root) })
        const isLetThrough = evaluated({ rules: [{ ...ofLines, ...giving('1', condition) }] }, event).earned > 0
        const rules = [{ ...ofLines, ...giving(`1 / (${path} - ${root})`, condition) }]
        const isWarned = warningsOf(campaign({ rules, timeZone }), SAVED_AT).some(({ message }) =>
          message.startsWith('divides by zero, as'),
        )
        expect(isWarned).toBe(isPossible(root) && isLetThrough)
        if (isWarned) warned += 1
      }),
      RUNS,
    )
    expect(warned).toBeGreaterThan(100)
    expect(warned).toBeLessThan(900)
  })

  test('that divides by zero is true of a purchase that can be had: its sums are those of its lines', () => {
    const named = fc.record({
      segments: fc.constantFrom(
        ['quantity'],
        ['total'],
        ['amount'],
        ['lines', 2, 'price'],
        ['lines', 0, 'quantity'],
        ['lines', '*'],
        ['lines', 'tags'],
        ['matched', 'total'],
        ['customer', 'purchases'],
        ['customer', 'since'],
        ['local', 'hour'],
        ['local', 'date'],
        ['local', 'weekday'],
        ['productId'],
      ),
      value: fc.oneof(
        fc.constantFrom<number | string>(
          ...EDGES,
          'air',
          'New',
          '',
          '2026-02-28',
          '2026-02-31',
          '9999-12-31',
          '0000-01-01',
        ),
        fc.double({ noNaN: true }),
      ),
    })
    fc.assert(
      fc.property(fc.array(named, { maxLength: 4 }), (all) => {
        for (const { event } of samplePurchases(all, 'Asia/Kathmandu')) {
          const { amount, total, quantity, productId, lines, customer } = event
          expect(localFacts(event.occurredAt, 'Asia/Kathmandu')).toBeDefined()
          expect(Number.isInteger(customer.purchases) && customer.purchases >= 0).toBe(true)
          for (const label of [customer, ...lines].flatMap(({ tags }) => tags)) expect(label).toMatch(/^[a-z0-9-]+$/)
          for (const line of lines) expect(line.total).toBeCloseTo(line.quantity * line.price, 6)
          expect(lines.length >= 1 && lines.length <= 20).toBe(true)
          expect(new Set(lines.map((line) => line.productId)).size).toBe(lines.length)
          expect(lines.every((line) => line.price > 0 && POSSIBLE['$.lines[0].quantity']?.(line.quantity))).toBe(true)
          expect(quantity).toBe(lines.reduce((sum, line) => sum + line.quantity, 0))
          expect(total).toBeCloseTo(
            lines.reduce((sum, line) => sum + line.quantity * line.price, 0),
            6,
          )
          expect(Math.round(total * 10_000) / 10_000).toBe(total)
          expect(amount >= 0 && amount <= total).toBe(true)
          expect(productId).toBe(lines[0]?.productId)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('what is warned of a condition', () => {
  // Of parts and of ranges of texts together, it is only true.
  test.each([
    ['numbers, lists and ranges of texts', conditionsOver(fc.oneof(comparison, comparison, ofTextRanges))],
    ['numbers, lists and parts of texts', conditionsOver(fc.oneof(comparison, comparison, ofParts))],
  ])('is exact of %s: it can never hold if, and only if, no event fulfils it', (_, conditions) => {
    let never = 0
    fc.assert(
      fc.property(conditions, (tried) => {
        const rules = [giving('1', tried)]
        const isWarned = warningsOf(campaign({ ...other, rules }), SAVED_AT).some(
          ({ path }) => path === 'rules/0/condition',
        )
        const rule = new CompiledRule(giving('1', tried))
        const matches = EVERY_EVENT.some((event) => evaluateRule(rule, new Evaluation(event)).outcome === 'gave')
        expect(isWarned).toBe(!matches)
        if (isWarned) never += 1
      }),
      RUNS,
    )
    // Both of them occur.
    expect(never).toBeGreaterThan(50)
    expect(never).toBeLessThan(950)
  })

  test('is true of any event, whatever is in it, of any rules', () => {
    fc.assert(
      fc.property(nearlyRules, events, (given, event) => {
        const checked = checkRules(given)
        if (!checked.ok) return
        const { rules } = checked
        const warnings = warningsOf(campaign({ ...other, rules }), SAVED_AT)
        const outcomes = evaluated({ rules }, { ...event, type: 'Thing', client: 'Other' }).rules
        for (const { path } of warnings) {
          const [, index, part, ...further] = path.split('/')
          const outcome = outcomes[Number(index)]
          const given = outcome?.outcome === 'gave' ? outcome.exact : '0'
          // What is odd about a single value says nothing of the rule.
          const isOfRule = part === 'action' || further.length === 0
          if (isOfRule) expect(given).toBe('0')
        }
      }),
      RUNS,
    )
  })

  test('has a place in the rules, whatever they are, for purchases and for events of others', () => {
    let placed = 0
    fc.assert(
      fc.property(nearlyRules, fc.constantFrom({}, other), (given, terms) => {
        const checked = checkRules(given)
        if (!checked.ok) return
        const { rules } = checked
        for (const { path, message } of warningsOf(campaign({ ...terms, rules }), SAVED_AT)) {
          const found = path
            .split('/')
            .slice(1)
            .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], rules)
          expect(found, `${path}: ${message}`).toBeDefined()
          expect(message).not.toBe('')
          placed += 1
        }
      }),
      { numRuns: 300 },
    )
    expect(placed).toBeGreaterThan(50)
  })

  test('is true of every purchase', () => {
    let [gave, warned] = [0, 0]
    const amount = fc.integer({ min: 0, max: 100_000 }).map((minor) => minor / 100)
    const labels = fc.uniqueArray(fc.constantFrom('unicorns', 'new'), { maxLength: 2 })
    const line = fc.record({
      productId: fc.constantFrom('1', '2'),
      quantity: fc.integer({ min: 1, max: 5 }),
      price: amount,
      total: amount,
      categories: labels,
      tags: labels,
    })
    const facts = fc.record({
      customer: fc.record({ purchases: fc.nat(3), tags: labels, since: fc.constantFrom('2026-01-31', '2026-11-01') }),
      local: fc.record({
        weekday: fc.constantFrom('monday', 'saturday'),
        hour: fc.integer({ min: 0, max: 23 }),
        date: fc.constantFrom('2026-11-28', '2026-11-30'),
      }),
    })
    const purchases = fc
      .record({ amount, total: amount, lines: fc.array(line, { minLength: 1, maxLength: 3 }), facts })
      .map(({ lines, facts, ...sums }) =>
        purchase({
          ...sums,
          ...facts,
          lines,
          quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
          productId: lines[0]?.productId,
        }),
      )
    const path = fc.constantFrom(
      '$.amount',
      '$.quantity',
      '$.lines[0].price',
      '$.lines[1].quantity',
      '$.lines',
      '$.type',
      '$.productId',
      '$.customer',
      '$.customer.purchases',
      '$.customer.tags',
      '$.customer.tags[0]',
      '$.customer.since',
      '$.local.weekday',
      '$.local.hour',
      '$.local.date',
      '$.matched.total',
      '$.lines[0].categories',
    )
    const aggregate = fc.constantFrom(
      'sum($.lines[*].quantity)',
      'count($.lines[*].tags[*])',
      'min($.lines[*].price)',
      'max($.lines[*].colour)',
      'count($.lines[*].colour)',
      'sum($.lines[*].productId)',
      'sum($.amount[*])',
      'sum($.customer.tags[*])',
      'count($.customer.tags[*][*])',
      'max($.customer.tags[*][*])',
      'sum($.lines[*].price[*])',
    )
    const lineVariable = fc.constantFrom(
      '@.price',
      '@.quantity',
      '@.productId',
      '@.tags',
      '@.categories[0]',
      '@.colour',
    )
    const numeric = fc.constantFrom(-1, 0, 1, 2, 23, 24, 500)
    const textual = fc.constantFrom(
      '1',
      'PurchaseCompleted',
      'saturday',
      'Saturday',
      'unicorns',
      'New',
      '2026-11-28',
      '28.11.2026',
      '',
    )
    const leafOf = (ofNumbers: fc.Arbitrary<string>, ofAnything: fc.Arbitrary<string>) =>
      fc.oneof(
        fc.record({ variable: ofNumbers, rule: fc.constantFrom(...NUMERIC), value: numeric }),
        fc.record({ variable: ofNumbers, rule: fc.constant('between' as const), value: fc.tuple(numeric, numeric) }),
        fc.record({ variable: ofNumbers, rule: IN, value: some(numeric) }),
        fc.record({
          variable: ofAnything,
          rule: fc.constantFrom('string_equals' as const, 'string_not_equals' as const, 'contains' as const),
          value: textual,
        }),
        fc.record({ variable: ofAnything, rule: fc.constant('between' as const), value: fc.tuple(textual, textual) }),
        fc.record({ variable: ofAnything, rule: IN, value: some(textual) }),
        fc.record({ variable: ofAnything, rule: fc.constant('exists' as const), value: fc.boolean() }),
      ) as fc.Arbitrary<Condition>
    const leaf = leafOf(fc.oneof(path, aggregate), path)
    const lines = fc.option(leafOf(lineVariable, lineVariable), { nil: undefined })
    const formula = fc.constantFrom(
      ...['1', '$.amount/10', '$.total/0', '$.username', '$.lines[0].price', '$.colour', '$.customer.purchases'],
      ...['sum($.lines[*].price)', 'sum($.lines[*].colour)', 'max($.lines[*].tags)', '$.matched.amount', '$.local'],
      ...['1 + sum($.customer.tags[*])', '1 + count($.customer.tags[*][*])', '1 + sum($.lines[*].tags[*].colour)'],
    )
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(leaf, { minLength: 1, maxLength: 3 }),
        lines,
        formula,
        purchases,
        (isAny, leaves, lines, text, event) => {
          const rules: Rule[] = [
            { ...(lines && { lines }), ...giving(text, isAny ? { any: leaves } : { all: leaves }) },
          ]
          if (!checkRules(rules).ok) return
          const [outcome] = evaluated({ rules }, event).rules
          if (outcome?.outcome === 'gave' && Number(outcome.exact.split('/')[0]) > 0) gave += 1
          for (const { path, message } of warningsOf(campaign({ rules }), SAVED_AT)) {
            const isOfRule = /^rules\/0\/(?:lines|condition|action\/formula)$/.test(path)
            if (!isOfRule || message.startsWith('divides by zero, as')) continue
            warned += 1
            if (outcome?.outcome === 'gave') expect(outcome.exact, message).toBe('0')
          }
        },
      ),
      { numRuns: 5_000 },
    )
    expect(gave).toBeGreaterThan(50)
    expect(warned).toBeGreaterThan(100)
  })
})
