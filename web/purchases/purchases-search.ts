import type { PurchaseStatus } from '#web/client/purchase-history.ts'
import { STATUSES } from './status-words.ts'

/** What of the list of purchases is kept in its address, so that it can be shared, and going back finds it as it was. */
export function purchasesSearch(search: Record<string, unknown>): { status?: PurchaseStatus } {
  const status = STATUSES.find((known) => known === search.status)
  return status ? { status } : {}
}
