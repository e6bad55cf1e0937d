import { defineSearchAttributeKey } from '@temporalio/common'
import type { Awarded, Lane, PurchaseLine, PurchaseStatus } from '#domain/purchase.ts'

/** Where workers listen. */
export const TASK_QUEUE = 'purchases'

/** What operators search for in the Web UI; `npm run migrate` registers them. */
export const CUSTOMER = defineSearchAttributeKey('Customer', 'KEYWORD')
export const PURCHASE_STATUS = defineSearchAttributeKey('PurchaseStatus', 'KEYWORD')
export const TOTAL_MINOR = defineSearchAttributeKey('TotalMinor', 'INT')
export const SEARCH_ATTRIBUTES = [CUSTOMER, PURCHASE_STATUS, TOTAL_MINOR]

/**
 * Input of workflow `purchase`: the row in `purchases` says the rest. `slowMotion`: a second passes before each step, so that
 * somebody can watch; for the visible lane.
 */
export type PurchaseInput = { purchaseId: string; lane?: Lane; slowMotion?: boolean }

/** Input of workflow `award`. */
export type AwardInput = Awarded & { lane?: Lane }

/** Result of workflow `purchase`, and of `repair`: the status that the purchase settled with. */
export type PurchaseResult = { status: Exclude<PurchaseStatus, 'running' | 'compensating'> }

/** One line for the Web UI: what is bought or given back, without personal data beyond the username. */
export function purchaseSummary(username: string, does: 'buys' | 'gets a refund for', lines: PurchaseLine[]): string {
  const items = lines.map((line) => `${line.quantity} × product ${line.productId}`)
  const shown = items.length > 3 ? [...items.slice(0, 3), `${items.length - 3} more`] : items
  return `${username} ${does} ${shown.join(', ')}`
}
