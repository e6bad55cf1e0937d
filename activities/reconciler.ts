import { listQuietEvents } from '#db/awards.ts'
import type { Sql } from '#db/client.ts'
import { listQuietPurchases } from '#db/purchases.ts'
import { awardWorkflowId, purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'

const PAGE = 100

export type LostPurchases = {
  /** Ids of purchases without an outcome whose workflow is not open. */
  lost: string[]
  /** Ids of purchases that are being refunded without an open workflow. */
  lostRefunds: string[]
  /** Ids of events of other systems whose award is pending without an open workflow; with the first page. */
  lostEvents: string[]
  /** The id of who bought, by purchase id. */
  customers: Record<string, string>
  /** Where the next page begins; left out on the last one. */
  next?: string
}

/** One page of lost purchases, refunds and awards: in progress, quiet for a minute, and without an open workflow. */
export async function findLostPurchases(
  sql: Sql,
  isWorkflowOpen: (workflowId: string) => Promise<boolean>,
  after: string | undefined,
  reportProgress: (details: Record<string, number>) => void,
): Promise<LostPurchases> {
  const page = await listQuietPurchases(sql, { quietForSeconds: 60, limit: PAGE, ...(after && { after }) })
  const lost: string[] = []
  const lostRefunds: string[] = []
  const customers: Record<string, string> = {}
  for (const [index, { purchaseId, userId, refunding }] of page.entries()) {
    reportProgress({ purchases: index, of: page.length })
    customers[purchaseId] = userId
    const workflowId = refunding ? refundWorkflowId(purchaseId) : purchaseWorkflowId(purchaseId)
    if (!(await isWorkflowOpen(workflowId))) (refunding ? lostRefunds : lost).push(purchaseId)
  }
  const next = page.length === PAGE ? page.at(-1)?.purchaseId : undefined
  const lostEvents = after === undefined ? await findLostEvents(sql, isWorkflowOpen, reportProgress) : []
  return { lost, lostRefunds, lostEvents, customers, ...(next !== undefined && { next }) }
}

/** Those beyond a page are the next run's. */
async function findLostEvents(
  sql: Sql,
  isWorkflowOpen: (workflowId: string) => Promise<boolean>,
  reportProgress: (details: Record<string, number>) => void,
): Promise<string[]> {
  const lost: string[] = []
  const page = await listQuietEvents(sql, { quietForSeconds: 60, limit: PAGE })
  for (const [index, eventId] of page.entries()) {
    reportProgress({ events: index, of: page.length })
    if (!(await isWorkflowOpen(awardWorkflowId({ eventId })))) lost.push(eventId)
  }
  return lost
}
