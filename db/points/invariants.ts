import type { Check } from '#db/audit.ts'
import type { Sql } from '#db/client.ts'

/** What must hold of points, whatever was asked of the ledger and however it was interrupted. */
export const POINTS_INVARIANTS: Check[] = [
  {
    name: 'a points account holds what its events add up to, and so do its counters and its lots',
    population: countAccounts,
    broken: (sql) => sql`
      select a.account_id as account, a.balance, e.balance as events, l.remaining as lots, a.issued, e.issued as issued_events,
        l.original as issued_lots, a.redeemed, e.redeemed as redeemed_events, a.expired, e.expired as expired_events,
        l.expired as expired_lots, a.taken_back, e.taken_back as taken_back_events
      from points_accounts a
      left join (
        select account_id, sum(amount) filter (where effect = 'issued') as issued,
          sum(case effect when 'redeemed' then amount when 'given back' then -amount else 0 end) as redeemed,
          coalesce(sum(amount) filter (where effect = 'expired'), 0) as expired,
          coalesce(sum(amount) filter (where effect = 'taken back'), 0) as taken_back,
          sum(case when effect in ('issued', 'given back') then amount else -amount end) as balance
        from (${effects(sql)}) as effects
        group by account_id
      ) e using (account_id)
      left join (
        select account_id, sum(original) as original, sum(remaining) as remaining, sum(expired) as expired
        from points_lots group by account_id
      ) l using (account_id)
      where (a.balance, a.issued, a.redeemed, a.expired, a.taken_back) is distinct from (coalesce(e.balance, 0)::bigint,
          coalesce(e.issued, 0)::bigint, coalesce(e.redeemed, 0)::bigint, coalesce(e.expired, 0)::bigint,
          coalesce(e.taken_back, 0)::bigint)
        or (a.balance, a.issued, a.expired) is distinct from (coalesce(l.remaining, 0)::bigint,
          coalesce(l.original, 0)::bigint, coalesce(l.expired, 0)::bigint)
        or a.balance < 0
      limit 100`,
  },
  {
    name: 'the events of a points account are numbered from 1 without a gap, up to its version',
    population: countAccounts,
    broken: (sql) => sql`
      select a.account_id as account, a.version, count(e.version) as events, max(e.version) as last
      from points_accounts a left join points_events e using (account_id)
      group by a.account_id, a.version
      having a.version <> count(e.version) or a.version <> coalesce(max(e.version), 0)
      limit 100`,
  },
  {
    name: 'a lot of points is as it was issued, and holds what the events left in it',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from points_lots`,
    broken: (sql) => sql`
      select coalesce(l.id, p.lot_id) as lot, coalesce(l.account_id, p.account_id) as account, l.original,
        p.original as original_events, l.remaining, p.remaining as remaining_events, l.expired, p.expired as expired_events,
        l.expires_at, p.expires_at as expires_at_events
      from points_lots l
      full join (
        select lot_id, min(account_id) as account_id, min(at) filter (where effect = 'issued') as issued_at,
          min(expires_at) as expires_at, count(distinct expires_at) as ends,
          sum(amount) filter (where effect = 'issued') as original, ${leftInLots(sql)} as remaining,
          ${lostByLots(sql)} as expired
        from (${portions(sql)}) as portions
        group by lot_id
      ) p on p.lot_id = l.id
      where (l.account_id, l.issued_at, l.expires_at, l.original, l.remaining, l.expired)
          is distinct from (p.account_id, p.issued_at, p.expires_at, p.original::bigint, p.remaining::bigint, p.expired::bigint)
        or p.ends <> 1 or l.remaining < 0 or l.remaining + l.expired > l.original
      limit 100`,
  },
  {
    name: 'redeemed points were taken from lots, and a reversal gave back to each lot what was taken from it',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where type = 'redeemed'`,
    broken: (sql) => sql`
      select coalesce(p.transaction_id, a.transaction_id) as transaction, coalesce(p.lot_id, a.lot_id) as lot,
        p.redemption_id as redemption, p.amount, a.redemption_id as allocated_to, a.amount as allocated,
        taken.amount as taken
      from (
        select transaction_id, coalesce(reverses, transaction_id) as redemption_id, lot_id,
          case effect when 'redeemed' then amount else -amount end as amount
        from (${portions(sql)}) as portions
        where effect in ('redeemed', 'given back')
      ) p
      full join points_allocations a on a.transaction_id = p.transaction_id and a.lot_id = p.lot_id
      left join points_allocations taken
        on taken.transaction_id = a.redemption_id and taken.lot_id = a.lot_id and a.transaction_id <> a.redemption_id
      where (a.redemption_id, a.amount) is distinct from (p.redemption_id, p.amount)
        or (a.transaction_id <> a.redemption_id and taken.amount is distinct from -a.amount)
        or (a.amount > 0 and exists (select from points_events where reverses = a.transaction_id) and not exists (
          select from points_allocations back
          where back.redemption_id = a.transaction_id and back.lot_id = a.lot_id and back.amount = -a.amount
        ))
      limit 100`,
  },
  {
    name: 'the daily balances of points are what the events make of each day’s lots',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from daily_balances`,
    broken: (sql) => sql`
      select coalesce(d.account_id, p.account_id) as account, coalesce(d.issued_on, p.issued_on)::text as issued_on,
        coalesce(d.expires_at, p.expires_at) as expires_at, d.remaining, p.remaining as remaining_events, d.expired,
        p.expired as expired_events, d.last_updated, p.last_updated as last_updated_events
      from daily_balances d
      full join (
        select account_id, issued_on, expires_at, ${leftInLots(sql)} as remaining, ${lostByLots(sql)} as expired,
          (array_agg(at order by version desc))[1] as last_updated
        from (${portions(sql)}) as portions
        group by account_id, issued_on, expires_at
      ) p on (p.account_id, p.issued_on, p.expires_at) = (d.account_id, d.issued_on, d.expires_at)
      where (d.remaining, d.expired, d.last_updated)
        is distinct from (p.remaining::bigint, p.expired::bigint, p.last_updated)
      limit 100`,
  },
]

function countAccounts(sql: Sql) {
  return sql<{ count: number }[]>`select count(*)::bigint as count from points_accounts`
}

/** Each event with what it did; a reversal by the event that it reverses. */
function effects(sql: Sql) {
  return sql`
    select e.account_id, e.version, e.transaction_id, e.reverses, e.at, e.amount, e.payload,
      case when e.type <> 'reversed' then e.type when t.type = 'issued' then 'taken back' else 'given back' end as effect
    from points_events e left join points_events t on t.transaction_id = e.reverses`
}

/** What each event moved into a lot or out of it. */
function portions(sql: Sql) {
  return sql`
    select account_id, version, transaction_id, reverses, at, effect, p."lotId" as lot_id, p."issuedOn" as issued_on,
      p."expiresAt" as expires_at, p.amount
    from (${effects(sql)}) as effects
    cross join jsonb_to_recordset(payload -> 'portions')
      as p ("lotId" uuid, "issuedOn" date, "expiresAt" timestamptz, amount bigint)`
}

function leftInLots(sql: Sql) {
  return sql`sum(case when effect in ('issued', 'given back') then amount else -amount end)`
}

function lostByLots(sql: Sql) {
  return sql`coalesce(sum(amount) filter (where effect = 'expired'), 0)`
}
