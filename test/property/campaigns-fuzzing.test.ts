import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateCampaign } from '#domain/campaigns/campaign.ts'
import { checkRules } from '#domain/campaigns/check-rules.ts'
import { evaluateRule } from '#domain/campaigns/evaluate-rule.ts'
import { Evaluation } from '#domain/campaigns/evaluation.ts'
import type { CampaignEvent } from '#domain/campaigns/event.ts'
import { parseFormula } from '#domain/campaigns/formula.ts'
import { jsonCopy } from '#domain/campaigns/json.ts'
import { parseJsonPath, resolveJsonPath } from '#domain/campaigns/json-path.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import type { Rule } from '#domain/campaigns/rule.ts'
import { giving, purchase } from '#test/support/campaign-examples.ts'

const RUNS = { numRuns: 1_000 }

/** Texts of what formulas, paths and exploits are made of, in any order: most are wrong, many nearly right. */
const PIECES = [
  ...[
    '$.amount',
    '$.lines[0].price',
    '$.a',
    "$['b c']",
    '$',
    '.',
    '[0]',
    '[-1]',
    '..',
    '*',
    '**',
    "['",
    "']",
    '@',
    '?(',
  ],
  ...[
    '0',
    '1',
    '2.5',
    '1e9',
    '.',
    '9'.repeat(30),
    '+',
    '-',
    '*',
    '/',
    '%',
    '(',
    ')',
    '(',
    ')',
    ',',
    ' ',
    ';',
    '=',
    '!',
  ],
  ...[
    'min(',
    'max(',
    'floor(',
    'ceil(',
    'round(',
    'min',
    'sqrt(',
    'this',
    'true',
    'constructor',
    '__proto__',
    '"',
    "'",
  ],
]
const fragments = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''))
const texts = fc.oneof(fragments, fragments, fc.string({ unit: 'binary', maxLength: 60 }))

/** Nearly always formulas, so that evaluation is fuzzed, too, and not only parsing. */
const { arithmetic } = fc.letrec<{ arithmetic: string }>((tie) => ({
  arithmetic: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom('$.amount', '$.a', '$.lines[0]', "$['b c']", '$.a.b[1]', '0', '1', '0.1', '3', '9'.repeat(59)),
    fc
      .tuple(tie('arithmetic'), fc.constantFrom('+', '-', '*', '/', '%'), tie('arithmetic'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc
      .tuple(fc.constantFrom('min', 'max', 'floor', 'ceil', 'round', '-'), tie('arithmetic'))
      .map(([name, operand]) => `${name}(${operand})`),
  ),
}))

const names = fc.constantFrom('a', 'b c', 'amount', 'lines', 'quantity', '__proto__', 'constructor', 'toJSON', 'length')
const { json: documents } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, 1, -1, 0.1, 1e21, 1e-7, 1e300, Number.MAX_VALUE, 5e-324, '', '1'),
    fc.double(),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(names, tie('json'), { maxKeys: 4 }),
  ),
}))

/** An event with any JSON in the places that formulas look at. */
const events: fc.Arbitrary<CampaignEvent> = fc
  .record({ a: documents, 'b c': documents, amount: documents, lines: documents }, { requiredKeys: [] })
  .map((changes) => purchase(changes))

const variable = fc.constantFrom('$.amount', '$.a', '$.lines[0].price')
const comparisons = fc.oneof(
  fc.record({ variable, rule: fc.constantFrom('numeric_greater_than', 'numeric_equals'), value: fc.integer() }),
  fc.record({ rule: fc.constantFrom('numeric_less_than', 'numeric_less_than_equals'), value: fc.constant(0.1) }),
  fc.record({ variable, rule: fc.constant('string_equals'), value: fc.string() }),
)
const wrongComparisons = fc.record(
  { variable: fragments, rule: fc.constantFrom('numeric_equals', 'string_equals', 'is'), value: documents },
  { requiredKeys: [] },
)

function conditionsOver(leaves: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec<{ condition: unknown }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      leaves,
      fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('condition') }),
    ),
  })).condition
}

function rulesOver(conditions: fc.Arbitrary<unknown>, formulas: fc.Arbitrary<string>): fc.Arbitrary<unknown[]> {
  const action = fc.record({ command: fc.constant('issue'), formula: formulas })
  return fc.array(fc.record({ variable, condition: conditions, action }), { maxLength: 4 })
}

/** Rules of the right form, with and without mistakes in them. */
const nearlyRules = fc.oneof(
  rulesOver(conditionsOver(comparisons), arithmetic),
  rulesOver(conditionsOver(fc.oneof(comparisons, wrongComparisons)), fc.oneof(arithmetic, fragments)),
)

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
})

