import fc from 'fast-check'
import type { CampaignEvent, PointsTerms } from '#domain/campaigns/campaign.ts'
import { NUMERIC_COMPARISONS } from '#domain/campaigns/condition.ts'
import type { LotEnd } from '#domain/points/account.ts'
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
    '@.price',
    '?(',
    '[*]',
    '$.lines[*].price',
    '$.matched.total',
    '$.matched.',
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
    'sum(',
    'count(',
    'sum($.lines[*].price)',
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

const LEAVES = ['$.amount', '$.a', '$.lines[0]', "$['b c']", '$.a.b[1]', '0', '1', '0.1', '3', '9'.repeat(59)]
const AGGREGATED = ['$.lines[*]', '$.lines[*].price', "$.a[*]['b c']", '$.lines[*].tags[*]', '$.amount[*]']
const aggregates = fc
  .tuple(fc.constantFrom('sum', 'count', 'min', 'max'), fc.constantFrom(...AGGREGATED))
  .map(([name, path]) => `${name}(${path})`)
const MATCHED = ['total', 'amount', 'quantity', 'count'].map((name) => `$.matched.${name}`)

function arithmeticOver(...leaves: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.letrec<{ arithmetic: string }>((tie) => ({
    arithmetic: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(...leaves),
      fc
        .tuple(tie('arithmetic'), fc.constantFrom('+', '-', '*', '/', '%'), tie('arithmetic'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(fc.constantFrom('min', 'max', 'floor', 'ceil', 'round', '-'), tie('arithmetic'))
        .map(([name, operand]) => `${name}(${operand})`),
    ),
  })).arithmetic
}

/** Nearly always formulas, so that evaluation is fuzzed, too, and not only parsing. */
export const arithmetic = arithmeticOver(fc.constantFrom(...LEAVES), fc.constantFrom(...LEAVES), aggregates)
const arithmeticOfLines = arithmeticOver(fc.constantFrom(...LEAVES), fc.constantFrom(...MATCHED), aggregates)

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

const labels = fc.uniqueArray(fc.constantFrom('unicorns', 'new', 'sale'), { maxLength: 3 })
/** A line as purchases have them, or with any JSON in it: other systems keep to nothing. */
const eventLines = fc.oneof(
  fc.record({
    productId: fc.constantFrom('1', '2', '4'),
    quantity: fc.integer({ min: 1, max: 1_000 }),
    price: fc.integer({ min: 0, max: 1_000_000 }).map((cents) => cents / 100),
    categories: labels,
    tags: labels,
  }),
  documents,
  fc.record({ productId: documents, quantity: documents, price: documents, tags: documents }, { requiredKeys: [] }),
)

/** An event with any JSON in the places that formulas look at. */
export const events: fc.Arbitrary<CampaignEvent> = fc
  .record(
    {
      a: documents,
      'b c': documents,
      amount: fc.oneof(documents, fc.integer({ min: 0, max: 1_000_000 })),
      lines: fc.oneof(documents, fc.array(eventLines, { maxLength: 5 }), fc.array(eventLines, { maxLength: 5 })),
      matched: documents,
    },
    { requiredKeys: [] },
  )
  .map((changes) => purchase(changes))

const variable = fc.constantFrom('$.amount', '$.a', '$.lines[0].price')
const lineVariable = fc.constantFrom(
  '@.price',
  '@.quantity',
  '@.productId',
  '@.categories',
  "@['tags']",
  '@.tags[0]',
  '@.a.b',
)
const texts200 = fc.oneof(
  fc.constantFrom('', '1', '4', 'unicorns', 'new', '\u{1f984}', '\uffff'),
  fc.string({ maxLength: 5 }),
)
const numbers = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 0.1, -0, 1e15, 5e-7))
const NUMERIC = fc.constantFrom(...NUMERIC_COMPARISONS)
const IN = fc.constantFrom('in', 'not_in')

