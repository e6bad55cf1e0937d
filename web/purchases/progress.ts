import type { OperatorRequest, Purchase, PurchaseStatus, PurchaseStep, Refusal } from '#web/client/purchases.ts'

export type StepName = Exclude<PurchaseStep['step'], 'purchase'>

/** Other states of the step `purchase`, such as a request to cancel, are no status. */
const isStatus = (state: PurchaseStep['state']): state is PurchaseStatus => state in STATUS_NAMES

/** The status of a purchase by its steps: while they are streamed they are ahead of the status that was read. */
export function statusBy(steps: readonly PurchaseStep[]): PurchaseStatus {
  const { asked, done } = refundsBy(steps)
  const last = statesOf(steps)
    .filter((state) => isStatus(state) || state === 'partially_refunded')
    .at(-1)
  if (last !== 'partially_refunded') return last ?? 'running'
  return done < asked ? 'refunding' : 'completed'
}

/** How many refunds of parts are through, and how many refunds were asked for: they are carried out one after the other. */
function refundsBy(steps: readonly PurchaseStep[]): { asked: number; done: number } {
  const count = (wanted: PurchaseStep['state']) => statesOf(steps).filter((state) => state === wanted).length
  return { asked: count('refunding'), done: count('partially_refunded') }
}

/** The number of the refund that is being carried out. */
export function refundUnderWay(steps: readonly PurchaseStep[]): number {
  return refundsBy(steps).done + 1
}

function statesOf(steps: readonly PurchaseStep[]) {
  return steps.filter(({ step }) => step === 'purchase').map(({ state }) => state)
}

export function isUnderWay(status: PurchaseStatus): boolean {
  return status === 'running' || status === 'compensating' || status === 'refunding'
}

/** A request to cancel counts until the sale is confirmed. */
export function isCancellable(steps: readonly PurchaseStep[]): boolean {
  return statusBy(steps) === 'running' && !isConfirmed(steps) && !steps.some(isCancelRequest)
}

/** Whether it was requested in time to cancel it: it will be undone. */
export function isBeingCancelled(steps: readonly PurchaseStep[]): boolean {
  return statusBy(steps) === 'running' && !isConfirmed(steps) && steps.some(isCancelRequest)
}

/** Whether it was requested to cancel it, but too late: it was completed, and can only be refunded. */
export function isCancelledTooLate({ status, steps }: Purchase): boolean {
  return status === 'completed' && steps.some(({ state }) => state === 'cancel_requested')
}

function isConfirmed(steps: readonly PurchaseStep[]): boolean {
  return steps.some(({ step, state }) => step === 'confirmPurchase' && state === 'applied')
}

function isCancelRequest({ state }: PurchaseStep): boolean {
  return state === 'cancel_requested'
}

/** Steps that were undone later. Of a sale that was confirmed, none was: refunds have steps of their own. */
export function undoneSteps(steps: readonly PurchaseStep[]): ReadonlySet<PurchaseStep['step']> {
  if (isConfirmed(steps)) return new Set()
  return new Set(steps.filter(({ state }) => state === 'undone').map(({ step }) => step))
}

/** The step that says no, by the code of its refusal. */
const REFUSING: Record<Refusal['code'], StepName> = {
  out_of_stock: 'reserveStock',
  price_changed: 'reserveStock',
  redeem_exceeds_total: 'redeemPoints',
  insufficient_points: 'redeemPoints',
  insufficient_funds: 'chargeWallet',
}

/** What operators asked for before the entry of this index, and after the one before it; of the number of entries: after the last. */
export function requestsBefore(
  index: number,
  { steps, requests }: { steps: readonly PurchaseStep[]; requests: readonly OperatorRequest[] },
): OperatorRequest[] {
  const [from, to] = [steps[index - 1]?.at, steps[index]?.at]
  return requests.filter(({ at }) => (from === undefined || from < at) && (to === undefined || at <= to))
}

/** Where a purchase was refused: the step, why, and the first entry that follows from it. The step itself left none. */
export function refusalOf(
  steps: readonly PurchaseStep[],
): { step: StepName; code: Refusal['code']; entry: PurchaseStep } | undefined {
  for (const entry of steps) {
    const code = entry.detail?.refusal?.code
    if (entry.step === 'purchase' && code !== undefined) return { step: REFUSING[code], code, entry }
  }
  return undefined
}

/**
 * The steps that are still to come, in order: the first is in progress. While a purchase is undone, the steps still to be undone; of
 * refunds, those of the one that is being carried out.
 */
export function stepsAhead(steps: readonly PurchaseStep[], paysWithPoints: boolean): StepName[] {
  const happened = happenedOf(steps)
  const undone = undoneSteps(steps)
  switch (statusBy(steps)) {
    case 'running':
      if (isBeingCancelled(steps)) return []
      return SALE.filter((step) => !happened.has(step) && (paysWithPoints || step !== 'redeemPoints'))
    case 'compensating':
      return UNDO.filter((step) => happened.has(step) && !undone.has(step))
    case 'refunding':
      return REFUND.filter((step) => !happenedOf(ofRefundUnderWay(steps)).has(step))
    default:
      return []
  }
}

function happenedOf(steps: readonly PurchaseStep[]): ReadonlySet<PurchaseStep['step']> {
  return new Set(steps.filter(({ state }) => state !== 'undone' && state !== 'retried').map(({ step }) => step))
}

/** What has happened since the refund before it was through. */
function ofRefundUnderWay(steps: readonly PurchaseStep[]): readonly PurchaseStep[] {
  return steps.slice(steps.findLastIndex(({ state }) => state === 'partially_refunded') + 1)
}

const SALE: StepName[] = ['reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase', 'awardPoints']
const UNDO: StepName[] = ['chargeWallet', 'redeemPoints', 'reserveStock']
const REFUND: StepName[] = ['returnStock', 'returnMoney']

/** Where a purchase stands, in plain words. */
export const STATUS_NAMES: Record<PurchaseStatus, string> = {
  running: 'Under way',
  compensating: 'Being undone',
  completed: 'Completed',
  refused: 'Refused',
  cancelled: 'Cancelled',
  failed: 'Failed',
  refunding: 'Being refunded',
  refunded: 'Refunded',
}

export const STATUSES = Object.keys(STATUS_NAMES) as PurchaseStatus[]

export type Workflow = { id: string; name: string }

/** The workflows that worked on a purchase, by their ids in Temporal. */
export function workflowsOf({ purchaseId, refunds, award, steps }: Purchase): Workflow[] {
  const workflows = [purchaseWorkflow(purchaseId)]
  const parked = steps.some(({ step, state }) => step === 'awardPoints' && state === 'parked')
  if (parked && (award === 'booked' || award === 'nothing'))
    workflows.push({ id: `award-${purchaseId}`, name: 'Workflow of its points' })
  if (refunds.length > 0) {
    workflows.push({
      id: `refund-${purchaseId}`,
      name: refunds.length > 1 ? 'Workflow of its refunds' : 'Workflow of its refund',
    })
  }
  return workflows
}

export function purchaseWorkflow(purchaseId: string): Workflow {
  return { id: `purchase-${purchaseId}`, name: 'Workflow of the purchase' }
}
