import { describe, expect, test } from 'vitest'
import { changeOf, formatEntry, formatNotMoved, lotState } from '#web/points/statement-text.ts'

describe('the statement says', () => {
  test.each([
    [{ amount: 5, withheld: 950 }, '950 points withheld, which were owed. '],
    [{ amount: 0, withheld: 1 }, '1 point withheld, which was owed. '],
    [{ amount: 0, withheld: 0 }, 'No points were left. '],
    [{ amount: 5, withheld: 0 }, ''],
  ])('of a reversal that moved less than it might have (%o): "%s"', (moved, words) => {
    expect(formatNotMoved({ transaction_type: 'reverse', ...moved })).toBe(words)
  })

  test.each([
    ['issue', null, 'purchase', 'Earned with a purchase', +5],
    ['issue', null, 'event', 'Earned with: review written', +5],
    ['issue', null, 'manual', 'Given by the store', +5],
    ['redeem', null, 'purchase', 'Paid for a purchase', -5],
    ['redeem', null, 'manual', 'Redeemed', -5],
    ['expire', null, 'expiry', 'Expired', -5],
    ['reverse', 'redeem', 'purchase', 'Returned', +5],
    ['reverse', 'issue', 'purchase', 'Taken back with a refund', -5],
    ['reverse', 'issue', 'manual', 'Taken back', -5],
  ] as const)(
    'of an entry of type %s (%s), because of %s: "%s", %d',
    (transaction_type, reverses_type, reason, words, change) => {
      const line = { transaction_type, reverses_type, reason, event: 'ReviewWritten', amount: 5 }
      expect(formatEntry(line)).toBe(words)
      expect(changeOf(line)).toBe(change)
    },
  )
})

describe('a batch of points is', () => {
  const now = Date.parse('2026-12-14T00:00:00.000Z')
  const lot = {
    original: 100,
    remaining: 100,
    taken_back: 0,
    available_at: '2026-12-01T12:00:00.000Z',
    expires_at: '2027-12-14T00:00:00.000Z',
  }
  test.each<[string, Partial<typeof lot>]>([
    ['Open', {}],
    ['Open', { remaining: 1, taken_back: 99 }],
    ['Open', { available_at: '2026-12-14T00:00:00.000Z' }],
    ['Pending until 15 Dec 2026', { available_at: '2026-12-15T00:00:00.000Z' }],
    ['Pending until 15 Dec 2026', { available_at: '2026-12-15T00:00:00.000Z', remaining: 1, taken_back: 99 }],
    ['Spent', { remaining: 0 }],
    ['Spent', { remaining: 0, taken_back: 99 }],
    ['Ended', { expires_at: '2026-12-14T00:00:00.000Z' }],
    ['Ended', { expires_at: '2026-12-14T00:00:00.000Z', remaining: 0 }],
    ['Taken back', { remaining: 0, taken_back: 100 }],
    ['Taken back', { remaining: 0, taken_back: 100, available_at: '2026-12-15T00:00:00.000Z' }],
  ])('%s: %o', (text, changes) => {
    expect(lotState({ ...lot, ...changes }, now).text).toBe(text)
  })
})
