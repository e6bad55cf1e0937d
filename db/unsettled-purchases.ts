import type { Sql } from './client.ts'

/** Purchases without an outcome that have not moved for a while, oldest first. */
export async function listUnsettledPurchases(
  sql: Sql,
  options: { quietForSeconds: number; after?: string; limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from purchases
    where settled_at is null and updated_at < now() - make_interval(secs => ${options.quietForSeconds})
      and id > ${options.after ?? '00000000-0000-0000-0000-000000000000'}
    order by id
    limit ${options.limit}`
  return rows.map((row) => row.id)
}
