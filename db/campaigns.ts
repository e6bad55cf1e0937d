import { v7 as uuidv7 } from 'uuid'
import { type Award, type CampaignGrant, type Given, remainingOf } from '#domain/campaigns/award.ts'
import type { Campaign, CampaignTerms, CampaignVersion, Caps, Microseconds } from '#domain/campaigns/campaign.ts'
import { nameKey } from '#domain/names.ts'
import { type Instant, type PointsEvent, settledLots } from '#domain/points/account.ts'
import { type Actor, namedActor } from './actors.ts'
import type { Sql } from './client.ts'
import { call } from './functions.ts'
import { type KeyedAnswer, type KeyedRequest, oncePerKey } from './idempotency-keys.ts'

/** A column of type timestamptz in microseconds since 1970. */
export function microseconds(sql: Sql, column: string) {
  return sql`(extract(epoch from ${sql(column)}) * 1000000)::bigint`
}

/** A column of type timestamptz as `Date.prototype.toISOString` would print it. */
export function instant(sql: Sql, column: string) {
  return sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

function termsOf(terms: CampaignTerms): CampaignTerms {
  return {
    eventTypes: terms.eventTypes,
    status: terms.status,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
    timeZone: terms.timeZone,
    priority: terms.priority,
    exclusiveGroup: terms.exclusiveGroup,
    caps: terms.caps,
    availableAfterDays: terms.availableAfterDays,
    expiry: terms.expiry,
    rules: terms.rules,
  }
}

/** A campaign as it stands, and what it has given. */
export type StoredCampaign = Campaign & {
  /** Of the last entry of its history. No campaign of this name had it before. */
  version: number
  givenPoints: number
  createdAt: Date
  updatedAt: Date
  /** When it was read. */
  readAt: Date
}

/** By its name, or one that nobody can tell from it. */
export async function readCampaign(sql: Sql, client: string, name: string): Promise<StoredCampaign | undefined> {
  const [row] = await sql<StoredRow[]>`
    select ${columns(sql)} from ${campaigns(sql)} where client = ${client} and name_key = ${nameKey(name)} and deleted_at is null`
  return row && stored(row)
}

/** All of some terms but the rules, which may be long. */
export type TermsSummary = Omit<CampaignTerms, 'rules'> & { ruleCount: number }

export type CampaignSummary = Omit<StoredCampaign, 'rules'> & { ruleCount: number }

/** The campaigns of one client, or of all, newest first, without their rules. */
export async function listCampaigns(
  sql: Sql,
  options: { clients?: readonly string[]; before?: string; limit: number },
): Promise<CampaignSummary[]> {
  const rows = await sql<(Omit<CampaignSummary, keyof TermsSummary> & { terms: TermsSummary })[]>`
    select id, client, name, version, ${givenInAll(sql, 'campaigns')} as "givenPoints", created_at as "createdAt", updated_at as "updatedAt",
      now() as "readAt", ${withoutRules(sql, 'terms')} as terms
    from ${campaigns(sql)}
    where deleted_at is null
      ${options.clients === undefined ? sql`` : sql`and client = any(${[...options.clients]})`}
      ${options.before === undefined ? sql`` : sql`and id < ${options.before}`}
    order by id desc
    limit ${options.limit}`
  return rows.map(({ terms, ...row }) => ({ ...row, ...terms }))
}

/** A column with the JSON of `CampaignTerms` as that of `TermsSummary`. */
function withoutRules(sql: Sql, column: string) {
  return sql`${sql(column)} - 'rules' || jsonb_build_object('ruleCount', jsonb_array_length(${sql(column)} -> 'rules'))`
}

/** All campaigns of a client, in the order in which they are evaluated. */
export async function listCampaignsOf(sql: Sql, client: string): Promise<StoredCampaign[]> {
  const rows = await sql<StoredRow[]>`
    select ${columns(sql)} from ${campaigns(sql)} where client = ${client} and deleted_at is null
    order by priority desc, id`
  return rows.map(stored)
}

/** A change of a campaign: who, when, and its terms before and after. */
export type CampaignChange = {
  campaignId: string
  version: number
  action: 'created' | 'updated' | 'deleted'
  actor: Actor
  at: Date
  before: CampaignTerms | null
  after: CampaignTerms | null
}

/** A change without the rules, which may be long, but with whether they were changed. */
export type CampaignChangeSummary = Omit<CampaignChange, 'before' | 'after'> & {
  before: TermsSummary | null
  after: TermsSummary | null
  rulesChanged: boolean
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
): Promise<CampaignChangeSummary[]> {
  const { client, name, before, limit } = options
  return await sql<CampaignChangeSummary[]>`
    select h.campaign_id as "campaignId", h.version, h.action, ${namedActor(sql, 'h.actor')} as actor, h.at,
      ${withoutRules(sql, 'h.before')} as before, ${withoutRules(sql, 'h.after')} as after,
      h.before -> 'rules' is distinct from h.after -> 'rules' as "rulesChanged"
    from campaign_history h join campaigns c on c.id = h.campaign_id
    where c.client = ${client} and c.name_key = ${nameKey(name)}
      ${before === undefined ? sql`` : sql`and (h.campaign_id, h.version) < (${before.campaignId}::uuid, ${before.version})`}
    order by h.campaign_id desc, h.version desc
    limit ${limit}`
}

/** One change of a campaign of a name, with the rules before and after it. */
export async function readCampaignChange(
  sql: Sql,
  {
    client,
    name,
    campaignId,
    version,
  }: { client: string; name: string } & Pick<CampaignChange, 'campaignId' | 'version'>,
): Promise<CampaignChange | undefined> {
  const [change] = await sql<CampaignChange[]>`
    select h.campaign_id as "campaignId", h.version, h.action, ${namedActor(sql, 'h.actor')} as actor, h.at, h.before, h.after
    from campaign_history h join campaigns c on c.id = h.campaign_id
    where c.client = ${client} and c.name_key = ${nameKey(name)} and h.campaign_id = ${campaignId} and h.version = ${version}`
  return change
}

/**
 * The versions of the campaigns of clients, deleted ones too, by campaign and in their order: every one that there ever was or,
 * given a stretch of time, those that stood at any moment of it. A change counts for what happens after it, however late the points
 * for what happened before are booked.
 */
export async function readCampaignVersions(
  sql: Sql,
  clients: string[],
  { from, to }: { from: Microseconds; to: Microseconds } = { from: 0, to: Number.MAX_SAFE_INTEGER },
): Promise<CampaignVersion[]> {
  return await sql<CampaignVersion[]>`
    select c.id, c.client, c.name, h.version, ${microseconds(sql, 'h.at')} as at, h.after as terms
    from campaigns c join campaign_history h on h.campaign_id = c.id
    where c.client = any(${clients}) and ${microseconds(sql, 'h.at')} <= ${to} and not exists (
      select from campaign_history later
      where later.campaign_id = c.id and later.version = h.version + 1 and ${microseconds(sql, 'later.at')} <= ${from}
    )
    order by c.id, h.version`
}

/** Whether days and hours in this time zone can be told in the database. */
export async function hasTimeZone(sql: Sql, name: string): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (select from pg_timezone_names where name = ${name}) as known`
  return row?.known ?? false
}

type StoredRow = Omit<StoredCampaign, keyof CampaignTerms> & { terms: CampaignTerms }

function stored({ terms, ...row }: StoredRow): StoredCampaign {
  return { ...row, ...terms }
}

function columns(sql: Sql) {
  return sql`id, client, name, version, ${givenInAll(sql, 'campaigns')} as "givenPoints", created_at as "createdAt",
    updated_at as "updatedAt", now() as "readAt", terms`
}

/** What a campaign gave so far, counted in its row while it had a cap, and apart while it had none. */
function givenInAll(sql: Sql, campaign: string) {
  const column = (name: string) => sql(`${campaign}.${name}`)
  return sql`(${column('given_points')} + coalesce((
    select sum(points) from campaign_counters where campaign_id = ${column('id')}
  ), 0))::bigint`
}

/** With the terms as they are in the last entry of the history. */
function campaigns(sql: Sql) {
  return sql`(
    select c.*, h.after as terms from campaigns c
    left join campaign_history h on h.campaign_id = c.id and h.version = c.version
  ) as campaigns`
}

export type NewCampaign = { client: string; name: string; terms: CampaignTerms }

export type CampaignRefusal = { code: 'campaign_exists' | 'too_many_campaigns' }

/** Every purchase is evaluated by all campaigns of the store, while its buyer waits. */
export const MAX_CAMPAIGNS = 50

/**
 * Adds a campaign, and the first entry of its history. Refusals: `campaign_exists`; `too_many_campaigns` when the client has
 * `MAX_CAMPAIGNS` already.
 */
export async function createCampaign(
  sql: Sql,
  request: KeyedRequest,
  { client, name, terms }: NewCampaign,
  actor: string,
): Promise<KeyedAnswer<CampaignRefusal>> {
  return await call(sql, 'create_campaign', {
    new_id: uuidv7(),
    owner: client,
    new_name: name,
    new_name_key: nameKey(name),
    new_terms: terms,
    max_campaigns: MAX_CAMPAIGNS,
    who: actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

/**
 * Changes a campaign, or deletes it (`changed` null), if it still stands as it was read; with the entry in its history. Answers
 * `unknown` when it has moved on.
 */
export async function changeCampaign(
  sql: Sql,
  request: KeyedRequest,
  { campaign, changed }: { campaign: StoredCampaign; changed: CampaignTerms | null },
  actor: string,
): Promise<KeyedAnswer<never>> {
  const { id, version } = campaign
  const before = termsOf(campaign)
  // A whole campaign is terms too, to the type, and the history must not have the rest of it.
  const after = changed && termsOf(changed)
  return await oncePerKey(
    sql,
    request,
    sql<{ resource: string }[]>`
      with target as materialized (
        select id, ${sql.json((after ?? before) as never)}::jsonb as terms from campaigns
        where id = ${id} and version = ${version} and deleted_at is null
        -- Not "for no key update", as elsewhere: awards that are being booked without a cap come before it, or after it.
        for update
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
  )
}

