import postgres from 'postgres'
import type { Sql } from './client.ts'

/** A request that may come more than once. */
export type KeyedRequest = {
  /** Whose keys these are: the subject that asks. */
  scope: string
  key: string
  /** Of the whole request, so that a key is never answered for another request. */
  requestHash: string
}

export type KeyedAnswer<Refusal> =
  /** `resource` is the id of what it was done to. */
  | { result: 'done'; resource: string; replayed: boolean }
  | { result: 'refused'; refusal: Refusal; replayed: boolean }
  /** The key stands for another request. */
  | { result: 'key_reused' }
  /** What it should be done to does not exist. Not remembered. */
  | { result: 'unknown' }

/**
 * Does what a request asks for at most once, in one statement. That statement must insert the key into `idempotency_keys`
 * first (`on conflict do nothing`), make its effect from that row, and return the row's `resource`.
 *
 * A violated constraint rolls all of it back, the key included. If it means a refusal (`refused`, by name of the
 * constraint), the refusal is then remembered under the key, unless the same request was granted in between.
 */
export async function oncePerKey<Refusal extends object>(
  sql: Sql,
  request: KeyedRequest,
  options: {
    statement: () => PromiseLike<{ resource: string }[]>
    /** Explains the violation; `undefined` when by now nothing stands in the way, so that it is tried again. */
    refused?: Record<string, () => Promise<Refusal | undefined>>
  },
): Promise<KeyedAnswer<Refusal>> {
  const refused: Record<string, () => Promise<KeyedAnswer<Refusal> | undefined>> = {}
  for (const [constraint, explain] of Object.entries(options.refused ?? {})) {
    refused[constraint] = async () => {
      const refusal = await explain()
      return refusal && (await rememberRefusal(sql, request, refusal))
    }
  }
  return await atMostOnce<{ resource: string }, KeyedAnswer<Refusal>>({
    statement: options.statement,
    happened: ({ resource }) => ({ result: 'done', resource, replayed: false }),
    before: () => recallKey(sql, request),
    refused,
  })
}

/** Refuses a request for good, unless the same one was granted in between. */
export async function rememberRefusal<Refusal extends object>(
  sql: Sql,
  request: KeyedRequest,
  refusal: Refusal,
): Promise<KeyedAnswer<Refusal>> {
  const [remembered] = await sql`
    insert into idempotency_keys (scope, key, request_hash, resource, refusal)
    values (${request.scope}, ${request.key}, ${request.requestHash}, '', ${sql.json(refusal as Record<string, string>)})
    on conflict (scope, key) do nothing
    returning true`
  if (remembered) return { result: 'refused', refusal, replayed: false } as const
  return await recallKey<Refusal>(sql, request)
}

/** What a request was answered before; `unknown`: nothing. */
export async function recallKey<Refusal>(sql: Sql, request: KeyedRequest): Promise<KeyedAnswer<Refusal>> {
  const [known] = await sql<{ requestHash: string; resource: string; refusal: Refusal | null }[]>`
    select request_hash as "requestHash", resource, refusal from idempotency_keys
    where scope = ${request.scope} and key = ${request.key}`
  if (!known) return { result: 'unknown' }
  if (known.requestHash !== request.requestHash) return { result: 'key_reused' }
  if (known.refusal) return { result: 'refused', refusal: known.refusal, replayed: true }
  return { result: 'done', resource: known.resource, replayed: true }
}

/**
 * A word on the statements themselves. They change a balance by the value that a `for update` in the same statement read,
 * not by `balance = balance - x`: Postgres checks CHECK constraints against the row as the statement's snapshot has it
 * before it notices that the row has moved on, so the plain form is refused now and then for a balance of the past.
 */

/** SQLSTATE of a violated CHECK or UNIQUE constraint: the two that can say no to a request. */
const REFUSALS = ['23514', '23505']

/**
 * The one pattern behind every effect: a statement that inserts its key first and makes its effect from that row.
 *
 * - It gave a row: the effect happened, now.
 * - It gave none: the key was there. What happened then is read in a new statement, because this one's snapshot is older
 *   than the transaction it may have waited for.
 * - It violated a CHECK or UNIQUE constraint: the business says no, and nothing at all happened, the key included.
 *
 * Anything else that goes wrong is thrown, and the same call can be made again.
 */
async function atMostOnce<Row, Answer>(options: {
  statement: () => PromiseLike<Row[]>
  happened: (row: Row) => Answer
  before: () => Promise<Answer>
  /** By name of the constraint. `undefined`: by now nothing stands in the way, so the statement is run again. */
  refused: Record<string, () => Promise<Answer | undefined>>
}): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [row] = await options.statement()
      return row === undefined ? await options.before() : options.happened(row)
    } catch (error) {
      const refused = options.refused[violatedConstraint(error) ?? '']
      if (!refused) throw error
      const answer = await refused()
      if (answer !== undefined) return answer
      if (attempt === 3) throw error
    }
  }
}

function violatedConstraint(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError && REFUSALS.includes(error.code) ? error.constraint_name : undefined
}

/** Longer than any client goes on repeating a request, and well over the 24 hours that are promised. */
const KEPT_DAYS = 7
const BATCH = 10_000

/**
 * Forgets a batch of old keys of requests, so that their table does not grow for ever. Keys of purchases and of points
 * are never forgotten.
 *
 * @returns how many were forgotten; fewer than a whole batch: none are left
 */
export async function forgetOldKeys(sql: Sql): Promise<{ forgotten: number; more: boolean }> {
  const { count } = await sql`
    delete from idempotency_keys where (scope, key) in (
      select scope, key from idempotency_keys
      where created_at < now() - make_interval(days => ${KEPT_DAYS})
      order by created_at
      limit ${BATCH}
    )`
  return { forgotten: count, more: count === BATCH }
}
