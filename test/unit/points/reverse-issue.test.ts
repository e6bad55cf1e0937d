import { describe, expect, test } from 'vitest'
import { emptyAccount } from '#domain/points/account.ts'
import { expire, given, issue, issueLots, lot, on, type Part, redeem, reverse } from '#test/support/points.ts'

describe('reversing an issue', () => {
  test('takes the points back', () => {
    const account = given(issue('a', 50, '2026-01-10'), issue('b', 20, '2026-01-10'))
    const { event, answer, moved, left } = account.when(reverse('v', 'a', '2026-01-11'))
    expect(event).toMatchObject({
      type: 'reversed',
      version: 3,
      amount: 50,
      reverses: { transactionId: 'a', type: 'issue', amount: 50 },
      notTakenBack: { spent: 0, expired: 0, owed: 0 },
      claims: [{ lotId: 'a', amount: 50 }],
      expiredClaims: [],
      owedChanges: [],
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
        reverses: { transactionId: 'a', type: 'issue', amount: 50 },
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
    expect(refusal).toEqual({ code: 'already_reversed', transactionId: 'a', left: 0, reversedBy: 'v' })
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

  describe('in parts', () => {
    const part = (id: string, amount: number, makesGood = 0, more: Part = {}) =>
      reverse(id, 'a', '2026-01-20', makesGood, { amount, ...more })

    test('takes what is left, then what expired, then what was spent', () => {
      const account = given(issue('a', 50, '2026-01-10', 5), redeem('r', 20, '2026-01-11'))
      const first = account.when(reverse('v', 'a', '2026-01-12', 0, { amount: 10 }))
      expect(first).toMatchObject({ moved: [['a', 10]], left: { a: 20 } })
      const swept = on(on(first.account).when(expire('x', '2026-01-15')).account)
      const second = swept.when(part('w', 15))
      expect(second.event).toMatchObject({ amount: 0, notTakenBack: { spent: 0, expired: 15, owed: 0 } })
      const third = on(second.account).when(part('y', 10))
      expect(third.event).toMatchObject({
        reverses: { amount: 10 },
        notTakenBack: { spent: 5, expired: 5, owed: 5 },
        claims: [{ lotId: 'a', amount: 10 }],
        expiredClaims: [{ lotId: 'a', amount: 5 }],
        owedChanges: [{ lotId: 'a', amount: 5 }],
      })
      expect(third.account.lots).toMatchObject([
        { expired: 20, takenBack: 10, claimed: 35, claimedExpired: 20, owed: 5 },
      ])
    })

    test.each(['swept', 'not swept'])(
      'charges only what was spent where other points have lapsed and are %s',
      (state) => {
        const paid = given(issue('a', 100, '2026-01-10', 5), redeem('r', 100, '2026-01-11'))
        const some = on(paid.when(reverse('v', 'a', '2026-01-12', 30, { amount: 30 })).account)
        const back = on(some.when(reverse('w', 'r', '2026-01-13', 0, { amount: 50 })).account)
        const lapsed = state === 'swept' ? on(back.when(expire('x', '2026-01-16')).account) : back
        const { event } = lapsed.when(part('y', 70, 70))
        expect(event).toMatchObject({ notTakenBack: { spent: 20, owed: 0 } })
      },
    )

    test('asks nobody twice for what has expired, though points of its lot come back and settle what another lot owes', () => {
      const account = given(
        issueLots('a', '2026-01-10', lot(100, 0, { days: 5 }), lot(100, 0, { days: 60 }, { id: 'b' })),
        redeem('q', 50, '2026-01-11'),
        expire('x', '2026-01-16'),
        redeem('s', 100, '2026-01-17'),
        part('v', 100, 0, {
          prefer: [
            { lotId: 'b', amount: 50 },
            { lotId: 'a', amount: 50 },
          ],
        }),
        reverse('w', 'q', '2026-01-21'),
        reverse('y', 'a', '2026-01-22'),
        reverse('z', 's', '2026-01-23'),
      ).account
      expect(account.lots.map(({ remaining, owed }) => [remaining, owed])).toEqual([
        [0, 0],
        [0, 0],
      ])
    })

    test('goes on until nothing is left of it; more is refused, and says what is left', () => {
      const half = given(issue('a', 50, '2026-01-10'), part('v', 30))
      expect(half.refusal(part('w', 21))).toEqual({
        code: 'already_reversed',
        transactionId: 'a',
        left: 20,
        reversedBy: 'v',
      })
      const whole = on(half.when(reverse('w', 'a', '2026-01-21')).account)
      expect(whole.account.lots).toMatchObject([{ remaining: 0, takenBack: 50, claimed: 50 }])
      expect(whole.refusal(part('x', 1))).toMatchObject({ code: 'already_reversed', left: 0, reversedBy: 'w' })
      const untouched = given(issue('a', 50, '2026-01-10')).refusal(part('v', 51))
      expect(untouched).toMatchObject({ code: 'already_reversed', left: 50, reversedBy: null })
    })

    test.each([0, -1, 1.5, Number.NaN, 1_000_000_001])('of %d points is refused', (amount) => {
      expect(given(issue('a', 50, '2026-01-10')).refusal(part('v', amount))).toEqual({ code: 'invalid_amount' })
    })

    test('makes good what earlier parts left owed, so that less is owed than before', () => {
      const spent = given(issue('a', 50, '2026-01-10'), redeem('r', 50, '2026-01-11'), part('v', 20, 5))
      expect(spent.account.lots).toMatchObject([{ owed: 15 }])
      const { event, account } = spent.when(part('w', 10, 22))
      expect(event).toMatchObject({
        notTakenBack: { spent: 10, expired: 0, owed: -12 },
        owedChanges: [{ lotId: 'a', amount: -12 }],
      })
      expect(account.lots).toMatchObject([{ owed: 3, claimed: 30 }])
    })

    test('asks back no more than was issued, though points that were paid for are there again', () => {
      const paid = given(issue('a', 50, '2026-01-10'), redeem('r', 50, '2026-01-11'), part('v', 40, 40))
      const back = on(paid.when(reverse('w', 'r', '2026-01-20')).account)
      expect(back.account.lots).toMatchObject([{ remaining: 50, owed: 0 }])
      const { moved, left } = back.when(reverse('x', 'a', '2026-01-21'))
      expect([moved, left]).toEqual([[['a', 10]], { a: 40 }])
    })

    test('of several lots takes from those that are preferred, then from what would be spent last', () => {
      const account = given(
        issueLots(
          'a',
          '2026-01-10',
          lot(10, 0, { days: 90 }),
          lot(10, 0, { days: 30 }, { id: 'b' }),
          lot(10, 0, { days: 60 }, { id: 'c' }),
        ),
      )
      expect(account.when(part('v', 25)).moved).toEqual([
        ['a', 10],
        ['c', 10],
        ['b', 5],
      ])
      const upTo = (...lots: [lotId: string, amount: number][]) => ({
        prefer: lots.map(([lotId, amount]) => ({ lotId, amount })),
      })
      expect(account.when(part('v', 25, 0, upTo(['c', 10], ['nobody', 10], ['b', 10]))).moved).toEqual([
        ['c', 10],
        ['b', 10],
        ['a', 5],
      ])
      // Of each as much as is said first, and then of whichever has it.
      expect(account.when(part('v', 7, 0, upTo(['b', 3], ['a', 4]))).moved).toEqual([
        ['b', 3],
        ['a', 4],
      ])
      expect(account.when(part('v', 9, 0, upTo(['b', 3], ['a', 4]))).moved).toEqual([
        ['b', 5],
        ['a', 4],
      ])
    })

    test('of several lots takes what any of them holds before it asks for what was spent, whichever is preferred', () => {
      const account = given(
        issueLots('a', '2026-01-10', lot(10, 0, { days: 30 }), lot(10, 0, { days: 60 }, { id: 'b' })),
        redeem('r', 12, '2026-01-11'),
      )
      const { event } = account.when(part('v', 9, 0, { prefer: [{ lotId: 'a', amount: 10 }] }))
      expect(event).toMatchObject({
        amount: 8,
        notTakenBack: { spent: 1, expired: 0, owed: 1 },
        claims: [
          { lotId: 'a', amount: 1 },
          { lotId: 'b', amount: 8 },
        ],
        expiredClaims: [],
        owedChanges: [{ lotId: 'a', amount: 1 }],
      })
    })
  })

  test('throws when the lot was not loaded', () => {
    const { transactions } = given(issue('a', 50, '2026-01-10')).account
    const half = on({ ...emptyAccount('ann'), transactions })
    expect(() => half.refusal(reverse('v', 'a', '2026-01-11'))).toThrow('not loaded')
  })
})