/**
 * Adds campaigns that were never there; one that was deleted stays so.
 *
 * @returns how many were added
 */
export async function addMissingCampaigns(sql: Sql, campaigns: NewCampaign[], actor: string): Promise<number> {
  const rows = campaigns.map((campaign) => ({ id: uuidv7(), nameKey: nameKey(campaign.name), ...campaign }))
  const [added] = await sql<{ count: number }[]>`
    with sample as (
      select * from jsonb_to_recordset(${sql.json(rows as never)}) as s (id uuid, client text, name text, "nameKey" text, terms jsonb)
    ), campaign as (
      insert into campaigns (id, client, name, name_key, ${termColumns(sql)})
      select id, client, name, "nameKey", ${termValues(sql)} from sample
      where not exists (select from campaigns c where c.client = sample.client and c.name_key = sample."nameKey")
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
  return sql`
    event_types, status, starts_at, ends_at, time_zone, priority, exclusive_group, cap_total_points, cap_points_per_customer,
    available_after_days, expiry, rules`
}

/** `terms`, a column with the JSON of `CampaignTerms`, as the columns above. */
function termValues(sql: Sql) {
  return sql`
    terms -> 'eventTypes', terms ->> 'status', (terms ->> 'startsAt')::timestamptz, (terms ->> 'endsAt')::timestamptz,
    terms ->> 'timeZone', (terms -> 'priority')::integer, terms ->> 'exclusiveGroup',
    (terms -> 'caps' ->> 'totalPoints')::bigint, (terms -> 'caps' ->> 'pointsPerCustomer')::bigint,
    (terms -> 'availableAfterDays')::integer, nullif(terms -> 'expiry', 'null'), terms -> 'rules'`
}

/** Points that a campaign gave, by its name, and when they count; null: at once. */
export type CampaignPoints = { campaign: string; points: number; availableAt: Instant | null }

/** What each campaign gave with an issue of points, as JSON, the oldest campaign first; of another transaction, nothing. */
export function campaignPoints(sql: Sql, transactionColumn: string) {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object(
      'campaign', campaigns.name, 'points', lot.original,
      'availableAt', case when lot.available_at > lot.issued_at then ${instant(sql, 'lot.available_at')} end
    ) order by campaigns.id)
    from points_lots lot join campaigns on campaigns.id = lot.campaign_id
    where lot.transaction_id = ${sql(transactionColumn)}
  ), '[]')`
}

