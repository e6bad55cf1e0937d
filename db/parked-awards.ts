import type { Award } from '#domain/campaigns/award.ts'
import type { Sql } from './client.ts'
import type { PointsLedger } from './points/ledger.ts'
import { bookAward } from './purchase-award.ts'

/** An award of a purchase, or of an event of another system, that could not be booked, and how it stands now. */
export type ParkedAward = {
  id: string
  kind: 'purchase' | 'event'
  username: string
  /** What it came to before caps. */
  evaluation: Award
  /** Why it could not be booked. */
  problem: string
  parkedAt: Date
  /** `parked` as long as it waits for an operator; `voided` when a refund came first. */
  award: 'booked' | 'nothing' | 'parked' | 'voided'
  pointsIssued: number
}

/** The awards that wait for an operator, oldest purchase or event first. */
export async function listParkedAwards(sql: Sql, options: { after?: string; limit: number }): Promise<ParkedAward[]> {
  return await sql<ParkedAward[]>`
    select ${columns(sql)} from ${everParked(sql)}
    where award = 'parked' and not given_back ${options.after === undefined ? sql`` : sql`and id > ${options.after}`}
    order by id
    limit ${options.limit}`
}

/** An award that was parked once, by the id of its purchase or event. */
export async function readParkedAward(sql: Sql, id: string): Promise<ParkedAward | undefined> {
  const [parked] = await sql<ParkedAward[]>`select ${columns(sql)} from ${everParked(sql)} where id = ${id}`
  return parked
}

/**
 * Books a parked award by its stored evaluation, as far as caps leave room now. One that was booked meanwhile, or taken
 * back, stays as it is.
 */
export async function retryAward(
  sql: Sql,
  ledger: PointsLedger,
  purchaseId: string,
  ttlDays: number,
): Promise<{ points: number }> {
  const parked = await readParkedAward(sql, purchaseId)
  if (!parked) throw new Error(`the award of purchase ${purchaseId} was never parked`)
  return await bookAward(sql, ledger, purchaseId, parked.evaluation, ttlDays)
}

function columns(sql: Sql) {
  return sql`id, kind, username, evaluation, problem, parked_at as "parkedAt", points_issued as "pointsIssued",
    case when award = 'parked' and given_back then 'voided' else award end as award`
}

function everParked(sql: Sql) {
  return sql`(
    select id, 'purchase' as kind, username, evaluation, problem, parked_at, points_issued, award,
      status in ('refunding', 'refunded') as given_back
    from purchases p join parked_awards parked on parked.purchase_id = p.id
    union all
    select id, 'event', account_id, evaluation, problem, parked_at, points_issued, award, false
    from external_events where parked_at is not null
  ) as parked`
}