/** Comparisons with one of some variables of numbers, or of anything. */
function comparisonsOf(ofNumbers: fc.Arbitrary<string>, ofAnything: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const list = <Value>(values: fc.Arbitrary<Value>) => fc.array(values, { minLength: 1, maxLength: 4 })
  const both = <Value>(values: fc.Arbitrary<Value>) => fc.tuple(values, values)
  return fc.oneof(
    fc.record({ variable: ofNumbers, rule: NUMERIC, value: numbers }),
    fc.record({ variable: ofNumbers, rule: IN, value: list(numbers) }),
    fc.record({ variable: ofNumbers, rule: fc.constant('between'), value: both(numbers) }),
    fc.record({ variable: ofAnything, rule: fc.constantFrom('string_equals', 'string_not_equals'), value: texts200 }),
    fc.record({ variable: ofAnything, rule: IN, value: list(texts200) }),
    fc.record({ variable: ofAnything, rule: fc.constant('between'), value: both(texts200) }),
    fc.record({ variable: ofAnything, rule: fc.constant('contains'), value: texts200 }),
    fc.record({ variable: ofAnything, rule: fc.constant('exists'), value: fc.boolean() }),
  )
}

const ofRule = fc.record({
  rule: fc.constantFrom('numeric_less_than', 'numeric_less_than_equals'),
  value: fc.constant(0.1),
})
const comparisons = fc.oneof(comparisonsOf(fc.oneof(variable, aggregates), variable), ofRule)
const matched = fc.constantFrom(...MATCHED)
const comparisonsWithLines = fc.oneof(comparisonsOf(fc.oneof(variable, matched), fc.oneof(variable, matched)), ofRule)
const lineComparisons = comparisonsOf(lineVariable, lineVariable)
const RULES = ['numeric_equals', 'string_equals', 'in', 'not_in', 'between', 'contains', 'exists', 'is']
const wrongComparisons = fc.record(
  { variable: fc.oneof(fragments, lineVariable, aggregates), rule: fc.constantFrom(...RULES), value: documents },
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

/** Rules about the whole event, and about some of its lines. */
function rulesOver(
  whole: { conditions: fc.Arbitrary<unknown>; formulas: fc.Arbitrary<string> },
  some: { lines: fc.Arbitrary<unknown>; conditions: fc.Arbitrary<unknown>; formulas: fc.Arbitrary<string> },
): fc.Arbitrary<unknown[]> {
  const action = (formula: fc.Arbitrary<string>) => fc.record({ command: fc.constant('issue'), formula })
  const rule = fc.oneof(
    fc.record(
      { variable, condition: whole.conditions, action: action(whole.formulas) },
      { requiredKeys: ['variable', 'action'] },
    ),
    fc.record(
      { lines: some.lines, variable, condition: some.conditions, action: action(some.formulas) },
      { requiredKeys: ['lines', 'variable', 'action'] },
    ),
  )
  return fc.array(rule, { maxLength: 4 })
}

const rightRules = rulesOver(
  { conditions: conditionsOver(comparisons), formulas: arithmetic },
  {
    lines: conditionsOver(lineComparisons),
    conditions: conditionsOver(comparisonsWithLines),
    formulas: arithmeticOfLines,
  },
)

/** Rules of the right form, with and without errors in them. */
export const nearlyRules = fc.oneof(
  rightRules,
  rulesOver(
    { conditions: conditionsOver(fc.oneof(comparisons, wrongComparisons)), formulas: fc.oneof(arithmetic, fragments) },
    {
      lines: conditionsOver(fc.oneof(lineComparisons, lineComparisons, wrongComparisons)),
      conditions: conditionsOver(fc.oneof(comparisonsWithLines, wrongComparisons)),
      formulas: fc.oneof(arithmeticOfLines, fragments),
    },
  ),
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

/** A day that the API takes, from leap days to the ends of centuries. */
const days = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

/** When the points of a campaign count and end: often as by default, else at any place within the bounds, and at these. */
export const pointsTerms: fc.Arbitrary<PointsTerms> = fc.record({
  availableAfterDays: fc.oneof(fc.constantFrom(0, 1, 365), fc.integer({ min: 0, max: 365 })),
  expiry: fc.option(
    fc.oneof<fc.Arbitrary<LotEnd>[]>(
      fc.record({ days: fc.oneof(fc.constantFrom(1, 36_500), fc.integer({ min: 1, max: 36_500 })) }),
      fc.record({ endOfMonth: fc.oneof(fc.constantFrom(0, 120), fc.integer({ min: 0, max: 120 })) }),
      fc.record({ on: days }),
    ),
  ),
})
