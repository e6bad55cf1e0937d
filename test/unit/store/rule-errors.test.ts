import { expect, test } from 'vitest'
import { errorsAt, errorsOfAll, errorsOfRule, formatPlaceOnCard } from '#web/campaigns/builder/rule-errors.ts'

const at = (location: string) => [{ location, message: 'must be a number' }]
const SAID = ['This must be a number.']

test.each([
  ['/1/action/formula', 'give', undefined],
  ['/1/action', 'give', undefined],
  ['/1/lines/value/3', 'matching', undefined],
  ['/1/lines/any/2/value', 'matching', undefined],
  ['/1/condition', 'when', undefined],
  ['/1/variable', 'when', undefined],
  ['/1/condition/all', 'when', undefined],
  ['/1/condition/value', 'when', 0],
  ['/1/condition/not/value/0', 'when', 0],
  ['/1/condition/all/2/value', 'when', 2],
  ['/1/condition/any/10/not/value', 'when', 10],
  ['/1', 'rule', undefined],
  ['/1/colour', 'rule', undefined],
] as const)('an error at %s is shown at that part of its rule, and nowhere else', (location, part, condition) => {
  const places = (['give', 'matching', 'when', 'rule'] as const).flatMap((one) =>
    [undefined, 0, 2, 10].map((index) => [one, index] as const),
  )
  const shown = places.filter(([one, index]) => errorsAt(at(location), 1, one, index).length > 0)
  expect(shown).toEqual([[part, condition]])
  expect(errorsAt(at(location), 1, part, condition)).toEqual(SAID)
  expect(errorsAt(at(location), 0, part, condition)).toEqual([])
  expect(errorsOfRule(at(location), 1)).toEqual(SAID)
  expect(errorsOfAll(at(location))).toEqual([])
})

test.each([
  ['/0/action/formula', 'Rule 1, what it gives'],
  ['/1/lines', 'Rule 2, the products it is for'],
  ['/1/condition', 'Rule 2, when it does'],
  ['/1/condition/any/2', 'Rule 2, condition 3'],
  ['/9', 'Rule 10'],
  ['', 'The rules'],
])('a warning at %s is said of: %s', (pointer, words) => expect(formatPlaceOnCard(pointer)).toBe(words))

test.each([
  ['must not be longer than 200 characters', 'This must not be longer than 200 characters.'],
  ['must not be nested deeper than 8 levels', 'This must not be nested deeper than 8 levels.'],
  ['character 5: a value is missing', 'character 5: a value is missing.'],
])('the message “%s” is said as: %s', (message, sentence) => {
  expect(errorsOfRule([{ location: '/0/condition/value', message }], 0)).toEqual([sentence])
})

test('an error of all rules belongs to none of them', () => {
  expect(errorsOfAll(at(''))).toEqual(SAID)
  expect(errorsOfRule(at(''), 0)).toEqual([])
  expect(errorsOfAll([{ location: { from: 0, to: 1 }, message: 'is no JSON' }])).toEqual([])
})

test('the same said twice of one place is said once', () => {
  expect(errorsOfRule([...at('/0/action'), ...at('/0/action/formula')], 0)).toEqual(SAID)
})
