import type { Database } from '#db/client.ts'

/** Days that points live. */
const TTL_DAYS = 365

/**
 * Gives an account a history up to yesterday: on each day `perDay` events, half of them issues of 10 points, the other half
 * redemptions that take one lot each, but for the last, which takes a half. What they leave lapses after 365 days and is
 * swept on that day. Written table by table, but as the ledger would have it: `npm run audit` holds.
 */
export async function bookHistory(
  owner: Database,
  history: { accountId: string; days: number; perDay: number },
): Promise<void> {
  const { accountId, days, perDay } = history
  const lotsPerDay = perDay / 2
  await owner.begin(async (sql) => {
    await sql`insert into users (id, username) values (${accountId}, ${accountId}) on conflict do nothing`
    await sql`insert into points_accounts (account_id) values (${accountId})`
    await sql`
      create temporary table history on commit drop as
      with day as (
        select d, (date_trunc('day', now(), 'UTC') - make_interval(days => ${days} - d)) as midnight
        from generate_series(0, ${days - 1}) as d
      ), lot as (
        select d, n, uuidv7(midnight + make_interval(hours => 8, secs => n) - now()) as id, midnight,
          midnight + make_interval(days => ${TTL_DAYS}) as expires_at
        from day cross join generate_series(1, ${lotsPerDay}) as n
      ), entry as (
        select d, 1 as phase, n, 'issued' as type, 10 as amount, id as transaction_id, id as lot_id, midnight, expires_at,
          midnight + make_interval(hours => 8, secs => n) as at
        from lot
        union all
        select d, 2, n, 'redeemed', case when n = ${lotsPerDay} then 5 else 10 end, null, id, midnight, expires_at,
          midnight + make_interval(hours => 16, secs => n)
        from lot
        union all
        select d + ${TTL_DAYS}, 0, 0, 'expired', 5, null, id, midnight, expires_at, expires_at
        from lot where n = ${lotsPerDay} and d + ${TTL_DAYS} < ${days}
      )
      select type, amount, lot_id, midnight, expires_at, at, row_number() over (order by d, phase, n) as version,
        coalesce(transaction_id, uuidv7(at - now())) as transaction_id,
        sum(case when type = 'issued' then amount else -amount end) over (order by d, phase, n) as balance
      from entry`
    await sql`
      insert into points_events (
        account_id, version, transaction_id, type, amount, balance, payload, reason, reference, actor, at
      )
      select ${accountId}, version, transaction_id, type, amount, balance,
        jsonb_build_object('portions', jsonb_build_array(jsonb_build_object('lotId', lot_id, 'amount', amount,
          'issuedOn', (midnight at time zone 'UTC')::date,
          'expiresAt', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))),
        'bench', 'bench', 'bench', at
      from history`
    await sql`
      insert into points_lots (id, account_id, issued_at, expires_at, original, remaining, expired)
      select lot_id, ${accountId}, min(at), min(expires_at), sum(amount) filter (where type = 'issued'),
        sum(case when type = 'issued' then amount else -amount end),
        coalesce(sum(amount) filter (where type = 'expired'), 0)
      from history group by lot_id`
    await sql`
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      select transaction_id, transaction_id, lot_id, amount from history where type = 'redeemed'`
    await sql`
      insert into daily_balances (account_id, issued_on, expires_at, remaining, expired, last_updated)
      select ${accountId}, (midnight at time zone 'UTC')::date, expires_at,
        sum(case when type = 'issued' then amount else -amount end),
        coalesce(sum(amount) filter (where type = 'expired'), 0), max(at)
      from history group by midnight, expires_at`
    await sql`
      update points_accounts set (version, balance, issued, redeemed, expired) = (
        select count(*), sum(case when type = 'issued' then amount else -amount end),
          coalesce(sum(amount) filter (where type = 'issued'), 0),
          coalesce(sum(amount) filter (where type = 'redeemed'), 0),
          coalesce(sum(amount) filter (where type = 'expired'), 0)
        from history
      )
      where account_id = ${accountId}`
  })
  await owner`vacuum analyze`
}
