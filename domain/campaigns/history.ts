import type { Campaign, CampaignTerms } from './campaign.ts'

/** A version of a campaign: its terms from an instant on, or null from when it was deleted. */
export type CampaignVersion = Pick<Campaign, 'id' | 'client' | 'name'> & {
  readonly at: Date
  readonly terms: CampaignTerms | null
}

/** Campaigns as they stood at any time. */
export class CampaignHistory {
  readonly #campaigns: readonly (readonly CampaignVersion[])[]

  /** @param versions by campaign, each campaign's in their order */
  constructor(versions: readonly CampaignVersion[]) {
    this.#campaigns = Object.values(Object.groupBy(versions, ({ id }) => id)).map((own) => own ?? [])
  }

  /** Those that ever had a cap: of them it matters what they gave before. */
  everCapped(): string[] {
    const isCapped = ({ terms }: CampaignVersion) =>
      terms !== null && (terms.caps.totalPoints !== null || terms.caps.pointsPerCustomer !== null)
    return this.#campaigns.flatMap((versions) => (versions[0] && versions.some(isCapped) ? [versions[0].id] : []))
  }

  /**
   * The campaigns that there were when something occurred, with the caps that they had when its points were booked: the same
   * as a purchase is judged by. A campaign that was deleted in between keeps its last caps.
   */
  asOf(occurredAt: Date, bookedAt: Date): Campaign[] {
    return this.#campaigns.flatMap((versions) => {
      const version = versions.findLast(({ at }) => at <= occurredAt)
      if (!version?.terms) return []
      const capped = versions.findLast(({ at, terms }) => at <= bookedAt && terms !== null)
      const { id, client, name, terms } = version
      return [{ ...terms, id, client, name, caps: capped?.terms?.caps ?? terms.caps }]
    })
  }
}
