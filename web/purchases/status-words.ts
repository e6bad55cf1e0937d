import type { PurchaseStatus } from '#web/client/purchase-history.ts'

/** Where a purchase stands, in plain words. */
export const STATUS_WORDS: Record<PurchaseStatus, string> = {
  running: 'Under way',
  compensating: 'Being undone',
  completed: 'Completed',
  refused: 'Refused',
  cancelled: 'Cancelled',
  failed: 'Failed',
  refunding: 'Being refunded',
  refunded: 'Refunded',
}

export const STATUSES = Object.keys(STATUS_WORDS) as PurchaseStatus[]
