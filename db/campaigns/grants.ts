import type { Sql } from '#db/client.ts'
import { type Award, type CampaignGrant, type Given, remainingOf, takenBackOf } from '#domain/campaigns/award.ts'
import type { Caps } from '#domain/campaigns/campaign.ts'
import type { PointsEvent } from '#domain/points/account.ts'

/** What a campaign gave, or got back, with the transaction of points that it is a part of. */
export type BookedGrant = CampaignGrant & { transactionId: string }

/** What the caps of the campaigns of an award leave for an account at the moment. */
export async function readRemaining(sql: Sql, award: Award, accountId: string): Promise<(campaignId: string) => Caps> {
  const earning = earningIds(award)
  const rows = await readGivenAndCaps(sql, earning, accountId)
  const remaining = new Map(rows.map(({ id, given, caps }) => [id, remainingOf(caps, given)]))
  return (campaignId) => {
    // Campaigns are never deleted: one that is not found says nothing about its caps.
    const caps = remaining.get(campaignId)
    if (!caps && earning.includes(campaignId)) throw new Error(`campaign ${campaignId} could not be read`)
    return caps ?? { totalPoints: 0, pointsPerCustomer: 0 }
  }
}

/** What campaigns gave so far, in all and to an account; nothing, one that is not there. */
export async function readGiven(
  sql: Sql,
  campaignIds: string[],
  accountId: string,
): Promise<(campaignId: string) => Given> {
  const rows = await readGivenAndCaps(sql, campaignIds, accountId)
  const given = new Map(rows.map((row) => [row.id, row.given]))
  return (campaignId) => given.get(campaignId) ?? { inAll: 0, toCustomer: 0 }
}

async function readGivenAndCaps(sql: Sql, campaignIds: string[], accountId: string) {
  return await sql<{ id: string; given: Given; caps: Caps }[]>`
    select c.id,
      jsonb_build_object('inAll', c.given_points, 'toCustomer', coalesce(customer.given_points, 0)) as given,
      jsonb_build_object('totalPoints', cap_total_points, 'pointsPerCustomer', cap_points_per_customer) as caps
    from campaigns c
    left join campaign_customers customer on customer.campaign_id = c.id and customer.account_id = ${accountId}
    where c.id = any(${campaignIds}::uuid[])`
}

function earningIds(award: Award): string[] {
  return award.campaigns.filter(({ earned }) => earned > 0).map(({ campaignId }) => campaignId)
}

/** What goes back to the caps of campaigns when points that they gave are taken back: by a refund, or by hand. */
export async function readGrantsTakenBack(sql: Sql, events: readonly PointsEvent[]): Promise<BookedGrant[]> {
  const reversals = events.flatMap((event) =>
    event.type === 'reversed' && event.reverses.type === 'issue' && event.amount > 0 ? [event] : [],
  )
  if (reversals.length === 0) return []
  const rows = await sql<BookedGrant[]>`
    select transaction_id as "transactionId", campaign_id as "campaignId", points from campaign_grants
    where transaction_id = any(${reversals.map(({ reverses }) => reverses.transactionId)}::uuid[])
    order by campaign_id`
  return reversals.flatMap(({ transactionId, reverses, amount }) => {
    const given = rows.filter((grant) => grant.transactionId === reverses.transactionId)
    return takenBackOf(given, amount).map((grant) => ({ ...grant, transactionId }))
  })
}
