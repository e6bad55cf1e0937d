import type { Sql } from './client.ts'

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
