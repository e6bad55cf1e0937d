import { LIMITS } from './limits.ts'

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

/** What clocks say somewhere when something happens; as `local_facts` in db/functions/facts.sql. */
export type LocalFacts = {
  readonly weekday: (typeof WEEKDAYS)[number]
  /** From 0 to 23. */
  readonly hour: number
  /** `YYYY-MM-DD`. */
  readonly date: string
}

/**
 * What clocks say in a time zone at an instant.
 *
 * @param occurredAt what should be an RFC 3339 instant; undefined is returned when it is none
 * @param timeZone a name of the IANA time zone database; undefined is returned when this Node does not know it
 */
export function localFacts(occurredAt: unknown, timeZone: string): LocalFacts | undefined {
  const instant = milliseconds(occurredAt)
  const clock = clockIn(timeZone)
  if (Number.isNaN(instant) || !clock) return undefined
  const parts = new Map(clock.formatToParts(instant).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  return {
    weekday: part('weekday').toLowerCase() as LocalFacts['weekday'],
    hour: Number(part('hour')),
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
  }
}

/** Making one takes longer than all else. Undefined: of a zone that is not known. */
const clocks = new Map<string, Intl.DateTimeFormat | undefined>()

function clockIn(timeZone: string): Intl.DateTimeFormat | undefined {
  if (clocks.has(timeZone)) return clocks.get(timeZone)
  if (clocks.size === LIMITS.clocks) clocks.clear()
  const clock = makeClock(timeZone)
  clocks.set(timeZone, clock)
  return clock
}

function makeClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'long',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Without an offset, `Date.parse` would take the time zone of the machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d)$/

/** An instant in milliseconds since 1970; NaN for what is none, as `occurredAt` of an event may be. */
export function milliseconds(instant: unknown): number {
  if (typeof instant !== 'string' || !INSTANT.test(instant)) return Number.NaN
  return isDay(instant.slice(0, 10)) ? Date.parse(instant) : Number.NaN
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`: `Date` takes 31 February for a day in March. */
export function isDay(text: string): boolean {
  const midnight = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text)
}
