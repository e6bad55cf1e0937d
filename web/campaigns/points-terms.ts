import type { CampaignTerms } from '#web/client/campaigns.ts'
import { day } from '#web/format/dates.ts'

type PointsTerms = Pick<CampaignTerms, 'available_after_days' | 'expiry'>

const ordinal = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** From when on points count, to be read after `Points count`. */
export function formatCounting({ available_after_days: days }: PointsTerms): string {
  return days === 0 ? 'at once' : `after ${formatDays(days)}`
}

/** When points end, to be read after `Points end`. */
export function formatEnding({ expiry }: PointsTerms): string {
  if (expiry?.days !== undefined) return `after ${formatDays(expiry.days)}`
  if (expiry?.on !== undefined) return `on ${day(expiry.on)}`
  const months = expiry?.end_of_month
  if (months === undefined) return 'as usual'
  if (months === 0) return 'at the end of the month in which they count'
  return `at the end of the ${months}${ENDINGS[ordinal.select(months)] ?? 'th'} month after that in which they count`
}

/** Both, for a campaign that has terms of its own; undefined for one that has the usual ones. */
export function formatPointsTerms(terms: PointsTerms): string | undefined {
  if (terms.available_after_days === 0 && terms.expiry === null) return undefined
  return `Points count ${formatCounting(terms)} and end ${formatEnding(terms)}`
}

function formatDays(count: number): string {
  return count === 1 ? '1 day' : `${count} days`
}
