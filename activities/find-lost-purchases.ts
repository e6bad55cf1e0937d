import type { Sql } from '#db/client.ts'
import { listUnfinishedPurchases } from '#db/unsettled-purchases.ts'
import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'

const PAGE = 100

export type LostPurchases = {
  /** Ids of purchases without an outcome that nobody carries out. */
  lost: string[]
  /** Ids of purchases whose refund nobody carries out. */
  lostRefunds?: string[]
  /** Who bought, by purchase id. */
  customers?: Record<string, string>
  /** Where the next page begins; left out on the last one. */
  next?: string
}

/** One page of what is not through, has been quiet for a minute and has no open workflow. */
export async function findLostPurchases(
  sql: Sql,
  isWorkflowOpen: (workflowId: string) => Promise<boolean>,
  after?: string,
): Promise<LostPurchases> {
  const page = await listUnfinishedPurchases(sql, { quietForSeconds: 60, limit: PAGE, ...(after && { after }) })
  const lost: string[] = []
  const lostRefunds: string[] = []
  const customers: Record<string, string> = {}
  for (const { purchaseId, username, refunding } of page) {
    customers[purchaseId] = username
    const workflowId = refunding ? refundWorkflowId(purchaseId) : purchaseWorkflowId(purchaseId)
    if (!(await isWorkflowOpen(workflowId))) (refunding ? lostRefunds : lost).push(purchaseId)
  }
  const next = page.length === PAGE ? page.at(-1)?.purchaseId : undefined
  return { lost, lostRefunds, customers, ...(next !== undefined && { next }) }
}