describe('the evaluator', () => {
  function evaluate(rule: Rule, event: CampaignEvent) {
    const seen = jsonCopy(event) ?? null
    const evaluation = new Evaluation(seen)
    const result = evaluateRule(rule, seen, evaluation)
    expect(evaluation.steps).toBeLessThanOrEqual(LIMITS.steps)
    if (result.outcome === 'gave') expect(result.amount.s * result.amount.n).toBeGreaterThanOrEqual(0n)
    return result
  }

  test('answers for any text as a formula, within its counted steps', () => {
    fc.assert(
      fc.property(texts, events, (text, event) => {
        const result = evaluate(giving(text), event)
        const isInvalid = result.outcome === 'not_evaluated' && result.reason.code === 'invalid_rule'
        expect(isInvalid).toBe(!parseFormula(text).ok)
      }),
      RUNS,
    )
  })

  test('answers for any formula on any event, within its counted steps', () => {
    let gave = 0
    fc.assert(
      fc.property(arithmetic, events, (text, event) => {
        if (evaluate(giving(text), event).outcome === 'gave') gave += 1
      }),
      RUNS,
    )
    expect(gave).toBeGreaterThan(100)
  })

  test('answers for any text as a path', () => {
    fc.assert(
      fc.property(texts, events, (variable, event) => {
        evaluate(giving('1', { variable, rule: 'numeric_less_than', value: 1 }), event)
      }),
      RUNS,
    )
  })

  test('gives whole points that are safe integers, and the same for the same event', () => {
    fc.assert(
      fc.property(fc.array(arithmetic, { maxLength: 5 }), events, (formulas, event) => {
        const rules = formulas.map((formula) => giving(formula))
        const evaluation = evaluateCampaign({ rules }, event)
        expect(Number.isSafeInteger(evaluation.earned) && evaluation.earned >= 0).toBe(true)
        expect(evaluateCampaign({ rules }, JSON.parse(JSON.stringify(event)))).toEqual(evaluation)
      }),
    )
  })
})

describe('checking rules', () => {
  test('answers for any value at all, with a place for each mistake', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.array(anything), fc.json(), texts), (input) => {
        const checked = checkRules(input)
        if (checked.ok) return
        expect(checked.mistakes.length).toBeGreaterThan(0)
        for (const { path, message } of checked.mistakes) {
          expect(path).toMatch(/^(\/|$)/)
          expect(message).not.toBe('')
        }
      }),
      RUNS,
    )
  })

  test('accepts only what evaluates on any event: without a throw, within the steps, never as invalid', () => {
    let accepted = 0
    fc.assert(
      fc.property(nearlyRules, events, (input, event) => {
        const checked = checkRules(input)
        if (!checked.ok) return
        accepted += checked.rules.length
        for (const outcome of evaluateCampaign(checked, event).rules) {
          if (outcome.outcome === 'not_evaluated') expect(outcome.reason.code).not.toMatch(/invalid|steps/)
        }
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test('accepts again, unchanged, what it accepted', () => {
    fc.assert(
      fc.property(nearlyRules, (input) => {
        const checked = checkRules(input)
        if (checked.ok) expect(checkRules(JSON.stringify(checked.rules))).toEqual(checked)
      }),
      RUNS,
    )
  })

  test('puts the position of a mistake in a formula within it, or right behind it', () => {
    fc.assert(
      fc.property(texts, (formula) => {
        const checked = checkRules([giving(formula)])
        if (checked.ok) return
        const position = checked.mistakes[0]?.position ?? 0
        expect(position).toBeGreaterThanOrEqual(1)
        expect(position).toBeLessThanOrEqual(formula.length + 1)
      }),
      RUNS,
    )
  })
})

describe('paths', () => {
  test('lead to each value of an event, and to no other', () => {
    const steps = fc.array(fc.oneof(fc.constantFrom('a', 'b c', 'größe', 'x_1'), fc.nat(2)), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(steps, steps, fc.boolean(), (there, elsewhere, isQuoted) => {
        const document = jsonCopy(there.reduceRight<unknown>(around, 'treasure')) ?? null
        expect(lookUp(there, document, isQuoted)).toBe('treasure')
        if (`${elsewhere}` !== `${there}`) expect(lookUp(elsewhere, document, isQuoted)).not.toBe('treasure')
      }),
      RUNS,
    )
  })

  function around(inner: unknown, step: string | number): unknown {
    return typeof step === 'string' ? { [step]: inner } : [...Array(step).fill(null), inner]
  }

  function lookUp(
    steps: readonly (string | number)[],
    document: Parameters<typeof resolveJsonPath>[1],
    isQuoted: boolean,
  ) {
    const text = steps.map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return isQuoted || step.includes(' ') ? `["${step}"]` : `.${step}`
    })
    const read = parseJsonPath(`$${text.join('')}`)
    if (!read.ok) throw new Error(`${text.join('')}: ${read.message}`)
    return resolveJsonPath(read.path, document)
  }
})
