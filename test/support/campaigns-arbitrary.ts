import fc from 'fast-check'
import type { CampaignEvent } from '#domain/campaigns/campaign.ts'
import { purchase } from './campaign-examples.ts'

/** Properties of campaigns are cheap: many runs find more. */
export const RUNS = { numRuns: 1_000 }

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
export const texts = fc.oneof(fragments, fragments, fc.string({ unit: 'binary', maxLength: 60 }))

/** Nearly always formulas, so that evaluation is fuzzed, too, and not only parsing. */
export const { arithmetic } = fc.letrec<{ arithmetic: string }>((tie) => ({
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
/** Any JSON, with names that mean something to JavaScript. */
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
export const events: fc.Arbitrary<CampaignEvent> = fc
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

/** Rules of the right form, with and without errors in them. */
export const nearlyRules = fc.oneof(
  rulesOver(conditionsOver(comparisons), arithmetic),
  rulesOver(conditionsOver(fc.oneof(comparisons, wrongComparisons)), fc.oneof(arithmetic, fragments)),
)

/** Any value at all, also what has no JSON. */
export const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
})
