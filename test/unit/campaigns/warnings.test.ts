import { describe, expect, test } from 'vitest'
import type { Condition } from '#domain/campaigns/condition.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import { campaign, giving, SAMPLE_RULE, SAVED_AT } from '#test/support/campaign-examples.ts'

const more = (variable: string, value: number): Condition => ({ variable, rule: 'numeric_greater_than', value })
const less = (variable: string, value: number): Condition => ({ variable, rule: 'numeric_less_than', value })
const atLeast = (variable: string, value: number): Condition => ({
  variable,
  rule: 'numeric_greater_than_equals',
  value,
})
const atMost = (variable: string, value: number): Condition => ({ variable, rule: 'numeric_less_than_equals', value })
const equal = (variable: string, value: number): Condition => ({ variable, rule: 'numeric_equals', value })
const is = (variable: string, value: string): Condition => ({ variable, rule: 'string_equals', value })

const inList = (variable: string, ...value: string[]): Condition => ({ variable, rule: 'in', value })
const between = (variable: string, ...value: [string, string] | [number, number]) =>
  ({ variable, rule: 'between', value }) as Condition
const contains = (variable: string, value: string): Condition => ({ variable, rule: 'contains', value })
const exists = (variable: string, value = true): Condition => ({ variable, rule: 'exists', value })

const warned = (condition: Condition, formula = '1', terms = {}) =>
  warningsOf(campaign({ rules: [giving(formula, condition)], ...terms }), SAVED_AT)
const reviews = { client: 'ReviewSite', eventTypes: ['Review', 'Photo'] }

describe('a condition is warned of', () => {
  test.each<[string, Condition]>([
    ['more than 100 and less than 50', { all: [more('$.amount', 100), less('$.amount', 50)] }],
    ['more than 100 and at most 100', { all: [more('$.amount', 100), atMost('$.amount', 100)] }],
    ['100 and not 100', { all: [equal('$.amount', 100), { not: equal('$.amount', 100) }] }],
    ['100 and 101', { all: [equal('$.amount', 100), equal('$.amount', 101)] }],
    ['two texts at once', { all: [is('$.productId', 'a'), is('$.productId', 'b')] }],
    ['a text and not that text', { all: [is('$.productId', 'a'), { not: is('$.productId', 'a') }] }],
    ['the same path written in two ways', { all: [more('$.amount', 100), less("$['amount']", 50)] }],
    ['neither more nor at most', { not: { any: [more('$.amount', 1), atMost('$.amount', 1)] } }],
    [
      'two lists of numbers that have none in common',
      {
        all: [
          { variable: '$.amount', rule: 'in', value: [1, 2] },
          { variable: '$.amount', rule: 'in', value: [3] },
        ],
      },
    ],
    [
      'two lists of texts that have none in common',
      {
        all: [
          { variable: '$.username', rule: 'in', value: ['a', 'b'] },
          { variable: '$.username', rule: 'in', value: ['c'] },
        ],
      },
    ],
    [
      'a list of which none is left',
      {
        all: [
          { variable: '$.amount', rule: 'in', value: [1, 2] },
          { variable: '$.amount', rule: 'not_in', value: [2] },
          more('$.amount', 1),
        ],
      },
    ],
    ['every alternative', { all: [more('$.amount', 9), { any: [less('$.amount', 5), equal('$.amount', 7)] }] }],
  ])('%s', (_, condition) => {
    const contradiction = [
      { path: 'rules/0/condition', message: 'can never hold: its comparisons contradict each other' },
    ]
    expect(warned(condition)).toEqual(contradiction)
    // Also of events of which nothing is known.
    expect(warned(condition, '1', reviews)).toEqual(contradiction)
  })

  test.each<[string, Condition, string]>([
    ['less than nothing', less('$.amount', 0), '$.amount is a number of 0 or more'],
    ['no piece', less('$.quantity', 1), '$.quantity is a whole number from 1 to 20000'],
    ['a text without a part that all have', { not: contains('$.username', '') }, 'every text has an empty one in it'],
    [
      'a part, and not a part of that',
      { all: [contains('$.username', 'abc'), { not: contains('$.username', 'b') }] },
      'its comparisons contradict each other',
    ],
    ['half a piece', equal('$.quantity', 1.5), '$.quantity is a whole number from 1 to 20000'],
    [
      'something between two pieces',
      { all: [more('$.quantity', 1), less('$.quantity', 2)] },
      'its comparisons contradict each other',
    ],
    [
      'all pieces between two',
      { all: [more('$.quantity', 1), less('$.quantity', 3), { not: equal('$.quantity', 2) }] },
      'its comparisons contradict each other',
    ],
    ['more pieces than an order takes', more('$.quantity', 20_000), '$.quantity is a whole number from 1 to 20000'],
    ['a member that purchases have not', more('$.colour', 1), '$.colour is not in a purchase'],
    ['a line beyond the last', more('$.lines[20].price', 1), '$.lines[20].price is not in a purchase'],
    ['the lines as a whole', more('$.lines', 1), '$.lines is a list, not a number'],
    ['a text as a number', more('$.productId', 1), '$.productId is a text, not a number'],
    ['a number as a text', is('$.amount', '100'), '$.amount is a number, not a text'],
    ['another type of event', is('$.type', 'Review'), '$.type is always PurchaseCompleted'],
    ['another client', is('$.client', 'ReviewSite'), '$.client is always UnicornStore'],
  ])('%s, in a purchase', (_, condition, why) => {
    expect(warned(condition)).toEqual([{ path: 'rules/0/condition', message: `can never hold: ${why}` }])
  })

  test('that wants an event of another type, or of all types but those of the campaign', () => {
    expect(warned(is('$.type', 'Ride'), '1', reviews)).toEqual([
      { path: 'rules/0/condition', message: 'can never hold: $.type is one of Review, Photo' },
    ])
    expect(warned({ not: { any: [is('$.type', 'Review'), is('$.type', 'Photo')] } }, '1', reviews)).toHaveLength(1)
    expect(warned({ not: is('$.type', 'Photo') }, '1', reviews)).toEqual([])
  })
})

