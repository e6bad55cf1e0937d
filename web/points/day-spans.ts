import type { components } from '#web/client/schema.d.ts'

type PointsDay = Pick<components['schemas']['PointsBalanceEntry'], 'issued_date' | 'balance' | 'status'>

/** What is left of the points of a day, or of several in a row that share a bar of the chart. */
export type Span = {
  /** Below the bar: `3 Mar`, `Mar 2026`, `2026`. */
  label: string
  /** In full: `3 Mar 2026`, `the week of 2 Mar 2026`, `March 2026`, `2026`. */
  name: string
  active: number
  expired: number
}

export type Unit = 'day' | 'week' | 'month' | 'year'

const DAY_MS = 86_400_000
/** About as many bars as can be distinguished on a phone. */
const MAX_BARS = 36
const MIN_DAYS = 14

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format
const dayAndMonth = format({ day: 'numeric', month: 'short' })
const fullDay = format({ dateStyle: 'medium' })
const year = format({ year: 'numeric' })

/** Days are counted from 1970, so that neither clock changes nor the place of the reader matter. */
const units: Record<
  Unit,
  { first: (day: number) => number; label: (ms: number) => string; name: (ms: number) => string }
> = {
  day: { first: (day) => day, label: dayAndMonth, name: fullDay },
  // 1 January 1970 was a Thursday; weeks begin on Mondays.
  week: { first: (day) => day - ((day + 3) % 7), label: dayAndMonth, name: (ms) => `the week of ${fullDay(ms)}` },
  month: {
    first: (day) => firstOf(day, (date) => date.getUTCMonth()),
    label: format({ month: 'short', year: 'numeric' }),
    name: format({ month: 'long', year: 'numeric' }),
  },
  year: { first: (day) => firstOf(day, () => 0), label: year, name: year },
}

function firstOf(day: number, monthOf: (date: Date) => number): number {
  const date = new Date(day * DAY_MS)
  return Date.UTC(date.getUTCFullYear(), monthOf(date), 1) / DAY_MS
}

/**
 * The bars of a chart, oldest first and without gaps: by the day, or by as long a unit as it takes to keep them few.
 *
 * @param days oldest first, as the API gives them; a day can be there twice
 */
export function spansOf(days: readonly PointsDay[]): { unit: Unit; spans: Span[] } {
  const numbered = days.map((day) => ({ ...day, number: Date.parse(day.issued_date) / DAY_MS }))
  const last = numbered.at(-1)?.number ?? 0
  const first = Math.min(numbered[0]?.number ?? 0, last - MIN_DAYS + 1)
  const unit = unitFor(last - first + 1)

  const spans = new Map<number, Span>()
  for (let day = first; day <= last; day++) {
    const start = units[unit].first(day)
    if (spans.has(start)) continue
    const ms = start * DAY_MS
    spans.set(start, { label: units[unit].label(ms), name: units[unit].name(ms), active: 0, expired: 0 })
  }
  for (const { number, status, balance } of numbered) {
    const span = spans.get(units[unit].first(number))
    if (span) span[status] += balance
  }
  return { unit, spans: [...spans.values()] }
}

function unitFor(days: number): Unit {
  if (days <= MAX_BARS) return 'day'
  if (days <= MAX_BARS * 7) return 'week'
  return days <= MAX_BARS * 30 ? 'month' : 'year'
}
