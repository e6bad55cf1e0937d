import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import type { Sql } from './client.ts'

export type UnfinishedPurchase = {
  purchaseId: string
  /** What is under way. */
  task: 'purchase' | 'refund'
  /** Of the workflow that should be carrying it out. */
  workflowId: string
}

/** Purchases without an outcome, and refunds that are not through, that have not moved for a while, oldest first. */
export async function listUnfinishedPurchases(
  sql: Sql,
  options: { quietForSeconds: number; after?: string; limit: number },
): Promise<UnfinishedPurchase[]> {
  const rows = await sql<{ id: string; status: string }[]>`
    select id, status from purchases
    where (settled_at is null or status = 'refunding')
      and updated_at < now() - make_interval(secs => ${options.quietForSeconds})
      and id > ${options.after ?? '00000000-0000-0000-0000-000000000000'}
    order by id
    limit ${options.limit}`
  return rows.map(({ id, status }) =>
    status === 'refunding'
      ? { purchaseId: id, task: 'refund', workflowId: refundWorkflowId(id) }
      : { purchaseId: id, task: 'purchase', workflowId: purchaseWorkflowId(id) },
  )
}
