import { type Award, noRoomIn } from '#domain/campaigns/award.ts'
import {
  addCounters,
  type Counters,
  dayOf,
  type Instant,
  type Lot,
  type PendingPoints,
  type PointsAccount,
  type PointsEvent,
  type Transaction,
} from '#domain/points/account.ts'
import {
  type Balance,
  type BalanceEntry,
  balanceEntries,
  balanceOf,
  type DailyBalance,
} from '#domain/points/daily-balance.ts'
import type { Answered, Load } from '#domain/points/decide.ts'
import { changesOf } from '#domain/points/evolve.ts'
import { type Actor, namedActor } from './actors.ts'
import { type BookedGrant, type CampaignPoints, campaignPoints, instant } from './campaigns.ts'
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
export type BookedAward = { id: string; refund: number; evaluation: Award; points: number; transactionId: string }

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
export type AppendOutcome =
  | 'appended'
  | 'version_conflict'
  | 'account_locked'
  | 'account_erased'
  | 'caps_changed'
  | 'award_closed'
  | 'award_changed'

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
      {
        expectedVersion: version,
        events: events.length,
        expiresOnly: events.every(({ type }) => type === 'expired'),
        ...addCounters(counters, changes.counters),
      },
    ]),
    events: rows(({ events, balances }) => events.map((event) => rowOf(event, balances.get(event.transactionId) ?? 0))),
    opened: rows(({ changes }) => changes.opened),
    changed: rows(({ changes }) => changes.changed),
    allocations: rows(({ changes }) => changes.allocations),
    daily: rows(({ changes }) => changes.daily),
    commands: rows(({ commands }) => commands),
    grants: rows(({ grants }) => grants),
    noRoom: rows(({ awards }) => awards.flatMap(({ evaluation }) => noRoomIn(evaluation))),
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
  const { portions } = event
  if (event.type !== 'reversed') return { portions }
  const { reverses, notTakenBack, claims, expiredClaims, owedChanges, withheld } = event
  return { portions, reverses, notTakenBack, claims, expiredClaims, owedChanges, withheld }
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
    pending: (Row & PendingPoints)[]
  }
  const loaded = await call<Loaded>(sql, 'load_points', { keys, undoes, loads, moment: now })
  const lots = Map.groupBy(loaded.lots, ({ accountId }) => accountId)
  const transactions = Map.groupBy(loaded.transactions, ({ accountId }) => accountId)
  const pending = Map.groupBy(loaded.pending, ({ accountId }) => accountId)
  const accounts = loaded.accounts.map(({ accountId, version, ...counters }) => ({
    accountId,
    version,
    counters,
    lots: lots.get(accountId) ?? [],
    transactions: transactions.get(accountId) ?? [],
    pendingElsewhere: notIn(lots.get(accountId) ?? [], pending.get(accountId) ?? []),
  }))
  return {
    now: loaded.now,
    known: new Map(loaded.known.map((command) => [command.key, command])),
    accounts: new Map(accounts.map((account) => [account.accountId, account])),
  }
}

/** What of pending points, by day, the lots do not hold. */
function notIn(lots: readonly Lot[], pending: readonly PendingPoints[]): PendingPoints[] {
  return pending.map(({ availableOn, amount }) => {
    const those = lots.filter((lot) => dayOf(lot.availableAt) === availableOn)
    return { availableOn, amount: those.reduce((left, { remaining }) => left - remaining, amount) }
  })
}

/**
 * What can be spent at `now`: the posted balance less what has lapsed and is not swept yet, and what does not count yet. Unknown accounts
 * have 0.
 */
export async function readAvailable(sql: Sql, accountId: string, now: Instant): Promise<number> {
  const [row] = await sql<{ available: number }[]>`
    select (coalesce((select balance from points_accounts where account_id = ${accountId}), 0) - coalesce((
      select sum(remaining) from points_lots
      where account_id = ${accountId} and remaining > 0 and expires_at <= ${now}
    ), 0) - coalesce((
      select sum(remaining) from daily_balances
      where account_id = ${accountId} and available_on > ${dayOf(now)} and available_on > issued_on
    ), 0))::bigint as available`
  return row?.available ?? 0
}

/** What an account has by the database's clock, from one snapshot. It costs by the number of days that points were issued on. */
export async function readBalance(sql: Sql, accountId: string): Promise<Balance> {
  const rows = await sql<({ now: Instant } & (DailyBalance | { issuedOn: null }))[]>`
    with clock as materialized (select clock_timestamp() as now)
    select ${instant(sql, 'now')} as now, ${dailyColumns(sql)}
    from clock left join daily_balances on account_id = ${accountId}`
  const [row] = rows
  if (!row) throw new Error('the database has no time')
  return balanceOf(
    rows.filter((day) => day.issuedOn !== null),
    row.now,
  )
}

