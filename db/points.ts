import type { Award } from '#domain/campaigns/award.ts'
import {
  addCounters,
  type Counters,
  dayOf,
  type Instant,
  type Lot,
  type PointsAccount,
  type PointsEvent,
  type Transaction,
} from '#domain/points/account.ts'
import { type BalanceEntry, balanceEntries, type DailyBalance } from '#domain/points/daily-balance.ts'
import type { Answered, Load } from '#domain/points/decide.ts'
import { changesOf } from '#domain/points/evolve.ts'
import { type BookedGrant, type CampaignPoints, campaignPoints } from './campaigns.ts'
import type { Sql } from './client.ts'
import { call } from './functions.ts'

/** A key with the answer that it gets from now on. */
export type AnsweredCommand = { key: string; requestHash: string; answer: StoredAnswer }

/** What the timeline of a purchase says about a command; written with its effect, or not at all. */
export type TimelineEntry = {
  purchaseId: string
  step: string
  state: 'applied' | 'undone'
  detail: Record<string, unknown>
}

/** An award that is booked by an issue of points; only as long as it is pending or parked. */
export type BookedAward = { id: string; evaluation: Award; points: number; transactionId: string }

/** What commits with the events of an append, and only with them. */
export type SideWrites = {
  timeline: TimelineEntry[]
  awards: BookedAward[]
  /** What campaigns give, or get back. */
  grants: BookedGrant[]
}

/** What is to be appended to one account. */
export type Append = SideWrites & {
  /** As it was when the events were decided. */
  before: PointsAccount
  events: readonly PointsEvent[]
  /** Balance that can be spent after each event, by transaction id. */
  balances: ReadonlyMap<string, number>
  commands: AnsweredCommand[]
}

/** What became of an append; all but the first have changed nothing. See `append_points`. */
export type AppendOutcome = 'appended' | 'version_conflict' | 'account_locked' | 'over_cap' | 'award_closed'

/**
 * Appends events with all that they amount to and all that goes with them, to one account or to many, in one transaction.
 *
 * @param appends an account at most once
 * @returns the outcome of each, in their order
 * @throws a unique violation, having changed nothing, when one of the keys was answered in the meantime
 */
export async function appendPoints(sql: Sql, appends: readonly Append[]): Promise<AppendOutcome[]> {
  const refused = await call<Record<string, AppendOutcome>>(sql, 'append_points', { appends: rowsOf(appends) })
  return appends.map(({ before }) => refused[before.accountId] ?? 'appended')
}

/** The rows of all appends by table, each with its account. */
function rowsOf(appends: readonly Append[]) {
  const each = appends.map((append) => ({ ...append, ...append.before, changes: changesOf(append.events) }))
  const rows = <Row extends object>(of: (append: (typeof each)[number]) => readonly Row[]) =>
    each.flatMap((append) => of(append).map((row) => ({ accountId: append.accountId, ...row })))
  return {
    accounts: rows(({ version, counters, events, changes }) => [
      { expectedVersion: version, events: events.length, ...addCounters(counters, changes.counters) },
    ]),
    events: rows(({ events, balances }) => events.map((event) => rowOf(event, balances.get(event.transactionId) ?? 0))),
    opened: rows(({ changes }) => changes.opened),
    changed: rows(({ changes }) => changes.changed),
    allocations: rows(({ changes }) => changes.allocations),
    daily: rows(({ changes }) => changes.daily),
    commands: rows(({ commands }) => commands),
    grants: rows(({ grants }) => grants),
    awards: rows(({ awards }) => awards.map((award) => ({ state: 'booked', ...award }))),
    timeline: rows(({ timeline }) => timeline),
  }
}

function rowOf(event: PointsEvent, balance: number) {
  return {
    version: event.version,
    transactionId: event.transactionId,
    type: event.type,
    amount: event.amount,
    balance,
    payload: payloadOf(event),
    reverses: event.type === 'reversed' ? event.reverses.transactionId : null,
    reason: event.reason,
    reference: event.reference,
    actor: event.actor,
    at: event.at,
  }
}

