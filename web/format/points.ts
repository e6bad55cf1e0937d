import type { components } from '#web/client/schema.d.ts'
import { day, lastDay } from './dates.ts'
import { and } from './lists.ts'
import { LOCALE } from './money.ts'

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })
const signed = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0, signDisplay: 'exceptZero' })

/** `1 point`, `1,700 points`. */
export function points(count: number): string {
  return `${whole.format(count)} ${Math.abs(count) === 1 ? 'point' : 'points'}`
}

/** `1,700`: where a column or a label says that these are points. */
export function pointsAlone(count: number): string {
  return whole.format(count)
}

/** `+170`, `−100`: which way points went. */
export function pointsMoved(change: number): string {
  return signed.format(change).replace('-', '−')
}

type Schemas = components['schemas']
type CampaignPoints = Pick<Schemas['CampaignPoints'], 'campaign' | 'points'>

/** Where points come from: `by campaign “1”`, `by campaigns “1” and “spring”`. Empty when none gave any. */
export function formatCampaigns(campaigns: readonly CampaignPoints[]): string {
  const names = campaigns.filter((award) => award.points > 0).map(({ campaign }) => `“${campaign}”`)
  if (names.length === 0) return ''
  return `by ${names.length === 1 ? 'campaign' : 'campaigns'} ${and.format(names)}`
}

/** When points can be spent: `They can be spent from 14 Dec 2026 until 31 Jan 2027.` */
export function formatSpan(availableAt: string | null, expiresAt: string): string {
  const from = availableAt === null ? '' : ` from ${day(availableAt)}`
  return `They can be spent${from} until ${lastDay(expiresAt)} (UTC).`
}

type Earned = CampaignPoints & { availableAt: string | null }

/** What is to be said of points after their number: which campaigns gave them and, if that is not at once, when they can be spent. */
export function formatEarned(campaigns: readonly Earned[], now = Date.now()): string {
  const [by, waiting] = [formatCampaigns(campaigns), formatWaiting(campaigns, now)]
  return waiting === '' ? by : `${by}. ${waiting}`
}

type Waiting = { points: number; availableAt: string | null }

/**
 * From when on points can be spent of which not all can be now: `They can be spent from 14 Dec 2026.`, `50 of them can be spent from
 * 14 Dec 2026 and 20 from 1 Jan 2027.` Empty when all can be.
 */
export function formatWaiting(parts: readonly Waiting[], now = Date.now()): string {
  const given = parts.filter((part) => part.points > 0)
  const waiting = given.flatMap(({ points, availableAt }) =>
    availableAt === null || Date.parse(availableAt) <= now ? [] : [{ points, availableAt }],
  )
  const byTime = Map.groupBy(
    waiting.toSorted((a, b) => Date.parse(a.availableAt) - Date.parse(b.availableAt)),
    ({ availableAt }) => day(availableAt),
  )
  const [first, ...others] = [...byTime].map(([from, some]) => ({
    from,
    count: some.reduce((sum, { points }) => sum + points, 0),
  }))
  if (first === undefined) return ''
  if (others.length === 0 && waiting.length === given.length) return `They can be spent from ${first.from}.`
  const more = others.map(({ from, count }) => `${pointsAlone(count)} from ${from}`)
  return `${and.format([`${pointsAlone(first.count)} of them can be spent from ${first.from}`, ...more])}.`
}

type CampaignLimit = NonNullable<
  Schemas['AwardEvaluation']['campaigns'][number]['limitedBy'] | Schemas['CampaignEvaluation']['limited_by']
>

/** Why a campaign awards fewer points than its rules add up to. The API writes limits of purchases and of simulations differently. */
export function formatLimit(limit: CampaignLimit): string {
  switch (limit) {
    case 'totalPoints':
    case 'total_points':
      return 'the budget limits the award'
    case 'pointsPerCustomer':
    case 'points_per_customer':
      return 'the limit of points per customer is reached'
    case 'exclusiveGroup':
    case 'exclusive_group':
      return 'another campaign of its exclusive group gives more'
    case 'pointsPerAward':
    case 'points_per_award':
      return 'the awards of all campaigns together exceed the maximum for one purchase or event'
  }
}
