import type { PointsExpiry } from '#web/client/campaigns.ts'
import { dayError, dayIn } from '#web/format/dates.ts'
import { type NumberKind, numberError, numberOf } from '#web/format/numbers.ts'

/** When the points of a campaign end: as usual, or one of the ways of the API. */
export type EndKind = 'usual' | 'days' | 'end_of_month' | 'on'

/**
 * The end of points while it is edited, as one text: the kind, and what was typed for it (`days 90`). It is one term: whoever saves
 * first has changed all of it.
 */
export type EndText = string

export const AFTER_DAYS: NumberKind = { min: 0, max: 365, decimals: 0 }
export const END_DAYS: NumberKind = { min: 1, max: 36_500, decimals: 0 }
export const END_MONTHS: NumberKind = { min: 0, max: 120, decimals: 0 }

/** What the end of a kind is before anything is typed. */
export const FIRST_OF_KIND: Record<EndKind, EndText> = {
  usual: 'usual',
  days: 'days ',
  end_of_month: 'end_of_month 0',
  on: 'on ',
}

export function endIn(text: EndText): { kind: EndKind; typed: string } {
  const [kind, ...typed] = text.split(' ')
  return { kind: kind as EndKind, typed: typed.join(' ') }
}

export function endText(expiry: PointsExpiry | null): EndText {
  const [[kind, value] = ['usual', undefined]] = Object.entries(expiry ?? {})
  return value === undefined ? FIRST_OF_KIND.usual : `${kind} ${value}`
}

/** The end for the API; null, as usual, also for what cannot be read: see `endError`. */
export function expiryOf(text: EndText): PointsExpiry | null {
  const { kind, typed } = endIn(text)
  const [days, months] = [numberOf(typed, END_DAYS), numberOf(typed, END_MONTHS)]
  if (kind === 'days' && days !== undefined) return { days }
  if (kind === 'end_of_month' && months !== undefined) return { end_of_month: months }
  const on = kind === 'on' ? dayIn(typed) : undefined
  return on === undefined ? null : { on }
}

/** What is wrong with it, if anything. */
export function endError(text: EndText): string | undefined {
  const { kind, typed } = endIn(text)
  switch (kind) {
    case 'usual':
      return undefined
    case 'days':
      return typed === '' ? 'Enter after how many days the points end.' : numberError(typed, END_DAYS)
    case 'end_of_month':
      return typed === '' ? 'Enter after how many months the points end.' : numberError(typed, END_MONTHS)
    case 'on':
      return typed === '' ? 'Enter the last day of the points.' : dayError(typed)
  }
}
