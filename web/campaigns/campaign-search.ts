import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Past } from '#web/client/backtest.ts'
import { instantOf, localInput } from '#web/format/dates.ts'

/** Which side of a campaign is looked at; in the address, so that a history can be sent to somebody. */
type CampaignSearch = PeriodSearch & { tab?: 'terms' | 'history' }

export function campaignSearch(search: Record<string, unknown>): CampaignSearch {
  return { ...(search.tab === 'history' && { tab: 'history' }), ...periodSearch(search) }
}

/** The period of the past that is looked at: the last so many days, or from one moment to another. */
export type Period = { kind: '7' | '30' | '90' | 'own'; from: string; to: string }

const DEFAULT_PERIOD: Period = { kind: '30', from: '', to: '' }

const DAY_MS = 86_400_000

/** In instants, or undefined where they make no period. */
export function pastOf({ kind, from, to }: Period): Past | undefined {
  if (kind !== 'own') return { from: new Date(Date.now() - Number(kind) * DAY_MS).toISOString() }
  const begins = instantOf(from)
  const ends = instantOf(to)
  if (begins === undefined || Date.parse(begins) >= Date.now()) return undefined
  if (to === '') return { from: begins }
  return ends !== undefined && begins < ends ? { from: begins, to: ends } : undefined
}

/** The period of a preview in an address, so that it can be sent to somebody: in instants, for theirs may be another zone. */
type PeriodSearch = { days?: 7 | 90; from?: string; to?: string }

export function periodSearch({ days, from, to }: Record<string, unknown>): PeriodSearch {
  const [begins, ends] = [readInstant(from), readInstant(to)]
  if (begins !== undefined) return ends === undefined ? { from: begins } : { from: begins, to: ends }
  return days === 7 || days === 90 ? { days } : {}
}

function periodOf({ days, from, to }: PeriodSearch): Period {
  if (from !== undefined) return { kind: 'own', from: localInput(from), to: to === undefined ? '' : localInput(to) }
  return days === undefined ? DEFAULT_PERIOD : { ...DEFAULT_PERIOD, kind: days === 7 ? '7' : '90' }
}

function searchOf({ kind, from, to }: Period): PeriodSearch {
  return kind === 'own'
    ? periodSearch({ from: instantOf(from), to: instantOf(to) })
    : periodSearch({ days: Number(kind) })
}

function readInstant(given: unknown): string | undefined {
  return typeof given === 'string' ? instantOf(given) : undefined
}

/** The period of the past that is looked at: begins as the address says, and is kept there. */
export function usePeriod(): [Period, (period: Period) => void] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  // The address is behind what is typed, and has no place for half a date.
  const [period, setPeriod] = useState(() => periodOf(periodSearch(search)))
  const change = (next: Period) => {
    setPeriod(next)
    void navigate({
      to: '.',
      search: ({ days: _days, from: _from, to: _to, ...others }) => ({ ...others, ...searchOf(next) }),
      replace: true,
      resetScroll: false,
    })
  }
  return [period, change]
}
