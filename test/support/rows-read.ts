import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'

/**
 * How many rows of some tables Postgres has looked at so far, by whatever way.
 *
 * @param sql a pool of one connection, so that what it has read is on record when it says so
 */
export async function rowsRead(sql: Database, tables: string[]): Promise<number> {
  // A session reports what it did once a second at most, unless it is made to.
  await sql`select pg_stat_force_next_flush()`
  await sleep(50)
  const [row] = await sql<{ read: number }[]>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint as read
    from pg_stat_user_tables where relname = any(${tables})`
  return row?.read ?? Number.NaN
}
