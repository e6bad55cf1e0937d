import { describe, expect, test } from 'vitest'
import { given, issue, on, redeem } from '#test/support/points.ts'

describe('redeeming points', () => {
  test('takes the lot that ends soonest first, though it is the younger one', () => {
    const account = given(issue('year', 50, '2026-01-10', 365), issue('week', 50, '2026-01-11', 7))
    expect(account.when(redeem('r', 70, '2026-01-12')).moved).toEqual([
      ['week', 50],
      ['year', 20],
    ])
  })

  test('of lots that end together takes the oldest first, to the millisecond', () => {
    const account = given(
      issue('a', 50, '2026-01-10T12:00:00.001Z', 1),
      issue('b', 50, '2026-01-10T12:00:00.002Z', 1),
      issue('c', 50, '2026-01-10T12:00:00.000Z', 1),
    )
    expect(account.when(redeem('r', 110, '2026-01-10T13:00:00.000Z')).moved).toEqual([
      ['c', 50],
      ['a', 50],
      ['b', 10],
    ])
  })

  test('of twin lots takes the smaller id first, in whatever order they were loaded', () => {
    const { account } = given(issue('b', 50, '2026-01-10'), issue('a', 50, '2026-01-10'))
    for (const lots of [account.lots, account.lots.toReversed()]) {
      expect(on({ ...account, lots }).when(redeem('r', 10, '2026-01-11')).moved).toEqual([['a', 10]])
    }
  })

  test('goes on where the last redemption stopped', () => {
    const account = given(issue('a', 50, '2026-01-10'), issue('b', 50, '2026-01-11'), redeem('r1', 30, '2026-01-12'))
    expect(account.when(redeem('r2', 30, '2026-01-12')).moved).toEqual([
      ['a', 20],
      ['b', 10],
    ])
  })

  test('can spend the last point but not one more', () => {
    const account = given(issue('a', 50, '2026-01-10'))
    expect(account.when(redeem('r', 50, '2026-01-11')).answer).toMatchObject({ transactionType: 'redeem', balance: 0 })
    expect(account.refusal(redeem('r', 51, '2026-01-11'))).toEqual({ code: 'insufficient_points', available: 50 })
  })

  test('of an account that never had points is refused', () => {
    expect(given().refusal(redeem('r', 1, '2026-01-10'))).toEqual({ code: 'insufficient_points', available: 0 })
  })

  test('spends a lot up to the last millisecond of its last day, and not at midnight', () => {
    const account = given(issue('day', 50, '2026-01-10T23:59:59.999Z', 1))
    expect(account.when(redeem('r', 50, '2026-01-10T23:59:59.999Z')).answer.balance).toBe(0)
    expect(account.refusal(redeem('r', 1, '2026-01-11T00:00:00.000Z'))).toEqual({
      code: 'insufficient_points',
      available: 0,
    })
  })

  test('never spends lapsed points that no expiry has swept yet', () => {
    const account = given(issue('lapsed', 80, '2026-01-10', 5), issue('live', 20, '2026-01-10', 30))
    expect(account.refusal(redeem('r', 21, '2026-01-15'))).toEqual({ code: 'insufficient_points', available: 20 })
    const { moved, answer } = account.when(redeem('r', 15, '2026-01-15'))
    expect(moved).toEqual([['live', 15]])
    expect(answer.balance).toBe(5)
  })

  test('throws, rather than refuse wrongly, when the state lacks lots that its counters promise', () => {
    const { account } = given(issue('a', 50, '2026-01-10'), issue('b', 50, '2026-01-11'))
    const cutShort = on({ ...account, lots: account.lots.slice(0, 1) })
    expect(cutShort.when(redeem('r', 50, '2026-01-12')).answer.balance).toBe(50)
    expect(() => cutShort.when(redeem('r', 51, '2026-01-12'))).toThrow('lack 1 of 51 points')
  })
})
