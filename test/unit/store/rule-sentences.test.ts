import { describe, expect, test } from 'vitest'
import type { ConditionRow } from '#web/campaigns/builder/conditions.ts'
import type { Give } from '#web/campaigns/builder/give.ts'
import type { Matching } from '#web/campaigns/builder/matching.ts'
import { formatRow } from '#web/campaigns/builder/row-text.ts'
import type { RuleRow } from '#web/campaigns/builder/rule-row.ts'
import { EMPTY } from '#web/campaigns/builder/typed.ts'

const ALL: Matching = { by: 'all' }
const sentence = (row: Partial<RuleRow>) =>
  formatRow(
    { give: { by: 'fixed', points: 5 }, matching: ALL, when: { match: 'all', rows: [] }, ...row },
    (id) => `Unicorn ${id}`,
  )
const some = (by: 'products' | 'categories' | 'tags', values: string[], except = false): Matching => ({
  by,
  except,
  values,
})

describe('what a rule gives', () => {
  test.each<[string, Give, Matching]>([
    ['5 points', { by: 'fixed', points: 5 }, ALL],
    ['1 point', { by: 'fixed', points: 1 }, ALL],
    ['… points', { by: 'fixed', points: EMPTY }, ALL],
    ['2 points for each $1 of what is paid', { by: 'unit', points: 2, of: 'paid' }, ALL],
    ['12.5 % of what is paid', { by: 'share', percent: 12.5, of: 'paid' }, ALL],
    [
      '20 % of the price of Unicorn 1 and Unicorn 4, at most 500 points a purchase',
      { by: 'share', percent: 20, of: 'matchedPrice', limit: 500 },
      some('products', ['1', '4']),
    ],
    [
      '20 % of the price of the whole cart, for a cart with Unicorn 1 or Unicorn 4',
      { by: 'share', percent: 20, of: 'price' },
      some('products', ['1', '4']),
    ],
    [
      '5 points, for a cart with products other than Unicorn 1',
      { by: 'fixed', points: 5 },
      some('products', ['1'], true),
    ],
    [
      '5 points for each piece of products in the category “unicorns”',
      { by: 'piece', points: 5, of: 'matchedPieces' },
      some('categories', ['unicorns']),
    ],
    [
      '5 points for every 3 pieces of products without the tag “sale” or “new”',
      { by: 'group', points: 5, size: 3, of: 'matchedPieces' },
      some('tags', ['sale', 'new'], true),
    ],
    [
      '10 % of what is paid for products not in the categories “a” or “b”',
      { by: 'share', percent: 10, of: 'matchedPaid' },
      some('categories', ['a', 'b'], true),
    ],
    ['5 points for each piece of …', { by: 'piece', points: 5, of: 'matchedPieces' }, some('products', [])],
  ])('%s', (words, give, matching) => {
    expect(sentence({ give, matching }).award).toBe(words)
  })
})

describe('when it does', () => {
  test.each<[string, ConditionRow]>([
    ['it is the customer’s first purchase', { on: 'first' }],
    ['the weekday is Saturday or Sunday', { on: 'weekday', is: true, days: ['saturday', 'sunday'] }],
    ['the weekday is not Monday', { on: 'weekday', is: false, days: ['monday'] }],
    ['the time of day is between 09:00 and 17:59', { on: 'hour', is: true, from: 9, to: 17 }],
    ['the time of day is between 22:00 and 04:59', { on: 'hour', is: true, from: 22, to: 4 }],
    [
      'the date is not between 24 Dec 2026 and 26 Dec 2026',
      { on: 'date', is: false, from: '2026-12-24', to: '2026-12-26' },
    ],
    [
      'the day on which the customer signed up is between 1 Jan 2026 and …',
      { on: 'since', is: true, from: '2026-01-01', to: EMPTY },
    ],
    ['the customer does not have the tag “gold”', { on: 'tag', is: false, tag: 'gold' }],
    ['the price of the whole cart is at least $1,000.00', { on: 'price', test: 'at_least', value: 1000 }],
    ['the number of pieces in the cart is between 2 and 5', { on: 'pieces', test: 'between', value: 2, to: 5 }],
    [
      'the number of purchases that the customer made before is exactly 9',
      { on: 'purchases', test: 'exactly', value: 9 },
    ],
  ])('%s', (words, row) => {
    expect(sentence({ when: { match: 'all', rows: [row] } }).when).toBe(words)
    expect(sentence({ when: { match: 'any', rows: [row, { on: 'first' }] } }).when).toBe(
      `${words} or it is the customer’s first purchase`,
    )
  })
})