describe('of rules of version 2 is warned,', () => {
  test.each<[string, Condition, string]>([
    ['an empty between', between('$.amount', 500, 100), 'nothing is between 500 and 100: the least comes first'],
    [
      'an empty between of days',
      between('$.local.date', '2026-12-24', '2026-12-01'),
      'nothing is between “2026-12-24” and “2026-12-01”: the least comes first',
    ],
    [
      'a weekday that is none',
      is('$.local.weekday', 'Saturday'),
      '“Saturday” is never in $.local.weekday: that is one of monday, tuesday, wednesday, thursday, friday, saturday, sunday',
    ],
    [
      'a day as people write it',
      is('$.customer.since', '24.12.2026'),
      '“24.12.2026” is never in $.customer.since: that is a day such as 2026-12-24',
    ],
    [
      'a day that no calendar has',
      is('$.local.date', '2026-02-30'),
      '“2026-02-30” is never in $.local.date: that is a day such as 2026-12-24',
    ],
    [
      'a label that is none',
      contains('$.customer.tags', 'VIP'),
      '“VIP” is never in $.customer.tags: that is a label such as summer-sale: small letters, digits and hyphens',
    ],
    [
      'a list that is compared as a text',
      is('$.customer.tags', 'vip'),
      '$.customer.tags is a list, not a text: contains looks into it',
    ],
    ['half a purchase', equal('$.customer.purchases', 1.5), '$.customer.purchases is a whole number of 0 or more'],
    [
      'two alternatives of which one is impossible alone',
      { all: [more('$.amount', 9), { any: [less('$.amount', 0), equal('$.amount', 7)] }] },
      'its comparisons contradict each other',
    ],
    [
      'hours that no clock shows',
      { any: [equal('$.local.hour', 24), { variable: '$.local.hour', rule: 'in', value: [-1, 24] }] },
      '$.local.hour is a whole number from 0 to 23',
    ],
    ['labels that no line has', more('sum($.lines[*].colour)', 0), 'sum($.lines[*].colour) is always 0'],
    ['an hour beyond the last', more('$.local.hour', 23), '$.local.hour is a whole number from 0 to 23'],
    ['less than no purchase', less('$.customer.purchases', 0), '$.customer.purchases is a whole number of 0 or more'],
    [
      'more lines than an order takes',
      more('count($.lines[*])', 20),
      'count($.lines[*]) is a whole number from 1 to 20',
    ],
    [
      'half a piece in all',
      equal('sum($.lines[*].quantity)', 1.5),
      'sum($.lines[*].quantity) is a whole number from 1 to 20000',
    ],
    ['a sum of texts', more('sum($.lines[*].productId)', 1), '$.lines[*].productId is a text, not a number'],
    ['the most of what no line has', more('max($.lines[*].colour)', 1), '$.lines[*].colour is not in a purchase'],
    ['a number that is searched', contains('$.amount', '1'), '$.amount is neither a list nor a text'],
    ['what is never there', exists('$.colour'), '$.colour is not in a purchase'],
    ['that something is not there which always is', exists('$.lines[0]', false), '$.lines[0] is always there'],
    ['matched lines of no lines', more('$.matched.total', 1), '$.matched.total is only in a rule that chooses lines'],
    [
      'a weekday and another',
      { all: [inList('$.local.weekday', 'monday'), is('$.local.weekday', 'friday')] },
      'its comparisons contradict each other',
    ],
    [
      'a label and not that label',
      { all: [contains('$.customer.tags', 'vip'), { not: contains('$.customer.tags', 'vip') }] },
      'its comparisons contradict each other',
    ],
  ])('%s', (_, condition, why) => {
    expect(warned(condition)).toEqual([{ path: 'rules/0/condition', message: `can never hold: ${why}` }])
  })

  test('alternatives that are impossible alone, beside one that is not', () => {
    const contradiction = { all: [more('$.amount', 100), less('$.amount', 50)] }
    const alternatives = { any: [less('$.amount', 0), more('$.colour', 1), contradiction, more('$.amount', 1)] }
    const messages = [
      'can never hold: $.amount is a number of 0 or more',
      'can never hold: $.colour is not in a purchase',
      'can never hold: its comparisons contradict each other',
    ]
    expect(warned(alternatives)).toEqual(
      messages.map((message, index) => ({ path: `rules/0/condition/any/${index}`, message })),
    )
    expect(warned({ all: [exists('$.lines[1]'), { not: { not: alternatives } }] })).toHaveLength(3)
    expect(ofLines({ any: [is('@.productId', '1'), { not: more('@.price', -1) }] })).toEqual([
      { path: 'rules/0/lines/any/1', message: 'no line can match: @.price is a number of 0 or more' },
    ])
  })

  test.each<[string, Condition, Condition, string | undefined]>([
    ['two lines of one product', is('@.productId', '1'), more('$.matched.count', 1), '$.matched.count is always 1'],
    [
      'pieces in one line',
      { all: [inList('@.productId', '1', '2'), { not: is('@.productId', '2') }, is('@.productId', '1')] },
      more('$.matched.quantity', 1_000),
      '$.matched.quantity is a whole number from 1 to 1000',
    ],
    [
      'three of two products',
      { any: [is('@.productId', '1'), { not: { not: inList('@.productId', '1', '2') } }] },
      equal('$.matched.count', 3),
      '$.matched.count is a whole number from 1 to 2',
    ],
    ['two of two products', inList('@.productId', '1', '2'), equal('$.matched.count', 2), undefined],
    ['of any but one', { not: is('@.productId', '1') }, equal('$.matched.count', 19), undefined],
    [
      'of one product or of a category',
      { any: [is('@.productId', '1'), contains('@.categories', 'new')] },
      equal('$.matched.count', 20),
      undefined,
    ],
  ])('lines that match, and how many: %s', (_, lines, condition, why) => {
    const warnings = warningsOf(campaign({ rules: [{ lines, ...giving('1', condition) }] }), SAVED_AT)
    expect(warnings).toEqual(
      why === undefined ? [] : [{ path: 'rules/0/condition', message: `can never hold: ${why}` }],
    )
    // Of what other systems call lines, it is not known.
    expect(warningsOf(campaign({ ...reviews, rules: [{ lines, ...giving('1', condition) }] }), SAVED_AT)).toEqual([])
  })

  const ofLines = (lines: Condition, formula = '$.matched.total', terms = {}) =>
    warningsOf(campaign({ rules: [{ lines, action: { command: 'issue', formula } }], ...terms }), SAVED_AT)

  test.each<[string, Condition, string]>([
    ['a member that lines have not', is('@.colour', 'red'), '@.colour is not in a line of a purchase'],
    [
      'a category that is compared as a text',
      is('@.categories', 'unicorns'),
      '@.categories is a list, not a text: contains looks into it',
    ],
    [
      'a category as people write it',
      contains('@.categories', 'Unicorn food'),
      '“Unicorn food” is never in @.categories: that is a label such as summer-sale: small letters, digits and hyphens',
    ],
    ['more pieces than a line has', more('@.quantity', 1_000), '@.quantity is a whole number from 1 to 1000'],
    [
      'two products at once',
      { all: [is('@.productId', '1'), is('@.productId', '4')] },
      'its comparisons contradict each other',
    ],
  ])('lines: %s', (_, lines, why) => {
    expect(ofLines(lines)).toEqual([{ path: 'rules/0/lines', message: `no line can match: ${why}` }])
    expect(ofLines({ not: { not: lines } })).toEqual([{ path: 'rules/0/lines', message: `no line can match: ${why}` }])
  })

  test.each<[string, Condition, string, string]>([
    [
      'in a list',
      { any: [more('$.amount', 5), inList('$.local.weekday', 'saturday', 'Sunday')] },
      'any/1/value',
      '“Sunday” is never',
    ],
    [
      'in a between that holds of everything',
      between('$.local.date', '01.12.2026', '31.12.2026'),
      'value',
      '“01.12.2026” is never',
    ],
    [
      'that makes an alternative impossible',
      { any: [more('$.amount', 5), between('$.amount', 3, 2)] },
      'any/1/value',
      'nothing is between 3 and 2',
    ],
    ['that is negated', { not: between('$.amount', 3, 2) }, 'not/value', 'nothing is between 3 and 2'],
    [
      'that is never there, and is not to be',
      { not: contains('$.customer.tags', 'VIP') },
      'not/value',
      '“VIP” is never',
    ],
  ])('one odd value: %s', (_, condition, place, words) => {
    const [warning, ...others] = warned(condition)
    expect(others).toEqual([])
    expect(warning?.path).toBe(`rules/0/condition/${place}`)
    expect(warning?.message).toContain(words)
  })

  test.each<[string, Condition | undefined, string, string | undefined]>([
    [
      'a first purchase',
      undefined,
      '1 / $.customer.purchases',
      'of one piece by a customer who has bought nothing before',
    ],
    ['midnight', undefined, '$.amount / $.local.hour', 'of one piece on saturday, 2026-01-31, at 0:00'],
    [
      'an hour of a sunday',
      is('$.local.weekday', 'sunday'),
      '1 / ($.local.hour - 7)',
      'of one piece on sunday, 2026-02-01, at 7:00',
    ],
    ['labels that nothing has', undefined, '1 / count($.lines[*].tags[*])', 'of one piece'],
    ['as many lines', undefined, '1 / (count($.lines[*]) - 7)', 'of 7 pieces in 7 lines for 11900'],
    [
      'as many lines, of each of which something is counted',
      undefined,
      '$.amount / (count($.lines[*].productId) - 3)',
      'of 3 pieces in 3 lines for 5100',
    ],
    [
      'as many lines as are compared with',
      more('count($.lines[*].price)', 4),
      '1 / ($.quantity * 2 - $.quantity - 5)',
      'of 5 pieces in 5 lines for 8500',
    ],
    ['a label', contains('$.customer.tags', 'vip'), '1 / ($.quantity - 3)', 'of 3 pieces for 5100'],
    ['what is never so', contains('$.customer.tags', 'vip'), '1 / ($.quantity - 0.5)', undefined],
  ])('division by zero: %s', (_, condition, formula, of) => {
    const rule = { ...(condition && { condition }), action: { command: 'issue', formula } } as const
    const expected =
      of === undefined ? [] : [{ path: 'rules/0/action/formula', message: `divides by zero, as for a purchase ${of}` }]
    expect(warningsOf(campaign({ rules: [rule] }), SAVED_AT)).toEqual(expected)
  })

  test.each<[string, Condition, string, string | undefined]>([
    [
      'what is paid with points',
      contains('@.categories', 'unicorns'),
      '$.amount / $.matched.amount',
      'paid with points alone',
    ],
    [
      'pieces of a product',
      inList('@.productId', 'air', 'sea'),
      '1 / ($.matched.quantity - 5)',
      'of 5 pieces for 8500',
    ],
    ['lines that match', contains('@.tags', 'new'), '1 / ($.matched.count - 3)', 'of 3 pieces in 3 lines for 5100'],
    [
      'half of it, of a product',
      is('@.productId', 'air'),
      '100 / (2 * $.matched.total - $.total)',
      'of 2 pieces in 2 lines for 3400',
    ],
    ['half of it, of a label', contains('@.tags', 'new'), '100 / (2 * $.matched.total - $.total)', 'of two lines'],
    [
      'half of it, of a price',
      more('@.price', 100),
      '100 / (2 * $.matched.total - $.total)',
      'of 3 pieces in 3 lines for 202',
    ],
    [
      'half of it, of what a line costs',
      atLeast('@.total', 50),
      '100 / (2 * $.matched.total - $.total)',
      'of 3 pieces in 3 lines for 100',
    ],
    [
      'half of it, of many pieces',
      more('@.quantity', 600),
      '100 / (2 * $.matched.total - $.total)',
      'of 602 pieces in 2 lines for 2043400',
    ],
    [
      'half of it, of few pieces',
      less('@.quantity', 2),
      '100 / (2 * $.matched.total - $.total)',
      'of 3 pieces in 2 lines for 6800',
    ],
    ['half of it, where all lines match', more('@.price', 0), '100 / (2 * $.matched.total - $.total)', undefined],
    ['what lines cost', contains('@.tags', 'new'), '$.amount / $.matched.total', undefined],
  ])('division by zero, of lines: %s', (_, lines, formula, of) => {
    const expected =
      of === undefined ? [] : [{ path: 'rules/0/action/formula', message: `divides by zero, as for a purchase ${of}` }]
    expect(ofLines(lines, formula)).toEqual(expected)
  })

  test('a formula of what is never there, where it is a number that is needed', () => {
    for (const formula of [
      'max($.lines[*].colour)',
      'sum($.lines[*].tags)',
      '$.matched.total',
      '$.customer',
      '$.amount[*]',
    ])
      expect(
        warned(more('$.amount', 1), formula.includes('[*]') && !formula.includes('(') ? `sum(${formula})` : formula),
      ).toMatchObject([{ path: 'rules/0/action/formula', message: expect.stringContaining('can never be evaluated') }])
  })

  test('a rule of too many steps for the largest purchase, and none of hardly fewer', () => {
    const has = (index: number): Condition => contains('@.tags', `label-${index % 20}`)
    const counting = (times: number) => Array(times).fill('count($.lines[*].tags[*])').join('+')
    const message = 'takes more than 10000 steps for the largest purchases, and gives nothing for them'
    const lines = { all: Array.from({ length: 23 }, (_, index) => has(index)) }
    expect(ofLines(lines, '1')).toEqual([{ path: 'rules/0', message }])
    expect(ofLines({ all: lines.all.slice(1) }, '1')).toEqual([])
    expect(warned(more('$.amount', 1), counting(20))).toEqual([])
    expect(warned(more('$.amount', 1), counting(22))).toEqual([{ path: 'rules/0', message }])
  })

  test('nothing of what can be meant', () => {
    const weekend = inList('$.local.weekday', 'saturday', 'sunday')
    for (const condition of [
      weekend,
      between('$.local.date', '2026-12-01', '2026-12-24'),
      contains('$.customer.tags', 'vip'),
      exists('$.lines[1]'),
      equal('$.customer.purchases', 0),
      { not: inList('$.productId', '1', '4') },
    ])
      expect(
        ofLines(contains('@.categories', 'unicorns'), '$.matched.total*0.2', {}).concat(warned(condition)),
      ).toEqual([])
    // Of what other systems send, hardly anything is known.
    const anything = {
      all: [contains('$.colours', 'Red'), exists('$.colours'), more('sum($.stars[*])', 3), more('$.matched.total', 1)],
    }
    expect(warned(anything, '1', reviews)).toEqual([])
    expect(ofLines(is('@.colour', 'red'), '$.matched.total', reviews)).toEqual([])
    expect(warned(more('$.local.hour', 23), '1', reviews)).toHaveLength(1)
  })
})

