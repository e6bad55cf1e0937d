import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CampaignEvent, evaluateCampaign, type RuleOutcome } from '#domain/campaigns/campaign.ts'
import { type Condition, NUMERIC_COMPARISONS, type Rule } from '#domain/campaigns/condition.ts'
import { AwardWork, Evaluation } from '#domain/campaigns/evaluation.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { CompiledRule, checkRules, evaluateRule } from '#domain/campaigns/rules.ts'
import { evaluated, giving, inOneGo, purchase, withoutCondition } from '#test/support/campaign-examples.ts'
import { events, nearlyRules, RUNS } from '#test/support/campaigns-arbitrary.ts'
import { truthOf } from '#test/support/condition-model.ts'
import * as model from '#test/support/rational-model.ts'

type Line = { productId: string; quantity: number; cents: number; tags: string[] }

const line: fc.Arbitrary<Line> = fc.record({
  productId: fc.constantFrom('1', '2', '4'),
  quantity: fc.integer({ min: 1, max: 1_000 }),
  cents: fc.integer({ min: 1, max: 10_000_000 }),
  tags: fc.uniqueArray(fc.constantFrom('new', 'sale'), { maxLength: 2 }),
})
const purchasedLines = fc.array(line, { minLength: 1, maxLength: 6 })

function eventOf(lines: readonly Line[], amountCents: number): CampaignEvent {
  return purchase({
    amount: amountCents / 100,
    lines: lines.map(({ cents, ...rest }) => ({ ...rest, price: cents / 100 })),
  })
}

function outcomeOf(rule: Rule, event: CampaignEvent): RuleOutcome {
  expect(checkRules([rule])).toEqual({ ok: true, rules: [rule] })
  const [outcome] = evaluated({ rules: [rule] }, event).rules
  if (!outcome) throw new Error('one rule has one outcome')
  return outcome
}

/** Rules that look at no line by its number. */
const rulesOfNoLine = nearlyRules.map((rules) => JSON.parse(JSON.stringify(rules).replaceAll('$.lines[0]', '$.a')))

describe('the order of the lines', () => {
  const shuffled = events.chain((event) => {
    const { lines } = event
    if (!Array.isArray(lines)) return fc.constant([event, event] as const)
    return fc
      .shuffledSubarray(lines, { minLength: lines.length })
      .map((others): readonly [CampaignEvent, CampaignEvent] => [event, { ...event, lines: others }])
  })

  test('makes no difference to what rules give, or why not, or to the steps that are left for others', () => {
    let chosen = 0
    fc.assert(
      fc.property(rulesOfNoLine, shuffled, (input, [event, other]) => {
        const checked = checkRules(input)
        // A text for `$.lines` as a whole has an order that is meant.
        if (!checked.ok) return
        const [work, otherWork] = [new AwardWork(), new AwardWork()]
        const of = (one: CampaignEvent, award: AwardWork) =>
          inOneGo(evaluateCampaign({ id: '7', rules: checked.rules }, jsonCopy(one), award))
        expect(of(other, otherWork)).toEqual(of(event, work))
        expect(otherWork.left).toBe(work.left)
        chosen += checked.rules.filter(({ lines }) => lines).length
      }),
      { numRuns: 3_000 },
    )
    expect(chosen).toBeGreaterThan(300)
  })

  test('makes none where the steps do not reach all of them either', () => {
    fc.assert(
      fc.property(rulesOfNoLine, shuffled, fc.nat(200), (input, [event, other], limit) => {
        const checked = checkRules(input)
        if (!checked.ok) return
        for (const rule of checked.rules) {
          const [one, two] = [event, other].map((seen) => {
            const evaluation = new Evaluation(jsonCopy(seen) ?? null, limit)
            return { result: evaluateRule(new CompiledRule(rule), evaluation), steps: evaluation.steps }
          })
          expect(two).toEqual(one)
          expect(one?.steps).toBeLessThanOrEqual(limit)
        }
      }),
      RUNS,
    )
  })
})

