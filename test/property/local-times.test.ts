import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateTimeError, instantIn, instantOf, instantsOf, localInput, SECOND } from '#web/format/dates.ts'

const NEW_YORK = 'America/New_York'
const HOUR_MS = 3_600_000

const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC')
/** To the second: a field has no milliseconds. Half of them are near the changes of clocks of the next years. */
const instants = fc
  .oneof(
    fc.integer({ min: Date.UTC(1970, 0, 3) / 1_000, max: Date.UTC(9999, 11, 29) / 1_000 }),
    fc.integer({ min: Date.UTC(2020, 0, 1) / 1_000, max: Date.UTC(2035, 0, 1) / 1_000 }),
  )
  .map((seconds) => new Date(seconds * 1_000))
const local = instants.map((instant) => instant.toISOString().slice(0, 19))

/** What clocks show, by another road than that of the store. */
function shownAt(instant: Date, timeZone: string): string {
  return instant.toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')
}

/** When clocks of New York change in a year: in its time zone, at 2:00. */
const changes = fc
  .record({
    year: fc.integer({ min: 2007, max: 2100 }),
    spring: fc.boolean(),
    seconds: fc.integer({ min: 0, max: 3_599 }),
  })
  .map(({ year, spring, seconds }) => {
    const [month, nth] = spring ? [2, 2] : [10, 1]
    const first = new Date(Date.UTC(year, month, 1)).getUTCDay()
    const midnight = Date.UTC(year, month, 1 + ((7 - first) % 7) + 7 * (nth - 1))
    const shown = midnight + (spring ? 2 : 1) * HOUR_MS + seconds * 1_000
    return { spring, text: new Date(shown).toISOString().slice(0, 19) }
  })

describe('a local time', () => {
  test('is the instant that it was made of, in every time zone, also the second of two', () => {
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const text = localInput(instant.toISOString(), zone)
        expect(instantOf(text, zone)).toBe(instant.toISOString())
        expect(dateTimeError(text, zone)).toBeUndefined()
      }),
    )
  })

  test('has the instants at which clocks show it, and no other ones', () => {
    fc.assert(
      fc.property(local, zones, (text, zone) => {
        const found = instantsOf(text, zone)
        for (const instant of found) expect(shownAt(new Date(instant), zone)).toBe(text)
        const offsets = [-36, -24, -12, 0, 12, 24, 36].map((hours) => {
          const at = Date.parse(`${text}Z`) + hours * HOUR_MS
          return Date.parse(`${shownAt(new Date(at), zone)}Z`) - at
        })
        const all = [...new Set(offsets)]
          .map((offset) => new Date(Date.parse(`${text}Z`) - offset))
          .filter((instant) => shownAt(instant, zone) === text)
          .map((instant) => instant.toISOString())
        expect(found).toEqual(all.toSorted())
        expect(instantOf(text, zone) === undefined).toBe(found.length === 0)
      }),
    )
  })

  test('does not exist, or comes twice, where clocks are changed', () => {
    fc.assert(
      fc.property(changes, ({ spring, text }) => {
        if (spring) {
          expect(instantOf(text, NEW_YORK)).toBeUndefined()
          expect(dateTimeError(text, NEW_YORK)).toMatch(/^This time does not exist/)
        } else {
          const [first = '', second = ''] = instantsOf(text, NEW_YORK)
          expect(Date.parse(second) - Date.parse(first)).toBe(HOUR_MS)
          expect([instantOf(text, NEW_YORK), instantOf(`${text}${SECOND}`, NEW_YORK)]).toEqual([first, second])
        }
      }),
    )
  })

  test.each([
    ['2027-03-14T02:30', NEW_YORK, []],
    ['2027-11-07T01:30', NEW_YORK, ['2027-11-07T05:30:00.000Z', '2027-11-07T06:30:00.000Z']],
    ['2027-04-04T01:45', 'Australia/Lord_Howe', ['2027-04-03T14:45:00.000Z', '2027-04-03T15:15:00.000Z']],
    ['2011-12-30T12:00', 'Pacific/Apia', []],
  ])('%s in %s is %j', (text, zone, expected) => {
    expect(instantsOf(text, zone)).toEqual(expected)
  })

  test.each([
    ['9999-12-31T23:59', NEW_YORK],
    ['1970-01-01T00:00', 'Asia/Tokyo'],
    ['0020-01-01T00:00', 'UTC'],
    ['0002-02-02T00:00', NEW_YORK],
  ])('%s in %s is out of the bounds of the API, and says so', (text, zone) => {
    expect(instantOf(text, zone)).toBeUndefined()
    expect(dateTimeError(text, zone)).toBe('Enter a date and time in the years 1970 to 9999 (UTC).')
  })
})

test.each(['+010000-01-01T04:59:00Z', '1969-12-31T23:59:59Z', 'never'])('an address with %s has no instant', (text) => {
  expect(instantIn(text)).toBeUndefined()
})
