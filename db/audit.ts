import type { Database, Sql } from './client.ts'

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
  return await database.begin('isolation level repeatable read read only', async (sql) => {
    // Summing up all of history may take longer than any step of a purchase.
    await sql`set local statement_timeout = 0`
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

type Check = {
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
      select w.username, w.balance_minor, coalesce(e.total, 0)::bigint as entries
      from wallets w
      left join (select username, sum(amount_minor) as total from wallet_entries group by username) e using (username)
      where w.balance_minor <> coalesce(e.total, 0) or w.balance_minor < 0
      limit 100`,
  },
  {
    name: 'a completed purchase sold each of its lines once and was charged its total once',
    population: (sql) => sql<{ count: number }[]>`
      select count(*)::bigint as count from purchases where status = 'completed'`,
    broken: (sql) => sql`
      with ${settledEffects(sql)}
      select * from effects
      where status = 'completed' and not (
        lines = sold_lines and ordered = sold and movements = lines and reserved = 0
        and charged_minor = total_minor and entries = 1
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
      )
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
]

/** What each settled purchase ordered, sold, still reserves and was charged, in the end. */
function settledEffects(sql: Sql) {
  return sql`
    effects as (
      select p.id as purchase, p.status, p.total_minor, l.lines, l.ordered, m.movements, m.sold,
        r.reserved, r.sold_lines, e.entries, e.charged_minor
      from purchases p
      cross join lateral (
        select count(*) as lines, sum(quantity) as ordered from purchase_lines where purchase_id = p.id
      ) l
      cross join lateral (
        select count(*) as movements, coalesce(-sum(quantity), 0) as sold
        from stock_movements where reference = p.id::text
      ) m
      cross join lateral (
        select coalesce(sum(quantity) filter (where state = 'reserved'), 0) as reserved,
          count(*) filter (where state = 'confirmed') as sold_lines
        from stock_reservations where purchase_id = p.id
      ) r
      cross join lateral (
        select count(*) as entries, coalesce(-sum(amount_minor), 0) as charged_minor
        from wallet_entries where reference = p.id::text
      ) e
      where p.settled_at is not null
    )`
}
