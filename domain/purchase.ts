/** Where a purchase stands. `completed`, `refused`, `cancelled`, `failed` and `refunded` are final; only `completed` moved stock and money for good. */
export const PURCHASE_STATUSES = [
  'running',
  'compensating',
  'completed',
  'refused',
  'cancelled',
  'failed',
  'refunding',
  'refunded',
] as const
export type PurchaseStatus = (typeof PURCHASE_STATUSES)[number]

export type PurchaseLine = { productId: string; quantity: number }

/** A line with the price that was frozen when its stock was reserved, in minor units. */
export type PricedLine = PurchaseLine & { unitPriceMinor: number }

/** Why the business said no. A refusal is a value: it is shown to the buyer and undone, never retried. */
export type Refusal =
  | { code: 'out_of_stock'; short: { productId: string; requested: number; available: number }[] }
  | { code: 'price_changed'; expectedMinor: number; totalMinor: number }
  | { code: 'redeem_exceeds_total'; points: number; mostPoints: number }
  | { code: 'insufficient_points'; points: number; available: number }
  | { code: 'insufficient_funds'; missingMinor: number }

/** Why a purchase failed without anybody having refused it. */
export type FailureCode =
  /** A step could not be carried out for ten minutes. */
  | 'step_unavailable'
  /** The workflow was lost or terminated, and the purchase was not confirmed. */
  | 'interrupted'

/** How a purchase ended. */
export type Outcome = { status: 'completed' } | Reversal

/** How a purchase ends that was undone, and why. */
export type Reversal =
  | { status: 'refused'; refusal: Refusal }
  | { status: 'cancelled' }
  | { status: 'failed'; code: FailureCode; step?: string }

/** The steps of the saga, in order. Their names are part of the keys in `saga_steps`: never rename one. */
export type StepName =
  | 'reserveStock'
  | 'redeemPoints'
  | 'chargeWallet'
  | 'confirmPurchase'
  | 'awardPoints'
  // Of a refund.
  | 'returnStock'
  | 'returnMoney'

/** The idempotency key of a step: the same for every attempt, from whatever process. */
export function stepKey(purchaseId: string, step: StepName): string {
  return `${purchaseId}/${step}`
}

/** What a step of the saga says: its answer, or the refusal. */
export type StepResult<Answer> = ({ ok: true } & Answer) | { ok: false; refusal: Refusal }

/** Id of the workflow that carries a purchase out. */
export function purchaseWorkflowId(purchaseId: string): string {
  return `purchase-${purchaseId}`
}

/** Id of the workflow that refunds a purchase. */
export function refundWorkflowId(purchaseId: string): string {
  return `refund-${purchaseId}`
}

/** Whose award it is: that of a purchase, or of an event of another system. The id of the award is theirs. */
export type Awarded = { purchaseId: string } | { eventId: string }

/** Id of the workflow that books an award: of an event of another system, or of a purchase after it was parked. */
export function awardWorkflowId(awarded: Awarded): string {
  return 'eventId' in awarded ? `award-event-${awarded.eventId}` : `award-${awarded.purchaseId}`
}

/** Id of the workflow that settles a purchase whose own workflow was lost. */
export function repairWorkflowId(purchaseId: string): string {
  return `repair-${purchaseId}`
}
