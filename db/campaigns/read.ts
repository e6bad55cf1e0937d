import type { Sql } from '#db/client.ts'
import type { Campaign } from '#domain/campaigns/campaign.ts'

/** What of a campaign can be changed, and what its history keeps. */
export type CampaignTerms = Pick<Campaign, 'status' | 'startsAt' | 'endsAt' | 'caps' | 'rules'>

/**
 * The campaigns of a client as they stood at an instant, whatever became of them since: a change counts for what happens
 * after it, however late the points for what happened before are booked.
 */
export async function readCampaignsAt(sql: Sql, client: string, at: string): Promise<Campaign[]> {
  const rows = await sql<{ id: string; name: string; terms: CampaignTerms }[]>`
    select c.id, c.name, h.after as terms
    from campaigns c
    cross join lateral (
      select after from campaign_history
      where campaign_id = c.id and at <= ${at}
      order by version desc
      limit 1
    ) h
    where c.client = ${client} and h.after is not null
    order by c.id`
  return rows.map(({ id, name, terms }) => ({ ...terms, id, client, name }))
}
