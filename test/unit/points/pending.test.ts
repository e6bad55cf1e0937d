import { describe, expect, test } from 'vitest'
import { availablePoints, emptyAccount, lapsesNext, type PointsCommand } from '#domain/points/account.ts'
import { balanceOf } from '#domain/points/daily-balance.ts'
import { decideAll } from '#domain/points/decide.ts'
import { rebuild } from '#domain/points/evolve.ts'
import { expire, given, issue, issueLots, lot, on, redeem, reverse } from '#test/support/points.ts'

const LAST_MOMENT = '2026-01-12T23:59:59.999Z'
const MIDNIGHT = '2026-01-13T00:00:00.000Z'
/** 30 points that count at once, and 20 three days later. */
const bought = issueLots('i', '2026-01-10', lot(30, 0, { days: 9 }), lot(20, 3, { days: 1 }, { id: 'later' }))

describe('points that wait', () => {
  test('are issued as lots of their own, with their ends and their campaigns', () => {
    const { event, answer, account } = given().when(
      issueLots(
        'i',
        '2026-01-10T15:30:00.000Z',
        lot(30, 0, { days: 9 }, { campaignId: 'welcome' }),
        lot(20, 3, { endOfMonth: 0 }, { id: 'later', campaignId: 'spring' }),
      ),
    )
    expect(answer).toMatchObject({ id: 'i', amount: 50, balance: 30 })
    const common = { transactionId: 'i', issuedAt: '2026-01-10T15:30:00.000Z', expired: 0, takenBack: 0, owed: 0 }
    expect(account.lots).toMatchObject([
      {
        id: 'i',
        campaignId: 'welcome',
        availableAt: '2026-01-10T15:30:00.000Z',
        expiresAt: '2026-01-19T00:00:00.000Z',
        ...common,
      },
      {
        id: 'later',
        campaignId: 'spring',
        availableAt: '2026-01-13T00:00:00.000Z',
        expiresAt: '2026-02-01T00:00:00.000Z',
        ...common,
      },
    ])
    expect(event.portions.map(({ availableOn, amount }) => [availableOn, amount])).toEqual([
      ['2026-01-10', 30],
      ['2026-01-13', 20],
    ])
  })

  test('cannot be spent until midnight UTC of the day from which they count', () => {
    const account = given(bought)
    expect(account.refusal(redeem('r', 31, LAST_MOMENT))).toEqual({ code: 'insufficient_points', available: 30 })
    const { moved, answer } = account.when(redeem('r', 31, MIDNIGHT))
    expect(moved).toEqual([
      ['later', 20],
      ['i', 11],
    ])
    expect(answer.balance).toBe(19)
  })

  test('are points of a later day: a clock that is set back within the day keeps nothing from being spent', () => {
    const account = given(issue('a', 50, '2026-01-10T12:00:00.005Z'))
    expect(account.when(redeem('r', 50, '2026-01-10T12:00:00.000Z')).moved).toEqual([['a', 50]])
    const across = given(issue('a', 50, '2026-01-10T00:00:00.005Z'))
    expect(across.refusal(redeem('r', 1, '2026-01-09T23:59:59.999Z'))).toMatchObject({ available: 0 })
  })

  test('do not keep points that count from being spent, though they end sooner', () => {
    const { moved } = given(bought).when(redeem('r', 30, LAST_MOMENT))
    expect(moved).toEqual([['i', 30]])
  })

  test('are taken back whole by a reversal of their issue', () => {
    const { event, left, answer } = given(bought).when(reverse('v', 'i', '2026-01-11'))
    expect(event).toMatchObject({ amount: 50, notTakenBack: { spent: 0, expired: 0, owed: 0 } })
    expect(left).toEqual({ i: 0, later: 0 })
    expect(answer.balance).toBe(0)
  })

  test('expire like others: their end comes after the day from which they count', () => {
    const account = given(bought)
    expect(account.refusal(expire('x', '2026-01-13T23:59:59.999Z')).code).toBe('nothing_to_expire')
    expect(account.when(expire('x', '2026-01-14T00:00:00.000Z')).moved).toEqual([['later', 20]])
  })

  test('are spent by the end that comes first, then by what has counted longest', () => {
    const sameEnd = { on: '2026-02-28' }
    const account = given(
      issueLots('waited', '2026-01-09', lot(10, 3, sameEnd)),
      issueLots('at once', '2026-01-11', lot(10, 0, sameEnd)),
      issueLots('twin', '2026-01-08', lot(10, 4, sameEnd)),
    )
    expect(account.when(redeem('r', 30, '2026-01-20')).moved.map(([id]) => id)).toEqual(['at once', 'twin', 'waited'])
  })

  test('count in what is known of lots that are not loaded', () => {
    const { account } = given(bought)
    const lots = account.lots.filter(({ id }) => id === 'i')
    const half = { ...account, lots, pendingElsewhere: [{ availableOn: '2026-01-13', amount: 20 }] }
    expect([availablePoints(half, LAST_MOMENT), availablePoints(half, MIDNIGHT)]).toEqual([30, 50])
    expect(on(half).when(redeem('r', 10, LAST_MOMENT)).answer.balance).toBe(20)
  })
})

