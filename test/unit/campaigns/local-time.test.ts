import { describe, expect, test } from 'vitest'
import { evaluateCampaigns } from '#domain/campaigns/award.ts'
import { LOCAL_TIMES } from '#domain/campaigns/campaign.ts'
import { localFacts } from '#domain/campaigns/local-time.ts'
import { campaign, giving, inOneGo, purchase } from '#test/support/campaign-examples.ts'
import { CLOCKS } from '#test/support/clocks.ts'

const HOUR_MS = 3_600_000

test.each(CLOCKS)('at $instant, clocks in $zone say $weekday $date, $hour o’clock', ({ instant, zone, ...said }) => {
  expect(localFacts(instant, zone)).toEqual(said)
})

test.each([
  ['a day without a time', '2026-11-27'],
  ['a day that there is not', '2026-02-31T00:00:00Z'],
  ['a time without an offset', '2026-11-27T00:00:00'],
  ['a number', 1_764_201_600_000],
  ['nothing', undefined],
])('%s is no instant, and no clock says anything', (_, instant) => {
  expect(localFacts(instant, 'Europe/Berlin')).toBeUndefined()
})

test('in a time zone that nobody knows, no clock says anything, however often it is asked', () => {
  for (const _ of [1, 2]) expect(localFacts('2026-03-29T00:59:59Z', 'Mars/Phobos')).toBeUndefined()
  const rules = [giving('$.local.hour * 0 + 1'), giving('2')]
  const award = evaluateCampaigns([campaign({ timeZone: 'Mars/Phobos', rules })], purchase())
  expect(inOneGo(award).points).toBe(2)
})

test('more time zones than are kept ready are told all the same', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const told = () => zones.map((zone) => localFacts('2026-03-29T00:59:59Z', zone))
  expect(zones.length).toBeGreaterThan(200)
  expect(told()).toEqual(told())
})

describe('a campaign for Saturdays and Sundays, in its time zone', () => {
  const on = (value: string) => ({ variable: '$.local.weekday', rule: 'string_equals' as const, value })
  const rules = [giving('1', { any: [on('saturday'), on('sunday')] })]

  /** Points of a purchase every hour, from a Thursday on for a week. */
  function pointsOfWeek(timeZone: string, thursday: string): number {
    const hours = Array.from({ length: 7 * 24 }, (_, hour) => new Date(Date.parse(thursday) + hour * HOUR_MS))
    const award = (at: Date) =>
      inOneGo(evaluateCampaigns([campaign({ timeZone, rules })], purchase({ occurredAt: at.toISOString() })))
    return hours.reduce((sum, at) => sum + award(at).points, 0)
  }

  test.each([
    ['Europe/Berlin', 'in which clocks go forward', '2026-03-26T00:00:00Z', 47],
    ['Europe/Berlin', 'in which clocks go back', '2026-10-22T00:00:00Z', 49],
    ['Europe/Berlin', 'like most', '2026-11-05T00:00:00Z', 48],
    ['America/New_York', 'in which clocks go forward', '2026-03-05T00:00:00Z', 47],
    ['America/New_York', 'in which clocks go back', '2026-10-29T00:00:00Z', 49],
    ['Australia/Sydney', 'in which clocks go forward', '2026-10-01T00:00:00Z', 47],
    ['America/Santiago', 'that begins with the hour before midnight twice', '2026-04-02T00:00:00Z', 49],
    ['Asia/Kolkata', 'where clocks never change', '2026-03-26T00:00:00Z', 48],
    ['UTC', 'where clocks never change', '2026-10-22T00:00:00Z', 48],
  ])('in %s gives as long as the weekend is, %s', (timeZone, _, thursday, hours) => {
    expect(pointsOfWeek(timeZone, thursday)).toBe(hours)
  })

  test('goes by what was kept of clocks when it happened, and looks up a zone of which nothing was', () => {
    const kept = { 'Europe/Berlin': { weekday: 'sunday', hour: 0, date: '2026-11-22' } }
    const event = purchase({ occurredAt: '2026-11-21T12:00:00.000Z', [LOCAL_TIMES]: kept })
    const told = giving('$.local.hour')
    const points = (timeZone: string, rule = told) =>
      inOneGo(evaluateCampaigns([campaign({ timeZone, rules: [rule] })], event)).points
    expect(points('Europe/Berlin')).toBe(0)
    expect(points('America/New_York')).toBe(7)
  })
})
