import type { Database, Sql } from './client.ts'
import { isOpen } from './discrepancies.ts'
import { withheldPoints } from './points.ts'
import { readStuck, type Stuck } from './stuck.ts'

export type Invariant = {
  /** What must hold, as a sentence. */
  name: string
  /** How many things were looked at. */
  checked: number
  /** The things that break it, at most 100 of them. */
  violations: Record<string, unknown>[]
}

/** `stuck` is for somebody to look at, and breaks nothing: `ok` is about the invariants alone. */
export type AuditReport = { at: string; ok: boolean; invariants: Invariant[]; stuck: Stuck }

/**
 * Checks every invariant in one snapshot of the database, so that purchases in flight are never half seen.
 *
 * @param options.olderThanMinutes what has not ended by then is stuck
 */
export async function audit(
  database: Database,
  { olderThanMinutes }: { olderThanMinutes?: number } = {},
): Promise<AuditReport> {
  // Summing up all of history may take longer than any step of a purchase.
  return await database.begin({ mode: 'isolation level repeatable read read only', unlimited: true }, async (sql) => {
    const [{ now } = { now: new Date(0) }] = await sql<{ now: Date }[]>`select now()`
    const invariants: Invariant[] = []
    for (const { name, population, broken } of INVARIANTS) {
      const [{ count } = { count: 0 }] = await population(sql)
      invariants.push({ name, checked: count, violations: [...(await broken(sql))] })
    }
    const ok = invariants.every(({ violations }) => violations.length === 0)
    return { at: now.toISOString(), ok, invariants, stuck: await readStuck(sql, olderThanMinutes) }
  })
}

export type Check = {
  name: string
  population: (sql: Sql) => PromiseLike<{ count: number }[]>
  broken: (sql: Sql) => PromiseLike<Record<string, unknown>[]>
}

/**
 * What each settled purchase ordered, sold, still reserves, was paid with and earned, in the end. The references of other
 * entries are keys that clients choose, so it takes the reason, too, to know a purchase's.
 */
function settledEffects(sql: Sql) {
  return sql`
    effects as (
      select p.id as purchase, p.status, p.charged_minor as bill_minor,
        p.redeem_points, p.point_value_minor, a.state as award, a.points as award_points, p.refund, pe.*, l.lines, l.ordered, m.movements, m.sold,
        r.reserved, r.sold_lines, e.entries, e.charged_minor
      from purchases p
      left join awards a on a.id = p.id
      cross join lateral (
        select count(*) as lines, sum(quantity) as ordered from purchase_lines where purchase_id = p.id
      ) l
      cross join lateral (
        select count(*) as movements, coalesce(-sum(quantity), 0) as sold
        from stock_movements where reference = p.id::text and reason in ('sale', 'return')
      ) m
      cross join lateral (
        select coalesce(sum(quantity) filter (where state = 'reserved'), 0) as reserved,
          count(*) filter (where state = 'confirmed') as sold_lines
        from stock_reservations where purchase_id = p.id
      ) r
      cross join lateral (
        select count(*) as entries, coalesce(-sum(amount_minor), 0) as charged_minor
        from wallet_entries where reference = p.id::text and reason in ('charge', 'charge_undone', 'refund')
      ) e
      cross join lateral (
        select count(*) filter (where type = 'redeemed') as redemptions,
          coalesce(sum(case type when 'redeemed' then amount else -amount - withheld end) filter (
            where type = 'redeemed' or payload -> 'reverses' ->> 'type' = 'redeem'), 0) as redeemed,
          coalesce(sum(withheld), 0) as withheld,
          count(*) filter (where type = 'issued') as awards,
          coalesce(sum(case type when 'issued' then amount else -amount end) filter (
            where type = 'issued' or payload -> 'reverses' ->> 'type' = 'issue'), 0) as awarded,
          coalesce(sum(amount) filter (where payload -> 'reverses' ->> 'type' = 'issue'), 0) as taken_back,
          coalesce(sum((payload -> 'notTakenBack' ->> 'spent')::bigint), 0) as award_spent,
          coalesce(sum((payload -> 'notTakenBack' ->> 'owed')::bigint), 0) as award_owed,
          coalesce(sum((payload -> 'notTakenBack' ->> 'expired')::bigint), 0) as award_expired
        from points_events cross join lateral (select ${withheldPoints(sql)} as withheld) as w
        where reference = p.id::text and reason = 'purchase'
      ) pe
      where p.settled_at is not null
    )`
}

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
          sum(case effect when 'redeemed' then amount when 'given back' then -amount - withheld else 0 end) as redeemed,
          coalesce(sum(amount) filter (where effect = 'expired'), 0) as expired,
          coalesce(sum(amount) filter (where effect = 'taken back'), 0) + sum(withheld) as taken_back,
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
        or p.ends <> 1 or l.remaining < 0 or l.remaining + l.expired + l.owed > l.original
      limit 100`,
  },
  {
    name: 'points that were spent when their issue was reversed are owed until they come back, and then come back to nobody',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where payload -> 'reverses' ->> 'type' = 'issue'`,
    broken: (sql) => sql`
      with reversal as (
        select reverses as lot_id, account_id, version, reason, (payload -> 'notTakenBack' ->> 'spent')::bigint as spent,
          (payload -> 'notTakenBack' ->> 'owed')::bigint as owed
        from points_events where payload -> 'reverses' ->> 'type' = 'issue'
      ), withheld as (
        select lot_id, sum(amount) as amount from (${withheldPortions(sql)}) as portions group by lot_id
      ), held as (
        select a.lot_id, sum(a.amount) as now, sum(a.amount) filter (where e.version < r.version) as then
        from points_allocations a join points_events e using (transaction_id) left join reversal r using (lot_id)
        group by a.lot_id
      ), returned as (
        select lot_id, max(version) as version from (${portions(sql)}) as portions
        where effect = 'given back'
        group by lot_id
      )
      select l.id as lot, l.account_id as account, l.owed, (coalesce(r.owed, 0) - coalesce(w.amount, 0))::bigint as owed_events,
        coalesce(h.now, 0)::bigint as spent, r.spent as spent_at_reversal, coalesce(h.then, 0)::bigint as spent_until_reversal
      from points_lots l
      left join reversal r on r.lot_id = l.id
      left join withheld w on w.lot_id = l.id
      left join held h on h.lot_id = l.id
      left join returned on returned.lot_id = l.id
      where l.owed <> coalesce(r.owed, 0) - coalesce(w.amount, 0)
        or l.owed not between 0 and coalesce(h.now, 0)
        or r.spent <> coalesce(h.then, 0)
        -- Only the refund of a purchase makes something good.
        or r.owed <> r.spent and r.reason <> 'purchase'
        or l.owed > 0 and returned.version > r.version
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
          sum(case effect when 'redeemed' then amount else -amount end) as amount
        from (${portions(sql)} union all ${withheldPortions(sql)}) as portions
        where effect in ('redeemed', 'given back', 'withheld')
        group by transaction_id, reverses, lot_id
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
    select e.account_id, e.version, e.transaction_id, e.reverses, e.at, e.amount, e.payload, e.withheld,
      case when e.type <> 'reversed' then e.type when t.type = 'issued' then 'taken back' else 'given back' end as effect
    from (select *, ${withheldPoints(sql)} as withheld from points_events) as e
    left join points_events t on t.transaction_id = e.reverses`
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