/** Daily rows as they are to be shown at `now`, oldest first. */
export async function readBalanceEntries(sql: Sql, accountId: string, now: Instant): Promise<BalanceEntry[]> {
  return balanceEntries(await readDailyBalances(sql, accountId), now)
}

/** In no particular order. */
export async function readDailyBalances(sql: Sql, accountId: string): Promise<DailyBalance[]> {
  return await sql<DailyBalance[]>`select ${dailyColumns(sql)} from daily_balances where account_id = ${accountId}`
}

function dailyColumns(sql: Sql) {
  return sql`
    issued_on::text as "issuedOn", available_on::text as "availableOn", ${instant(sql, 'expires_at')} as "expiresAt",
    remaining, expired, ${instant(sql, 'last_updated')} as "lastUpdated"`
}

/** The columns of `Lot` but for its account. */
export function lotColumns(sql: Sql, table: string) {
  const [column, at] = [(name: string) => sql(`${table}.${name}`), (name: string) => instant(sql, `${table}.${name}`)]
  return sql`
    ${column('id')}, ${column('transaction_id')} as "transactionId", ${column('campaign_id')} as "campaignId",
    ${at('issued_at')} as "issuedAt", ${at('available_at')} as "availableAt", ${at('expires_at')} as "expiresAt",
    ${column('original')}, ${column('remaining')}, ${column('expired')}, ${column('taken_back')} as "takenBack",
    ${column('claimed')}, ${column('claimed_expired')} as "claimedExpired", ${column('owed')}`
}

export type StoredLot = Lot & {
  /** The name of the campaign that gave the points; null: none. */
  campaign: string | null
  reason: string
  reference: string
}

/** All lots, newest first, with where they come from. */
export async function listLots(
  sql: Sql,
  options: { accountId: string; openOnly: boolean; before?: string; limit: number },
): Promise<StoredLot[]> {
  return await sql<StoredLot[]>`
    select ${lotColumns(sql, 'l')}, c.name as campaign, e.reason, e.reference
    from points_lots l join points_events e using (transaction_id) left join campaigns c on c.id = l.campaign_id
    where l.account_id = ${options.accountId}
      ${options.openOnly ? sql`and l.remaining > 0` : sql``}
      ${options.before === undefined ? sql`` : sql`and l.id < ${options.before}`}
    order by l.id desc
    limit ${options.limit}`
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
  /** How many of its points were reversed later, and by which transaction last. */
  reversed: number
  reversedBy: string | null
  /** Of a reversed redemption: points that did not come back, because they were owed. */
  withheld: number
  /** Of points that campaigns gave: what each of them contributed. */
  campaigns: CampaignPoints[]
  reason: string
  reference: string
  /** Of points for an event of another system: its type. */
  event: string | null
  actor: Actor
}

/** The account's history, newest first. */
export async function listTransactions(
  sql: Sql,
  options: { accountId: string; before?: number; limit: number },
): Promise<StatementLine[]> {
  return await sql<StatementLine[]>`
    select transaction_id as id, version, ${instant(sql, 'at')} as at, type, amount, balance, reverses,
      payload -> 'reverses' ->> 'type' as "reversesType", reversal.points as reversed, reversal.last as "reversedBy",
      ${withheldPoints(sql)} as withheld,
      ${campaignPoints(sql, 'points_events.transaction_id')} as campaigns, reason, reference,
      case when reason = 'event' then (select type from external_events where id = reference::uuid) end as event,
      ${namedActor(sql, 'points_events.actor')} as actor
    from points_events cross join lateral (
      select coalesce(sum((r.payload -> 'reverses' -> 'amount')::bigint), 0)::bigint as points,
        (array_agg(r.transaction_id order by r.version desc))[1] as last
      from points_events r where r.reverses = points_events.transaction_id
    ) as reversal
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

/** Whose transaction it is, what it was for and, of the award of an event, whose client's that was. */
type TransactionOrigin = { username: string; reason: string; reference: string; client: string | null }

/** Undefined also when its user was erased. */
export async function readTransactionOrigin(sql: Sql, transactionId: string): Promise<TransactionOrigin | undefined> {
  const [row] = await sql<TransactionOrigin[]>`
    select u.username, e.reason, e.reference, coalesce(a.client, nullif(split_part(e.actor, ':', 3), '')) as client
    from points_events e join users u on u.id = e.account_id and u.erased_at is null
    left join awards a on a.id = case when e.reason = 'event' then e.reference::uuid end
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
