import type { components } from '#web/client/schema.d.ts'
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

type CampaignPoints = components['schemas']['CampaignPoints']

const and = new Intl.ListFormat('en', { type: 'conjunction' })

/** Where points come from: `by campaign “1”`, `by campaigns “1” and “spring”`. Empty when none gave any. */
export function formatCampaigns(campaigns: readonly CampaignPoints[]): string {
  const names = campaigns.filter((award) => award.points > 0).map(({ campaign }) => `“${campaign}”`)
  if (names.length === 0) return ''
  return `by ${names.length === 1 ? 'campaign' : 'campaigns'} ${and.format(names)}`
}
