import { describe, expect, test } from 'vitest'
import { emptyAccount } from '#domain/points/account.ts'
import { given, issue, on, redeem } from '#test/support/points.ts'

describe('issuing points', () => {
  test('opens one lot, and the event carries all that the tables need', () => {
    const { event, answer } = given().when(issue('i1', 100, '2026-01-10T15:30:00.000Z', 365))
    expect(event).toEqual({
      type: 'issued',
      accountId: 'ann',
      version: 1,
      transactionId: 'i1',
      at: '2026-01-10T15:30:00.000Z',
      reason: 'test',
      reference: 'about-i1',
      actor: 'tester',
      amount: 100,
      portions: [
        {
          lotId: 'i1',
          campaignId: null,
          issuedOn: '2026-01-10',
          availableOn: '2026-01-10',
          expiresAt: '2027-01-10T00:00:00.000Z',
          amount: 100,
        },
      ],
    })
    expect(answer).toEqual({
      id: 'i1',
      dateTime: '2026-01-10T15:30:00.000Z',
      accountId: 'ann',
      transactionType: 'issue',
      amount: 100,
      balance: 100,
    })
  })

  test('issuing 100 ten times and redeeming 250 leaves 750, and touches the three oldest lots', () => {
    const ten = Array.from({ length: 10 }, (_, n) => issue(`i${n}`, 100, `2026-01-1${n}`))
    const { answer, moved, left } = given(...ten).when(redeem('r', 250, '2026-01-20'))
    expect(answer.balance).toBe(750)
    expect(moved).toEqual([
      ['i0', 100],
      ['i1', 100],
      ['i2', 50],
    ])
    expect(left).toMatchObject({ i0: 0, i1: 0, i2: 50, i3: 100, i9: 100 })
  })

  test.each([0, -1, 1.5, 1_000_000_001, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d points', (amount) => {
    expect(given().refusal(issue('i', amount, '2026-01-10'))).toEqual({ code: 'invalid_amount' })
    expect(given(issue('i', 5, '2026-01-10')).refusal(redeem('r', amount, '2026-01-10'))).toEqual({
      code: 'invalid_amount',
    })
  })

  test.each([1, 1_000_000_000])('takes %d points', (amount) => {
    expect(given().when(issue('i', amount, '2026-01-10')).answer.balance).toBe(amount)
  })

  test('refuses what could no longer be counted exactly, though the balance itself is small', () => {
    const issued = Number.MAX_SAFE_INTEGER - 10
    const counters = { balance: 5, issued, redeemed: issued - 5, expired: 0, takenBack: 0 }
    const old = on({ ...emptyAccount('ann'), version: 9, counters })
    expect(old.when(issue('i', 10, '2026-01-10')).answer.balance).toBe(15)
    expect(old.refusal(issue('i', 11, '2026-01-10'))).toEqual({ code: 'balance_limit' })
  })

  test.each([
    '2026-01-10',
    '2026-01-10T12:00:00Z',
    '2026-01-10T12:00:00.000+01:00',
    'yesterday',
    '2026-02-30T12:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
  ])('does not decide at %s, which does not compare with other moments', (now) => {
    const command = { ...issue('i', 1, '2026-01-10'), now }
    expect(() => given().when(command)).toThrow(RangeError)
  })
})