/** What a campaign gave as a lot, or got back of it, with the transaction that it is a part of. */
export type BookedGrant = CampaignGrant & { lotId: string; transactionId: string }

/** What the caps of the campaigns of awards leave for their accounts at the moment. */
export async function readRemaining(
  sql: Sql,
  awards: readonly { award: Award; accountId: string }[],
): Promise<(campaignId: string, accountId: string) => Caps> {
  const earning = new Set(awards.flatMap(({ award }) => earningIds(award)))
  if (earning.size === 0) return () => NOTHING_LEFT
  const rows = await sql<
    { id: string; caps: Caps; inAll: number | null; toCustomers: Record<string, number> | null }[]
  >`
    select c.id,
      jsonb_build_object('totalPoints', cap_total_points, 'pointsPerCustomer', cap_points_per_customer) as caps,
      case when cap_total_points is not null then ${givenInAll(sql, 'c')} end as "inAll",
      case when cap_points_per_customer is not null then (
        select jsonb_object_agg(account_id, given_points) from campaign_customers
        where campaign_id = c.id and account_id = any(${awards.map(({ accountId }) => accountId)})
      ) end as "toCustomers"
    from campaigns c
    where c.id = any(${[...earning]}::uuid[])`
  const byId = new Map(rows.map((row) => [row.id, row]))
  return (campaignId, accountId) => {
    const row = byId.get(campaignId)
    // Campaigns are never deleted: one that is not found says nothing about its caps.
    if (!row && earning.has(campaignId)) throw new Error(`campaign ${campaignId} could not be read`)
    if (!row) return NOTHING_LEFT
    return remainingOf(row.caps, { inAll: row.inAll ?? 0, toCustomer: row.toCustomers?.[accountId] ?? 0 })
  }
}

