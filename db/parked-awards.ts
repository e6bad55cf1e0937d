import type { Award } from '#domain/campaigns/award.ts'
import type { Sql } from './client.ts'
import type { PointsLedger } from './points/ledger.ts'
import { bookAward } from './purchase-award.ts'

/** An award that could not be booked, and how it stands now. */
export type ParkedAward = {
  purchaseId: string
  username: string
  /** What it came to before caps. */
  evaluation: Award
  /** Why it could not be booked. */
  problem: string
  parkedAt: Date
  /** `parked` as long as it waits for an operator; `nothing` also when a refund came first. */
  award: 'booked' | 'nothing' | 'parked'
  pointsIssued: number
}

/** The awards that wait for an operator, oldest purchase first. */
export async function listParkedAwards(sql: Sql, options: { after?: string; limit: number }): Promise<ParkedAward[]> {
  return await sql<ParkedAward[]>`
    select ${columns(sql)} from parked_awards join purchases on id = purchase_id
    where resolved_at is null ${options.after === undefined ? sql`` : sql`and purchase_id > ${options.after}`}
    order by purchase_id
    limit ${options.limit}`
}

/** The award of a purchase that was parked once. */
export async function readParkedAward(sql: Sql, purchaseId: string): Promise<ParkedAward | undefined> {
  const [parked] = await sql<ParkedAward[]>`
    select ${columns(sql)} from parked_awards join purchases on id = purchase_id where purchase_id = ${purchaseId}`
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
  return sql`
    purchase_id as "purchaseId", username, evaluation, problem, parked_at as "parkedAt",
    case when award = 'parked' and resolved_at is not null then 'nothing' else award end as award,
    points_issued as "pointsIssued"`
}
