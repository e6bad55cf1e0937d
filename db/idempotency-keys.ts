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
 * first (`on conflict do nothing`), make its effect from that row, and return the row's `resource`. When it returns none the key
 * was there, and what it was answered is read in a new statement: this one's snapshot is older than what it waited for.
 */
export async function oncePerKey(
  sql: Sql,
  request: KeyedRequest,
  statement: PromiseLike<{ resource: string }[]>,
): Promise<KeyedAnswer<never>> {
  const [row] = await statement
  if (row) return { result: 'done', resource: row.resource, replayed: false }
  return await recallKey(sql, request)
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

/** Longer than any client goes on repeating a request, and well over the 24 hours that are promised. */
const KEPT_DAYS = 7
const BATCH = 10_000

/**
 * Forgets a batch of old keys of requests, so that their table does not grow for ever. Keys of purchases, points and events are
 * elsewhere, and never forgotten.
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
