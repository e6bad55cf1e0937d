import type { Past } from '#web/client/simulation.ts'
import { instantOf } from '#web/format/dates.ts'

/** The stretch of the past that is looked at: the last so many days, or from one moment to another. */
export type Stretch = { kind: '7' | '30' | '90' | 'own'; from: string; to: string }

export const FIRST_STRETCH: Stretch = { kind: '30', from: '', to: '' }

const DAY_MS = 86_400_000

/** In instants, or undefined where they make no stretch. */
export function pastOf({ kind, from, to }: Stretch): Past | undefined {
  if (kind !== 'own') return { from: new Date(Date.now() - Number(kind) * DAY_MS).toISOString() }
  const begins = instantOf(from)
  const ends = instantOf(to)
  if (begins === undefined || Date.parse(begins) >= Date.now()) return undefined
  if (to === '') return { from: begins }
  return ends !== undefined && begins < ends ? { from: begins, to: ends } : undefined
}
