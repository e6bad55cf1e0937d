import type { components } from '#web/client/schema.d.ts'

type PurchaseStatus = components['schemas']['PurchaseStatus']['status']

const STATUSES: readonly PurchaseStatus[] = [
  'running',
  'compensating',
  'completed',
  'refused',
  'cancelled',
  'failed',
  'refunding',
  'refunded',
]

/** What of the list of purchases is kept in its address, so that going back finds it as it was. */
export function purchasesSearch(search: Record<string, unknown>): { status?: PurchaseStatus; cursor?: string } {
  const status = STATUSES.find((known) => known === search.status)
  const cursor = typeof search.cursor === 'string' ? search.cursor : undefined
  return { ...(status && { status }), ...(cursor && { cursor }) }
}
