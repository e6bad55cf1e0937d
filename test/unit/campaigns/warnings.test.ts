import { describe, expect, test } from 'vitest'
import type { Condition } from '#domain/campaigns/condition.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import { campaign, giving, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

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

const warned = (condition: Condition, formula = '1', terms = {}) =>
  warningsOf(campaign({ rules: [giving(formula, condition)], ...terms }))
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
    ['less than nothing', less('$.amount', 0), 'its comparisons contradict each other'],
    ['no piece', less('$.quantity', 1), 'its comparisons contradict each other'],
    ['half a piece', equal('$.quantity', 1.5), 'its comparisons contradict each other'],
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
    ['more pieces than an order takes', more('$.quantity', 20_000), 'its comparisons contradict each other'],
    [
      'a member that purchases have not',
      more('$.colour', 1),
      '$.colour is not in a PurchaseCompleted, or neither a number nor a text',
    ],
    [
      'a line beyond the last',
      more('$.lines[20].price', 1),
      '$.lines[20].price is not in a PurchaseCompleted, or neither a number nor a text',
    ],
    [
      'the lines as a whole',
      more('$.lines', 1),
      '$.lines is not in a PurchaseCompleted, or neither a number nor a text',
    ],
    ['a text as a number', more('$.productId', 1), '$.productId is a text, not a number'],
    ['a number as a text', is('$.amount', '100'), '$.amount is a number, not a text'],
    ['another type of event', is('$.type', 'Review'), 'its comparisons contradict each other'],
    ['another client', is('$.client', 'ReviewSite'), 'its comparisons contradict each other'],
  ])('%s, in a purchase', (_, condition, why) => {
    expect(warned(condition)).toEqual([{ path: 'rules/0/condition', message: `can never hold: ${why}` }])
  })

  test('that wants an event of another type, or of all types but those of the campaign', () => {
    expect(warned(is('$.type', 'Ride'), '1', reviews)).toHaveLength(1)
    expect(warned({ not: { any: [is('$.type', 'Review'), is('$.type', 'Photo')] } }, '1', reviews)).toHaveLength(1)
    expect(warned({ not: is('$.type', 'Photo') }, '1', reviews)).toEqual([])
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
    [
      'an alternative that is possible beside one that is not',
      { any: [less('$.amount', 0), more('$.colour', 1), more('$.amount', 1)] },
    ],
  ])('%s', (_, condition) => {
    expect(warned(condition)).toEqual([])
  })

  test('the sample campaign, and what another system may send', () => {
    expect(warningsOf(campaign({ rules: [SAMPLE_RULE] }))).toEqual([])
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
    ['$.colour * 2', 'can never be evaluated: $.colour is not in a PurchaseCompleted, or neither a number nor a text'],
    ['$.username', 'can never be evaluated: $.username is a text, not a number'],
    ['$.total / $.amount', 'divides by zero, as for a purchase paid with points alone'],
    ['1 / ($.quantity - 1)', 'divides by zero, as for a purchase of one piece'],
    ['1 / ($.quantity - 2)', 'divides by zero, as for a purchase of two lines'],
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

  test('not where its condition keeps it from dividing by zero', () => {
    expect(warned(more('$.amount', 0), '$.total / $.amount')).toEqual([])
  })
})

test('types of events that the store does not have are warned of', () => {
  expect(warningsOf(campaign({ eventTypes: ['PurchaseCompleted', 'Review'] }))).toEqual([
    { path: 'event_types', message: 'nothing in the store is a Review: other systems are clients of their own' },
  ])
  expect(warningsOf(campaign({ ...reviews, rules: [] }))).toEqual([])
})
