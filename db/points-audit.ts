import type { Sql } from './client.ts'
import { withheldPoints } from './points.ts'

export type Check = {
  name: string
  population: (sql: Sql) => PromiseLike<{ count: number }[]>
  broken: (sql: Sql) => PromiseLike<Record<string, unknown>[]>
}

/** What must hold of points, whatever was asked of the ledger and however it was interrupted. */
export const POINTS_INVARIANTS: Check[] = [
  {
    name: 'a points account holds what its events add up to, and so do its counters and its lots',
    population: countAccounts,
    broken: (sql) => sql`
      select a.account_id as account, a.balance, e.balance as events, l.remaining as lots, a.issued, e.issued as issued_events,
        l.original as issued_lots, a.redeemed, e.redeemed as redeemed_events, a.expired, e.expired as expired_events,
        l.expired as expired_lots, a.taken_back, e.taken_back as taken_back_events, l.taken_back as taken_back_lots
      from points_accounts a
      left join (
        select account_id, sum(amount) filter (where effect = 'issued') as issued,
          sum(case effect when 'redeemed' then amount when 'given back' then -amount - withheld else 0 end) as redeemed,
          coalesce(sum(amount) filter (where effect = 'expired'), 0) as expired,
          coalesce(sum(amount) filter (where effect = 'taken back'), 0) + sum(withheld) as taken_back,
          sum(case when effect in ('issued', 'given back') then amount else -amount end) as balance
        from (${effects(sql)}) as effects
        group by account_id
      ) e using (account_id)
      left join (
        select account_id, sum(original) as original, sum(remaining) as remaining, sum(expired) as expired,
          sum(taken_back) as taken_back
        from points_lots group by account_id
      ) l using (account_id)
      where (a.balance, a.issued, a.redeemed, a.expired, a.taken_back) is distinct from (coalesce(e.balance, 0)::bigint,
          coalesce(e.issued, 0)::bigint, coalesce(e.redeemed, 0)::bigint, coalesce(e.expired, 0)::bigint,
          coalesce(e.taken_back, 0)::bigint)
        or (a.balance, a.issued, a.expired, a.taken_back) is distinct from (coalesce(l.remaining, 0)::bigint,
          coalesce(l.original, 0)::bigint, coalesce(l.expired, 0)::bigint, coalesce(l.taken_back, 0)::bigint)
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
      with lot as (
        select lot_id, min(account_id) as account_id, min(at) filter (where effect = 'issued') as issued_at,
          min(transaction_id::text) filter (where effect = 'issued') as transaction, min(campaign_id::text) as campaign,
          min(available_on) as available_on, min(expires_at) as expires_at, count(distinct (available_on, expires_at)) as dates,
          sum(amount) filter (where effect = 'issued') as original, ${leftInLots(sql)} as remaining,
          ${lostByLots(sql)} as expired, coalesce(sum(amount) filter (where effect = 'taken back'), 0) as taken_back
        from (${portions(sql)}) as portions
        group by lot_id
      ), claim as (
        select lot_id, sum(amount) as claimed from (${lotAmounts(sql, 'claims')}) as claims group by lot_id
      ), lost as (
        select lot_id, sum(amount) as claimed from (${lotAmounts(sql, 'expiredClaims')}) as claims group by lot_id
      ), withheld as (
        select lot_id, sum(amount) as amount from (${lotAmounts(sql, 'withheld')}) as portions group by lot_id
      ), event as (
        select lot.*, case
            when available_on = (issued_at at time zone 'UTC')::date then issued_at else available_on::timestamp at time zone 'UTC'
          end as available_at,
          (lot.taken_back + coalesce(withheld.amount, 0))::bigint as all_taken_back,
          coalesce(claim.claimed, 0)::bigint as claimed, coalesce(lost.claimed, 0)::bigint as claimed_expired
        from lot left join claim using (lot_id) left join lost using (lot_id) left join withheld using (lot_id)
      )
      select coalesce(l.id, p.lot_id) as lot, coalesce(l.account_id, p.account_id) as account, l.original,
        p.original as original_events, l.remaining, p.remaining as remaining_events, l.expired, p.expired as expired_events,
        l.taken_back, p.all_taken_back as taken_back_events, l.claimed, p.claimed as claimed_events,
        l.claimed_expired, p.claimed_expired as claimed_expired_events,
        l.available_at, p.available_at as available_at_events, l.expires_at, p.expires_at as expires_at_events
      from points_lots l full join event p on p.lot_id = l.id
      where (l.account_id, l.transaction_id::text, l.campaign_id::text, l.issued_at, l.available_at, l.expires_at, l.original,
            l.remaining, l.expired, l.taken_back, l.claimed, l.claimed_expired)
          is distinct from (p.account_id, p.transaction, p.campaign, p.issued_at, p.available_at, p.expires_at,
            p.original::bigint, p.remaining::bigint, p.expired::bigint, p.all_taken_back, p.claimed, p.claimed_expired)
        or p.dates <> 1 or l.remaining < 0 or l.remaining + l.expired + l.taken_back + l.owed > l.original
        or l.taken_back + l.claimed_expired + l.owed > l.claimed or l.claimed > l.original or l.claimed_expired > l.expired
      limit 100`,
  },
  {
    name: 'points that were spent when their issue was reversed are owed until they come back, and then come back to nobody',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where payload -> 'reverses' ->> 'type' = 'issue'`,
    broken: (sql) => sql`
      with moved as (
        select lot_id, version, amount as owed, false as gave_back from (${lotAmounts(sql, 'owedChanges')}) as changes
        union all select lot_id, version, -amount, false from (${lotAmounts(sql, 'withheld')}) as withheld
        union all select lot_id, version, 0, true from (${portions(sql)}) as portions where effect = 'given back'
      ), debt as (
        select lot_id, sum(sum(owed)) over (partition by lot_id order by version) as owed, bool_or(gave_back) as gave_back
        from moved group by lot_id, version
      ), held as (
        select lot_id, sum(amount) as spent from points_allocations group by lot_id
      ), owing as (
        select lot_id, sum(owed) as owed from moved group by lot_id
      )
      select null as reversal, l.id as lot, l.account_id as account, l.owed, coalesce(o.owed, 0)::bigint as owed_events,
        coalesce(h.spent, 0)::bigint as spent, null as reversed, null as claimed
      from points_lots l left join owing o on o.lot_id = l.id left join held h on h.lot_id = l.id
      where l.owed <> coalesce(o.owed, 0)
        or l.owed not between 0 and coalesce(h.spent, 0)
        or exists (select from debt where debt.lot_id = l.id and gave_back and debt.owed > 0)
      union all
      select r.transaction_id, r.reverses, r.account_id, r.owed, c.owed::bigint, r.spent, r.reversed, c.claimed::bigint
      from (
        select *, (payload -> 'reverses' -> 'amount')::bigint as reversed, (payload -> 'notTakenBack' -> 'spent')::bigint as spent,
          (payload -> 'notTakenBack' -> 'expired')::bigint as expired, (payload -> 'notTakenBack' -> 'owed')::bigint as owed
        from points_events where payload -> 'reverses' ->> 'type' = 'issue'
      ) r
      cross join lateral (
        select (
          select coalesce(sum(amount), 0) from jsonb_to_recordset(r.payload -> 'claims') as claim (amount bigint)
        ) as claimed, (
          select coalesce(sum(amount), 0) from jsonb_to_recordset(r.payload -> 'expiredClaims') as claim (amount bigint)
        ) as expired, (
          select coalesce(sum(amount), 0) from jsonb_to_recordset(r.payload -> 'owedChanges') as change (amount bigint)
        ) as owed, (
          select coalesce(sum(a.amount), 0)
          from points_allocations a join points_events e using (transaction_id) join points_lots l on l.id = a.lot_id
          where l.transaction_id = r.reverses and e.version < r.version
        ) as spent
      ) c
      where r.reversed <> r.amount + r.spent + r.expired or r.reversed <> c.claimed or r.expired <> c.expired or r.owed <> c.owed
        or r.spent > c.spent or r.owed > r.spent
        -- Only the refund of a purchase makes something good.
        or r.owed <> r.spent and r.reason <> 'purchase'
      limit 100`,
  },
  {
    name: 'redeemed points were taken from lots, and a reversal gave back to each lot what was taken from it',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where type = 'redeemed'`,
    broken: (sql) => sql`
      with returned as (
        select reverses, sum((payload -> 'reverses' -> 'amount')::bigint) as amount from points_events
        where payload -> 'reverses' ->> 'type' = 'redeem'
        group by reverses
      ), kept as (
        -- What was taken first: what was taken last has come back.
        select e.transaction_id as redemption_id, p.lot_id, greatest(0, least(p.amount, e.amount - coalesce(r.amount, 0)
          - (sum(p.amount) over (partition by e.transaction_id order by p.place) - p.amount))) as amount
        from points_events e
        cross join rows from (jsonb_to_recordset(e.payload -> 'portions') as ("lotId" uuid, amount bigint)) with ordinality
          as p (lot_id, amount, place)
        left join returned r on r.reverses = e.transaction_id
        where e.type = 'redeemed'
      ), allocated as (
        select redemption_id, lot_id, sum(amount) as amount from points_allocations group by redemption_id, lot_id
      )
      select coalesce(p.transaction_id, a.transaction_id) as transaction, coalesce(p.lot_id, a.lot_id) as lot,
        p.redemption_id as redemption, p.amount, a.redemption_id as allocated_to, a.amount as allocated
      from (
        select transaction_id, coalesce(reverses, transaction_id) as redemption_id, lot_id,
          sum(case effect when 'redeemed' then amount else -amount end) as amount
        from (
          select transaction_id, reverses, lot_id, amount, effect from (${portions(sql)}) as moved
          where effect in ('redeemed', 'given back')
          union all
          select transaction_id, reverses, lot_id, amount, 'withheld' from (${lotAmounts(sql, 'withheld')}) as withheld
        ) as portions
        group by transaction_id, reverses, lot_id
      ) p
      full join points_allocations a on a.transaction_id = p.transaction_id and a.lot_id = p.lot_id
      where (a.redemption_id, a.amount) is distinct from (p.redemption_id, p.amount)
      union all
      select coalesce(k.redemption_id, a.redemption_id), coalesce(k.lot_id, a.lot_id), k.redemption_id, k.amount, a.redemption_id,
        a.amount
      from kept k full join allocated a on a.redemption_id = k.redemption_id and a.lot_id = k.lot_id
      where k.amount is distinct from a.amount
      limit 100`,
  },
  {
    name: 'the daily balances of points are what the events make of each day’s lots',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from daily_balances`,
    broken: (sql) => sql`
      select coalesce(d.account_id, p.account_id) as account, coalesce(d.issued_on, p.issued_on)::text as issued_on,
        coalesce(d.available_on, p.available_on)::text as available_on, coalesce(d.expires_at, p.expires_at) as expires_at,
        d.remaining, p.remaining as remaining_events, d.expired, p.expired as expired_events, d.last_updated,
        p.last_updated as last_updated_events
      from daily_balances d
      full join (
        select account_id, issued_on, available_on, expires_at, ${leftInLots(sql)} as remaining, ${lostByLots(sql)} as expired,
          (array_agg(at order by version desc))[1] as last_updated
        from (${portions(sql)}) as portions
        group by account_id, issued_on, available_on, expires_at
      ) p using (account_id, issued_on, available_on, expires_at)
      where (d.remaining, d.expired, d.last_updated)
        is distinct from (p.remaining::bigint, p.expired::bigint, p.last_updated)
      limit 100`,
  },
  {
    name: 'points were spent from the day on from which they count and before they ended, and expired only after that',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where type in ('redeemed', 'expired')`,
    // A reversal may give back to a lot that has ended, or take from one that does not count yet. Days are compared, as in isSpendable.
    broken: (sql) => sql`
      select transaction_id as transaction, account_id as account, lot_id as lot, effect, amount, at, available_on::text as available_on,
        expires_at
      from (${portions(sql)}) as portions
      where case effect
        when 'redeemed' then available_on > (at at time zone 'UTC')::date or expires_at <= at
        when 'expired' then expires_at > at
        else false
      end
      limit 100`,
  },
]

