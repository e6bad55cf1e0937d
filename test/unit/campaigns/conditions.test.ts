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
