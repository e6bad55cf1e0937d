import type { Sql } from '#db/client.ts'
import type { Award } from '#domain/campaigns/award.ts'

/** Points that a campaign gave or, below zero, that were taken back of what it gave. */
export type CampaignGrant = { campaignId: string; points: number }

/** The same, with the transaction of points that it is a part of. */
export type BookedGrant = CampaignGrant & { transactionId: string }

/** What each campaign gives with an award. */
export function grantsOf(award: Award): CampaignGrant[] {
  return award.campaigns
    .filter((campaign) => campaign.points > 0)
    .map(({ campaignId, points }) => ({ campaignId, points }))
}

/** What campaigns gave to a purchase, in the order of their ids, and with which transaction. */
export async function readAwardGrants(
  sql: Sql,
  purchaseId: string,
): Promise<{ transactionId?: string; grants: CampaignGrant[] }> {
  const [award] = await sql<{ transactionId: string; grants: CampaignGrant[] }[]>`
    select e.transaction_id as "transactionId", coalesce((
      select jsonb_agg(jsonb_build_object('campaignId', campaign_id, 'points', points) order by campaign_id)
      from campaign_grants where transaction_id = e.transaction_id
    ), '[]') as grants
    from points_events e
    where e.reference = ${purchaseId} and e.type = 'issued' and e.reason = 'purchase'`
  return award ?? { grants: [] }
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

/**
 * Counts grants, as a part of the statement that appends the points `from account`. Their campaigns must be locked, and
 * the customers' rows there: see `holdingCaps`.
 */
export function writeGrants(sql: Sql, grants: BookedGrant[]) {
  return sql`
    granted as (
      select account_id, g."transactionId" as transaction_id, g."campaignId" as campaign_id, g.points
      from account cross join jsonb_to_recordset(${sql.json(grants)})
        as g ("transactionId" uuid, "campaignId" uuid, points bigint)
    ), campaign_grant as (
      insert into campaign_grants (transaction_id, campaign_id, account_id, points)
      select transaction_id, campaign_id, account_id, points from granted
    ), campaign as (
      update campaigns c set given_points = c.given_points + granted.points
      from granted where c.id = granted.campaign_id
    ), campaign_customer as (
      update campaign_customers c set given_points = c.given_points + granted.points
      from granted where (c.campaign_id, c.account_id) = (granted.campaign_id, granted.account_id)
    )`
}
