import { describe, expect, test } from 'vitest'
import { changesOf } from '#domain/points/evolve.ts'
import { expire, given, issue, on, redeem, reverse } from '#test/support/points.ts'

describe('reversing a redemption', () => {
  const onTheTenth = { issuedOn: '2026-01-10', availableOn: '2026-01-10' }
  const threeLots = [issue('a', 50, '2026-01-10', 5), issue('b', 50, '2026-01-10', 7), issue('c', 50, '2026-01-10', 9)]

  test('that spanned three lots gives back to each what it took', () => {
    const { event, left, answer, account } = given(...threeLots, redeem('r', 120, '2026-01-11')).when(
      reverse('v', 'r', '2026-01-12'),
    )
    expect(event).toMatchObject({
      amount: 120,
      reverses: { transactionId: 'r', type: 'redeem', amount: 120 },
      notTakenBack: { spent: 0, expired: 0, owed: 0 },
      withheld: [],
      portions: [
        { lotId: 'a', ...onTheTenth, expiresAt: '2026-01-15T00:00:00.000Z', amount: 50 },
        { lotId: 'b', ...onTheTenth, expiresAt: '2026-01-17T00:00:00.000Z', amount: 50 },
        { lotId: 'c', ...onTheTenth, expiresAt: '2026-01-19T00:00:00.000Z', amount: 20 },
      ],
    })
    expect(left).toEqual({ a: 50, b: 50, c: 50 })
    expect(answer).toMatchObject({ transactionType: 'reverse', balance: 150 })
    expect(account.counters).toEqual({ balance: 150, issued: 150, redeemed: 0, expired: 0, takenBack: 0 })
  })

  test('adds allocations that undo the redemption’s, and removes none', () => {
    const { account, event: redeemed } = given(...threeLots).when(redeem('r', 60, '2026-01-11'))
    const { event: reversed } = on(account).when(reverse('v', 'r', '2026-01-12'))
    expect(changesOf([redeemed, reversed]).allocations).toEqual([
      { transactionId: 'r', redemptionId: 'r', lotId: 'a', amount: 50 },
      { transactionId: 'r', redemptionId: 'r', lotId: 'b', amount: 10 },
      { transactionId: 'v', redemptionId: 'r', lotId: 'a', amount: -50 },
      { transactionId: 'v', redemptionId: 'r', lotId: 'b', amount: -10 },
    ])
  })

  test('leaves alone what later redemptions took from the same lots', () => {
    const account = given(...threeLots, redeem('r', 30, '2026-01-11'), redeem('s', 40, '2026-01-11'))
    expect(account.when(reverse('v', 'r', '2026-01-12')).left).toEqual({ a: 30, b: 30, c: 50 })
  })

  test('into a lot that lapsed meanwhile keeps its end: those points are not spendable and lapse again', () => {
    const late = given(
      ...threeLots,
      redeem('r', 80, '2026-01-11'),
      expire('x1', '2026-01-17T00:00:00.000Z'),
      reverse('v', 'r', '2026-01-18'),
    )
    expect(late.account.counters.balance).toBe(130)
    expect(late.refusal(redeem('s', 51, '2026-01-18'))).toEqual({ code: 'insufficient_points', available: 50 })
    const { moved, account, answer } = late.when(expire('x2', '2026-01-18'))
    expect(moved).toEqual([
      ['a', 50],
      ['b', 30],
    ])
    expect(answer.balance).toBe(50)
    expect(account.lots.map((lot) => lot.expired)).toEqual([50, 50, 0])
  })

  test('says what can be spent afterwards, lapsed points left out', () => {
    const { answer } = given(...threeLots, redeem('r', 80, '2026-01-11')).when(reverse('v', 'r', '2026-01-15'))
    expect(answer).toMatchObject({ amount: 80, balance: 100 })
  })

  describe('into a lot whose issue was reversed meanwhile', () => {
    const spent = [issue('a', 50, '2026-01-10'), issue('b', 50, '2026-01-11'), redeem('r', 80, '2026-01-12')]

    test('takes back at once what is owed there, and lets only the rest come back', () => {
      const { event, moved, withheld, left, answer, account } = given(
        ...spent,
        reverse('v', 'a', '2026-01-13', 5),
      ).when(reverse('w', 'r', '2026-01-14'))
      expect(event).toMatchObject({ amount: 35, notTakenBack: { spent: 0, expired: 0, owed: 0 } })
      expect(moved).toEqual([
        ['a', 5],
        ['b', 30],
      ])
      expect(withheld).toEqual([['a', 45]])
      expect(left).toEqual({ a: 5, b: 50 })
      expect(answer).toMatchObject({ amount: 35, balance: 55, reversal: { withheld: 45 } })
      expect(account.counters).toEqual({ balance: 55, issued: 100, redeemed: 0, expired: 0, takenBack: 45 })
      expect(account.lots.map(({ owed }) => owed)).toEqual([0, 0])
      expect(changesOf([event]).allocations.map(({ lotId, amount }) => [lotId, amount])).toEqual([
        ['a', -50],
        ['b', -30],
      ])
    })

    test('leaves a customer with the same, whichever of the two is reversed first', () => {
      const issueFirst = given(...spent, reverse('v', 'a', '2026-01-13'), reverse('w', 'r', '2026-01-13'))
      const redemptionFirst = given(...spent, reverse('w', 'r', '2026-01-13'), reverse('v', 'a', '2026-01-13'))
      expect(issueFirst.account.counters).toEqual(redemptionFirst.account.counters)
      expect(issueFirst.account.lots).toEqual(redemptionFirst.account.lots)
      expect(issueFirst.account.counters.balance).toBe(50)
    })

    test('is a reversal also when nothing comes back', () => {
      const account = given(
        issue('a', 50, '2026-01-10'),
        redeem('r', 50, '2026-01-11'),
        reverse('v', 'a', '2026-01-12'),
      )
      const { event, answer } = account.when(reverse('w', 'r', '2026-01-13'))
      expect(event).toMatchObject({ amount: 0, portions: [] })
      expect(answer).toMatchObject({ amount: 0, balance: 0, reversal: { withheld: 50 } })
    })

    test('takes what is owed only once: the first points to come back are those that are owed', () => {
      const twice = given(
        issue('a', 50, '2026-01-10'),
        redeem('r', 20, '2026-01-11'),
        redeem('s', 30, '2026-01-11'),
        reverse('v', 'a', '2026-01-12', 15),
      )
      const first = twice.when(reverse('w', 's', '2026-01-13'))
      expect(first).toMatchObject({ withheld: [['a', 30]], left: { a: 0 } })
      expect(first.account.lots[0]?.owed).toBe(5)
      expect(on(first.account).when(reverse('x', 'r', '2026-01-14'))).toMatchObject({
        withheld: [['a', 5]],
        left: { a: 15 },
      })
    })

    test('of a lot that lapsed meanwhile gives nothing to spend, and owes no more', () => {
      const { account, answer } = given(
        issue('a', 50, '2026-01-10', 5),
        redeem('r', 50, '2026-01-11'),
        reverse('v', 'a', '2026-01-12', 10),
      ).when(reverse('w', 'r', '2026-01-20'))
      expect(answer).toMatchObject({ amount: 10, balance: 0 })
      expect(account.lots[0]).toMatchObject({ remaining: 10, owed: 0 })
    })

    test('throws when the lot was not loaded', () => {
      const { account } = given(...spent)
      expect(() => on({ ...account, lots: [] }).refusal(reverse('w', 'r', '2026-01-14'))).toThrow('not loaded')
    })
  })

  describe('in parts', () => {
    const part = (id: string, amount: number) => reverse(id, 'r', '2026-01-12', 0, { amount })
    const spent = given(...threeLots, redeem('r', 120, '2026-01-11'))

    test('gives back what was spent last: as if less had been redeemed', () => {
      const first = spent.when(part('v', 30))
      expect(first).toMatchObject({
        moved: [
          ['b', 10],
          ['c', 20],
        ],
        left: { a: 0, b: 10, c: 50 },
        event: { reverses: { transactionId: 'r', type: 'redeem', amount: 30 } },
      })
      const second = on(first.account).when(part('w', 45))
      expect(second.moved).toEqual([
        ['a', 5],
        ['b', 40],
      ])
      expect(second.account.counters.redeemed).toBe(45)
      expect(second.left).toEqual(given(...threeLots).when(redeem('s', 45, '2026-01-11')).left)
    })

    test('goes on until nothing is left of it; more is refused, and says what is left', () => {
      const half = on(spent.when(part('v', 100)).account)
      const refusal = { code: 'already_reversed', transactionId: 'r', left: 20, reversedBy: 'v' }
      expect(half.refusal(part('w', 21))).toEqual(refusal)
      const whole = on(half.when(reverse('w', 'r', '2026-01-12')).account)
      expect(whole.account.lots).toMatchObject([{ remaining: 50 }, { remaining: 50 }, { remaining: 50 }])
      expect(whole.refusal(reverse('x', 'r', '2026-01-12'))).toEqual({ ...refusal, left: 0, reversedBy: 'w' })
    })

    test('withholds what is owed of what comes back, and only that', () => {
      const owing = on(spent.when(reverse('t', 'b', '2026-01-12')).account)
      const first = owing.when(part('v', 30))
      expect(first).toMatchObject({ moved: [['c', 20]], withheld: [['b', 10]], answer: { amount: 20 } })
      expect(on(first.account).when(part('w', 50))).toMatchObject({ moved: [['a', 10]], withheld: [['b', 40]] })
    })
  })

  test('happens once', () => {
    const account = given(...threeLots, redeem('r', 80, '2026-01-11'), reverse('v', 'r', '2026-01-12'))
    const refusal = account.refusal(reverse('v2', 'r', '2026-01-12'))
    expect(refusal).toEqual({ code: 'already_reversed', transactionId: 'r', left: 0, reversedBy: 'v' })
  })

  test('lets the points be spent again, soonest end first', () => {
    const account = given(...threeLots, redeem('r', 120, '2026-01-11'), reverse('v', 'r', '2026-01-12'))
    expect(account.when(redeem('s', 60, '2026-01-12')).moved).toEqual([
      ['a', 50],
      ['b', 10],
    ])
  })
})
