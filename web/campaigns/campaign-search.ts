import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { STORE_CLIENT } from '#web/client/campaigns.ts'
import type { Past } from '#web/client/simulation.ts'
import { instantIn, instantOf, localInput } from '#web/format/dates.ts'

/** The search parameters of a campaign's page: they make its history, or a preview, a link that can be shared. */
type CampaignSearch = PeriodSearch & {
  tab?: 'terms' | 'history'
  /** Whose campaign it is; left out: the store's. */
  client?: string
}

const PERIODS = [7, 90] as const

/** The period of a preview. Instants rather than local times, because the link may be opened in another time zone. */
type PeriodSearch = { days?: (typeof PERIODS)[number]; from?: string; to?: string }

/** The past period that a preview covers: the last 7, 30 or 90 days, or from one local date and time to another. */
export type Period = { kind: '7' | '30' | '90' | 'custom'; from: string; to: string }

const DEFAULT_PERIOD: Period = { kind: '30', from: '', to: '' }

const DAY_MS = 86_400_000

/** Keeps the valid search parameters, and drops everything else. */
export function campaignSearch(search: Record<string, unknown>): CampaignSearch {
  const { client, tab } = search
  return {
    ...(tab === 'history' && { tab }),
    ...(typeof client === 'string' && clientSearch(client)),
    ...periodSearch(search),
  }
}

/** The part of the address of a campaign that says whose it is: in lower case, as the API has clients. */
export function clientSearch(client: string): Pick<CampaignSearch, 'client'> {
  const folded = client.toLowerCase()
  return folded === STORE_CLIENT.toLowerCase() || folded === '' ? {} : { client: folded }
}

/** The search parameters of the page of a new campaign: what it starts as a copy of, and the period of its preview. */
export type NewCampaignSearch = PeriodSearch & {
  /** The name of a campaign, and whose it is; left out: the store's. */
  copy?: string
  client?: string
  /** The change of it that made those terms, of a campaign that is there no more; left out: its present terms. */
  change?: string
}

export function newCampaignSearch(search: Record<string, unknown>): NewCampaignSearch {
  const { copy, client, change } = search
  if (typeof copy !== 'string' || copy === '') return periodSearch(search)
  return {
    ...periodSearch(search),
    copy,
    ...(typeof client === 'string' && clientSearch(client)),
    ...(typeof change === 'string' && { change }),
  }
}

function periodSearch({ days, from, to }: Record<string, unknown>): PeriodSearch {
  const [begins, ends] = [readInstant(from), readInstant(to)]
  if (begins !== undefined) return ends === undefined ? { from: begins } : { from: begins, to: ends }
  const known = PERIODS.find((period) => String(period) === String(days))
  return known === undefined ? {} : { days: known }
}

function readInstant(given: unknown): string | undefined {
  return typeof given === 'string' ? instantIn(given) : undefined
}

/** The period as instants, or undefined while it is incomplete, in the future, or ends before it starts. */
export function pastOf({ kind, from, to }: Period): Past | undefined {
  if (kind !== 'custom') return { from: new Date(Date.now() - Number(kind) * DAY_MS).toISOString() }
  const begins = instantOf(from)
  const ends = instantOf(to)
  if (begins === undefined || Date.parse(begins) >= Date.now()) return undefined
  if (to === '') return { from: begins }
  return ends !== undefined && begins < ends ? { from: begins, to: ends } : undefined
}

/** The period of a preview, as state that starts from the search parameters and updates them. */
export function usePeriod(): [Period, (period: Period) => void] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  // State of its own: the address changes later than the inputs, and cannot hold an incomplete date.
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

function periodOf({ days, from, to }: PeriodSearch): Period {
  if (from !== undefined) return { kind: 'custom', from: localInput(from), to: to === undefined ? '' : localInput(to) }
  return days === undefined ? DEFAULT_PERIOD : { ...DEFAULT_PERIOD, kind: days === 7 ? '7' : '90' }
}

function searchOf({ kind, from, to }: Period): PeriodSearch {
  return kind === 'custom'
    ? periodSearch({ from: instantOf(from), to: instantOf(to) })
    : periodSearch({ days: Number(kind) })
}
