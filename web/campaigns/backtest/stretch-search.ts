import { instantOf, localInput } from '#web/format/dates.ts'
import { FIRST_STRETCH, type Stretch } from './stretch.ts'

/** The stretch of a preview in an address, so that it can be sent to somebody: in instants, for theirs may be another zone. */
export type StretchSearch = { days?: 7 | 90; from?: string; to?: string }

export function stretchSearch({ days, from, to }: Record<string, unknown>): StretchSearch {
  const [begins, ends] = [readInstant(from), readInstant(to)]
  if (begins !== undefined) return ends === undefined ? { from: begins } : { from: begins, to: ends }
  return days === 7 || days === 90 ? { days } : {}
}

export function stretchOf({ days, from, to }: StretchSearch): Stretch {
  if (from !== undefined) return { kind: 'own', from: localInput(from), to: to === undefined ? '' : localInput(to) }
  return days === undefined ? FIRST_STRETCH : { ...FIRST_STRETCH, kind: days === 7 ? '7' : '90' }
}

export function searchOf({ kind, from, to }: Stretch): StretchSearch {
  return kind === 'own'
    ? stretchSearch({ from: instantOf(from), to: instantOf(to) })
    : stretchSearch({ days: Number(kind) })
}

function readInstant(given: unknown): string | undefined {
  return typeof given === 'string' ? instantOf(given) : undefined
}
