import type { Sql } from './client.ts'
import { isOpen } from './discrepancies.ts'

/**
 * What should have ended long ago: `purchases` without an outcome, `refunds` that are not through, `events` of other systems without
 * an award, `parkedAwards` that nobody has retried or dismissed, and `discrepancies` that nobody has resolved.
 */
const KINDS = ['purchases', 'refunds', 'events', 'parkedAwards', 'discrepancies'] as const

/** `oldest`: at most 100 of them; `since`, in ISO 8601, is when it was recorded, or parked. */
export type StuckKind = { count: number; oldest: { id: string; since: string }[] }

export type Stuck = { olderThanMinutes: number } & Record<(typeof KINDS)[number], StuckKind>

/** A step that fails gives up after ten minutes, and the reconciler is there every minute: what takes longer needs somebody to look. */
export const STUCK_MINUTES = 15

/** What is older than so many minutes and has not ended. It is in no way broken: its books are in order at any time. */
export async function readStuck(sql: Sql, olderThanMinutes: number = STUCK_MINUTES): Promise<Stuck> {
  const found = await sql<({ kind: (typeof KINDS)[number] } & StuckKind)[]>`
    with unsettled (kind, id, since) as (
      select 'purchases', id, created_at from purchases where settled_at is null
      union all
      -- A purchase once, since when the oldest of its refunds waits that are not through.
      select 'refunds', p.id, min(e.at)
      from purchases p
      join purchase_events e on e.purchase_id = p.id and e.step = 'purchase' and e.state = 'refunding'
      where p.status = 'refunding' and (e.detail -> 'refund')::integer > p.refunds_done
      group by p.id
      union all
      select 'events', id, created_at from awards where state = 'pending' and kind = 'event'
      union all
      select 'parkedAwards', id, parked_at from awards where state = 'parked'
      union all
      select 'discrepancies', d.id, d.found_at from discrepancies d where ${isOpen(sql)}
    )
    select kind, count(*)::bigint as count,
      to_jsonb((array_agg(jsonb_build_object('id', id, 'since', since) order by since, id))[1:100]) as oldest
    from unsettled
    where since <= now() - make_interval(mins => ${olderThanMinutes})
    group by kind`
  const byKind = new Map(found.map(({ kind, ...stuck }) => [kind, stuck]))
  const kinds = KINDS.map((kind) => [kind, byKind.get(kind) ?? { count: 0, oldest: [] }])
  return { olderThanMinutes, ...(Object.fromEntries(kinds) as Record<(typeof KINDS)[number], StuckKind>) }
}

/** As gauges in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export function stuckMetrics(stuck: Stuck): string {
  const lines = [
    `# HELP unicorn_stuck What has not ended after ${stuck.olderThanMinutes} minutes.`,
    '# TYPE unicorn_stuck gauge',
    ...KINDS.map((kind) => `unicorn_stuck{kind="${kind}"} ${stuck[kind].count}`),
  ]
  return `${lines.join('\n')}\n`
}
