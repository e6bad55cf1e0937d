import { describe, expect, test } from 'vitest'
import { emptyAccount, type PointsCommand } from '#domain/points/account.ts'
import { balanceEntries } from '#domain/points/daily-balance.ts'
import { decideAll } from '#domain/points/decide.ts'
import { rebuild } from '#domain/points/evolve.ts'
import { expire, issue, redeem, reverse } from '#test/support/points.ts'

function entriesAt(now: string, ...history: PointsCommand[]) {
  const { events } = decideAll(emptyAccount('ann'), history)
  const { daily } = rebuild('ann', events)
  return balanceEntries(daily, now).map(({ issuedDate, balance, status }) => [issuedDate, balance, status])
}

describe('daily balances', () => {
  const history = [
    issue('a', 50, '2026-01-10T00:00:00.000Z', 5),
    issue('b', 30, '2026-01-10T23:59:59.999Z', 5),
    issue('c', 20, '2026-01-11T00:00:00.000Z', 5),
    redeem('r', 60, '2026-01-11'),
  ]

  test('are what is left of the lots issued that UTC day', () => {
    expect(entriesAt('2026-01-12T12:00:00.000Z', ...history)).toEqual([
      ['2026-01-10', 20, 'active'],
      ['2026-01-11', 20, 'active'],
    ])
  })

  test('are expired at the end of the lots, with what was lost, swept or not', () => {
    const expected = [
      ['2026-01-10', 20, 'expired'],
      ['2026-01-11', 20, 'active'],
    ]
    expect(entriesAt('2026-01-14T23:59:59.999Z', ...history)[0]).toEqual(['2026-01-10', 20, 'active'])
    expect(entriesAt('2026-01-15T00:00:00.000Z', ...history)).toEqual(expected)
    expect(entriesAt('2026-01-15T12:00:00.000Z', ...history, expire('x', '2026-01-15'))).toEqual(expected)
  })

  test('of a lapsed day grow by what is given back to it, because that is lost as well', () => {
    const late = [...history, expire('x', '2026-01-15'), reverse('v', 'r', '2026-01-15')]
    expect(entriesAt('2026-01-15T12:00:00.000Z', ...late)[0]).toEqual(['2026-01-10', 80, 'expired'])
  })

  test('shrink by what is taken back', () => {
    expect(entriesAt('2026-01-12T12:00:00.000Z', ...history, reverse('v', 'b', '2026-01-12'))).toEqual([
      ['2026-01-10', 0, 'active'],
      ['2026-01-11', 20, 'active'],
    ])
  })

  test('have a row of its own for each end, should the lifetime be reconfigured within a day', () => {
    const mixed = [issue('a', 50, '2026-01-10', 5), issue('b', 30, '2026-01-10', 2)]
    expect(entriesAt('2026-01-13T12:00:00.000Z', ...mixed)).toEqual([
      ['2026-01-10', 30, 'expired'],
      ['2026-01-10', 50, 'active'],
    ])
  })

  test('say when they last changed', () => {
    const { events } = decideAll(emptyAccount('ann'), history)
    expect(balanceEntries(rebuild('ann', events).daily, '2026-01-12T12:00:00.000Z')).toEqual([
      { issuedDate: '2026-01-10', balance: 20, lastUpdated: '2026-01-11T12:00:00.000Z', status: 'active' },
      { issuedDate: '2026-01-11', balance: 20, lastUpdated: '2026-01-11T00:00:00.000Z', status: 'active' },
    ])
  })
})
