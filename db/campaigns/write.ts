import { v7 as uuidv7 } from 'uuid'
import type { Sql } from '#db/client.ts'
import type { CampaignTerms } from './read.ts'

export type NewCampaign = CampaignTerms & { client: string; name: string }

/**
 * Adds campaigns that were never there; one that was deleted stays so.
 *
 * @returns how many were added
 */
export async function addMissingCampaigns(sql: Sql, campaigns: NewCampaign[], actor: string): Promise<number> {
  const rows = campaigns.map(({ client, name, ...terms }) => ({ id: uuidv7(), client, name, terms }))
  const [added] = await sql<{ count: number }[]>`
    with sample as (
      select * from jsonb_to_recordset(${sql.json(rows as never)}) as s (id uuid, client text, name text, terms jsonb)
    ), campaign as (
      insert into campaigns (
        id, client, name, status, starts_at, ends_at, cap_total_points, cap_points_per_customer, rules
      )
      select id, client, name, ${termColumns(sql)} from sample
      where not exists (select from campaigns c where c.client = sample.client and c.name = sample.name)
      on conflict do nothing
      returning id
    ), history as (
      insert into campaign_history (campaign_id, version, action, actor, after)
      select id, 1, 'created', ${actor}, terms from campaign join sample using (id)
    )
    select count(*) from campaign`
  return added?.count ?? 0
}

/** `terms`, a column with the JSON of `CampaignTerms`, as the columns of `campaigns`, in their order. */
function termColumns(sql: Sql) {
  return sql`
    terms ->> 'status', (terms ->> 'startsAt')::timestamptz, (terms ->> 'endsAt')::timestamptz,
    (terms -> 'caps' ->> 'totalPoints')::bigint, (terms -> 'caps' ->> 'pointsPerCustomer')::bigint, terms -> 'rules'`
}
