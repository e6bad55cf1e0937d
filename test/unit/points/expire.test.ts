import { describe, expect, test } from 'vitest'
import { availablePoints, lapsesNext } from '#domain/points/account.ts'
import { expire, given, issue, redeem, reverse } from '#test/support/points.ts'

describe('expiring points', () => {
  test('sweeps all that has lapsed as one event, and leaves the rest', () => {
    const account = given(
      issue('week', 50, '2026-01-10', 7),
      issue('day', 30, '2026-01-10', 1),
      issue('year', 20, '2026-01-10', 365),
      redeem('r', 10, '2026-01-10'),
    )
    const { event, moved, left, answer } = account.when(expire('x', '2026-01-20'))
    expect(event).toMatchObject({ type: 'expired', amount: 70, reason: 'test', reference: 'about-x', actor: 'tester' })
    expect(moved).toEqual([
      ['day', 20],
      ['week', 50],
    ])
    expect(left).toEqual({ week: 0, day: 0, year: 20 })
    expect(answer).toMatchObject({ transactionType: 'expire', amount: 70, balance: 20 })
  })

  test('begins at midnight UTC, not a millisecond before', () => {
    const account = given(issue('a', 50, '2026-01-10', 1))
    expect(account.refusal(expire('x', '2026-01-10T23:59:59.999Z'))).toEqual({ code: 'nothing_to_expire' })
    expect(account.when(expire('x', '2026-01-11T00:00:00.000Z')).moved).toEqual([['a', 50]])
  })

  test('a second time, or of a lot that was spent, says that there is nothing to expire', () => {
    const swept = given(issue('a', 50, '2026-01-10', 1), expire('x1', '2026-01-12'))
    expect(swept.refusal(expire('x2', '2026-01-13'))).toEqual({ code: 'nothing_to_expire' })
    const spent = given(issue('a', 50, '2026-01-10', 1), redeem('r', 50, '2026-01-10'))
    expect(spent.refusal(expire('x', '2026-01-12'))).toEqual({ code: 'nothing_to_expire' })
  })

  test('does not change what is available: that was gone at midnight', () => {
    const before = given(issue('a', 50, '2026-01-10', 1), issue('b', 20, '2026-01-10', 9))
    const after = before.when(expire('x', '2026-01-12'))
    expect(availablePoints(before.account, '2026-01-12T12:00:00.000Z')).toBe(20)
    expect(availablePoints(after.account, '2026-01-12T12:00:00.000Z')).toBe(20)
  })

  test('cannot be reversed', () => {
    const account = given(issue('a', 50, '2026-01-10', 1), expire('x', '2026-01-12'))
    const refusal = account.refusal(reverse('v', 'x', '2026-01-12'))
    expect(refusal).toEqual({ code: 'not_reversible', transactionId: 'x', transactionType: 'expire' })
  })
})

describe('what lapses next', () => {
  test('is all that the soonest end takes, from lots of any age, and not what has lapsed or was spent', () => {
    const { account } = given(
      issue('gone', 5, '2026-01-01', 2),
      issue('spent', 7, '2026-01-10', 1),
      redeem('r', 7, '2026-01-10'),
      issue('older', 50, '2026-01-10', 7),
      issue('younger', 20, '2026-01-12', 5),
      issue('later', 90, '2026-01-12', 6),
    )
    const now = '2026-01-13T12:00:00.000Z'
    expect(lapsesNext(account.lots, now)).toEqual({ at: '2026-01-17T00:00:00.000Z', amount: 70 })
    expect(lapsesNext(account.lots, '2026-01-17T00:00:00.000Z')).toEqual({ at: '2026-01-18T00:00:00.000Z', amount: 90 })
    expect(lapsesNext(account.lots, '2026-01-18T00:00:00.000Z')).toBeNull()
  })
})
