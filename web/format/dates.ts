const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** When something happened, in the time of whoever looks: `31 Jan 2026, 12:00`. */
export function dateTime(iso: string): string {
  return moment.format(new Date(iso))
}

/** The time of day alone, to the second, where the day is clear: `12:00:00`. */
export function timeOfDay(iso: string): string {
  return clock.format(new Date(iso))
}
