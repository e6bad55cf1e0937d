import { describe, expect, test } from 'vitest'
import { findJsonError, formatLocation, rangeOf } from '#web/campaigns/rules-editor/rules-json.ts'

const RULES = `[
  { "condition": { "all": [{ "rule": "string_equals", "value": 1 }, 7] }, "a/b~c": [] },
  {
    "action": 1,
    "action": {
      "command": "issue" }
  }
]`

describe('what a JSON Pointer leads to is marked', () => {
  test.each([
    ['/0/condition/all/0/value', '1', 'Rule 1, condition, all, item 1, value (line 2)'],
    ['/0/condition/all/1', '7', 'Rule 1, condition, all, item 2 (line 2)'],
    ['/0/a~1b~0c', '[]', 'Rule 1, a/b~c (line 2)'],
    // Of two members of one name, the last counts.
    ['/1/action/command', '"issue"', 'Rule 2, action, command (line 6)'],
  ])('%s', (pointer, marked, words) => {
    const error = { message: '', location: pointer }
    const { from, to } = rangeOf(error, RULES)
    expect(RULES.slice(from, to)).toBe(marked)
    expect(formatLocation(error, RULES)).toBe(words)
  })

  test.each([
    [1, '$'],
    [3, 'ab'],
    [5, '\\u002b'],
    [6, '?'],
    [7, '"'],
  ])('character %i of it, however it is written: %s', (character, marked) => {
    const text = String.raw`[{ "action": { "formula": "$.ab\u002b?" } }]`
    const { from, to } = rangeOf({ message: '', location: '/0/action/formula', character }, text)
    expect(text.slice(from, to)).toBe(marked)
  })

  test.each([
    ['of what is missing, where what lacks it begins', '/0/action', '{', 2],
    ['of what is longer than a line, its first line', '/1/action', '{', 5],
    ['of all rules, the first line', '', '[', 1],
  ])('%s', (_, pointer, marked, line) => {
    const { from, to } = rangeOf({ message: '', location: pointer }, RULES)
    expect(RULES.slice(from, to)).toBe(marked)
    expect(RULES.slice(0, from).split('\n')).toHaveLength(line)
  })
})

describe('what is not JSON is shown with its place', () => {
  test.each([
    ['', 1, /an array of rules/],
    ['[{"a": }]', 1, /a colon and a value/],
    ['[\n1 2]', 2, /a comma or \]/],
    ['[\n{"a": 1,}]', 2, /name in double quotes/],
    ['[1]\nx', 2, /only an array/],
    ['[\n"a\nb"]', 2, /./],
    ['[{"a": 1}', 1, /a comma or \]/],
  ])('%j', (text, line, message) => {
    const error = findJsonError(text)
    expect(error?.message).toMatch(message)
    expect(error && formatLocation(error, text)).toBe(`Line ${line}`)
  })

  test('and what is JSON has no such mistake', () => {
    expect(findJsonError(RULES)).toBeUndefined()
    expect(findJsonError('{}')).toBeUndefined()
  })
})