function countAccounts(sql: Sql) {
  return sql<{ count: number }[]>`select count(*)::bigint as count from points_accounts`
}

/** Each event with what it did; a reversal by the event that it reverses. */
function effects(sql: Sql) {
  return sql`
    select e.account_id, e.version, e.transaction_id, e.reverses, e.at, e.amount, e.payload, e.withheld,
      case when e.type <> 'reversed' then e.type when t.type = 'issued' then 'taken back' else 'given back' end as effect
    from (select *, ${withheldPoints(sql)} as withheld from points_events) as e
    left join points_events t on t.transaction_id = e.reverses`
}

/** What each event moved into a lot or out of it; what opened one says which campaign it is of. */
export function portions(sql: Sql) {
  return sql`
    select account_id, version, transaction_id, reverses, at, effect, p."lotId" as lot_id, p."campaignId" as campaign_id,
      p."issuedOn" as issued_on, p."availableOn" as available_on, p."expiresAt" as expires_at, p.amount
    from (${effects(sql)}) as effects
    cross join jsonb_to_recordset(payload -> 'portions')
      as p ("lotId" uuid, "campaignId" uuid, "issuedOn" date, "availableOn" date, "expiresAt" timestamptz, amount bigint)`
}

/**
 * What reversals say of lots, beside what they moved: what they asked back (`claims`, `expiredClaims`), by how much what is owed changed
 * (`owedChanges`), and what they did not let come back, because it was owed (`withheld`).
 */
function lotAmounts(sql: Sql, member: 'claims' | 'expiredClaims' | 'owedChanges' | 'withheld') {
  return sql`
    select account_id, version, transaction_id, reverses, p."lotId" as lot_id, p.amount
    from points_events
    cross join jsonb_to_recordset(payload -> ${member}::text) as p ("lotId" uuid, amount bigint)
    where type = 'reversed'`
}

/** What reversals settled of lots for good: see `settledLots` (domain/points/account.ts). */
export function settledAmounts(sql: Sql) {
  return sql`
    select transaction_id, lot_id, amount from (${lotAmounts(sql, 'claims')}) as claims
    union all select transaction_id, lot_id, -amount from (${lotAmounts(sql, 'owedChanges')}) as changes
    union all select transaction_id, lot_id, amount from (${lotAmounts(sql, 'withheld')}) as withheld`
}

function leftInLots(sql: Sql) {
  return sql`sum(case when effect in ('issued', 'given back') then amount else -amount end)`
}

function lostByLots(sql: Sql) {
  return sql`coalesce(sum(amount) filter (where effect = 'expired'), 0)`
}