/** What reversals of redemptions did not let into lots, because it was owed there. */
function withheldPortions(sql: Sql) {
  return sql`
    select account_id, version, transaction_id, reverses, at, 'withheld' as effect, p."lotId" as lot_id,
      p."issuedOn" as issued_on, p."expiresAt" as expires_at, p.amount
    from points_events
    cross join jsonb_to_recordset(payload -> 'withheld')
      as p ("lotId" uuid, "issuedOn" date, "expiresAt" timestamptz, amount bigint)
    where payload -> 'reverses' ->> 'type' = 'redeem'`
}

function leftInLots(sql: Sql) {
  return sql`sum(case when effect in ('issued', 'given back') then amount else -amount end)`
}

function lostByLots(sql: Sql) {
  return sql`coalesce(sum(amount) filter (where effect = 'expired'), 0)`
}

/** What must hold between campaigns, what they gave, and the ledger. */
export const CAMPAIGN_INVARIANTS: Check[] = [
  {
    name: 'a campaign gave the sum of its grants, in all and to each customer, and never more than its caps once allowed',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from campaigns`,
    broken: (sql) => sql`
      with cap as (
        select campaign_id, bool_or(after -> 'caps' ->> 'totalPoints' is null) as total_open,
          max((after -> 'caps' ->> 'totalPoints')::bigint) as total,
          bool_or(after -> 'caps' ->> 'pointsPerCustomer' is null) as customer_open,
          max((after -> 'caps' ->> 'pointsPerCustomer')::bigint) as per_customer
        from campaign_history where after is not null
        group by campaign_id
      ), granted as (
        select campaign_id, account_id, sum(points) as points from campaign_grants group by campaign_id, account_id
      ), campaign as (
        select id, (given_points + coalesce(uncapped.points, 0))::bigint as given_points
        from campaigns left join (
          select campaign_id, sum(points) as points from campaign_counters group by campaign_id
        ) uncapped on campaign_id = id
      ), customer as (
        select coalesce(c.campaign_id, g.campaign_id) as campaign_id, coalesce(c.account_id, g.account_id) as account_id,
          coalesce(c.given_points, 0) as given_points, coalesce(g.points, 0) as grants
        from campaign_customers c full join granted g using (campaign_id, account_id)
      )
      select c.id as campaign, null as account, c.given_points, coalesce(g.points, 0)::bigint as grants, cap.total as cap
      from campaign c
      join cap on cap.campaign_id = c.id
      left join (select campaign_id, sum(points) as points from granted group by campaign_id) g on g.campaign_id = c.id
      where c.given_points <> coalesce(g.points, 0) or (not cap.total_open and c.given_points > cap.total)
      union all
      select campaign_id, account_id, given_points, grants::bigint, cap.per_customer
      from customer join cap using (campaign_id)
      where given_points <> grants or (not cap.customer_open and given_points > cap.per_customer)
      limit 100`,
  },
  {
    name: 'points that campaigns issued are the sum of their grants, and so is what was taken back of them',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where type = 'issued' and reason in ('purchase', 'event')`,
    broken: (sql) => sql`
      with moved as (
        select transaction_id, lot_id, case effect when 'issued' then amount else -amount end as amount
        from (${portions(sql)} union all ${withheldPortions(sql)}) as portions
        where effect in ('issued', 'taken back', 'withheld') and lot_id in (
          select transaction_id from points_events where type = 'issued' and reason in ('purchase', 'event')
        )
      ), granted as (
        select transaction_id, lot_id, sum(points) as points, count(distinct sign(points)) as signs
        from campaign_grants group by transaction_id, lot_id
      )
      select coalesce(m.transaction_id, g.transaction_id) as transaction, coalesce(m.lot_id, g.lot_id) as lot, m.amount,
        coalesce(g.points, 0)::bigint as grants
      from moved m full join granted g on g.transaction_id = m.transaction_id and g.lot_id = m.lot_id
      where m.amount is distinct from g.points or g.signs <> 1
      limit 100`,
  },
  {
    name: 'an award that was booked has one issue of its points, and any other none',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from awards`,
    broken: (sql) => sql`
      select a.id as award, a.state, a.points, issued.times, issued.points as issued
      from awards a
      cross join lateral (
        select count(*) as times, coalesce(sum(amount), 0)::bigint as points,
          coalesce(bool_and(transaction_id = a.transaction_id and account_id = a.user_id), true) as same
        from points_events where reference = a.id::text and reason = a.kind and type = 'issued'
      ) issued
      where issued.times <> case a.state when 'booked' then 1 else 0 end or issued.points <> a.points or not issued.same
      limit 100`,
  },
  {
    name: 'a campaign stands as the last entry of its history says, and no version of its name comes twice',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from campaign_history`,
    broken: (sql) => sql`
      select c.id as campaign, c.version, h.entries, h.last
      from campaigns c
      cross join lateral (
        select count(*) as entries, min(version) as first_version, (array_agg(after order by version desc))[1] as last
        from campaign_history where campaign_id = c.id
      ) h
      where c.version <> h.first_version + h.entries - 1
        or exists (
          select from campaigns other join campaign_history theirs on theirs.campaign_id = other.id
          where other.client = c.client and other.name = c.name and other.id <> c.id
            and theirs.version between h.first_version and c.version
        )
        or (c.deleted_at is null) <> (h.last is not null)
        or (h.last is not null and (c.status, c.rules, c.cap_total_points, c.cap_points_per_customer, c.starts_at, c.ends_at)
          is distinct from (h.last ->> 'status', h.last -> 'rules', (h.last -> 'caps' ->> 'totalPoints')::bigint,
            (h.last -> 'caps' ->> 'pointsPerCustomer')::bigint, (h.last ->> 'startsAt')::timestamptz,
            (h.last ->> 'endsAt')::timestamptz))
      limit 100`,
  },
]

