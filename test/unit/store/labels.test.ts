import { expect, test } from 'vitest'
import { labelsError, labelsOf, typedLabels } from '#web/format/labels.ts'

test.each([
  ['', []],
  ['  ', []],
  ['unicorns', ['unicorns']],
  ['unicorns, summer-2026\tnew ,', ['unicorns', 'summer-2026', 'new']],
  ['x'.repeat(40), ['x'.repeat(40)]],
])('%j are the labels %j', (text, labels) => {
  expect(labelsError(text)).toBeUndefined()
  expect(labelsOf(text)).toEqual(labels)
  expect(labelsOf(typedLabels(labels))).toEqual(labels)
})

test.each([
  ['Unicorns', '“Unicorns” cannot be used'],
  ['unicorns -x', '“-x” cannot be used'],
  ['é', '“é” cannot be used'],
  ['x'.repeat(41), 'cannot be used'],
  ['new old new', '“new” is there twice'],
  [Array.from({ length: 21 }, (_, index) => `n${index}`).join(' '), 'at most 20'],
])('what is wrong with %j is told', (text, message) => {
  expect(labelsError(text)).toContain(message)
})
