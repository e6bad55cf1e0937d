import type { Instant, PointsEvent, Portion } from '#domain/points/account.ts'
import { type PointsTables, rebuild } from '#domain/points/evolve.ts'
import { instant } from './campaigns.ts'
import type { Database, Sql } from './client.ts'
import { lotColumns, readDailyBalances } from './points.ts'

type EventRow = {
  version: number
  transactionId: string
  type: PointsEvent['type']
  at: Instant
  amount: number
  reason: string
  reference: string
  actor: string
  payload: Record<string, unknown> & { portions: Portion[] }
}

/** The whole history of an account, oldest first. */
export async function readEvents(sql: Sql, accountId: string): Promise<PointsEvent[]> {
  const rows = await sql<EventRow[]>`
    select version, transaction_id as "transactionId", type, ${instant(sql, 'at')} as at, amount, reason, reference, actor,
      payload
    from points_events where account_id = ${accountId} order by version`
  // The payload is what `append` made of the members that only some types have.
  return rows.map(({ payload, ...row }) => ({ accountId, ...row, ...payload }) as unknown as PointsEvent)
}

/** All rows of an account but its events, as they are; of an account that is not there, as if nothing had happened. */
export async function readTables(sql: Sql, accountId: string): Promise<PointsTables> {
  const [account] = await sql<Pick<PointsTables, 'version' | 'counters'>[]>`
    select version, jsonb_build_object('balance', balance, 'issued', issued, 'redeemed', redeemed, 'expired', expired,
      'takenBack', taken_back) as counters
    from points_accounts where account_id = ${accountId}`
  const lots = await sql<PointsTables['lots'][number][]>`
    select ${lotColumns(sql, 'l')} from points_lots l where l.account_id = ${accountId}`
  const allocations = await sql<PointsTables['allocations'][number][]>`
    select a.transaction_id as "transactionId", a.redemption_id as "redemptionId", a.lot_id as "lotId", a.amount
    from points_allocations a join points_events e using (transaction_id)
    where e.account_id = ${accountId}`
  const daily = await readDailyBalances(sql, accountId)
  const { version, counters } = account ?? rebuild(accountId, [])
  return { accountId, version, counters, lots: [...lots], allocations: [...allocations], daily: [...daily] }
}

/** A row that is not as the events say it must be; `null`: there is no such row. */
export type Difference = {
  table: 'points_events' | 'points_accounts' | 'points_lots' | 'points_allocations' | 'daily_balances'
  row: string
  live: object | null
  rebuilt: object | null
}

/**
 * Rebuilds every account from its events and compares it with what is there, a page of accounts at a time, each page in one
 * snapshot, so that commands that are carried out meanwhile are seen wholly or not at all. Yields once per account.
 */
export async function* compareProjections(
  database: Database,
  pageSize = 100,
): AsyncGenerator<{ accountId: string; differences: Difference[] }> {
  let after = ''
  for (;;) {
    // A long history takes longer than any command may.
    const snapshot = { mode: 'isolation level repeatable read read only', unlimited: true }
    const page = await database.begin(snapshot, async (sql) => {
      const accounts = await sql<{ accountId: string }[]>`
        select account_id as "accountId" from points_accounts where account_id > ${after}
        order by account_id limit ${pageSize}`
      const compared: { accountId: string; differences: Difference[] }[] = []
      for (const { accountId } of accounts) {
        compared.push({ accountId, differences: await compareAccount(sql, accountId) })
      }
      return compared
    })
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = last.accountId
  }
}

/** Where the tables of one account differ from its events. `sql` is a snapshot, or nobody writes meanwhile. */
export async function compareAccount(sql: Sql, accountId: string): Promise<Difference[]> {
  const live = await readTables(sql, accountId)
  const events = await readEvents(sql, accountId)
  try {
    return compareTables(live, rebuild(accountId, events))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return [{ table: 'points_events', row: accountId, live: { problem }, rebuilt: null }]
  }
}

function compareTables(live: PointsTables, rebuilt: PointsTables): Difference[] {
  const account = ({ accountId, version, counters }: PointsTables) => new Map([[accountId, { version, ...counters }]])
  const lots = (tables: PointsTables) => new Map(tables.lots.map((lot) => [lot.id, lot]))
  const allocations = (tables: PointsTables) =>
    new Map(tables.allocations.map((row) => [`${row.transactionId} ${row.lotId}`, row]))
  const daily = (tables: PointsTables) =>
    new Map(tables.daily.map((row) => [`${row.issuedOn} ${row.availableOn} ${row.expiresAt}`, row]))
  return [
    ...compareRows('points_accounts', account(live), account(rebuilt)),
    ...compareRows('points_lots', lots(live), lots(rebuilt)),
    ...compareRows('points_allocations', allocations(live), allocations(rebuilt)),
    ...compareRows('daily_balances', daily(live), daily(rebuilt)),
  ]
}

