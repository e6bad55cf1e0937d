import type { CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'

type Schedule = Pick<CampaignTerms, 'starts_at' | 'ends_at'>

/** Where a campaign stands: whether it gives points now, and if not, why. */
export type Phase = 'running' | 'upcoming' | 'ended' | 'inactive'

export function phaseOf({ status, ...schedule }: Schedule & Pick<CampaignTerms, 'status'>): Phase {
  if (hasEnded(schedule)) return 'ended'
  if (status === 'inactive') return 'inactive'
  return startsLater(schedule) ? 'upcoming' : 'running'
}

function startsLater({ starts_at }: Schedule): boolean {
  return starts_at !== null && Date.parse(starts_at) > Date.now()
}

function hasEnded({ ends_at }: Schedule): boolean {
  return ends_at !== null && Date.parse(ends_at) <= Date.now()
}

/** `Always`, `From 1 Dec 2026, 00:00 until 24 Dec 2026, 18:00`, in the time of whoever looks. */
export function saySchedule({ starts_at, ends_at }: Schedule): string {
  if (starts_at === null && ends_at === null) return 'Always'
  if (starts_at === null) return `Until ${dateTime(ends_at ?? '')}`
  return ends_at === null ? `From ${dateTime(starts_at)}` : `From ${dateTime(starts_at)} until ${dateTime(ends_at)}`
}