/** What an event says beyond the columns of its row. */
function payloadOf(event: PointsEvent) {
  const portions = event.portions.map((portion) => ({ ...portion, issuedOn: dayOf(portion.issuedOn) }))
  if (event.type !== 'reversed') return { portions }
  const { reverses, notTakenBack, withheld } = event
  return { portions, reverses, notTakenBack, withheld }
}

/** What a key was answered before. */
export type KnownCommand = { key: string; accountId: string; requestHash: string; answer: StoredAnswer }

/** As it is stored: the answer of the decider, or that the command was tombstoned: undone before it happened. */
export type StoredAnswer = Answered | { ok: false; refusal: { code: 'tombstoned' } }

/** The database's clock, as an instant. */
export async function readClock(sql: Sql): Promise<Instant> {
  const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  if (!row) throw new Error('the database has no time')
  return row.now.toISOString()
}

/** What decisions look at, as it was at one moment, `now`; a key that was not answered, and an account that is empty, are left out. */
export type LoadedPoints = {
  now: Instant
  known: ReadonlyMap<string, KnownCommand>
  accounts: ReadonlyMap<string, PointsAccount>
}

/**
 * Loads what decisions about accounts look at, in one snapshot: what keys were answered before, and of the accounts what is needed.
 *
 * @param wanted.undoes keys of which what they did may be reversed
 * @param wanted.now    of the decision; left out, it is the database's
 */
export async function loadPoints(
  sql: Sql,
  {
    keys,
    undoes,
    loads,
    now = null,
  }: {
    keys: readonly string[]
    undoes: readonly string[]
    loads: readonly (Pick<Load, 'points' | 'targets'> & { accountId: string })[]
    now?: Instant | null
  },
): Promise<LoadedPoints> {
  type Row = { accountId: string }
  type Loaded = {
    now: Instant
    known: KnownCommand[]
    accounts: (Row & { version: number } & Counters)[]
    transactions: (Row & Transaction)[]
    lots: (Row & Lot)[]
  }
  const loaded = await call<Loaded>(sql, 'load_points', { keys, undoes, loads, moment: now })
  const lots = Map.groupBy(loaded.lots, ({ accountId }) => accountId)
  const transactions = Map.groupBy(loaded.transactions, ({ accountId }) => accountId)
  const accounts = loaded.accounts.map(({ accountId, version, ...counters }) => ({
    accountId,
    version,
    counters,
    lots: lots.get(accountId) ?? [],
    transactions: transactions.get(accountId) ?? [],
  }))
  return {
    now: loaded.now,
    known: new Map(loaded.known.map((command) => [command.key, command])),
    accounts: new Map(accounts.map((account) => [account.accountId, account])),
  }
}

/** A column of type timestamptz as `Date.prototype.toISOString` would print it. */
export function instant(sql: Sql, column: string) {
  return sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

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
      l.original, l.remaining, l.expired, l.owed, e.reason, e.reference
    from points_lots l join points_events e on e.transaction_id = l.id
    where l.account_id = ${options.accountId}
      ${options.openOnly ? sql`and l.remaining > 0` : sql``}
      ${options.before === undefined ? sql`` : sql`and l.id < ${options.before}`}
    order by l.id desc
    limit ${options.limit}`
}

/** The points that lapse next, and when; undefined when nothing is left to lapse. */
export async function readNextExpiry(
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
  /** Of a reversed redemption: points that did not come back, because they were owed. */
  withheld: number
  /** Of points that campaigns gave: what each of them contributed. */
  campaigns: CampaignPoints[]
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
      payload -> 'reverses' ->> 'type' as "reversesType", ${withheldPoints(sql)} as withheld,
      ${campaignPoints(sql, 'points_events.transaction_id')} as campaigns, reason, reference, actor
    from points_events
    where account_id = ${options.accountId} ${options.before === undefined ? sql`` : sql`and version < ${options.before}`}
    order by version desc
    limit ${options.limit}`
}

/** How many points an event of `points_events` withheld. */
export function withheldPoints(sql: Sql) {
  return sql`
    case when reverses is null then 0 else (
      select coalesce(sum((portion -> 'amount')::bigint), 0) from jsonb_array_elements(payload -> 'withheld') as portion
    )::bigint end`
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
