import type { Sql } from '#db/client.ts'
import { type PointsTables, rebuild } from '#domain/points/evolve.ts'
import { readEvents } from './rebuild.ts'

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
        id uuid, "issuedAt" timestamptz, "expiresAt" timestamptz, original bigint, remaining bigint, expired bigint
      )
    ), lot_gone as (
      delete from points_lots known using account
      where known.account_id = account.account_id and known.id not in (select id from lot)
        and not exists (select from points_allocations where lot_id = known.id)
    ), lot_set as (
      insert into points_lots as known (id, account_id, issued_at, expires_at, original, remaining, expired)
      select id, account_id, "issuedAt", "expiresAt", original, remaining, expired from account cross join lot
      on conflict (id) do update set
        account_id = excluded.account_id, issued_at = excluded.issued_at, expires_at = excluded.expires_at,
        original = excluded.original, remaining = excluded.remaining, expired = excluded.expired
      where known is distinct from excluded
    )`
}

function repairDays(sql: Sql, { daily }: PointsTables) {
  return sql`
    day as (
      select d.* from jsonb_to_recordset(${sql.json(daily as never)}) as d (
        "issuedOn" date, "expiresAt" timestamptz, remaining bigint, expired bigint, "lastUpdated" timestamptz
      )
    ), day_gone as (
      delete from daily_balances known using account
      where known.account_id = account.account_id
        and (known.issued_on, known.expires_at) not in (select "issuedOn", "expiresAt" from day)
    ), day_set as (
      insert into daily_balances as known (account_id, issued_on, expires_at, remaining, expired, last_updated)
      select account_id, "issuedOn", "expiresAt", remaining, expired, "lastUpdated" from account cross join day
      on conflict (account_id, issued_on, expires_at) do update set
        remaining = excluded.remaining, expired = excluded.expired, last_updated = excluded.last_updated
      where known is distinct from excluded
    )`
}