describe('nothing is said of', () => {
  test.each<[string, Condition]>([
    ['a range', { all: [more('$.amount', 50), less('$.amount', 100)] }],
    ['exactly one number', { all: [atLeast('$.amount', 100), atMost('$.amount', 100)] }],
    ['alternatives that contradict each other', { any: [more('$.amount', 100), less('$.amount', 50)] }],
    ['different paths', { all: [more('$.amount', 100), less('$.total', 50)] }],
    ['all but one', { all: [{ not: equal('$.quantity', 1) }, { not: is('$.productId', 'a') }] }],
    ['a line', more('$.lines[19].price', 10)],
    ['what is not to be, and never is', { not: { any: [less('$.amount', 0), more('$.amount', 100)] } }],
  ])('%s', (_, condition) => {
    expect(warned(condition)).toEqual([])
  })

  test('the sample campaign, and what another system may send', () => {
    expect(warningsOf(campaign({ rules: [SAMPLE_RULE] }), SAVED_AT)).toEqual([])
    expect(warned(more('$.colour', 1), '$.stars / $.colour', reviews)).toEqual([])
  })

  test('a condition of more alternatives than anybody goes through', () => {
    const either = (index: number): Condition => ({
      any: [more(`$.lines[${index}].price`, 1), less(`$.lines[${index}].price`, 1), more('$.amount', 1)],
    })
    const impossible: Condition = { all: [more('$.total', 9), less('$.total', 5)] }
    const conditions = Array.from({ length: 11 }, (_, index) => either(index))
    expect(warned({ all: [...conditions, impossible] })).toEqual([])
    // The same, found at once where the contradiction comes first.
    expect(warned({ all: [impossible, ...conditions] })).toHaveLength(1)
  })

  test('a condition of fewer alternatives of long texts, for each of their characters is compared', () => {
    const either = (index: number): Condition => ({ any: [more(`$.lines[${index}].price`, 1), more('$.amount', 1)] })
    const withIdsOf = (length: number) => {
      const id = (index: number) => String(index).padStart(length, 'x')
      const ids = inList('$.productId', ...Array.from({ length: 100 }, (_, index) => id(index)))
      const alternatives = Array.from({ length: 10 }, (_, index) => either(index))
      return warned({ all: [ids, ...alternatives, between('$.productId', id(200), id(201))] })
    }
    expect(withIdsOf(10)).toHaveLength(1)
    expect(withIdsOf(198)).toEqual([])
  })
})

