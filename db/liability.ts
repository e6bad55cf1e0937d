import type postgres from 'postgres'
import type { Instant } from '#domain/points/account.ts'
import type { DailyBalance } from '#domain/points/daily-balance.ts'
import type { LotSums, Sale } from '#domain/points/liability.ts'
import { instant } from './campaigns.ts'
import type { Database, Sql } from './client.ts'

// How points and sales stood at an instant: what had been recorded by then, and nothing else. Only what never changes is read, so that the
// answer for an instant is the same whenever it is asked for, once nobody writes about it any more.

type Fragment = postgres.PendingQuery<postgres.Row[]>

/**
 * The newest instant about which nobody writes any more: just before the oldest transaction began that writes to one of the histories that
 * are read here. Null while there is one of which that is not known: a prepared one, or one that only a superuser may look at.
 *
 * Their rows take their time from the clock when they are written. Whoever writes to a table has its lock before that, and until all of it
 * can be seen. So whoever does not have it will write about what comes later, or can be seen already. These are locks of the server: it
 * makes no difference how many processes there are, or whether they come through a pooler.
 */
export async function readNewestInstant(sql: Sql): Promise<Instant | null> {
  const [asked] = await sql<{ at: string; writers: (number | null)[] }[]>`
    select statement_timestamp()::text as at, array(
      select pid from pg_locks
      where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
        and database = (select oid from pg_database where datname = current_database())
        and relation = any(array['points_events', 'purchase_events', 'wallet_entries']::regclass[])
    ) as writers`
  if (!asked) throw new Error('the database has no time')
  // Only after that: whoever is gone, idle or in another transaction by now has ended the one that was seen.
  const [newest] = await sql<{ at: Date; isKnown: boolean }[]>`
    select coalesce(bool_and(coalesce(state, 'disabled') <> 'disabled'), true) as "isKnown",
      date_trunc('milliseconds', least(${asked.at}::timestamptz, min(xact_start)) - interval '1 microsecond') as at
    from unnest(${asked.writers}::integer[]) as writer (pid) left join pg_stat_activity as session using (pid)
    where writer.pid is null or session.pid is not null`
  return newest?.isKnown ? newest.at.toISOString() : null
}

/**
 * Lots as they stood at an instant. `left_over` is what they held or, if their end has come, what was lost with it, whether it was swept by
 * then or not. `spent` is net of what came back; `taken_back` includes what was `withheld` of that. What reversals of an issue asked for,
 * and was not there (`asked_spent`, `asked_expired`) or is owed (`asked_owed`), is said at its first lot.
 *
 * @param lots rows of points_lots
 */
function lotsAt(sql: Sql, lots: Fragment, at: Instant): Fragment {
  return sql`
    select l.id, l.campaign_id, l.available_at, l.expires_at, l.original, moved.spent, moved.withheld,
      moved.withheld + reversed.taken as taken_back, l.original - moved.spent - moved.withheld - reversed.taken as left_over,
      reversed.asked_spent, reversed.asked_expired, reversed.asked_owed
    from (${lots}) as l
    cross join lateral (
      select coalesce(sum(a.amount), 0)::bigint as spent, coalesce(sum(withheld.points), 0)::bigint as withheld
      from points_allocations a
      join points_events e on e.transaction_id = a.transaction_id and e.recorded_at <= ${at}
      cross join lateral (${pointsOfLot(sql, sql`e.payload -> 'withheld'`)}) as withheld
      where a.lot_id = l.id
    ) as moved
    cross join lateral (
      select coalesce(sum(taken.points), 0)::bigint as taken, coalesce(sum(asked.spent), 0)::bigint as asked_spent,
        coalesce(sum(asked.expired), 0)::bigint as asked_expired, coalesce(sum(asked.owed), 0)::bigint as asked_owed
      from points_events e
      cross join lateral (${pointsOfLot(sql, sql`e.payload -> 'portions'`)}) as taken
      left join lateral jsonb_to_record(e.payload -> 'notTakenBack') as asked (spent bigint, expired bigint, owed bigint)
        on l.id = l.transaction_id
      where e.reverses = l.transaction_id and e.recorded_at <= ${at}
    ) as reversed
    where (select recorded_at from points_events where transaction_id = l.transaction_id) <= ${at}`
}

/** How many of some portions are of the lot `l`. */
function pointsOfLot(sql: Sql, portions: Fragment): Fragment {
  return sql`
    select coalesce(sum(amount), 0)::bigint as points
    from jsonb_to_recordset(${portions}) as portion ("lotId" uuid, amount bigint) where portion."lotId" = l.id`
}

/**
 * The daily rows of an account as they stood at an instant; those of now are in daily_balances. It reads the history of the account up to
 * then.
 */
export async function readDailyBalancesAt(sql: Sql, accountId: string, at: Instant): Promise<DailyBalance[]> {
  return await sql<DailyBalance[]>`
    select portion."issuedOn", portion."availableOn", portion."expiresAt",
      sum(
        case when e.type = 'issued' or e.payload -> 'reverses' ->> 'type' = 'redeem' then portion.amount else -portion.amount end
      )::bigint as remaining,
      coalesce(sum(portion.amount) filter (where e.type = 'expired'), 0)::bigint as expired,
      (array_agg(${instant(sql, 'e.at')} order by e.version desc))[1] as "lastUpdated"
    from points_events e
    cross join jsonb_to_recordset(e.payload -> 'portions')
      as portion ("issuedOn" text, "availableOn" text, "expiresAt" text, amount bigint)
    where e.account_id = ${accountId} and e.recorded_at <= ${at}
    group by 1, 2, 3`
}