const NOTHING_LEFT: Caps = { totalPoints: 0, pointsPerCustomer: 0 }

/** What campaigns gave so far, in all and to an account; nothing, one that is not there. */
export async function readGiven(
  sql: Sql,
  campaignIds: string[],
  accountId: string,
): Promise<(campaignId: string) => Given> {
  const rows = await sql<{ id: string; given: Given }[]>`
    select c.id,
      jsonb_build_object('inAll', ${givenInAll(sql, 'c')}, 'toCustomer', coalesce(customer.given_points, 0)) as given
    from campaigns c
    left join campaign_customers customer on customer.campaign_id = c.id and customer.account_id = ${accountId}
    where c.id = any(${campaignIds}::uuid[])`
  const given = new Map(rows.map((row) => [row.id, row.given]))
  return (campaignId) => given.get(campaignId) ?? { inAll: 0, toCustomer: 0 }
}

function earningIds(award: Award): string[] {
  return award.campaigns.filter(({ earned }) => earned > 0).map(({ campaignId }) => campaignId)
}

/**
 * What goes back to the caps of campaigns when reversals settle points that they gave: by a refund, or by hand, and of what was owed
 * then, when it is made good, or comes back. `events` have not happened yet.
 */
export async function readGrantsTakenBack(
  sql: Sql,
  events: readonly PointsEvent[],
): Promise<{ grants?: BookedGrant[] }> {
  const settled = events.flatMap((event) =>
    event.type === 'reversed' ? settledLots(event).map((lot) => ({ ...lot, transactionId: event.transactionId })) : [],
  )
  if (settled.length === 0) return {}
  const lots = await sql<{ id: string; campaignId: string }[]>`
    select id, campaign_id as "campaignId" from points_lots
    where id = any(${settled.map(({ lotId }) => lotId)}::uuid[]) and campaign_id is not null`
  const campaigns = new Map(lots.map(({ id, campaignId }) => [id, campaignId]))
  const grants = settled.flatMap(({ lotId, transactionId, amount }) => {
    const campaignId = campaigns.get(lotId)
    return campaignId === undefined ? [] : [{ campaignId, points: -amount, lotId, transactionId }]
  })
  return { grants }
}
