import type { Database, Sql } from '#db/client.ts'
import type { Instant, PointsEvent, Portion } from '#domain/points/account.ts'
import { type PointsTables, rebuild } from '#domain/points/evolve.ts'
import { instant } from './load.ts'

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
    select id, ${instant(sql, 'issued_at')} as "issuedAt", ${instant(sql, 'expires_at')} as "expiresAt", original, remaining,
      expired
    from points_lots where account_id = ${accountId}`
  const allocations = await sql<PointsTables['allocations'][number][]>`
    select a.transaction_id as "transactionId", a.redemption_id as "redemptionId", a.lot_id as "lotId", a.amount
    from points_allocations a join points_events e using (transaction_id)
    where e.account_id = ${accountId}`
  const daily = await sql<PointsTables['daily'][number][]>`
    select issued_on::text as "issuedOn", ${instant(sql, 'expires_at')} as "expiresAt", remaining, expired,
      ${instant(sql, 'last_updated')} as "lastUpdated"
    from daily_balances where account_id = ${accountId}`
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
  const daily = (tables: PointsTables) => new Map(tables.daily.map((row) => [`${row.issuedOn} ${row.expiresAt}`, row]))
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
