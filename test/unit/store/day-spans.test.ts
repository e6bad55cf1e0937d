import { describe, expect, test } from 'vitest'
import { spansOf } from '#web/points/day-spans.ts'

const DAY_MS = 86_400_000

const on = (issued_date: string, balance = 1, status: 'active' | 'expired' = 'active') => ({
  issued_date,
  balance,
  status,
})
/** A point on each of so many days, the last of them 25 November 2026. */
const daily = (days: number) =>
  Array.from({ length: days }, (_, index) => {
    const ms = Date.UTC(2026, 10, 25) - (days - 1 - index) * DAY_MS
    return on(new Date(ms).toISOString().slice(0, 10))
  })
const total = ({ spans }: ReturnType<typeof spansOf>) =>
  spans.reduce((sum, span) => sum + span.active + span.expired, 0)

describe('the bars of the chart', () => {
  test.each([
    [1, 'day', 14],
    [36, 'day', 36],
    [37, 'week', 6],
    [250, 'week', 37],
    [1_000, 'month', 33],
    [4_000, 'year', 12],
  ])('for %d days are by the %s and so few that they can be distinguished', (days, unit, bars) => {
    const drawn = spansOf(daily(days))
    expect([drawn.unit, drawn.spans.length]).toEqual([unit, bars])
    expect(total(drawn)).toBe(days)
  })

  test('leave a place for days without points', () => {
    const { spans } = spansOf([on('2026-03-01', 5), on('2026-03-20', 7)])
    expect(spans).toHaveLength(20)
    expect(spans.filter(({ active }) => active > 0).map(({ name }) => name)).toEqual(['1 Mar 2026', '20 Mar 2026'])
  })

  test('begin their weeks on Mondays', () => {
    const { spans } = spansOf([on('2026-03-01'), on('2026-03-02'), on('2026-03-08'), on('2026-06-01')])
    expect(spans.slice(0, 2)).toEqual([
      { label: '23 Feb', name: 'the week of 23 Feb 2026', active: 1, expired: 0 },
      { label: '2 Mar', name: 'the week of 2 Mar 2026', active: 2, expired: 0 },
    ])
  })

  test('add what is left and what lapsed apart, of a day that is there twice too', () => {
    const { spans } = spansOf([on('2026-03-20', 30, 'expired'), on('2026-03-20', 12)])
    expect(spans.at(-1)).toMatchObject({ name: '20 Mar 2026', active: 12, expired: 30 })
  })
})
