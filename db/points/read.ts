import type { Sql } from '#db/client.ts'
import type { CampaignAward } from '#domain/campaigns/award.ts'
import type { Instant, Lot } from '#domain/points/account.ts'
import { type BalanceEntry, balanceEntries, type DailyBalance } from '#domain/points/daily-balance.ts'
import { instant } from './load.ts'

/** What can be spent at `now`: the posted balance less what has lapsed and is not swept yet. Unknown accounts have 0. */
export async function readAvailable(sql: Sql, accountId: string, now: Instant): Promise<number> {
  const [row] = await sql<{ available: number }[]>`
    select (coalesce((select balance from points_accounts where account_id = ${accountId}), 0) - coalesce((
      select sum(remaining) from points_lots
      where account_id = ${accountId} and remaining > 0 and expires_at <= ${now}
    ), 0))::bigint as available`
  return row?.available ?? 0
}

/** What can be spent by the database's clock, and the days that it was issued on, oldest first, from one snapshot. */
export async function readBalance(
  sql: Sql,
  accountId: string,
): Promise<{ available: number; entries: BalanceEntry[] }> {
  const rows = await sql<({ now: Instant; available: number } & (DailyBalance | { issuedOn: null }))[]>`
    with clock as materialized (select clock_timestamp() as now)
    select ${instant(sql, 'now')} as now,
      (coalesce((select balance from points_accounts where account_id = ${accountId}), 0) - coalesce((
        select sum(remaining) from points_lots
        where account_id = ${accountId} and remaining > 0 and expires_at <= (select now from clock)
      ), 0))::bigint as available,
      issued_on::text as "issuedOn", ${instant(sql, 'expires_at')} as "expiresAt", remaining, expired,
      ${instant(sql, 'last_updated')} as "lastUpdated"
    from clock left join daily_balances on account_id = ${accountId}
    order by issued_on, expires_at`
  const [row] = rows
  if (!row) throw new Error('the database has no time')
  const days = rows.filter((day) => day.issuedOn !== null)
  return { available: row.available, entries: balanceEntries(days, row.now) }
}

/** One row per day that points were issued on, oldest first. */
export async function readBalanceEntries(sql: Sql, accountId: string, now: Instant): Promise<BalanceEntry[]> {
  const rows = await sql<DailyBalance[]>`
    select issued_on::text as "issuedOn", ${instant(sql, 'expires_at')} as "expiresAt", remaining, expired,
      ${instant(sql, 'last_updated')} as "lastUpdated"
    from daily_balances where account_id = ${accountId}`
  return balanceEntries(rows, now)
}

export type StoredLot = Lot & { reason: string; reference: string }

/** All lots, newest first, with where they come from. */
export async function listLots(
  sql: Sql,
  options: { accountId: string; openOnly: boolean; before?: string; limit: number },
): Promise<StoredLot[]> {
  return await sql<StoredLot[]>`
    select l.id, ${instant(sql, 'l.issued_at')} as "issuedAt", ${instant(sql, 'l.expires_at')} as "expiresAt",
      l.original, l.remaining, l.expired, e.reason, e.reference
    from points_lots l join points_events e on e.transaction_id = l.id
    where l.account_id = ${options.accountId}
      ${options.openOnly ? sql`and l.remaining > 0` : sql``}
      ${options.before === undefined ? sql`` : sql`and l.id < ${options.before}`}
    order by l.id desc
    limit ${options.limit}`
}

/** The points that lapse next, and when; undefined when nothing is left to lapse. */
export async function readLapsingNext(
  sql: Sql,
  accountId: string,
  now: Instant,
): Promise<{ at: Instant; amount: number } | undefined> {
  const [row] = await sql<{ at: Instant; amount: number }[]>`
    select ${instant(sql, 'expires_at')} as at, sum(remaining)::bigint as amount
    from points_lots where account_id = ${accountId} and remaining > 0 and expires_at > ${now}
    group by expires_at
    order by expires_at
    limit 1`
  return row
}

export type StatementLine = {
  id: string
  version: number
  at: Instant
  type: 'issued' | 'redeemed' | 'expired' | 'reversed'
  amount: number
  /** What could be spent after it. */
  balance: number
  reverses: string | null
  reversesType: 'issue' | 'redeem' | null
  /** Of points that campaigns gave: what each of them contributed. */
  campaigns: Pick<CampaignAward, 'campaign' | 'points'>[]
  reason: string
  reference: string
  actor: string
}

/** The account's history, newest first. */
export async function listTransactions(
  sql: Sql,
  options: { accountId: string; before?: number; limit: number },
): Promise<StatementLine[]> {
  return await sql<StatementLine[]>`
    select transaction_id as id, version, ${instant(sql, 'at')} as at, type, amount, balance, reverses,
      payload -> 'reverses' ->> 'type' as "reversesType",
      coalesce(payload -> 'details' -> 'campaigns', '[]') as campaigns, reason, reference, actor
    from points_events
    where account_id = ${options.accountId} ${options.before === undefined ? sql`` : sql`and version < ${options.before}`}
    order by version desc
    limit ${options.limit}`
}

/** Whose transaction it is, and what it was for. */
export async function readTransactionOrigin(
  sql: Sql,
  transactionId: string,
): Promise<{ username: string; reason: string; reference: string } | undefined> {
  const [row] = await sql<{ username: string; reason: string; reference: string }[]>`
    select u.username, e.reason, e.reference
    from points_events e join users u on u.id = e.account_id
    where e.transaction_id = ${transactionId}`
  return row
}

/** A page of accounts with points that have lapsed and are not swept yet, in the order of their ids. */
export async function listLapsedAccounts(
  sql: Sql,
  options: { now: Instant; after?: string; limit: number },
): Promise<string[]> {
  const rows = await sql<{ accountId: string }[]>`
    select distinct account_id as "accountId" from points_lots
    where remaining > 0 and expires_at <= ${options.now}
      ${options.after === undefined ? sql`` : sql`and account_id > ${options.after}`}
    order by account_id
    limit ${options.limit}`
  return rows.map((row) => row.accountId)
}
