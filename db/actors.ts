import type postgres from 'postgres'
import type { Sql } from './client.ts'
import { call } from './functions.ts'

/** Who did something. */
export type Actor = {
  /** As it is stored: see the domain `actor` of the schema. */
  stored: string
  /** What they are called now; null: nobody who has a name, or has it still. */
  name: string | null
}

type Fragment = postgres.PendingQuery<postgres.Row[]>

/** Who did something, as JSON; null where that is. @param stored a column of the domain `actor`, or an expression */
export function namedActor(sql: Sql, stored: string | Fragment): Fragment {
  const who = typeof stored === 'string' ? sql`${sql(stored)}` : stored
  return sql`case when ${who} is not null then jsonb_build_object('stored', ${who}, 'name', (
      select coalesce(display_name, username) from users where id = split_part(${who}, ':', 2)
    )) end`
}

/** What an operator decided, and why; `reason` is null when it was erased. `at` is ISO 8601. */
export type Decision = { reason: string | null; actor: Actor; at: string }

/** The same as JSON; null where that is. @param column the JSON that is stored of it. @param why the column with the id of the reason */
export function decision(sql: Sql, column: string, why: string): Fragment {
  return sql`case when ${sql(column)} is not null
      then ${sql(column)} || jsonb_build_object(
        'reason', (select content from texts where id = ${sql(why)}),
        'actor', ${namedActor(sql, sql`(${sql(column)} ->> 'actor')`)}
      ) end`
}

/** What operators ask for that is no step of a saga. */
export type OperatorRequest = { kind: 'repair' | 'retry' | 'resolution'; actor: Actor; at: string }

/** Records that an operator asks for the repair of a purchase, or for the retry of an award that is parked. */
export async function recordOperatorRequest(
  sql: Sql,
  request: { kind: 'repair' | 'retry'; id: string; actor: string },
): Promise<void> {
  await call(sql, 'record_operator_request', { request_kind: request.kind, subject: request.id, who: request.actor })
}

/** Who asked last for the retry of an award, as JSON; null: nobody. @param id its column */
export function lastRetry(sql: Sql, id: string): Fragment {
  return sql`(
      select jsonb_build_object('at', r.at, 'actor', ${namedActor(sql, 'r.actor')})
      from operator_requests r where r.subject_id = ${sql(id)} and r.kind = 'retry'
      order by r.id desc limit 1
    )`
}

/** As many of them as answers have: operators may ask without end. */
const MAX_REQUESTS = 10

/**
 * The last ones about a purchase, oldest first, as JSON. Without dismissals: its timeline has them.
 *
 * @param id its column
 */
export function operatorRequests(sql: Sql, id: string): Fragment {
  return sql`(
      select coalesce(jsonb_agg(
        jsonb_build_object('kind', last.kind, 'at', last.at, 'actor', ${namedActor(sql, 'last.actor')}) order by last.id), '[]')
      from (
        select * from operator_requests r where r.subject_id = ${sql(id)} and r.kind <> 'dismissal'
        order by r.id desc limit ${MAX_REQUESTS}
      ) last
    )`
}
