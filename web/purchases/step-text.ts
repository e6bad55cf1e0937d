import type { OperatorRequest, PurchaseStep, Refusal } from '#web/client/purchases.ts'
import { bySomebody } from '#web/format/actors.ts'
import { countOf, items } from '#web/format/items.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import type { StepName } from './progress.ts'

export type StepText = {
  text: string
  /** The kind of result, from which the timeline chooses icon and colour. */
  tone: 'done' | 'undone' | 'again' | 'bad' | 'neutral'
  detail?: string | undefined
}

/** One thing that happened, in plain words. */
export function formatStep(entry: PurchaseStep): StepText {
  const number = entry.detail?.refundNumber ?? 1
  if (entry.step === 'purchase') return formatPurchaseStep(entry, number)
  const words = formatSagaStep({ ...entry, step: entry.step })
  return { ...words, text: ofRefund(number, words.text) }
}

/** Whatever belongs to a further refund says so: `Refund 2: stock returned`. */
export function ofRefund(number: number, text: string): string {
  return number > 1 ? `Refund ${number}: ${text[0]?.toLowerCase()}${text.slice(1)}` : text
}

function formatSagaStep({ step, state, detail, actor }: PurchaseStep & { step: StepName }): StepText {
  if (state === 'retried') {
    const notYet = detail?.undo ? NOT_TAKEN_BACK_YET[step] : NOT_DONE[step]
    return { text: `${notYet} yet, tried again`, tone: 'again', detail: `attempt ${detail?.attempt}` }
  }
  const many = points(detail?.points ?? 0)
  const withheld = detail?.pointsWithheld ? `, ${points(detail.pointsWithheld)} withheld` : ''
  const moved = detail?.amount ?? detail?.refund?.amount
  const amount = moved === undefined ? undefined : money(moved)
  const words: Record<StepName, Partial<Record<PurchaseStep['state'], StepText>>> = {
    reserveStock: {
      applied: {
        text: 'Stock reserved',
        tone: 'done',
        detail: detail?.total === undefined ? undefined : money(detail.total),
      },
      undone: { text: 'Stock released', tone: 'undone' },
    },
    redeemPoints: {
      applied: { text: 'Points spent', tone: 'done', detail: many },
      undone: { text: 'Points returned', tone: 'undone', detail: `${many}${withheld}` },
    },
    chargeWallet: {
      applied: { text: 'Wallet charged', tone: 'done', detail: amount },
      undone: { text: 'Charge undone', tone: 'undone', detail: amount },
    },
    confirmPurchase: { applied: { text: 'Sale confirmed', tone: 'done' } },
    awardPoints: {
      applied: { text: 'Points earned', tone: 'done', detail: many },
      nothing: { text: 'No campaign awarded points', tone: 'neutral' },
      parked: { text: 'Points will follow', tone: 'neutral', detail: many },
      dismissed: { text: 'Points dismissed', tone: 'bad', detail: bySomebody(actor) },
      undone: detail?.points
        ? { text: 'Earned points taken back', tone: 'undone', detail: many }
        : { text: 'No earned points were left to take back', tone: 'undone' },
    },
    returnStock: { applied: { text: 'Stock returned', tone: 'done' } },
    returnMoney: { applied: { text: 'Money returned', tone: 'done', detail: amount } },
  }
  return words[step][state] ?? { text: `${step} ${state}`, tone: 'neutral' }
}

function formatPurchaseStep({ state, detail, actor }: PurchaseStep, refund: number): StepText {
  const by = bySomebody(actor)
  if (state !== 'refunding') return { ...formatPurchaseState(state), detail: by }
  const what = detail?.lines && items(countOf(detail.lines))
  const parts = [what, by].filter((part) => part !== undefined)
  return {
    text: refund > 1 ? `Refund ${refund} requested` : 'Refund requested',
    tone: 'neutral',
    detail: parts.join(', ') || undefined,
  }
}

function formatPurchaseState(state: PurchaseStep['state']): StepText {
  switch (state) {
    case 'running':
      return { text: 'Order received', tone: 'done' }
    case 'cancel_requested':
      return { text: 'Cancellation requested', tone: 'neutral' }
    case 'compensating':
      return { text: 'Undoing the order', tone: 'neutral' }
    case 'completed':
      return { text: 'Completed', tone: 'done' }
    case 'refused':
      return { text: 'Refused', tone: 'bad' }
    case 'cancelled':
      return { text: 'Cancelled', tone: 'bad' }
    case 'failed':
      return { text: 'Failed', tone: 'bad' }
    case 'partially_refunded':
      return { text: 'Partly refunded', tone: 'done' }
    case 'refunded':
      return { text: 'Refunded', tone: 'done' }
    default:
      return { text: state, tone: 'neutral' }
  }
}

/** What an operator asked for in between. */
export function formatRequest({ kind, actor }: OperatorRequest): StepText {
  const words = {
    repair: 'Repair requested',
    retry: 'Retry of the points requested',
    resolution: 'Reported as resolved',
  }
  return { text: words[kind], tone: 'neutral', detail: bySomebody(actor) }
}

/** A step that is being worked on, or still to come. */
export const AHEAD: Record<StepName, string> = {
  reserveStock: 'Reserving the stock',
  redeemPoints: 'Spending points',
  chargeWallet: 'Charging the wallet',
  confirmPurchase: 'Confirming the sale',
  awardPoints: 'Earning points',
  returnStock: 'Returning the stock',
  returnMoney: 'Returning the money',
}

/** The same of a step that is being undone. */
export const TAKING_BACK: Partial<Record<StepName, string>> = {
  reserveStock: 'Releasing the stock',
  redeemPoints: 'Returning the points',
  chargeWallet: 'Undoing the charge',
}

/** Why a step refused, in a few words. */
export const REFUSALS: Record<Refusal['code'], string> = {
  out_of_stock: 'not enough in stock',
  price_changed: 'the price has changed',
  redeem_exceeds_total: 'more points than the total takes',
  insufficient_points: 'not enough points',
  insufficient_funds: 'not enough money',
}

/** A step that refused, or did not succeed at once. */
export const NOT_DONE: Record<StepName, string> = {
  reserveStock: 'Stock not reserved',
  redeemPoints: 'Points not spent',
  chargeWallet: 'Wallet not charged',
  confirmPurchase: 'Sale not confirmed',
  awardPoints: 'Points not earned',
  returnStock: 'Stock not returned',
  returnMoney: 'Money not returned',
}

/** The same of a step that is being undone. */
const NOT_TAKEN_BACK_YET: Partial<Record<StepName, string>> = {
  reserveStock: 'Stock not released',
  redeemPoints: 'Points not returned',
  chargeWallet: 'Charge not undone',
  awardPoints: 'Earned points not taken back',
}
