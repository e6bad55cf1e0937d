import { describe, expect, test } from 'vitest'
import { changeOf, formatEntry, formatNotMoved } from '#web/points/statement-text.ts'

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
      const line = { transaction_type, reverses_type, reason, actor: 'ReviewWritten', amount: 5 }
      expect(formatEntry(line)).toBe(words)
      expect(changeOf(line)).toBe(change)
    },
  )
})
