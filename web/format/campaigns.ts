import type { components } from '#web/client/schema.d.ts'

type CampaignAward = components['schemas']['CampaignAward']

const and = new Intl.ListFormat('en', { type: 'conjunction' })

/** Where points come from: `by campaign “1”`, `by campaigns “1” and “spring”`. Empty when none gave any. */
export function sayCampaigns(campaigns: readonly CampaignAward[]): string {
  const names = campaigns.filter((award) => award.points > 0).map(({ campaign }) => `“${campaign}”`)
  if (names.length === 0) return ''
  return `by ${names.length === 1 ? 'campaign' : 'campaigns'} ${and.format(names)}`
}
