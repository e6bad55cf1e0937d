const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const calendarDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** When something happened, in the time of whoever looks: `31 Jan 2026, 12:00`. */
export function dateTime(iso: string): string {
  return moment.format(new Date(iso))
}

/** The time of day alone, to the second, where the day is clear: `12:00:00`. */
export function timeOfDay(iso: string): string {
  return clock.format(new Date(iso))
}

/** A day of the store's calendar (UTC), out of `2026-01-31` or any moment of that day: `31 Jan 2026`. */
export function day(iso: string): string {
  return calendarDay.format(new Date(iso))
}

/** The last day on which something is good that ends at this moment, which is the midnight after it. */
export function lastDay(endsAt: string): string {
  return calendarDay.format(Date.parse(endsAt) - 1)
}

/** An instant as `<input type="datetime-local">` takes it, in the time of whoever looks: `2026-01-31T12:00`. */
export function localInput(iso: string): string {
  const instant = new Date(iso)
  const local = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
  return local.endsWith(':00') ? local.slice(0, -3) : local
}

/** The instant that such an input means, or undefined while it means none. */
export function instantOf(local: string): string | undefined {
  const instant = new Date(local)
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString()
}

/** Stands for what was typed into such an input and is no date and time, such as a date without a time. */
export const UNREADABLE = 'unreadable'

/** What is wrong with the text of such an input; undefined for an instant, and for an input that is empty. */
export function dateTimeError(local: string): string | undefined {
  return local === '' || instantOf(local) !== undefined ? undefined : 'Enter a whole date and time, or clear the field.'
}

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
