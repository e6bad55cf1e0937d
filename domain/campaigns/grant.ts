import type { CampaignAward } from './award.ts'

/** Points that a campaign gave or, below zero, that were taken back of what it gave. */
export type CampaignGrant = { readonly campaignId: string; readonly points: number }

/** What each campaign gives with an award. */
export function grantsOf(campaigns: readonly CampaignAward[]): CampaignGrant[] {
  return campaigns.filter(({ points }) => points > 0).map(({ campaignId, points }) => ({ campaignId, points }))
}

/** Spreads points that were taken back over the campaigns that gave them: the first one's first, as far as they go. */
export function takenBackOf(grants: readonly CampaignGrant[], points: number): CampaignGrant[] {
  let left = points
  return grants.flatMap(({ campaignId, points: given }) => {
    const taken = Math.min(given, left)
    left -= taken
    return taken > 0 ? [{ campaignId, points: -taken }] : []
  })
}
