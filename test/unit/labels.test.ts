import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { labelsInput } from '#api/schemas.ts'
import { LABEL, LABEL_RULE, MAX_LABELS } from '#domain/labels.ts'
import * as store from '#web/format/labels.ts'

const labels = Array.from({ length: MAX_LABELS + 1 }, (_, index) => `label-${index}`)

test('a label is the same in the database, and in the store', () => {
  const schema = readFileSync(new URL('../../db/migrations/001.do.schema.sql', import.meta.url), 'utf8')
  // Of products and customers, and of groups of campaigns.
  expect(schema.split(`~ '${LABEL.source}'`)).toHaveLength(3)
  expect(store.LABEL).toEqual(LABEL)
})

test.each(['a', '1-', 'summer-sale', 'a'.repeat(40)])('%j is a label', (label) => {
  expect(labelsInput.safeParse([label]).success).toBe(true)
  expect(store.labelsError(label)).toBeUndefined()
})

test.each(['', '-a', 'VIP', 'vip!', 'vip\n', 'a'.repeat(41)])('%j is none', (label) => {
  const { error } = labelsInput.safeParse([label])
  expect(error?.issues.map(({ message }) => message)).toEqual([LABEL_RULE])
  if (label.trim() === label && label !== '') expect(store.labelsError(label)).toMatch(/cannot be used/)
})

test('there are at most so many of them, in the store as well', () => {
  expect(labelsInput.safeParse(labels).success).toBe(false)
  expect(labelsInput.safeParse(labels.slice(1)).success).toBe(true)
  expect(store.labelsError(store.typedLabels(labels))).toBe(`There may be at most ${MAX_LABELS}.`)
  expect(store.labelsError(store.typedLabels(labels.slice(1)))).toBeUndefined()
})
