const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const calendarDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const calendarMonth = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** When something happened, in the time of whoever looks: `31 Jan 2026, 12:00`. */
export function dateTime(iso: string): string {
  return moment.format(new Date(iso))
}

/** The time of day alone, to the second, where the day is clear: `12:00:00`. */
export function timeOfDay(iso: string): string {
  return clock.format(new Date(iso))
}

/** What calendars and clocks say somewhere: `Saturday, 31 January 2026 at 12:00 (Europe/Berlin)`. */
export function weekdayAndTime(iso: string, timeZone: string): string {
  try {
    const there = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone })
    return `${there.format(new Date(iso))} (${timeZone.replaceAll('_', ' ')})`
  } catch {
    // One that the server knows, and this browser does not.
    return `what clocks say in ${timeZone}`
  }
}

/** A day of the store's calendar (UTC), out of `2026-01-31` or any moment of that day: `31 Jan 2026`. */
export function day(iso: string): string {
  return calendarDay.format(new Date(iso))
}

/** A month of the store's calendar (UTC), out of any day or moment of it: `January 2026`. */
export function monthName(iso: string): string {
  return calendarMonth.format(new Date(iso))
}

/** The last day on which something is good that ends at this moment, which is the midnight after it. */
export function lastDay(endsAt: string): string {
  return calendarDay.format(Date.parse(endsAt) - 1)
}

/**
 * An instant as a `DateTimeField` keeps it, in the time of whoever looks: `2026-01-31T12:00`, with `SECOND` after it where
 * clocks are set back and the same time comes again.
 *
 * @param zone only tests give another time zone than the browser's
 */
export function localInput(iso: string, zone?: string): string {
  const instant = new Date(iso)
  const local = new Date(wallTime(instant.getTime(), zone)).toISOString().slice(0, 19)
  const text = local.endsWith(':00') ? local.slice(0, -3) : local
  return instantsOf(text, zone)[1]?.slice(0, 19) === instant.toISOString().slice(0, 19) ? `${text}${SECOND}` : text
}

/** After a time that comes twice: the second one is meant. */
export const SECOND = ' second'

/** The instant that such a text means, or undefined while it means none. */
export function instantOf(text: string, zone?: string): string | undefined {
  const [first, second] = instantsOf(text.replace(SECOND, ''), zone)
  const instant = text.endsWith(SECOND) ? second : first
  return instant === undefined ? undefined : instantIn(instant)
}

/** The instant of an ISO 8601 text, undefined if it is none or the API does not take it. */
export function instantIn(text: string): string | undefined {
  const instant = new Date(text).getTime()
  return instant >= 0 && instant < FIRST_TOO_LATE ? new Date(instant).toISOString() : undefined
}

/** Of the API. */
const FIRST_TOO_LATE = Date.UTC(10_000, 0, 1)

/** The instants at which clocks show a local time: none where they are set forward, two where they are set back. */
export function instantsOf(local: string, zone?: string): string[] {
  const shown = Date.parse(`${local}Z`)
  if (Number.isNaN(shown)) return []
  // Whatever the clocks do that day, they did it with the offset of the day before or of the day after.
  const offsets = [-DAY_MS, DAY_MS].map((day) => wallTime(shown + day, zone) - (shown + day))
  const instants = [...new Set(offsets.map((offset) => shown - offset))].filter((at) => wallTime(at, zone) === shown)
  return instants.toSorted((a, b) => a - b).map((at) => new Date(at).toISOString())
}

const DAY_MS = 86_400_000

/** What clocks show at an instant, to the second, as if it were UTC. */
function wallTime(instant: number, zone: string | undefined): number {
  const parts = clocksOf(zone).formatToParts(instant)
  const [year = 0, month = 1, ...others] = PARTS.map((part) => Number(parts.find(({ type }) => type === part)?.value))
  return Date.UTC(year, month - 1, ...others)
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
const clocks = new Map<string | undefined, Intl.DateTimeFormat>()

function clocksOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const numeric = Object.fromEntries(PARTS.map((part) => [part, 'numeric']))
  const made = new Intl.DateTimeFormat('en-US', { calendar: 'gregory', hourCycle: 'h23', ...numeric, timeZone })
  clocks.set(timeZone, made)
  return made
}

/** What tells apart the two instants of a time that comes twice: `GMT-4`. */
export function offsetAt(iso: string): string {
  return zoneName.formatToParts(new Date(iso)).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

const zoneName = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'longOffset' })

/** Stands for what was typed into such a field and is no date and time, such as a date without a time. */
export const UNREADABLE = 'unreadable'

/** What is wrong with the text of such a field; undefined for an instant, and for a field that is empty. */
export function dateTimeError(text: string, zone?: string): string | undefined {
  if (text === '' || instantOf(text, zone) !== undefined) return undefined
  const shown = Date.parse(`${text}Z`)
  if (Number.isNaN(shown)) return 'Enter a whole date and time, or clear the field.'
  const isFar = shown < 0 || shown >= FIRST_TOO_LATE
  if (isFar || instantsOf(text, zone).length > 0) return 'Enter a date and time in the years 1970 to 9999 (UTC).'
  return 'This time does not exist, because clocks are set forward. Enter another one.'
}

/** A day as a `DayField` keeps it, undefined while it is none that the API takes. */
export function dayIn(text: string): string | undefined {
  return dayError(text) === undefined && text !== '' ? text : undefined
}

/** What is wrong with the text of such a field; undefined for a day, and for a field that is empty. */
export function dayError(text: string): string | undefined {
  if (text === '') return undefined
  if (Number.isNaN(Date.parse(text))) return 'Enter a whole date.'
  return text < FIRST_DAY || text > LAST_DAY ? 'Enter a date in the years 2000 to 2999.' : undefined
}

/** Of the API. */
export const FIRST_DAY = '2000-01-01'
export const LAST_DAY = '2999-12-31'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** About how long, in the largest unit that fits: `3 minutes`. Less than a second is none. */
export function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= length) ?? ['second', 1_000]
  const count = Math.max(Math.floor(ms / length), 0)
  return new Intl.NumberFormat('en-GB', { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}
