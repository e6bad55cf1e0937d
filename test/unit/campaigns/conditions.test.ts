import { describe, expect, test } from 'vitest'
import type { Condition, NumericComparison } from '#domain/campaigns/condition.ts'
import { evaluated, giving, purchase } from '#test/support/campaign-examples.ts'

type Verdict = 'gave' | 'did_not_match' | 'not_evaluated'

function verdict(condition: Condition, event: Record<string, unknown> = {}): Verdict {
  const [outcome] = evaluated({ rules: [giving('1', condition)] }, purchase(event)).rules
  if (!outcome) throw new Error('one rule has one outcome')
  return outcome.outcome
}

const holds: Condition = { variable: '$.quantity', rule: 'numeric_equals', value: 1 }
const fails: Condition = { variable: '$.quantity', rule: 'numeric_equals', value: 2 }
const unknown: Condition = { variable: '$.nowhere', rule: 'numeric_equals', value: 1 }

describe('comparisons of numbers are exact', () => {
  test.each<[NumericComparison, value: number, amount: number, Verdict]>([
    ['numeric_greater_than', 100, 100, 'did_not_match'],
    ['numeric_greater_than', 100, 100.01, 'gave'],
    ['numeric_greater_than_equals', 100, 100, 'gave'],
    ['numeric_greater_than_equals', 100, 99.99, 'did_not_match'],
    ['numeric_less_than', 100, 100, 'did_not_match'],
    ['numeric_less_than', 100, 99.99, 'gave'],
    ['numeric_less_than_equals', 100, 100, 'gave'],
    ['numeric_less_than_equals', 100, 100.01, 'did_not_match'],
    ['numeric_equals', 19.99, 19.99, 'gave'],
    ['numeric_equals', 0.3, 0.30000000000000004, 'did_not_match'],
    ['numeric_equals', 0, -0, 'gave'],
    ['numeric_less_than', -1, -1.5, 'gave'],
  ])('%s %d, and the amount is %d: %s', (rule, value, amount, expected) => {
    expect(verdict({ variable: '$.amount', rule, value }, { amount })).toBe(expected)
  })
})

describe('comparisons of texts are exact', () => {
  test.each<[text: string, Verdict]>([
    ['alice', 'gave'],
    ['Alice', 'did_not_match'],
    ['alice ', 'did_not_match'],
    ['', 'did_not_match'],
  ])('alice is %j: %s', (value, expected) => {
    expect(verdict({ variable: '$.username', rule: 'string_equals', value })).toBe(expected)
  })
})

describe('what shops ask of a purchase', () => {
  const event = {
    lines: [
      { productId: '1', quantity: 1, price: 30, total: 30, categories: ['unicorns'], tags: [] },
      { productId: '4', quantity: 3, price: 40, total: 120, categories: ['food'], tags: ['new', 'sale'] },
    ],
    customer: { purchases: 0, tags: ['vip'], since: '2026-01-31' },
    local: { weekday: 'saturday', hour: 9, date: '2026-11-28' },
  }

  test.each<[title: string, Condition, Verdict]>([
    ['a weekend', { variable: '$.local.weekday', rule: 'in', value: ['saturday', 'sunday'] }, 'gave'],
    ['no weekend', { variable: '$.local.weekday', rule: 'not_in', value: ['saturday', 'sunday'] }, 'did_not_match'],
    ['a day of a season', { variable: '$.local.date', rule: 'between', value: ['2026-11-28', '2026-12-24'] }, 'gave'],
    ['the last of one', { variable: '$.local.date', rule: 'between', value: ['2026-11-01', '2026-11-28'] }, 'gave'],
    ['an hour that is past', { variable: '$.local.hour', rule: 'between', value: [6, 8] }, 'did_not_match'],
    ['an hour of some', { variable: '$.local.hour', rule: 'in', value: [9, 17] }, 'gave'],
    ['a customer with a label', { variable: '$.customer.tags', rule: 'contains', value: 'vip' }, 'gave'],
    ['a customer with a part of one', { variable: '$.customer.tags', rule: 'contains', value: 'vi' }, 'did_not_match'],
    ['a part of a text', { variable: '$.username', rule: 'contains', value: 'lic' }, 'gave'],
    ['somebody else', { variable: '$.username', rule: 'string_not_equals', value: 'bob' }, 'gave'],
    [
      'three pieces or more',
      { variable: 'sum($.lines[*].quantity)', rule: 'numeric_greater_than_equals', value: 3 },
      'gave',
    ],
    ['one line', { variable: 'count($.lines[*])', rule: 'in', value: [1] }, 'did_not_match'],
    ['a second line', { variable: '$.lines[1]', rule: 'exists', value: true }, 'gave'],
    ['no third line', { variable: '$.lines[2]', rule: 'exists', value: false }, 'gave'],
    ['a part of a number', { variable: '$.quantity', rule: 'contains', value: '1' }, 'not_evaluated'],
  ])('%s: %s', (_title, condition, expected) => {
    expect(verdict(condition, event)).toBe(expected)
  })

  test.each<[title: string, lines: Condition, formula: string, exact: string | undefined]>([
    [
      'a fifth of the price of unicorns',
      { variable: '@.categories', rule: 'contains', value: 'unicorns' },
      '$.matched.total*0.2',
      '6',
    ],
    [
      'what of the money is for two products',
      { variable: '@.productId', rule: 'in', value: ['4', '9'] },
      '$.matched.amount',
      '80',
    ],
    ['the pieces of what is new', { variable: '@.tags', rule: 'contains', value: 'new' }, '$.matched.quantity', '3'],
    [
      'the lines of more than 20',
      { variable: '@.total', rule: 'numeric_greater_than', value: 20 },
      '$.matched.count',
      '2',
    ],
    ['nothing of what is not there', { variable: '@.productId', rule: 'string_equals', value: '7' }, '1', undefined],
  ])('%s', (_title, lines, formula, exact) => {
    const rule = { lines, action: { command: 'issue', formula } } as const
    // A third of it is paid with points.
    const bought = purchase({ ...event, amount: 100, total: 150 })
    const expected = exact === undefined ? { outcome: 'did_not_match' } : { outcome: 'gave', exact }
    expect(evaluated({ rules: [rule] }, bought).rules).toEqual([expected])
    const turned = { ...bought, lines: bought.lines.toReversed() }
    expect(evaluated({ rules: [rule] }, turned).rules).toEqual([expected])
  })

  test('what cannot be said of a line leaves open which lines are meant', () => {
    const lines: Condition = { variable: '@.tags', rule: 'contains', value: 'new' }
    const rule = { lines, action: { command: 'issue', formula: '1' } } as const
    const [, second] = event.lines
    expect(evaluated({ rules: [rule] }, purchase({ lines: [second, { productId: '5' }] })).rules).toEqual([
      { outcome: 'not_evaluated', reason: { code: 'missing', message: '@.tags is not in the line' } },
    ])
    const decided = {
      ...rule,
      lines: { any: [lines, { variable: '@.productId', rule: 'string_equals', value: '5' }] } as const,
    }
    expect(evaluated({ rules: [decided] }, purchase({ lines: [second, { productId: '5' }] })).earned).toBe(1)
  })

  test('what lines cost together is nothing to divide by', () => {
    const rule = {
      lines: { variable: '@.price', rule: 'exists', value: true },
      action: { command: 'issue', formula: '$.matched.amount' },
    } as const
    expect(evaluated({ rules: [rule] }, purchase({ lines: [{ quantity: 1, price: 0 }] })).rules).toMatchObject([
      { reason: { code: 'division_by_zero' } },
    ])
  })
})