describe('a formula is warned of', () => {
  const always = atLeast('$.quantity', 0)
  const at = 'rules/0/action/formula'

  test.each([
    ['1/0', 'always divides by zero'],
    ['$.amount % (2 - 2)', 'always divides by zero'],
    ['max(1, $.amount / floor(0.5))', 'always divides by zero'],
    ['$.amount / colour', undefined],
    ['-5', 'never gives anything: it is not above zero'],
    ['floor(0.5)', 'never gives anything: it is not above zero'],
    ['1000000001', 'is always more than 1000000000 points, which no rule may give'],
    ['1000000000', undefined],
    ['$.amount * 0 + 1', undefined],
    ['$.colour * 2', 'can never be evaluated: $.colour is not in a purchase'],
    ['$.username', 'can never be evaluated: $.username is a text, not a number'],
    ['$.total / $.amount', 'divides by zero, as for a purchase paid with points alone'],
    ['1 / ($.quantity - 1)', 'divides by zero, as for a purchase of one piece'],
    ['1 / ($.quantity - 2)', 'divides by zero, as for a purchase of two lines'],
    ['sum($.matched[*].total)', 'never gives anything: it is not above zero'],
    ['count($.lines[*].colour) * 5', 'never gives anything: it is not above zero'],
    ['$.amount / count($.lines[*].colour)', 'always divides by zero'],
    ['$.amount + sum($.lines[*].colour)', undefined],
    ['$.amount * count($.lines[*].tags[*])', undefined],
    ['$.amount / 10', undefined],
    ['$.amount / ($.quantity + 1)', undefined],
  ])('%s', (formula, message) => {
    expect(warned(always, formula)).toEqual(message === undefined ? [] : [{ path: at, message }])
  })

  test.each<[string, Condition, string, string | undefined]>([
    ['at a number it names', equal('$.quantity', 7), '1 / ($.quantity * 2 - 14)', 'of 7 pieces for 11900'],
    ['beside one', more('$.total', 41), '1 / ($.total - 42)', 'of one piece for 42'],
    [
      'where points pay a part',
      { all: [equal('$.total', 50), more('$.amount', 0)] },
      '1 / ($.amount - 20)',
      'of one piece for 50, 20 of it in money',
    ],
    [
      'of a line',
      is('$.lines[1].productId', 'air'),
      '1 / ($.lines[1].quantity - 3)',
      'of 6 pieces in 2 lines for 10200',
    ],
    ['not of half a piece', more('$.quantity', 0), '1 / ($.quantity - 0.5)', undefined],
    ['not of more pieces than there can be', more('$.quantity', 0), '1 / ($.quantity - 20001)', undefined],
    ['not of what costs nothing', more('$.quantity', 0), '1 / $.total', undefined],
  ])('%s', (_, condition, formula, of) => {
    const message = `divides by zero, as for a purchase ${of}`
    expect(warned(condition, formula)).toEqual(of === undefined ? [] : [{ path: at, message }])
  })

  test('also in the last of many rules, each of which could be tried on more purchases than all together', () => {
    const busy = (index: number) =>
      giving(`1 / ($.local.hour + ${index} + 0.5)`, {
        all: [more('$.customer.purchases', index), inList('$.local.weekday', 'sunday'), contains('$.username', 'a')],
      })
    const rules = [...Array.from({ length: 99 }, (_, index) => busy(index)), giving('1 / $.customer.purchases')]
    expect(warningsOf(campaign({ rules }), SAVED_AT)).toMatchObject([{ path: 'rules/99/action/formula' }])
  })

  test('not where its condition keeps it from dividing by zero', () => {
    expect(warned(more('$.amount', 0), '$.total / $.amount')).toEqual([])
  })
})

