import type { Sql } from '#db/client.ts'
import type { Campaign, CampaignTerms, CampaignVersion, Microseconds } from '#domain/campaigns/campaign.ts'

/** A column of type timestamptz in microseconds since 1970. */
export function microseconds(sql: Sql, column: string) {
  return sql`(extract(epoch from ${sql(column)}) * 1000000)::bigint`
}

export function termsOf({ status, startsAt, endsAt, caps, rules }: CampaignTerms): CampaignTerms {
  return { status, startsAt, endsAt, caps, rules }
}

/**
 * The campaigns of a client as they stood at an instant, whatever became of them since: a change counts for what happens
 * after it, however late the points for what happened before are booked.
 */
export async function readCampaignsAt(sql: Sql, client: string, at: Microseconds): Promise<Campaign[]> {
  const rows = await sql<{ id: string; name: string; terms: CampaignTerms }[]>`
    select c.id, c.name, h.after as terms
    from campaigns c
    cross join lateral (
      select after from campaign_history
      where campaign_id = c.id and ${microseconds(sql, 'at')} <= ${at}
      order by version desc
      limit 1
    ) h
    where c.client = ${client} and h.after is not null
    order by c.id`
  return rows.map(({ id, name, terms }) => ({ ...terms, id, client, name }))
}

/** A campaign as it stands, and what it has given. */
export type StoredCampaign = Campaign & {
  /** Number of entries in its history. */
  version: number
  givenPoints: number
  createdAt: Date
  updatedAt: Date
}

export async function readCampaign(sql: Sql, client: string, name: string): Promise<StoredCampaign | undefined> {
  const [row] = await sql<StoredRow[]>`
    select ${columns(sql)} from ${campaigns(sql)} where client = ${client} and name = ${name} and deleted_at is null`
  return row && stored(row)
}

/** The campaigns of one client, or of all, newest first. */
export async function listCampaigns(
  sql: Sql,
  options: { client?: string; before?: string; limit: number },
): Promise<StoredCampaign[]> {
  const rows = await sql<StoredRow[]>`
    select ${columns(sql)} from ${campaigns(sql)}
    where deleted_at is null
      ${options.client === undefined ? sql`` : sql`and client = ${options.client}`}
      ${options.before === undefined ? sql`` : sql`and id < ${options.before}`}
    order by id desc
    limit ${options.limit}`
  return rows.map(stored)
}

/** All campaigns of a client, in the order that awards name them. */
export async function listCampaignsOf(sql: Sql, client: string): Promise<StoredCampaign[]> {
  const rows = await sql<StoredRow[]>`
    select ${columns(sql)} from ${campaigns(sql)} where client = ${client} and deleted_at is null order by id`
  return rows.map(stored)
}

/** A change of a campaign: who, when, and its terms before and after. */
export type CampaignChange = {
  campaignId: string
  version: number
  action: 'created' | 'updated' | 'deleted'
  actor: string
  at: Date
  before: CampaignTerms | null
  after: CampaignTerms | null
}

/**
 * Everything that happened to the campaigns of a name, newest first; deleted ones are among them.
 *
 * @param options.before the last change of the page before
 */
export async function listCampaignHistory(
  sql: Sql,
  options: {
    client: string
    name: string
    before?: Pick<CampaignChange, 'campaignId' | 'version'>
    limit: number
  },
): Promise<CampaignChange[]> {
  const { client, name, before, limit } = options
  return await sql<CampaignChange[]>`
    select h.campaign_id as "campaignId", h.version, h.action, h.actor, h.at, h.before, h.after
    from campaign_history h join campaigns c on c.id = h.campaign_id
    where c.client = ${client} and c.name = ${name}
      ${before === undefined ? sql`` : sql`and (h.campaign_id, h.version) < (${before.campaignId}::uuid, ${before.version})`}
    order by h.campaign_id desc, h.version desc
    limit ${limit}`
}

/** Every version that the campaigns of a client ever had, deleted ones too, by campaign and in their order. */
export async function readCampaignVersions(sql: Sql, client: string): Promise<CampaignVersion[]> {
  return await sql<CampaignVersion[]>`
    select c.id, c.client, c.name, ${microseconds(sql, 'h.at')} as at, h.after as terms
    from campaigns c join campaign_history h on h.campaign_id = c.id
    where c.client = ${client}
    order by c.id, h.version`
}

type StoredRow = Omit<StoredCampaign, keyof CampaignTerms> & { terms: CampaignTerms }

function stored({ terms, ...row }: StoredRow): StoredCampaign {
  return { ...row, ...terms }
}

function columns(sql: Sql) {
  return sql`id, client, name, version, given_points as "givenPoints", created_at as "createdAt",
    updated_at as "updatedAt", terms`
}

/** With the terms as the last entry of the history spells them. */
function campaigns(sql: Sql) {
  return sql`(
    select c.*, h.after as terms from campaigns c
    left join campaign_history h on h.campaign_id = c.id and h.version = c.version
  ) as campaigns`
}