/** Lots, or purchases, that a statement reads, so that it takes a fraction of a second, however many there are in all. */
const PAGE = 5_000

/** `next`: after which id the next page begins; null: there is none. */
export type Page<Item> = { items: Item[]; next: string | null }

/**
 * A page, of which every row is found by an index, whatever the planner makes of statistics: for each row it looks at a few of other
 * tables, which it would rather read whole where they were nearly empty, or have few values, when the plan was made.
 */
async function readPage<Item>(database: Database, page: (sql: Sql) => PromiseLike<Page<Item>[]>): Promise<Page<Item>> {
  return await database.begin({ mode: 'read only' }, async (sql) => {
    await sql`
      select set_config(setting, 'off', true)
      from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) as setting`
    const [read] = await page(sql)
    if (!read) throw new Error('an aggregate without a row')
    return read
  })
}

function nextPage(sql: Sql, limit: number): Fragment {
  return sql`(select case when count(*) = ${limit} then (array_agg(id order by id desc))[1] end from page) as next`
}

/**
 * The sums of all lots or, of one `key`, of those with something open: the month of the last day on which it can be spent (`2027-03`), the
 * campaign (null: none), or the month of the first.
 */
export type LotGroup = { by: 'all' | 'lastMonth' | 'campaign' | 'firstMonth'; key: string | null; sums: LotSums }

/** Sums of a page of lots as they stood at an instant: of all of it, and by the parts of what is open. */
export async function sumLots(database: Database, at: Instant, after: string, limit = PAGE): Promise<Page<LotGroup>> {
  return await readPage(
    database,
    (sql) => sql<Page<LotGroup>[]>`
    with page as materialized (
      select * from points_lots where id > ${after} order by id limit ${limit}
    ), lot as (
      select *, case when expires_at <= ${at} then left_over else 0 end as lost,
        case when expires_at > ${at} and available_at <= ${at} then left_over else 0 end as available,
        case when expires_at > ${at} and available_at > ${at} then left_over else 0 end as pending,
        to_char((expires_at - interval '1 microsecond') at time zone 'UTC', 'YYYY-MM') as last_month,
        to_char(available_at at time zone 'UTC', 'YYYY-MM') as first_month
      from (${lotsAt(sql, sql`select * from page`, at)}) as lots
    ), part as (
      select case grouping(last_month, campaign_id, first_month)
          when 3 then 'lastMonth' when 5 then 'campaign' when 6 then 'firstMonth' else 'all' end as by,
        coalesce(last_month, campaign_id::text, first_month) as key,
        jsonb_build_object(
          'issued', coalesce(sum(original), 0), 'spent', coalesce(sum(spent), 0), 'takenBack', coalesce(sum(taken_back), 0),
          'expired', coalesce(sum(lost), 0), 'available', coalesce(sum(available), 0), 'pending', coalesce(sum(pending), 0),
          'owed', coalesce(sum(asked_owed - withheld), 0),
          'endedLots', count(*) filter (where expires_at <= ${at} and original > taken_back),
          'endedPoints', coalesce(sum(original - taken_back) filter (where expires_at <= ${at}), 0)
        ) as sums
      from lot
      group by grouping sets ((), (last_month), (campaign_id), (first_month))
      having grouping(last_month, campaign_id, first_month) = 7 or sum(available + pending) > 0
    )
    select ${nextPage(sql, limit)}, (select coalesce(jsonb_agg(part), '[]') from part) as items`,
  )
}

/** What had become, at an instant, of those of a page of purchases that were confirmed by then, and of their awards. */
export async function readSales(database: Database, at: Instant, after: string, limit = PAGE): Promise<Page<Sale>> {
  return await readPage(
    database,
    (sql) => sql<Page<Sale>[]>`
    with page as materialized (
      select id, charged_minor, point_value_minor from purchases where id > ${after} order by id limit ${limit}
    ), sale as (
      select p.charged_minor - (
          select coalesce(sum(amount_minor), 0)::bigint from wallet_entries
          where reference = p.id::text and reason = 'refund' and recorded_at <= ${at}
        ) as "paidMinor", p.point_value_minor as "pointValueMinor", award.*
      from page p
      cross join lateral (
        select coalesce(sum(left_over) filter (where expires_at > ${at}), 0)::bigint as open,
          coalesce(sum(spent - asked_owed + withheld), 0)::bigint as spent,
          coalesce(sum(case when expires_at <= ${at} then left_over else 0 end - asked_expired), 0)::bigint as expired,
          coalesce(sum(asked_spent - asked_owed), 0)::bigint as "madeGood"
        from (${lotsAt(sql, awardedLots(sql), at)}) as lots
      ) as award
      where (select at from purchase_events where purchase_id = p.id and step = 'confirmPurchase' and state = 'applied') <= ${at}
    )
    select ${nextPage(sql, limit)}, (select coalesce(jsonb_agg(sale), '[]') from sale) as items`,
  )
}

/** Of the purchase `p`. */
function awardedLots(sql: Sql): Fragment {
  return sql`
    select * from points_lots where transaction_id = any(array(
      select e.transaction_id from points_events e
      where e.reference = p.id::text and e.reason = 'purchase' and e.type = 'issued'
    ))`
}

type CampaignName = { id: string; client: string; name: string }

/** What campaigns are called, which never changes; deleted ones too. */
export async function readCampaignNames(sql: Sql, ids: readonly string[]): Promise<Map<string, CampaignName>> {
  const rows = await sql<CampaignName[]>`select id, client, name from campaigns where id = any(${[...ids]}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}