describe('what is missing or of another type is neither true nor false', () => {
  test.each<[title: string, Condition]>([
    ['a missing variable', unknown],
    ['a text compared as a number', { variable: '$.username', rule: 'numeric_equals', value: 1 }],
    ['a text of digits compared as a number', { variable: '$.productId', rule: 'numeric_equals', value: 1 }],
    ['a number compared as a text', { variable: '$.quantity', rule: 'string_equals', value: '1' }],
    ['null', { variable: '$.gift', rule: 'numeric_equals', value: 0 }],
    ['a character of a text', { variable: '$.username[0]', rule: 'string_equals', value: 'a' }],
    ['the length of an array', { variable: '$.lines.length', rule: 'numeric_equals', value: 1 }],
    ['the length of a text', { variable: '$.username.length', rule: 'numeric_equals', value: 5 }],
    ['a name where there is an array', { variable: '$.lines.productId', rule: 'string_equals', value: '1' }],
  ])('%s', (_title, condition) => {
    expect(verdict(condition, { gift: null })).toBe('not_evaluated')
    expect(verdict({ not: condition }, { gift: null })).toBe('not_evaluated')
  })
})

describe('all, any and not', () => {
  test.each<[title: string, Condition, Verdict]>([
    ['all of what holds', { all: [holds, holds] }, 'gave'],
    ['all with one that fails', { all: [holds, fails] }, 'did_not_match'],
    ['all with one unknown is open', { all: [holds, unknown] }, 'not_evaluated'],
    ['all with one that fails is decided, whatever is unknown', { all: [unknown, fails] }, 'did_not_match'],
    ['any of what fails', { any: [fails, fails] }, 'did_not_match'],
    ['any with one that holds', { any: [fails, holds] }, 'gave'],
    ['any with one unknown is open', { any: [fails, unknown] }, 'not_evaluated'],
    ['any with one that holds is decided, whatever is unknown', { any: [unknown, holds] }, 'gave'],
    ['not of what holds', { not: holds }, 'did_not_match'],
    ['not of what fails', { not: fails }, 'gave'],
    ['within each other', { any: [{ all: [holds, { not: holds }] }, { not: { any: [fails] } }] }, 'gave'],
  ])('%s: %s', (_title, condition, expected) => {
    expect(verdict(condition)).toBe(expected)
  })

  test('a condition looks at its own variable, and at that of the rule when it has none', () => {
    const rule = {
      variable: '$.amount',
      condition: {
        all: [
          { rule: 'numeric_equals', value: 1700 },
          { variable: '$.quantity', rule: 'numeric_equals', value: 1 },
        ],
      },
      action: { command: 'issue', formula: '1' },
    } as const
    expect(evaluated({ rules: [rule] }, purchase()).earned).toBe(1)
  })
})