describe('of chosen lines', () => {
  const condition = fc.constantFrom<Condition>(
    { variable: '@.productId', rule: 'in', value: ['1', '4'] },
    { variable: '@.tags', rule: 'contains', value: 'sale' },
    { not: { variable: '@.tags', rule: 'contains', value: 'sale' } },
    { variable: '@.price', rule: 'between', value: [10, 50_000] },
    {
      all: [
        { variable: '@.productId', rule: 'not_in', value: ['2'] },
        { variable: '@.quantity', rule: 'numeric_less_than', value: 500 },
      ],
    },
  )

  const purchases = fc.record({
    lines: purchasedLines,
    amountCents: fc.integer({ min: 0, max: 10_000_000 }),
    lineCondition: condition,
  })

  test('total, amount, quantity and count are exactly what plain rational arithmetic makes of them', () => {
    let matched = 0
    fc.assert(
      fc.property(purchases, ({ lines, amountCents, lineCondition }) => {
        const event = eventOf(lines, amountCents)
        const chosen = lines.filter((one) => {
          const members: Record<string, unknown> = { ...one, price: one.cents / 100 }
          return truthOf(lineCondition, (path) => members[path.slice(2)]) === true
        })
        const cents = (some: readonly Line[]) =>
          some.reduce((sum, one) => sum + BigInt(one.cents) * BigInt(one.quantity), 0n)
        const expected: Record<string, model.Rational> = {
          total: model.decimal(cents(chosen), 2),
          amount: { n: BigInt(amountCents) * cents(chosen), d: 100n * cents(lines) },
          quantity: model.integer(chosen.reduce((sum, one) => sum + BigInt(one.quantity), 0n)),
          count: model.integer(BigInt(chosen.length)),
        }
        for (const [name, value] of Object.entries(expected)) {
          const outcome = outcomeOf({ lines: lineCondition, ...withoutCondition(`$.matched.${name}`) }, event)
          if (chosen.length === 0) expect(outcome).toEqual({ outcome: 'did_not_match' })
          else expect(outcome.outcome === 'gave' && model.isEqual(model.fromText(outcome.exact), value)).toBe(true)
        }
        if (chosen.length > 0) matched += 1
      }),
      RUNS,
    )
    expect(matched).toBeGreaterThan(300)
  })

  test('the parts of an amount that go to some lines, and to all others, are the amount', () => {
    fc.assert(
      fc.property(purchases, ({ lines, amountCents, lineCondition }) => {
        const event = eventOf(lines, amountCents)
        const parts = [lineCondition, { not: lineCondition }].map((one) => ({
          lines: one,
          ...withoutCondition('$.matched.amount'),
        }))
        const { exact } = evaluated({ rules: parts }, event)
        expect(model.isEqual(model.fromText(exact), model.decimal(BigInt(amountCents), 2))).toBe(true)
      }),
      RUNS,
    )
  })
})

describe('sums over lines', () => {
  test('are exactly what plain rational arithmetic makes of them', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const event = eventOf(lines, 0)
        const cents = lines.map((one) => BigInt(one.cents)).sort((a, b) => Number(a - b))
        const [least = 0n, most = 0n] = [cents[0], cents.at(-1)]
        const expected: Record<string, model.Rational | undefined> = {
          'sum($.lines[*].price)': model.decimal(
            cents.reduce((sum, one) => sum + one, 0n),
            2,
          ),
          'count($.lines[*])': model.integer(BigInt(lines.length)),
          'count($.lines[*].tags[*])': model.integer(BigInt(lines.flatMap(({ tags }) => tags).length)),
          'min($.lines[*].price)': lines.length === 0 ? undefined : model.decimal(least, 2),
          'max($.lines[*].price)': lines.length === 0 ? undefined : model.decimal(most, 2),
        }
        for (const [formula, value] of Object.entries(expected)) {
          const outcome = outcomeOf(withoutCondition(formula), event)
          if (value === undefined)
            expect(outcome).toMatchObject({ outcome: 'not_evaluated', reason: { code: 'missing' } })
          else expect(outcome.outcome === 'gave' && model.isEqual(model.fromText(outcome.exact), value)).toBe(true)
          if (value === undefined) continue
          // As the variable of a comparison it is the same number.
          const number = Number(value.n) / Number(value.d)
          const compared = giving('1', { variable: formula, rule: 'between', value: [number, number] })
          expect(outcomeOf(compared, event)).toEqual({ outcome: 'gave', exact: '1' })
        }
      }),
      RUNS,
    )
  })
})

