import { v7 as uuidv7 } from 'uuid'
import type { Sql } from '#db/client.ts'
import { type KeyedAnswer, type KeyedRequest, oncePerKey, rememberRefusal } from '#db/idempotency-keys.ts'
import type { CampaignTerms } from '#domain/campaigns/campaign.ts'
import { type StoredCampaign, termsOf } from './read.ts'

export type NewCampaign = { client: string; name: string; terms: CampaignTerms }

export type CampaignRefusal = { code: 'campaign_exists' | 'too_many_campaigns' }

/** Every purchase is judged by all campaigns of the store, while its buyer waits. */
export const MOST_CAMPAIGNS = 50

/**
 * Adds a campaign, and the first entry of its history. Refusals: `campaign_exists`; `too_many_campaigns` when the client has
 * `MOST_CAMPAIGNS` already.
 */
export async function createCampaign(
  sql: Sql,
  request: KeyedRequest,
  { client, name, terms }: NewCampaign,
  actor: string,
): Promise<KeyedAnswer<CampaignRefusal>> {
  const answer = await oncePerKey<CampaignRefusal>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
      with key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        select ${request.scope}, ${request.key}, ${request.requestHash}, ${uuidv7()}
        where (select count(*) from campaigns where client = ${client} and deleted_at is null) < ${MOST_CAMPAIGNS}
        on conflict (scope, key) do nothing
        returning resource
      ), wanted as (
        select resource::uuid as id, ${sql.json(terms as never)}::jsonb as terms from key
      ), campaign as (
        insert into campaigns (id, client, name, ${termColumns(sql)})
        select id, ${client}, ${name}, ${termValues(sql)} from wanted
        returning id
      ), history as (
        insert into campaign_history (campaign_id, version, action, actor, after)
        select id, 1, 'created', ${actor}, terms from campaign join wanted using (id)
      )
      select resource from key`,
    refused: { campaigns_name: async () => ({ code: 'campaign_exists' }) },
  })
  return answer.result === 'unknown' ? await rememberRefusal(sql, request, { code: 'too_many_campaigns' }) : answer
}

/**
 * Changes a campaign, or deletes it (`changed` null), if it still stands as it was read, and that is what the change is based
 * on (`basedOn`, a version); with the entry in its history. Answers `unknown` when it has moved on.
 */
export async function changeCampaign(
  sql: Sql,
  request: KeyedRequest,
  { campaign, basedOn, changed }: { campaign: StoredCampaign; basedOn: number; changed: CampaignTerms | null },
  actor: string,
): Promise<KeyedAnswer<never>> {
  const { id, version } = campaign
  const before = termsOf(campaign)
  // A whole campaign is terms too, to the type, and the history must not have the rest of it.
  const after = changed && termsOf(changed)
  return await oncePerKey<never>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
      with target as materialized (
        select id, ${sql.json((after ?? before) as never)}::jsonb as terms from campaigns
        where id = ${id} and version = ${version} and ${version === basedOn} and deleted_at is null
        for no key update
      ), key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        select ${request.scope}, ${request.key}, ${request.requestHash}, id from target
        on conflict (scope, key) do nothing
        returning resource
      ), changed as (
        update campaigns set (${termColumns(sql)}) = (select ${termValues(sql)} from target),
          version = version + 1, updated_at = now(), deleted_at = case when ${after === null} then now() end
        from key where id = resource::uuid
        returning id, version
      ), history as (
        insert into campaign_history (campaign_id, version, action, actor, before, after)
        select id, version, ${after ? 'updated' : 'deleted'}, ${actor}, ${sql.json(before as never)},
          ${after && sql.json(after as never)}
        from changed
      )
      select resource from key`,
  })
}

/**
 * Adds campaigns that were never there; one that was deleted stays so.
 *
 * @returns how many were added
 */
export async function addMissingCampaigns(sql: Sql, campaigns: NewCampaign[], actor: string): Promise<number> {
  const rows = campaigns.map((campaign) => ({ id: uuidv7(), ...campaign }))
  const [added] = await sql<{ count: number }[]>`
    with sample as (
      select * from jsonb_to_recordset(${sql.json(rows as never)}) as s (id uuid, client text, name text, terms jsonb)
    ), campaign as (
      insert into campaigns (id, client, name, ${termColumns(sql)})
      select id, client, name, ${termValues(sql)} from sample
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

function termColumns(sql: Sql) {
  return sql`status, starts_at, ends_at, cap_total_points, cap_points_per_customer, rules`
}

/** `terms`, a column with the JSON of `CampaignTerms`, as the columns above. */
function termValues(sql: Sql) {
  return sql`
    terms ->> 'status', (terms ->> 'startsAt')::timestamptz, (terms ->> 'endsAt')::timestamptz,
    (terms -> 'caps' ->> 'totalPoints')::bigint, (terms -> 'caps' ->> 'pointsPerCustomer')::bigint, terms -> 'rules'`
}