function compareRows<Row extends object>(
  table: Difference['table'],
  live: Map<string, Row>,
  rebuilt: Map<string, Row>,
): Difference[] {
  const keys = new Set([...live.keys(), ...rebuilt.keys()])
  return [...keys].flatMap((row) => {
    const [before, after] = [live.get(row) ?? null, rebuilt.get(row) ?? null]
    return sameRow(before, after) ? [] : [{ table, row, live: before, rebuilt: after }]
  })
}

function sameRow(a: object | null, b: object | null): boolean {
  if (a === null || b === null) return a === b
  const [mine, theirs] = [Object.entries(a), new Map(Object.entries(b))]
  return mine.length === theirs.size && mine.every(([name, value]) => theirs.get(name) === value)
}

/**
 * Makes an account's rows what its events say they must be, in one statement. Nobody who appends in between is run over: the
 * version that was read must still be there. Allocations are append-only: those that are missing are added, wrong ones stay.
 *
 * @param sql of the owner of the tables, who may delete rows that should not be there
 * @returns false when the account has moved on since, and nothing was changed
 * @throws when the events themselves contradict each other: there is nothing to rebuild from
 */
export async function repairAccount(sql: Sql, accountId: string): Promise<boolean> {
  const [account] = await sql<{ version: number }[]>`
    select version from points_accounts where account_id = ${accountId}`
  const tables = rebuild(accountId, await readEvents(sql, accountId))
  const { version, counters } = tables
  const [repaired] = await sql`
    with account as (
      update points_accounts set
        version = ${version}, balance = ${counters.balance}, issued = ${counters.issued}, redeemed = ${counters.redeemed},
        expired = ${counters.expired}, taken_back = ${counters.takenBack}
      where account_id = ${accountId} and version = ${account?.version ?? 0}
      returning account_id
    ), ${repairLots(sql, tables)}, ${repairDays(sql, tables)}, allocation as (
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      select a."transactionId", a."redemptionId", a."lotId", a.amount
      from account cross join jsonb_to_recordset(${sql.json(tables.allocations as never)})
        as a ("transactionId" uuid, "redemptionId" uuid, "lotId" uuid, amount bigint)
      on conflict do nothing
    )
    select account_id from account`
  return repaired !== undefined
}

function repairLots(sql: Sql, { lots }: PointsTables) {
  return sql`
    lot as (
      select l.* from jsonb_to_recordset(${sql.json(lots as never)}) as l (
        id uuid, "transactionId" uuid, "campaignId" uuid, "issuedAt" timestamptz, "availableAt" timestamptz,
        "expiresAt" timestamptz, original bigint, remaining bigint, expired bigint, "takenBack" bigint, claimed bigint,
        "claimedExpired" bigint, owed bigint
      )
    ), lot_gone as (
      delete from points_lots known using account
      where known.account_id = account.account_id and known.id not in (select id from lot)
        and not exists (select from points_allocations where lot_id = known.id)
        and not exists (select from campaign_grants where lot_id = known.id)
    ), lot_set as (
      insert into points_lots as known (
        id, transaction_id, account_id, campaign_id, issued_at, available_at, expires_at, original, remaining, expired, taken_back,
        claimed, claimed_expired, owed
      )
      select id, "transactionId", account_id, "campaignId", "issuedAt", "availableAt", "expiresAt", original, remaining, expired,
        "takenBack", claimed, "claimedExpired", owed
      from account cross join lot
      on conflict (id) do update set
        transaction_id = excluded.transaction_id, account_id = excluded.account_id, campaign_id = excluded.campaign_id,
        issued_at = excluded.issued_at, available_at = excluded.available_at, expires_at = excluded.expires_at,
        original = excluded.original, remaining = excluded.remaining, expired = excluded.expired,
        taken_back = excluded.taken_back, claimed = excluded.claimed, claimed_expired = excluded.claimed_expired,
        owed = excluded.owed
      where known is distinct from excluded
    )`
}

function repairDays(sql: Sql, { daily }: PointsTables) {
  return sql`
    day as (
      select d.* from jsonb_to_recordset(${sql.json(daily as never)}) as d (
        "issuedOn" date, "availableOn" date, "expiresAt" timestamptz, remaining bigint, expired bigint, "lastUpdated" timestamptz
      )
    ), day_gone as (
      delete from daily_balances known using account
      where known.account_id = account.account_id and (known.issued_on, known.available_on, known.expires_at) not in (
        select "issuedOn", "availableOn", "expiresAt" from day
      )
    ), day_set as (
      insert into daily_balances as known (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
      select account_id, "issuedOn", "availableOn", "expiresAt", remaining, expired, "lastUpdated" from account cross join day
      on conflict (account_id, issued_on, available_on, expires_at) do update set
        remaining = excluded.remaining, expired = excluded.expired, last_updated = excluded.last_updated
      where known is distinct from excluded
    )`
}