test('types of events that the store does not have are warned of', () => {
  expect(warningsOf(campaign({ eventTypes: ['PurchaseCompleted', 'Review'] }), SAVED_AT)).toEqual([
    { path: 'event_types', message: 'nothing in the store is a Review: other systems are clients of their own' },
  ])
  expect(warningsOf(campaign({ ...reviews, rules: [] }), SAVED_AT)).toEqual([])
})

describe('a fixed day with which points end is warned of', () => {
  const ending = (on: string, terms = {}) =>
    warningsOf(campaign({ rules: [], expiry: { on }, ...terms }), SAVED_AT).map(({ path, message }) => [path, message])
  const countsFrom = (day: string) => [['expiry', `ends before any points count, which is on ${day} at the earliest`]]

  test.each<[string, string, object, string]>([
    ['of the past', '2026-11-22', {}, '2026-11-23'],
    ['before points count', '2026-12-06', { availableAfterDays: 14 }, '2026-12-07'],
    ['before the campaign starts', '2026-12-31', { startsAt: '2027-01-01T00:00:00.000Z' }, '2027-01-01'],
    ['and a start that is past', '2026-11-22', { startsAt: '2026-01-01T00:00:00.000Z' }, '2026-11-23'],
  ])('%s', (_, on, terms, first) => {
    expect(ending(on, terms)).toEqual(countsFrom(first))
    expect(ending(first, terms)).toEqual([])
  })

  test('however late the campaign starts', () => {
    const terms = { startsAt: '9999-12-31T23:00:00.000Z', availableAfterDays: 365 }
    expect(ending('2999-12-31', terms)).toEqual(countsFrom('+010000-12-30'))
  })

  test('where the campaign awards points until they would count only after it', () => {
    const terms = { availableAfterDays: 14, endsAt: '2026-12-25T00:00:00.000Z' }
    const message = 'ends before some points count: those awarded on 2026-12-24, from 2027-01-07 on'
    expect(ending('2027-01-06', terms)).toEqual([['expiry', message]])
    expect(ending('2027-01-07', terms)).toEqual([])
  })

  test('but not of a campaign that is over, nor an end that follows when they count', () => {
    expect(ending('2026-01-01', { endsAt: '2026-02-01T00:00:00.000Z' })).toEqual([])
    for (const expiry of [null, { days: 1 }, { endOfMonth: 0 }])
      expect(warningsOf(campaign({ rules: [], availableAfterDays: 365, expiry }), SAVED_AT)).toEqual([])
  })
})
