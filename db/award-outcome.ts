import type { Award } from '#domain/campaigns/award.ts'
import type { Sql } from './client.ts'

export type AwardOutcome = {
  username: string
  award: 'booked' | 'nothing' | 'parked' | null
  pointsIssued: number | null
  /** What a point paid for when it was ordered; 0 for orders from before there were points. */
  pointValueMinor: number
}

/** How the award of a purchase ended so far. */
export async function readAwardOutcome(sql: Sql, purchaseId: string): Promise<AwardOutcome> {
  const [row] = await sql<AwardOutcome[]>`
    select username, award, points_issued as "pointsIssued", point_value_minor as "pointValueMinor"
    from purchases where id = ${purchaseId}`
  if (!row) throw new Error(`purchase ${purchaseId} does not exist`)
  return row
}

/** Notes that there is nothing to book, or nothing any more of what was parked. */
export async function recordNothing(sql: Sql, purchaseId: string, award: Award): Promise<void> {
  await sql`
    with purchase as (
      update purchases set award = 'nothing', points_issued = 0, event_seq = event_seq + 1, updated_at = now()
      where id = ${purchaseId} and (award is null or award = 'parked')
      returning id, event_seq
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select id, event_seq, 'awardPoints', 'nothing', ${sql.json({ points: 0, award } as never)} from purchase`
}

/** Notes that an award waits for an operator, unless it has ended already. */
export async function recordParked(sql: Sql, purchaseId: string, award: Award, problem: string): Promise<void> {
  await sql`
    with purchase as (
      update purchases set award = 'parked', points_issued = 0, event_seq = event_seq + 1, updated_at = now()
      where id = ${purchaseId} and award is null
      returning id, event_seq
    ), parked as (
      insert into parked_awards (purchase_id, evaluation, problem)
      select id, ${sql.json(award as never)}, ${problem} from purchase
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select id, event_seq, 'awardPoints', 'parked',
      ${sql.json({ points: award.points, award, problem } as never)} from purchase`
}