describe('a balance', () => {
  function balanceAt(now: string, ...history: PointsCommand[]) {
    const { events } = decideAll(emptyAccount('ann'), history)
    return balanceOf(rebuild('ann', events).daily, now)
  }
  const history = [
    bought,
    issueLots('more', '2026-01-11', lot(5, 2, { days: 9 }), lot(7, 1, { days: 9 }, { id: 'sooner' })),
    redeem('r', 10, '2026-01-11'),
  ]

  test('leaves points that do not count yet out of the entries, and says when they will', () => {
    expect(balanceAt('2026-01-11T12:00:00.000Z', ...history)).toMatchObject({
      available: 20,
      entries: [{ issuedDate: '2026-01-10', balance: 20, status: 'active' }],
      pending: [
        { availableOn: '2026-01-12', amount: 7 },
        { availableOn: '2026-01-13', amount: 25 },
      ],
    })
    const { available, pending } = balanceAt(MIDNIGHT, ...history)
    expect([available, pending]).toEqual([52, []])
  })

  test('says what ends next, pending or not', () => {
    const { lapsesNext } = balanceAt('2026-01-11T12:00:00.000Z', ...history)
    expect(lapsesNext).toEqual({ at: '2026-01-14T00:00:00.000Z', amount: 20 })
    expect(balanceAt('2026-01-14T00:00:00.000Z', ...history).lapsesNext?.at).toBe('2026-01-19T00:00:00.000Z')
    expect(balanceAt('2026-03-01T00:00:00.000Z', ...history).lapsesNext).toBeNull()
  })

  test('says so of lots, too', () => {
    const { account } = given(bought, issue('year', 1, '2026-01-10'))
    expect(lapsesNext(account.lots, '2026-01-10T12:00:00.000Z')?.amount).toBe(20)
  })
})

describe('an issue whose lots cannot be', () => {
  test.each([
    ['are not its amount', { ...bought, amount: 51 }],
    ['are none', { ...bought, lots: [] }],
    ['hold a part of a point', { ...bought, lots: [lot(49.5, 0, { days: 1 }), lot(0.5, 0, { days: 1 }, { id: 'b' })] }],
    ['hold nothing', { ...bought, lots: [lot(50, 0, { days: 1 }), lot(0, 0, { days: 1 }, { id: 'b' })] }],
    ['have no ids', { ...bought, lots: [lot(25, 0, { days: 1 }), lot(25, 0, { days: 1 })] }],
    ['have other ids than their transaction', { ...bought, lots: [lot(50, 0, { days: 1 }, { id: 'b' })] }],
  ])('because they %s, is an error of who asks', (_, command) => {
    expect(() => given().when(command)).toThrow(/lots of i|Lot \d of i/i)
  })
})
