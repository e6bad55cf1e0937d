import { CAMPAIGN_INVARIANTS } from './campaigns/invariants.ts'
import type { Database, Sql } from './client.ts'
import { POINTS_INVARIANTS } from './points/invariants.ts'

export type Invariant = {
  /** What must hold, as a sentence. */
  name: string
  /** How many things were looked at. */
  checked: number
  /** The things that break it, at most 100 of them. */
  violations: Record<string, unknown>[]
}

export type AuditReport = { at: string; ok: boolean; invariants: Invariant[] }

/** Checks every invariant in one snapshot of the database, so that purchases in flight are never half seen. */
export async function audit(database: Database): Promise<AuditReport> {
  // Summing up all of history may take longer than any step of a purchase.
  return await database.begin({ mode: 'isolation level repeatable read read only', unlimited: true }, async (sql) => {
    const [clock] = await sql<{ now: Date }[]>`select now() as now`
    const invariants: Invariant[] = []
    for (const { name, population, broken } of INVARIANTS) {
      const [counted] = await population(sql)
      invariants.push({ name, checked: counted?.count ?? 0, violations: [...(await broken(sql))] })
    }
    const ok = invariants.every((invariant) => invariant.violations.length === 0)
    return { at: (clock?.now ?? new Date(0)).toISOString(), ok, invariants }
  })
}

export type Check = {
  name: string
  population: (sql: Sql) => PromiseLike<{ count: number }[]>
  broken: (sql: Sql) => PromiseLike<Record<string, unknown>[]>
}

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
    name: 'a refunded purchase gave everything back, but for the value of awarded points that were spent',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where status = 'refunded'`,
    broken: (sql) => sql`
      with ${settledEffects(sql)}
      select * from effects
      where status = 'refunded' and (refund is null or not (
        sold = 0 and movements = 2 * lines and reserved = 0 and sold_lines = 0
        and charged_minor = (refund ->> 'withheldMinor')::bigint
        and bill_minor = (refund ->> 'amountMinor')::bigint + (refund ->> 'withheldMinor')::bigint
        and (refund ->> 'withheldMinor')::bigint = least(bill_minor, award_spent * point_value_minor)
        and (refund ->> 'shortfallMinor')::bigint = award_spent * point_value_minor - (refund ->> 'withheldMinor')::bigint
        and redeemed = 0 and (refund ->> 'pointsReturned')::bigint = redeem_points
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
  ...POINTS_INVARIANTS,
  ...CAMPAIGN_INVARIANTS,
]

/**
 * What each settled purchase ordered, sold, still reserves, was paid with and earned, in the end. The references of other
 * entries are keys that clients choose, so it takes the reason, too, to know a purchase's.
 */
function settledEffects(sql: Sql) {
  return sql`
    effects as (
      select p.id as purchase, p.status, p.total_minor - p.redeem_points * p.point_value_minor as bill_minor,
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
          coalesce(sum(case type when 'redeemed' then amount else -amount end) filter (
            where type = 'redeemed' or payload -> 'reverses' ->> 'type' = 'redeem'), 0) as redeemed,
          count(*) filter (where type = 'issued') as awards,
          coalesce(sum(case type when 'issued' then amount else -amount end) filter (
            where type = 'issued' or payload -> 'reverses' ->> 'type' = 'issue'), 0) as awarded,
          coalesce(sum(amount) filter (where payload -> 'reverses' ->> 'type' = 'issue'), 0) as taken_back,
          coalesce(sum((payload -> 'notTakenBack' ->> 'spent')::bigint), 0) as award_spent,
          coalesce(sum((payload -> 'notTakenBack' ->> 'expired')::bigint), 0) as award_expired
        from points_events where reference = p.id::text and reason = 'purchase'
      ) pe
      where p.settled_at is not null
    )`
}
