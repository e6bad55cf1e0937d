import type { Sql } from '#db/client.ts'
import type { Instant, Lot, PointsAccount, Portion, Transaction } from '#domain/points/account.ts'
import type { Answered, Load } from '#domain/points/decide.ts'

/** What a key was answered before. */
export type KnownCommand = { key: string; accountId: string; requestHash: string; answer: StoredAnswer }

/** As it is stored: the answer of the decider, or that the command was tombstoned: undone before it happened. */
export type StoredAnswer = Answered | { ok: false; refusal: { code: 'tombstoned' } }

export async function readKnownCommands(sql: Sql, keys: string[]): Promise<Map<string, KnownCommand>> {
  const rows = await sql<KnownCommand[]>`
    select key, account_id as "accountId", request_hash as "requestHash", answer
    from points_commands where key = any(${keys})`
  return new Map(rows.map((row) => [row.key, row]))
}

/** The database's clock, as an instant. */
export async function readClock(sql: Sql): Promise<Instant> {
  const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  if (!row) throw new Error('the database has no time')
  return row.now.toISOString()
}

type LoadedRow = Pick<PointsAccount, 'version' | 'counters'> & {
  lots: Lot[] | null
  transactions: (Omit<Transaction, 'portions'> & { portions: Portion[] })[] | null
}

/**
 * The part of an account that a decision looks at, in one snapshot; an account that nothing has happened to yet is empty.
 * Costs as much as the lots it needs, whatever the length of the history.
 */
export async function loadAccount(sql: Sql, accountId: string, load: Load): Promise<PointsAccount> {
  const [row] = await sql<LoadedRow[]>`
    with target as (
      select e.transaction_id, e.type, e.payload -> 'portions' as portions, r.transaction_id as reversed_by
      from points_events e left join points_events r on r.reverses = e.transaction_id
      where e.account_id = ${accountId} and e.transaction_id = any(${load.targets as string[]}::uuid[])
    ), live as (
      -- Every open lot holds a point at least, so that many lots are enough.
      select * from points_lots
      where account_id = ${accountId} and remaining > 0 and expires_at > ${load.now}
      order by expires_at, issued_at, id
      limit ${load.points}
    ), needed as (
      select id from points_lots where account_id = ${accountId} and remaining > 0 and expires_at <= ${load.now}
      union
      select id from (
        select id, sum(remaining) over (order by expires_at, issued_at, id) - remaining as before from live
      ) as ranked
      where before < ${load.points}
      union
      select (portion ->> 'lotId')::uuid from target cross join jsonb_array_elements(portions) as portion
      union
      select transaction_id from target where type = 'issued'
    )
    select coalesce(version, 0)::bigint as version,
      jsonb_build_object('balance', coalesce(balance, 0), 'issued', coalesce(issued, 0), 'redeemed', coalesce(redeemed, 0),
        'expired', coalesce(expired, 0), 'takenBack', coalesce(taken_back, 0)) as counters,
      (
        select jsonb_agg(jsonb_build_object('id', id, 'issuedAt', ${instant(sql, 'issued_at')},
          'expiresAt', ${instant(sql, 'expires_at')}, 'original', original, 'remaining', remaining, 'expired', expired))
        -- As an array, or else the planner, which cannot know how few are needed, reads every lot there is.
        from points_lots where id = any(array(select id from needed))
      ) as lots,
      (
        select jsonb_agg(jsonb_build_object('id', transaction_id, 'type', case type
            when 'issued' then 'issue' when 'redeemed' then 'redeem' when 'expired' then 'expire' else 'reverse' end,
          'portions', portions, 'reversedBy', reversed_by))
        from target
      ) as transactions
    from (select) as always left join points_accounts on account_id = ${accountId}`
  if (!row) throw new Error(`points account ${accountId} could not be read`)
  const { version, counters, lots, transactions } = row
  return { accountId, version, counters, lots: lots ?? [], transactions: transactions ?? [] }
}

/** A column of type timestamptz as `Date.prototype.toISOString` would print it. */
export function instant(sql: Sql, column: string) {
  return sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