describe('a comparison of lines', () => {
  const values = fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -1,
    0.5,
    2,
    1e15,
    '',
    'a',
    'ab',
    'b',
    '2',
    '\u{1f984}',
    '\uffff',
    ['a', 1],
    [],
    {},
  )
  const text = fc.constantFrom('', 'a', 'ab', 'b', '2', '\u{1f984}', '\uffff')
  const number = fc.constantFrom(-1, 0, 0.5, 2, 1e15)
  const variable = fc.constantFrom('@.a', '@.b')
  const pair = <Value>(one: fc.Arbitrary<Value>) => fc.tuple(one, one)
  const some = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { minLength: 1, maxLength: 3 })
  const NUMERIC = fc.constantFrom(...NUMERIC_COMPARISONS)
  const comparison = fc.oneof(
    fc.record({ variable, rule: NUMERIC, value: number }),
    fc.record({ variable, rule: fc.constantFrom('string_equals', 'string_not_equals', 'contains'), value: text }),
    fc.record({ variable, rule: fc.constantFrom('in', 'not_in'), value: fc.oneof(some(text), some(number)) }),
    fc.record({ variable, rule: fc.constant('between'), value: fc.oneof(pair(text), pair(number)) }),
    fc.record({ variable, rule: fc.constant('exists'), value: fc.boolean() }),
  ) as fc.Arbitrary<Condition>
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2 },
      comparison,
      fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('condition') }),
    ),
  }))

  test('is true, false or neither as a plain model says, whatever is there', () => {
    const seen = new Map<unknown, number>()
    fc.assert(
      fc.property(condition, values, values, (lines, a, b) => {
        const members: Record<string, unknown> = { a, b }
        const truth = truthOf(lines, (path) => members[path.slice(2)])
        const { outcome } = outcomeOf({ lines, ...withoutCondition('1') }, purchase({ lines: [members] }))
        expect(outcome).toBe(truth === undefined ? 'not_evaluated' : truth ? 'gave' : 'did_not_match')
        seen.set(truth, (seen.get(truth) ?? 0) + 1)
      }),
      { numRuns: 5_000 },
    )
    for (const truth of [true, false, undefined]) expect(seen.get(truth)).toBeGreaterThan(500)
  })

  test('is the same of the event as of a line', () => {
    fc.assert(
      fc.property(condition, values, values, (lines, a, b) => {
        const ofEvent = JSON.parse(JSON.stringify(lines).replaceAll('@.', '$.'))
        const event = purchase({ a, b, lines: [{ a, b }] })
        const { outcome } = outcomeOf({ lines, ...withoutCondition('1') }, event)
        expect(outcomeOf(giving('1', ofEvent), event).outcome).toBe(outcome)
      }),
      RUNS,
    )
  })
})

test('every form of a comparison is among the rules that the tests generate and that are accepted', () => {
  const seen = new Map<string, number>()
  for (const input of fc.sample(nearlyRules, 2_000)) {
    const checked = checkRules(input)
    if (!checked.ok) continue
    for (const { lines, condition, action } of checked.rules) {
      for (const [place, part] of Object.entries({ lines, condition }))
        for (const [, rule] of (JSON.stringify(part) ?? '').matchAll(/"rule":"(\w+)"/g))
          seen.set(`${place} ${rule}`, (seen.get(`${place} ${rule}`) ?? 0) + 1)
      for (const [name] of action.formula.matchAll(/sum|count|\$\.matched\.\w+/g))
        seen.set(name, (seen.get(name) ?? 0) + 1)
      if (!condition) seen.set('always', (seen.get('always') ?? 0) + 1)
    }
  }
  const rules = [
    'string_not_equals',
    'in',
    'not_in',
    'between',
    'contains',
    'exists',
    'string_equals',
    'numeric_equals',
  ]
  const forms = rules.flatMap((rule) => [`lines ${rule}`, `condition ${rule}`])
  for (const form of [...forms, 'sum', 'count', '$.matched.amount', 'always'])
    expect(seen.get(form), form).toBeGreaterThan(20)
})

test('lists have as many elements as can be saved', () => {
  const list = (length: number) =>
    giving('1', { variable: '$.a', rule: 'in', value: Array.from({ length }, (_, n) => `${n}`) })
  expect(checkRules([list(LIMITS.listLength)]).ok).toBe(true)
  for (const length of [0, LIMITS.listLength + 1])
    expect(checkRules([list(length)])).toMatchObject({ ok: false, errors: [{ path: '/0/condition/value' }] })
})
