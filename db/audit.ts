import { type PaidPurchase, paymentBack, piecesOf } from '#domain/refund.ts'
import type { Database, Sql } from './client.ts'
import { isOpen } from './discrepancies.ts'
import { withheldPoints } from './points.ts'
import { type Check, POINTS_INVARIANTS, portions, settledAmounts } from './points-audit.ts'
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

/**
 * What each settled purchase ordered, sold, still reserves, was paid with and earned, in the end. The references of other
 * entries are keys that clients choose, so it takes the reason, too, to know a purchase's.
 */
function settledEffects(sql: Sql) {
  return sql`
    effects as (
      select p.id as purchase, p.status, p.charged_minor as bill_minor, p.refunds_asked, p.refunds_done,
        p.redeem_points, p.point_value_minor, a.state as award, a.points as award_points, p.refund, pe.*, l.lines, l.ordered, m.movements, m.sold,
        r.reserved, r.sold_lines, r.returned, e.entries, e.charged_minor, b.*, given.*
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
          count(*) filter (where state in ('confirmed', 'returned')) as sold_lines, coalesce(sum(returned), 0) as returned
        from stock_reservations where purchase_id = p.id
      ) r
      cross join lateral (
        select count(*) as back_lines, coalesce(sum(quantity), 0) as back from refund_lines where purchase_id = p.id
      ) b
      cross join lateral (
        select coalesce((p.refund ->> 'amountMinor')::bigint, 0) as returned_minor,
          coalesce((p.refund ->> 'withheldMinor')::bigint, 0) as withheld_minor,
          coalesce((p.refund ->> 'shortfallMinor')::bigint, 0) as shortfall_minor,
          coalesce((p.refund ->> 'pointsReturned')::bigint, 0) as points_returned,
          coalesce((p.refund ->> 'pointsWithheld')::bigint, 0) as points_withheld,
          coalesce((p.refund ->> 'pointsTakenBack')::bigint, 0) as points_taken_back,
          coalesce((p.refund ->> 'pointsSpent')::bigint, 0) as points_spent
      ) given
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

type RefundedPart = Omit<PaidPurchase, 'lines'> & {
  purchase: string
  back_minor: number
  back_points: number
  lines: (PaidPurchase['lines'][number] & { kept: number })[] | null
}

/**
 * Purchases that points have paid a part of, and of which a part was given back: those of which that was another part of the money or of
 * the points than of the pieces that came back. Which that is, to the cent and the point, domain/refund.ts says.
 */
async function wrongPayments(sql: Sql): Promise<Record<string, unknown>[]> {
  const parts = await sql<RefundedPart[]>`
    select p.id as purchase, p.redeem_points as "redeemPoints", p.point_value_minor as "pointValueMinor",
      (p.refund -> 'amountMinor')::bigint + (p.refund -> 'withheldMinor')::bigint as back_minor,
      (p.refund -> 'pointsReturned')::bigint + (p.refund -> 'pointsWithheld')::bigint as back_points,
      (
        select jsonb_agg(jsonb_build_object(
          'productId', l.product_id, 'quantity', l.quantity, 'unitPriceMinor', s.unit_price_minor, 'kept', l.quantity - coalesce((
            select sum(b.quantity) from refund_lines b where b.purchase_id = p.id and b.product_id = l.product_id
          ), 0)) order by l.line)
        from purchase_lines l join stock_reservations s using (purchase_id, product_id)
        where l.purchase_id = p.id
      ) as lines
    from purchases p
    where p.status = 'completed' and p.refunds_asked > 0 and p.redeem_points > 0`
  return parts.flatMap(({ lines, redeemPoints, pointValueMinor, ...back }) => {
    // That its lines are lost is said already.
    if (!lines) return []
    const kept = lines.map(({ productId, kept: quantity }) => ({ productId, quantity }))
    const due = paymentBack({ lines, redeemPoints, pointValueMinor }, piecesOf(lines), piecesOf(kept))
    const isDue = due.amountMinor === back.back_minor && due.points === back.back_points
    return isDue ? [] : [{ ...back, due_minor: due.amountMinor, due_points: due.points }]
  })
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
    name: 'each lot of an award is the grant of its campaign, and so is what reversals settled of it',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from points_events where type = 'issued' and reason in ('purchase', 'event')`,
    broken: (sql) => sql`
      with moved as (
        select moved.transaction_id, lot_id, sum(moved.amount)::bigint as amount, min(l.campaign_id::text) as campaign
        from (
          select transaction_id, lot_id, amount from (${portions(sql)}) as issued where effect = 'issued'
          union all select transaction_id, lot_id, -amount from (${settledAmounts(sql)}) as settled
        ) as moved
        left join points_lots l on l.id = lot_id
        left join points_events e on e.transaction_id = l.transaction_id
        where l.campaign_id is not null or e.reason in ('purchase', 'event')
        group by moved.transaction_id, lot_id
        having sum(moved.amount) <> 0
      ), granted as (
        select transaction_id, lot_id, sum(points) as points, min(campaign_id::text) as campaign, count(*) as grants
        from campaign_grants group by transaction_id, lot_id
      )
      select coalesce(m.transaction_id, g.transaction_id) as transaction, coalesce(m.lot_id, g.lot_id) as lot, m.amount,
        coalesce(g.points, 0)::bigint as grants
      from moved m full join granted g on g.transaction_id = m.transaction_id and g.lot_id = m.lot_id
      where (m.amount, m.campaign) is distinct from (g.points::bigint, g.campaign) or g.grants <> 1
      limit 100`,
  },
  {
    name: 'an award that was booked has one issue of its points, and any other none',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from awards`,
    broken: (sql) => sql`
      select a.id as award, a.state, a.points, coalesce(issued.times, 0) as times, coalesce(issued.points, 0)::bigint as issued
      from awards a
      left join (
        select reference, reason, count(*) as times, sum(amount) as points, min(transaction_id::text) as transaction,
          min(account_id) as account
        from points_events where type = 'issued' and reason in ('purchase', 'event')
        group by reference, reason
      ) issued on issued.reference = a.id::text and issued.reason = a.kind
      where coalesce(issued.times, 0) <> case a.state when 'booked' then 1 else 0 end
        or coalesce(issued.points, 0) <> a.points
        or (issued.transaction, issued.account) <> (a.transaction_id::text, a.user_id)
      limit 100`,
  },
  {
    name: 'an award gave what its evaluation says of each campaign, and of an exclusive group of one at most',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from awards where state = 'booked'`,
    broken: (sql) => sql`
      with told as (
        select a.id as award, campaign ->> 'campaignId' as campaign, campaign ->> 'exclusiveGroup' as in_group,
          (campaign -> 'points')::bigint as points
        from awards a cross join lateral jsonb_array_elements(a.evaluation -> 'campaigns') as campaign
        where a.state = 'booked' and campaign -> 'points' <> '0'
      ), given as (
        select a.id as award, g.campaign_id::text as campaign, sum(g.points)::bigint as points
        from awards a join campaign_grants g using (transaction_id) where a.state = 'booked'
        group by a.id, g.campaign_id
      )
      select award, campaign, told.points, given.points as given, null as in_group
      from told full join given using (award, campaign)
      where told.points is distinct from given.points
      union all
      select award, null, sum(points)::bigint, null, in_group from told
      where in_group is not null
      group by award, in_group
      having count(*) > 1
      limit 100`,
  },
  {
    name: 'a campaign that was never active gave nothing',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from campaigns`,
    broken: (sql) => sql`
      select g.campaign_id as campaign, sum(g.points)::bigint as points from campaign_grants g
      where not exists (
        select from campaign_history where campaign_id = g.campaign_id and after ->> 'status' = 'active'
      )
      group by g.campaign_id
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
        or (h.last is not null and (c.event_types, c.status, c.rules, c.cap_total_points, c.cap_points_per_customer, c.starts_at,
            c.ends_at, c.time_zone, c.priority, c.exclusive_group, c.available_after_days, coalesce(c.expiry, 'null'))
          is distinct from (h.last -> 'eventTypes', h.last ->> 'status', h.last -> 'rules',
            (h.last -> 'caps' ->> 'totalPoints')::bigint, (h.last -> 'caps' ->> 'pointsPerCustomer')::bigint,
            (h.last ->> 'startsAt')::timestamptz, (h.last ->> 'endsAt')::timestamptz,
            h.last ->> 'timeZone', (h.last -> 'priority')::integer, h.last ->> 'exclusiveGroup',
            (h.last -> 'availableAfterDays')::integer, h.last -> 'expiry'))
      limit 100`,
  },
  {
    name: 'what earns an award has the facts of when it happened, and nothing else has any',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from awards`,
    broken: (sql) => sql`
      with happened as (
        select purchase_id as id, at from purchase_events where step = 'confirmPurchase' and state = 'applied'
        union all select id, occurred_at from external_events
      )
      select coalesce(h.id, f.id) as happened, h.at, f.facts
      from happened h full join event_facts f using (id)
      where h.id is null or f.id is null or jsonb_typeof(f.facts -> 'customer') is distinct from 'object' or f.facts -> 'products' is null
        or f.facts -> 'local' -> 'UTC' is distinct from jsonb_build_object('date', to_char(h.at at time zone 'UTC', 'YYYY-MM-DD'),
          'weekday', to_char(h.at at time zone 'UTC', 'fmday'), 'hour', extract(hour from h.at at time zone 'UTC')::integer)
        or exists (select from purchase_lines l where l.purchase_id = h.id and f.facts -> 'products' -> l.product_id is null)
      limit 100`,
  },
  {
    name: 'of the purchases of a customer none of which was refunded as a whole, one knows of none before it, one of one, and so on',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from wallets`,
    broken: (sql) => sql`
      select p.user_id as user, count(*) as purchases, array_agg(known.before order by known.before) as known
      from purchases p join event_facts f on f.id = p.id
      cross join lateral (select (f.facts -> 'customer' -> 'purchases')::bigint as before) known
      group by p.user_id
      having not bool_or(p.status = 'refunded')
        and (count(distinct known.before) <> count(*) or min(known.before) <> 0 or max(known.before) <> count(*) - 1)
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
        or (p.name, p.description, p.image, p.price_minor, to_jsonb(p.categories), to_jsonb(p.tags))
          is distinct from (h.last ->> 'name', h.last ->> 'description', h.last ->> 'image', (h.last -> 'priceMinor')::bigint,
            h.last -> 'categories', h.last -> 'tags')
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
    name: 'the tags of a user are those of the last change of them',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from users`,
    broken: (sql) => sql`
      select u.id as user, u.tags, last.after as changed_to
      from users u left join lateral (
        select after from user_tag_changes where user_id = u.id order by id desc limit 1
      ) last on true
      where u.tags <> coalesce(last.after, '{}')
      limit 100`,
  },
  {
    name: 'a completed purchase sold each of its lines once, was paid once in money and points, and its award is settled',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where status = 'completed' and refunds_asked = 0`,
    broken: (sql) => sql`
      with ${settledEffects(sql)}
      select * from effects
      where status = 'completed' and refunds_asked = 0 and not (
        lines = sold_lines and ordered = sold and movements = lines and reserved = 0 and returned = 0
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
    name: 'refunds gave back what was paid for what came back, but for the value of awarded points that were spent, and points that were owed',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where refunds_asked > 0 and status <> 'refunding'`,
    broken: async (sql) => {
      const unbalanced = await sql`
        with ${settledEffects(sql)}
        select * from effects
        cross join lateral (
          select coalesce(sum(b.quantity * s.unit_price_minor), 0)::bigint as worth_back_minor
          from refund_lines b join stock_reservations s using (purchase_id, product_id) where b.purchase_id = effects.purchase
        ) worth
        cross join lateral (
          -- Products of which other pieces came back than were asked for, in the stock or in the reservation.
          select array_agg(distinct product_id::text) as misplaced from (
            select product_id
            from (
              select product_id, number as refund, quantity as asked from refund_lines where purchase_id = effects.purchase
            ) b
            full join (
              select product_id, refund, quantity as moved from stock_movements
              where reference = effects.purchase::text and reason = 'return'
            ) m using (product_id, refund)
            where asked is distinct from moved
            union all
            select s.product_id from stock_reservations s
            where s.purchase_id = effects.purchase and s.returned <> coalesce((
              select sum(b.quantity) from refund_lines b where b.purchase_id = s.purchase_id and b.product_id = s.product_id
            ), 0)
          ) as wrong
        ) places
        where (status = 'refunded' or (status = 'completed' and refunds_asked > 0)) and not coalesce(
          refunds_done = refunds_asked and (status = 'refunded') = (back = ordered)
          and lines = sold_lines and ordered - back = sold and returned = back and movements = lines + back_lines and reserved = 0
          and charged_minor = bill_minor - returned_minor
          and entries between case when bill_minor > 0 then 1 else 0 end and case when bill_minor > 0 then 1 + refunds_done else 0 end
          and redeemed = redeem_points - points_returned - points_withheld
          and redemptions = case when redeem_points > 0 then 1 else 0 end
          and case award
            when 'booked' then awards = 1 and awarded = award_points - points_taken_back
            when 'nothing' then awards = 0 and award_points = 0
            when 'parked' then awards = 0 and award_points = 0 and status = 'completed'
            when 'dismissed' then awards = 0 and award_points = 0
            when 'voided' then awards = 0 and award_points = 0 and status = 'refunded'
            else false
          end
          and withheld_minor = (award_spent - award_owed) * point_value_minor and shortfall_minor = award_owed * point_value_minor
          and points_withheld = withheld and points_taken_back = taken_back and points_spent = award_spent
          and returned_minor >= 0 and withheld_minor >= 0 and award_owed >= 0 and misplaced is null
          -- What points have paid a part of is looked at below.
          and (redeem_points > 0 or returned_minor + withheld_minor = worth_back_minor)
          and case when status = 'refunded'
            then returned_minor + withheld_minor = bill_minor and points_returned + points_withheld = redeem_points
              and awarded = award_spent + award_expired
              -- One refund withholds all that its money is worth; of several each does, of its own.
              and (refunds_done > 1 or award_owed = award_spent - least(award_spent, bill_minor / point_value_minor))
            else returned_minor + withheld_minor <= bill_minor and points_returned + points_withheld <= redeem_points
          end, false
        )
        limit 100`
      return [...unbalanced, ...(await wrongPayments(sql))].slice(0, 100)
    },
  },
  {
    name: 'the timeline of a purchase has no gaps, and a settled one ends with its outcome',
    population: (sql) => sql<{ count: number }[]>`select count(*)::bigint as count from purchases`,
    broken: (sql) => sql`
      select p.id as purchase, p.status, p.event_seq, e.events, e.outcomes
      from purchases p
      cross join lateral (
        select count(*) as events,
          count(*) filter (where step = 'purchase' and state = case p.status when 'refunding' then 'completed' else p.status end) as outcomes,
          count(*) filter (where step = 'purchase' and state = 'refunding') as refunds_asked,
          count(*) filter (where step = 'purchase' and state in ('partially_refunded', 'refunded')) as refunds_done
        from purchase_events where purchase_id = p.id
      ) e
      where p.event_seq <> e.events or (p.settled_at is not null and e.outcomes <> 1)
        or (p.refunds_asked, p.refunds_done) <> (e.refunds_asked, e.refunds_done)
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