/** All of them, in the order of the report. */
const INVARIANTS: Check[] = [
  {
    name: 'stock on hand is the sum of its movements, and reserved stock is the sum of the open reservations',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from products`,
    broken: (sql) => sql`
      select p.id as product, p.on_hand, coalesce(m.total, 0)::bigint as movements,
        p.reserved, coalesce(r.total, 0)::bigint as reservations
      from products p
      left join (select product_id, sum(quantity) as total from stock_movements group by product_id) m on m.product_id = p.id
      left join (
        select product_id, sum(quantity) as total from stock_reservations where state = 'reserved' group by product_id
      ) r on r.product_id = p.id
      where p.on_hand <> coalesce(m.total, 0) or p.reserved <> coalesce(r.total, 0)
        or p.on_hand < 0 or p.reserved < 0 or p.reserved > p.on_hand
      limit 100`,
  },
  {
    name: 'a product stands as the last entry of its history says',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from product_history`,
    broken: (sql) => sql`
      select p.id as product, p.version, h.entries, h.last
      from products p
      cross join lateral (
        select count(*) as entries, (array_agg(after order by version desc))[1] as last
        from product_history where product_id = p.id
      ) h
      where p.version <> h.entries
        or (p.name, p.description, p.image, p.price_minor)
          is distinct from (h.last ->> 'name', h.last ->> 'description', h.last ->> 'image', (h.last -> 'priceMinor')::bigint)
      limit 100`,
  },
  {
    name: 'a wallet holds the sum of its entries, and never less than nothing',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from wallets`,
    broken: (sql) => sql`
      select u.username, w.user_id, w.balance_minor, coalesce(e.total, 0)::bigint as entries, w.added_minor,
        coalesce(e.added, 0)::bigint as added_entries
      from wallets w
      join users u on u.id = w.user_id
      left join (
        select user_id, sum(amount_minor) as total, sum(amount_minor) filter (where reason in ('opening', 'top_up')) as added
        from wallet_entries group by user_id
      ) e using (user_id)
      where w.balance_minor <> coalesce(e.total, 0) or w.balance_minor < 0 or w.added_minor <> coalesce(e.added, 0)
      limit 100`,
  },
  {
    name: 'a completed purchase sold each of its lines once, was paid once in money and points, and its award is settled',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where status = 'completed'`,
    broken: (sql) => sql`
      with ${settledEffects(sql)}
      select * from effects
      where status = 'completed' and not (
        lines = sold_lines and ordered = sold and movements = lines and reserved = 0
        and charged_minor = bill_minor and entries = case when bill_minor > 0 then 1 else 0 end
        and redeemed = redeem_points and redemptions = case when redeem_points > 0 then 1 else 0 end
        and case award
          when 'booked' then awards = 1 and awarded = award_points
          when 'nothing' then awards = 0 and award_points = 0
          when 'parked' then awards = 0 and award_points = 0
          when 'dismissed' then awards = 0 and award_points = 0
          else false
        end
      )
      limit 100`,
  },
  {
    name: 'a purchase that was refused, cancelled or failed moved nothing in the end',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where status in ('refused', 'cancelled', 'failed')`,
    broken: (sql) => sql`
      with ${settledEffects(sql)}
      select * from effects
      where status in ('refused', 'cancelled', 'failed') and not (
        sold = 0 and movements = 0 and reserved = 0 and sold_lines = 0 and charged_minor = 0
        and redeemed = 0 and awards = 0 and award is null
      )
      limit 100`,
  },
  {
    name: 'a refunded purchase gave everything back, but for the value of awarded points that were spent, and points that were owed',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where status = 'refunded'`,
    broken: (sql) => sql`
      with ${settledEffects(sql)}
      select * from effects
      where status = 'refunded' and (refund is null or not (
        sold = 0 and movements = 2 * lines and reserved = 0 and sold_lines = 0
        and charged_minor = (refund ->> 'withheldMinor')::bigint
        and bill_minor = (refund ->> 'amountMinor')::bigint + (refund ->> 'withheldMinor')::bigint
        and award_owed = award_spent - least(award_spent, bill_minor / point_value_minor)
        and (refund ->> 'withheldMinor')::bigint = (award_spent - award_owed) * point_value_minor
        and (refund ->> 'shortfallMinor')::bigint = award_owed * point_value_minor
        and redeemed = 0 and (refund ->> 'pointsReturned')::bigint = redeem_points - withheld
        and (refund ->> 'pointsWithheld')::bigint = withheld
        and (refund ->> 'pointsTakenBack')::bigint = taken_back
        and awarded = award_spent + award_expired and (refund ->> 'pointsSpent')::bigint = award_spent
        and award in ('booked', 'nothing', 'dismissed', 'voided')
      ))
      limit 100`,
  },
  {
    name: 'the timeline of a purchase has no gaps, and a settled one ends with its outcome',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from purchases`,
    broken: (sql) => sql`
      select p.id as purchase, p.status, p.event_seq, e.events, e.outcomes
      from purchases p
      cross join lateral (
        select count(*) as events, count(*) filter (where step = 'purchase' and state = p.status) as outcomes
        from purchase_events where purchase_id = p.id
      ) e
      where p.event_seq <> e.events or (p.settled_at is not null and e.outcomes <> 1)
      limit 100`,
  },
  {
    name: 'no purchase, refund or award waits for an operator because the books disagree with what was done',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from discrepancies`,
    broken: (sql) => sql`
      select d.id, d.saga, d.problem, d.found_at from discrepancies d where ${isOpen(sql)}
      order by d.id limit 100`,
  },
  ...POINTS_INVARIANTS,
  ...CAMPAIGN_INVARIANTS,
]
