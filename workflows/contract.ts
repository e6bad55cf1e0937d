import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common'
import {
  type Awarded,
  awardWorkflowId,
  type Lane,
  type PurchaseStatus,
  purchaseWorkflowId,
  type Reversal,
  refundWorkflowId,
} from '#domain/purchase.ts'

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

/** Input of workflow `refund`. `refund`: the number of the refund that it is started for, if who starts it knows. */
export type RefundInput = { purchaseId: string; refund?: number }

/** Input of workflow `award`. */
export type AwardInput = Awarded & { lane?: Lane }

/** The signal that another refund was asked for, for which a workflow may be under way. */
export const REFUND_ASKED = 'refundAsked'

/** Result of workflow `refund`: what the purchase is when no refund is left to carry out. */
export type RefundResult = { status: 'completed' | 'refunded' }

/** Result of workflow `purchase`, and of `repair`: the status that the purchase settled with, and why, if it was undone. */
export type PurchaseResult = { status: Exclude<PurchaseStatus, 'running' | 'compensating'> } | Reversal

/**
 * How a saga is started, whether by the API or by the reconciler. None has a timeout: it would end the saga without its undo.
 */
export type SagaStart = {
  workflowType: 'purchase' | 'refund' | 'repair' | 'award'
  workflowId: string
  args: [PurchaseInput | RefundInput | AwardInput]
  /** One line for the Web UI. */
  staticSummary: string
  typedSearchAttributes: SearchAttributePair[]
  searchAttributes: Record<string, never[]>
  /** Sent to the one that is running, too. */
  signal?: string
}

/** What of a purchase its sagas are started with. */
export type PurchaseToStart = {
  purchaseId: string
  userId: string
  status: PurchaseStatus
  lines: { quantity: number; name: string }[]
}

export function purchaseStart(purchase: PurchaseToStart, how: Omit<PurchaseInput, 'purchaseId'>): SagaStart {
  const { purchaseId, lines } = purchase
  return {
    workflowType: 'purchase',
    workflowId: purchaseWorkflowId(purchaseId),
    args: [{ purchaseId, ...how }],
    staticSummary: `Purchase of ${itemsOf(lines)}`,
    ...searchableBy(purchase.userId, purchase.status),
  }
}

/** @param refund the number of one that was asked for, which it will not end without */
export function refundStart(purchase: PurchaseToStart, refund?: number): SagaStart {
  const { purchaseId, lines } = purchase
  return {
    workflowType: 'refund',
    workflowId: refundWorkflowId(purchaseId),
    args: [{ purchaseId, ...(refund !== undefined && { refund }) }],
    staticSummary: `Refund of ${itemsOf(lines)}`,
    ...searchableBy(purchase.userId, purchase.status),
  }
}

/**
 * Under the id of the purchase's own workflow, of which Temporal lets one be open: a repair never begins beside somebody who carries the
 * purchase out, nor the other way round, however long ago one has looked.
 *
 * @param why for the Web UI: `because ...`
 */
export function repairStart(purchase: PurchaseToStart, why: string): SagaStart {
  const { purchaseId } = purchase
  return {
    workflowType: 'repair',
    workflowId: purchaseWorkflowId(purchaseId),
    args: [{ purchaseId }],
    staticSummary: `Settles the purchase, because ${why}`,
    ...searchableBy(purchase.userId, purchase.status),
  }
}

/** @param customerId the id of the user who earned it */
export function awardStart(input: AwardInput, customerId: string): SagaStart {
  return {
    workflowType: 'award',
    workflowId: awardWorkflowId(input),
    args: [input],
    staticSummary: 'eventId' in input ? 'Points for an event of another system' : 'Points for a purchase',
    ...searchableBy(customerId),
  }
}

/**
 * An attribute without a value shows nothing, but the start is refused when it is not registered: a saga that has any attribute may
 * set all of them, and one that was started without them sets none (`showStatus`). Else each of its workflow tasks would fail.
 */
function searchableBy(customerId: string, status?: PurchaseStatus) {
  return {
    typedSearchAttributes: [
      { key: CUSTOMER, value: customerId },
      ...(status === undefined ? [] : [{ key: PURCHASE_STATUS, value: status }]),
    ],
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name }) => [name, []])),
  }
}

/** What is bought, for a line of the Web UI; who buys it is not in there, for nothing of a person is but their id. */
function itemsOf(lines: PurchaseToStart['lines']): string {
  const items = lines.map(({ quantity, name }) => `${quantity} × ${inMarkdown(name)}`)
  const shown = items.length > 3 ? [...items.slice(0, 3), `${items.length - 3} more`] : items
  return shown.join(', ')
}

/** Three names of so many bytes, and what stands around them, are less than the 400 bytes that Temporal takes for a summary. */
const MAX_NAME_BYTES = 100

/** As much of a name as there is room for, as Markdown that shows it as it is. */
function inMarkdown(name: string): string {
  const encoder = new TextEncoder()
  let shown = ''
  for (const character of name) {
    const next = shown + (/[\\`*_[\]<>~|&#!]/.test(character) ? `\\${character}` : character)
    if (encoder.encode(next).length > MAX_NAME_BYTES) return `${shown}…`
    shown = next
  }
  return shown
}
