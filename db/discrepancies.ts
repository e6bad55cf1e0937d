import type postgres from 'postgres'
import type { Saga } from '#domain/purchase.ts'
import { type Decision, decision } from './actors.ts'
import type { Sql } from './client.ts'
import { call } from './functions.ts'

/**
 * A saga that could not be settled: commits that it builds on are gone, with a failover or by a restore, and what is left can neither
 * be completed nor undone. Its workflow has failed, and nothing is tried again until an operator has resolved it.
 */
export type Discrepancy = {
  /** Of the purchase or event, which may be gone itself. */
  id: string
  saga: Saga
  problem: string
  foundAt: Date
  resolved: Decision | null
}

export async function recordDiscrepancy(sql: Sql, { id, saga, problem }: Pick<Discrepancy, 'id' | 'saga' | 'problem'>) {
  await call(sql, 'record_discrepancy', { subject: id, of_saga: saga, what: problem })
}

/** Those that wait for an operator, oldest purchase or event first. */
export async function listDiscrepancies(sql: Sql, options: { after?: string; limit: number }): Promise<Discrepancy[]> {
  return await sql<Discrepancy[]>`
    ${discrepancies(sql)}
    where ${isOpen(sql)} ${options.after === undefined ? sql`` : sql`and d.id > ${options.after}`}
    order by d.id
    limit ${options.limit}`
}

/** What was found about a purchase or event, resolved or not. */
export async function readDiscrepancy(sql: Sql, id: string): Promise<Discrepancy | undefined> {
  const [found] = await sql<Discrepancy[]>`${discrepancies(sql)} where d.id = ${id}`
  return found
}

/** An operator has looked after it: the reconciler takes up what is left to do. */
export async function resolveDiscrepancy(sql: Sql, id: string, reason: string, actor: string): Promise<void> {
  await call(sql, 'resolve_discrepancy', { subject: id, why: reason, who: actor })
}

function discrepancies(sql: Sql) {
  return sql`select d.id, d.saga, d.problem, d.found_at as "foundAt",
    ${decision(sql, 'd.resolved', 'd.resolved_why')} as resolved from discrepancies d`
}

/**
 * Of a row `d`: it waits for an operator. Nobody has resolved it, and its saga has not been settled otherwise since, which an award is
 * that is parked as well, and a refund that went through, whatever else of its purchase is asked for after that.
 */
export function isOpen(sql: Sql) {
  return sql`(d.resolved is null and case d.saga
      when 'purchase' then not exists (select from purchases where id = d.id and settled_at is not null)
      -- Refunds are carried out one after the other, so the first that went through since is the one that it is about.
      when 'refund' then not exists (
        select from purchase_events e
        where e.purchase_id = d.id and e.step = 'purchase' and e.state in ('partially_refunded', 'refunded') and e.at > d.found_at
      )
      else not exists (select from awards where id = d.id and state <> 'pending')
    end)`
}

/** Whether a saga waits for an operator. Another saga of the same purchase does not keep it from being carried out. */
export function isWaiting(sql: Sql, subject: { id: Fragment; saga: Fragment }) {
  return sql`exists (
      select from discrepancies d where d.id = ${subject.id} and d.saga = ${subject.saga} and ${isOpen(sql)}
    )`
}

type Fragment = postgres.PendingQuery<postgres.Row[]>
