/**
 * Where a purchase stands. `completed`, `refused`, `cancelled`, `failed` and `refunded` are final; only `completed` moved stock and money
 * for good.
 */
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

/** Lines of an order at most, and pieces of each. */
export const MAX_LINES = 20
export const MAX_QUANTITY = 1_000

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

/** What is known about an activity that carries out a step, or undoes one. */
export type SagaActivity = {
  step: StepName
  /** Whether it undoes the step. */
  undo: boolean
  /** `limited`: for ten minutes, then the purchase is undone, or the award parked. `forever`: until it is done. */
  retry: 'limited' | 'forever'
  /** What the Temporal Web UI shows of it. */
  summary: string
}

/**
 * The steps of a purchase in order, with the activity of the same name. `confirmPurchase` is the pivot: from then on the purchase stands.
 */
export const PURCHASE_STEPS = [
  'reserveStock',
  'redeemPoints',
  'chargeWallet',
  'confirmPurchase',
  'awardPoints',
] as const

/** The steps of a purchase and of its refund. Their names are part of the keys in `saga_steps`: never rename one. */
export type StepName = (typeof PURCHASE_STEPS)[number] | 'returnStock' | 'returnMoney'

/** Every activity that carries out or undoes a step: of the purchase, its compensation (last in first out), and its refund. */
export const SAGA_ACTIVITIES = {
  reserveStock: activity('reserveStock', 'limited', 'Reserve the stock and freeze the prices'),
  redeemPoints: activity('redeemPoints', 'limited', 'Pay a part with points'),
  chargeWallet: activity('chargeWallet', 'limited', 'Charge the wallet'),
  confirmPurchase: activity('confirmPurchase', 'forever', 'Confirm: from here on the purchase stands'),
  awardPoints: activity('awardPoints', 'limited', 'Evaluate the campaigns and issue the points'),

  undoCharge: undoOf('chargeWallet', 'Undo: give the money back'),
  undoRedemption: undoOf('redeemPoints', 'Undo: give the redeemed points back'),
  releaseStock: undoOf('reserveStock', 'Undo: give the reserved stock back'),

  takeBackAward: undoOf('awardPoints', 'Refund: take the awarded points back, as far as unspent'),
  returnPoints: undoOf('redeemPoints', 'Refund: give the points back that paid for it'),
  returnStock: activity('returnStock', 'forever', 'Refund: return the stock'),
  returnMoney: activity('returnMoney', 'forever', 'Refund: give the money back'),
} as const satisfies Record<string, SagaActivity>

function activity(step: StepName, retry: SagaActivity['retry'], summary: string): SagaActivity {
  return { step, undo: false, retry, summary }
}

function undoOf(step: StepName, summary: string): SagaActivity {
  return { step, undo: true, retry: 'forever', summary }
}

/**
 * How a purchase is carried out. `fast`: all steps back to back in one local activity, and step by step only when one of them
 * fails. `visible`: each step is a regular activity from the start, which the Temporal Web UI draws.
 */
export const LANES = ['fast', 'visible'] as const
export type Lane = (typeof LANES)[number]

/** The idempotency key of a step: the same for every attempt, from whatever process. */
export function stepKey(purchaseId: string, step: StepName): string {
  return `${purchaseId}/${step}`
}

/** What carries out a purchase or undoes it, gives it back, or gives points for it. */
export const SAGAS = ['purchase', 'refund', 'award'] as const
export type Saga = (typeof SAGAS)[number]

/**
 * What the points ledger is asked for to undo a step of a purchase or, when that has not happened, to keep it from happening; of a
 * refund, with its number.
 */
export function undoAtLedger(purchaseId: string, step: StepName, refund?: number) {
  const undoes = stepKey(purchaseId, step)
  const why = { reason: 'purchase', reference: purchaseId, actor: 'purchase' }
  const key = refund === undefined ? `${undoes}/undo` : `${undoes}/refund/${refund}`
  return { key, requestHash: '', command: { type: 'undo' as const, undoes, ...why } }
}

/** What a step before the pivot answers: done, refused, or not done because a request to cancel is on record. */
export type StepResult<Answer> = ({ ok: true } & Answer) | NotDone
export type NotDone = { ok: false; refusal: Refusal } | { ok: false; cancelled: true }

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

/** Why an award is parked that could not be booked for ten minutes. It is retried when the outage may be over. */
export const UNAVAILABLE = 'unavailable'

/** Why one is parked for which trying again cannot help: the ledger, or the award, is not as it must be. It waits for an operator. */
export const IMPOSSIBLE = 'impossible'

/** Id of the workflow that books an award: of an event of another system, or of a purchase after it was parked. */
export function awardWorkflowId(awarded: Awarded): string {
  return 'eventId' in awarded ? `award-event-${awarded.eventId}` : `award-${awarded.purchaseId}`
}

/**
 * The workflow that settles a purchase which nobody carries out: `purchase` again, or `repair`, which completes one that is confirmed and
 * undoes any other. Again, if no step of it has happened, and if its workflow had completed it, so that its client may know of the sale:
 * then the database has lost what came last.
 *
 * @param ended what its last workflow came to, as far as Temporal has it
 */
export function settlingWorkflow(
  { status, totalMinor }: { status: PurchaseStatus; totalMinor: number | null },
  ended?: { status: PurchaseStatus },
): 'purchase' | 'repair' {
  if (status !== 'running') return 'repair'
  if (ended !== undefined) return isSold(ended.status) ? 'purchase' : 'repair'
  // The total is known from the first step on.
  return totalMinor === null ? 'purchase' : 'repair'
}

function isSold(status: PurchaseStatus): boolean {
  return status === 'completed' || status === 'refunding' || status === 'refunded'
}
