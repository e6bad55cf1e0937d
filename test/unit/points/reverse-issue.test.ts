import { describe, expect, test } from 'vitest'
import { emptyAccount } from '#domain/points/account.ts'
import { expire, given, issue, on, redeem, reverse } from '#test/support/points.ts'

describe('reversing an issue', () => {
  test('takes the points back', () => {
    const account = given(issue('a', 50, '2026-01-10'), issue('b', 20, '2026-01-10'))
    const { event, answer, moved, left } = account.when(reverse('v', 'a', '2026-01-11'))
    expect(event).toMatchObject({
      type: 'reversed',
      version: 3,
      amount: 50,
      reverses: { transactionId: 'a', type: 'issue' },
      notTakenBack: { spent: 0, expired: 0, owed: 0 },
    })
    expect(moved).toEqual([['a', 50]])
    expect(left).toEqual({ a: 0, b: 20 })
    expect(answer).toEqual({
      id: 'v',
      dateTime: '2026-01-11T12:00:00.000Z',
      accountId: 'ann',
      transactionType: 'reverse',
      amount: 50,
      balance: 20,
      reversal: {
        reverses: { transactionId: 'a', type: 'issue' },
        notTakenBack: { spent: 0, expired: 0, owed: 0 },
        withheld: 0,
      },
    })
  })

  test('of a partly spent lot takes what is left, says what was spent, and never touches other lots', () => {
    const account = given(issue('a', 50, '2026-01-10'), issue('b', 90, '2026-01-10'), redeem('r', 30, '2026-01-11'))
    const { event, left } = account.when(reverse('v', 'a', '2026-01-11'))
    expect(event).toMatchObject({ amount: 20, notTakenBack: { spent: 30, expired: 0, owed: 30 } })
    expect(left).toEqual({ a: 0, b: 90 })
  })

  test('of a wholly spent lot takes nothing, and is booked all the same, so that its shortfall is settled once', () => {
    const { event, account } = given(issue('a', 50, '2026-01-10'), redeem('r', 50, '2026-01-11')).when(
      reverse('v', 'a', '2026-01-11'),
    )
    expect(event).toMatchObject({ amount: 0, portions: [], notTakenBack: { spent: 50, expired: 0, owed: 50 } })
    expect(on(account).refusal(reverse('v2', 'a', '2026-01-12')).code).toBe('already_reversed')
  })

  test('distinguishes what expired from what was spent', () => {
    const account = given(issue('a', 50, '2026-01-10', 5), redeem('r', 30, '2026-01-11'), expire('x', '2026-01-20'))
    const { event } = account.when(reverse('v', 'a', '2026-01-21'))
    expect(event).toMatchObject({ amount: 0, notTakenBack: { spent: 30, expired: 20, owed: 30 } })
  })

  test('takes lapsed points that no expiry has swept; the balance that can be spent does not change', () => {
    const account = given(issue('a', 50, '2026-01-10', 5), issue('b', 10, '2026-01-10', 99))
    const { event, answer, account: after } = account.when(reverse('v', 'a', '2026-01-20'))
    expect(event).toMatchObject({ amount: 50, notTakenBack: { spent: 0, expired: 0, owed: 0 } })
    expect(answer.balance).toBe(10)
    expect(on(after).refusal(expire('x', '2026-01-21'))).toEqual({ code: 'nothing_to_expire' })
  })

  test('leaves owed what was spent, but for what is made good in money, and never owes what was not spent', () => {
    const spent = given(issue('a', 50, '2026-01-10'), redeem('r', 30, '2026-01-11'))
    const owedAfter = (makesGood: number) =>
      spent.when(reverse('v', 'a', '2026-01-12', makesGood)).account.lots.map(({ owed }) => owed)
    expect([0, 10, 30, 31].map(owedAfter)).toEqual([[30], [20], [0], [0]])
    expect(spent.when(reverse('v', 'a', '2026-01-12', 10)).event).toMatchObject({
      amount: 20,
      notTakenBack: { spent: 30, expired: 0, owed: 20 },
    })
  })

  test('happens once', () => {
    const account = given(issue('a', 50, '2026-01-10'), reverse('v', 'a', '2026-01-11'))
    const refusal = account.refusal(reverse('v2', 'a', '2026-01-11'))
    expect(refusal).toEqual({ code: 'already_reversed', transactionId: 'a', reversedBy: 'v' })
  })

  test('cannot itself be reversed', () => {
    const account = given(issue('a', 50, '2026-01-10'), reverse('v', 'a', '2026-01-11'))
    const refusal = account.refusal(reverse('v2', 'v', '2026-01-11'))
    expect(refusal).toEqual({ code: 'not_reversible', transactionId: 'v', transactionType: 'reverse' })
  })

  test.each(['a', 'constructor', '__proto__'])('of %s, which never happened, is refused', (transactionId) => {
    const refusal = given().refusal(reverse('v', transactionId, '2026-01-11'))
    expect(refusal).toEqual({ code: 'unknown_transaction', transactionId })
  })

  test('throws when the lot was not loaded', () => {
    const transactions = [{ id: 'a', type: 'issue', portions: [], reversedBy: null } as const]
    const half = on({ ...emptyAccount('ann'), transactions })
    expect(() => half.refusal(reverse('v', 'a', '2026-01-11'))).toThrow('not loaded')
  })
})
