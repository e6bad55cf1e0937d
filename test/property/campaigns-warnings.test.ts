import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '#domain/campaigns/condition.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { samplePurchases } from '#domain/campaigns/sample-purchases.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import { campaign, evaluated, giving, purchase } from '#test/support/campaign-examples.ts'
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
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ variable, rule: fc.constantFrom(...NUMERIC), value: fc.constantFrom(...NUMBERS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ variable, rule: fc.constant('string_equals' as const), value: fc.constantFrom(...TEXTS) }),
  },
)
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
}))

/** For each variable a value at, between and beyond what it is compared with, a text of each and another one, and none. */
const VALUES = [-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 'x', 'y', 'z', undefined]
const EVERY_EVENT = VALUES.flatMap((a) => VALUES.map((b) => ({ a, b })))

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
        const isWarned = warningsOf(campaign({ rules })).some(({ message }) =>
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

  test('that divides by zero is true of a purchase that can be had: its sums are those of its lines', () => {
    const named = fc.record({
      segments: fc.constantFrom(
        ['quantity'],
        ['total'],
        ['amount'],
        ['lines', 2, 'price'],
        ['lines', 0, 'quantity'],
        ['productId'],
      ),
      value: fc.oneof(fc.constantFrom<number | string>(...EDGES, 'air'), fc.double({ noNaN: true })),
    })
    fc.assert(
      fc.property(fc.array(named, { maxLength: 4 }), (all) => {
        for (const { event } of samplePurchases(all)) {
          const { amount, total, quantity, productId, lines } = event
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
  test('is exact: it can never hold if, and only if, no event fulfils it', () => {
    let never = 0
    fc.assert(
      fc.property(condition, (tried) => {
        const rules = [giving('1', tried)]
        const isWarned = warningsOf(campaign({ ...other, rules })).length > 0
        const matches = EVERY_EVENT.some(
          (members) => evaluated({ rules }, purchase({ ...other, ...members })).earned > 0,
        )
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
        const warnings = warningsOf(campaign({ ...other, rules }))
        const outcomes = evaluated({ rules }, { ...event, type: 'Thing', client: 'Other' }).rules
        for (const { path } of warnings) {
          const [, index, part] = path.split('/')
          const outcome = outcomes[Number(index)]
          const given = outcome?.outcome === 'gave' ? outcome.exact : '0'
          if (part === 'condition' || part === 'action') expect(given).toBe('0')
        }
      }),
      RUNS,
    )
  })

  test('is true of every purchase', () => {
    const amount = fc.integer({ min: 0, max: 100_000 }).map((minor) => minor / 100)
    const line = fc.record({
      productId: fc.constantFrom('1', '2'),
      quantity: fc.integer({ min: 1, max: 5 }),
      price: amount,
    })
    const purchases = fc
      .record({ amount, total: amount, lines: fc.array(line, { minLength: 1, maxLength: 3 }) })
      .map(({ lines, ...sums }) =>
        purchase({
          ...sums,
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
    )
    const leaf = fc.oneof(
      fc.record({ variable: path, rule: fc.constantFrom(...NUMERIC), value: fc.constantFrom(-1, 0, 1, 2, 500) }),
      fc.record({
        variable: path,
        rule: fc.constant('string_equals' as const),
        value: fc.constantFrom('1', 'PurchaseCompleted'),
      }),
    )
    const formula = fc.constantFrom('1', '$.amount/10', '$.total/0', '$.username', '$.lines[0].price', '$.colour')
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 3 }), formula, purchases, (all, text, event) => {
        const rules = [giving(text, { all })]
        const [warning] = warningsOf(campaign({ rules }))
        const [outcome] = evaluated({ rules }, event).rules
        const isCertain = warning !== undefined && !warning.message.startsWith('divides by zero, as')
        if (isCertain) expect(outcome?.outcome).not.toBe('gave')
      }),
      RUNS,
    )
  })
})
