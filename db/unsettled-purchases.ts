import type { Sql } from './client.ts'

export type UnfinishedPurchase = {
  purchaseId: string
  username: string
  /** Completed once, and being refunded; else it has no outcome yet. */
  refunding: boolean
}

/** Purchases without an outcome, and refunds that are not through, that have not moved for a while, oldest first. */
export async function listUnfinishedPurchases(
  sql: Sql,
  options: { quietForSeconds: number; after?: string; limit: number },
): Promise<UnfinishedPurchase[]> {
  return await sql<UnfinishedPurchase[]>`
    select id as "purchaseId", username, status = 'refunding' as refunding from purchases
    where (settled_at is null or status = 'refunding')
      and updated_at < now() - make_interval(secs => ${options.quietForSeconds})
      and id > ${options.after ?? '00000000-0000-0000-0000-000000000000'}
    order by id
    limit ${options.limit}`
}
