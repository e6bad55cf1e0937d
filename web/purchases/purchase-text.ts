import { formatError, isFinal, type Message, problemOf } from '#web/client/api-problem.ts'
import type { Order, Purchase, PurchaseSummary, Refund, Refusal } from '#web/client/purchases.ts'
import { type Actor, bySomebody } from '#web/format/actors.ts'
import { countOf, items } from '#web/format/items.ts'
import { and } from '#web/format/lists.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { isBeingCancelled, isCancelledTooLate, isUnderWay, STATUS_NAMES, statusBy } from './progress.ts'
import { leftOf } from './refund-choice.ts'

const MAX_NAMED = 2

/**
 * What was bought, in a few words: `2 × Unicorn Air and Golden Horn Polish`, `Unicorn Air, Unicorn Ember and 3 more`.
 *
 * @param mostNamed how many products are named, and one more if it is the only other one
 */
export function formatLines(
  lines: Order['lines'],
  nameOf: (productId: string) => string,
  mostNamed: number = MAX_NAMED,
): string {
  const named = lines.length > mostNamed + 1 ? lines.slice(0, mostNamed) : lines
  const words = named.map(({ productId, quantity }) =>
    quantity === 1 ? nameOf(productId) : `${quantity} × ${nameOf(productId)}`,
  )
  const others = lines.length - named.length
  return and.format(others > 0 ? [...words, `${others} more`] : words)
}

/** What a purchase that went well, or is under way, means to its buyer. */
export function formatOutcome(purchase: Purchase): string {
  const status = statusBy(purchase.steps)
  // For a moment the steps are ahead of the rest of the purchase.
  if (!isUnderWay(status) && purchase.status !== status) return 'The purchase has just ended.'
  switch (status) {
    case 'running':
      if (isBeingCancelled(purchase.steps)) return 'It is being cancelled, and the order is undone.'
      return 'The purchase is in progress and continues if you close this page.'
    case 'compensating':
      return 'The purchase did not succeed: the order is being undone.'
    case 'refunding':
      return 'The refund is in progress and continues if you close this page.'
    case 'refunded':
      return formatRefunded(purchase)
    default:
      return formatCompleted(purchase)
  }
}

function formatCompleted(purchase: Purchase): string {
  if (purchase.refund)
    return `Partly refunded: ${moneyAndPoints(purchase.refund)} for ${formatRefundedItems(purchase)}.`
  const tooLate = isCancelledTooLate(purchase) ? ' Your cancellation came too late; you can refund it.' : ''
  return formatPaid(purchase) + tooLate
}

function formatPaid({ amount, award, pointsIssued, pointsRedeemed }: Purchase): string {
  const paid = pointsRedeemed > 0 ? `${money(amount ?? 0)} and ${points(pointsRedeemed)}` : money(amount ?? 0)
  if (award === 'parked') return `${paid} paid. The points for this purchase will be issued later, by an operator.`
  return pointsIssued ? `${paid} paid, ${points(pointsIssued)} earned.` : `${paid} paid.`
}

function formatRefunded({ refund }: Purchase): string {
  if (!refund) return 'The purchase was refunded.'
  return `${moneyAndPoints(refund)} ${refund.pointsReturned === 0 ? 'was' : 'were'} refunded.`
}

function moneyAndPoints({ amount, pointsReturned }: Refund): string {
  return pointsReturned === 0 ? money(amount) : `${money(amount)} and ${points(pointsReturned)}`
}

/** How much of a purchase was given back, or is: `2 of 4 items`. */
export function formatRefundedItems(purchase: Pick<Purchase, 'lines'>): string {
  const all = countOf(purchase.lines)
  return `${all - countOf(leftOf(purchase))} of ${items(all)}`
}

/** The same of a line of several pieces: `2 of 3 refunded`. Undefined, if none of it was. */
export function formatRefundedLine({ quantity, refunded }: Purchase['lines'][number]): string | undefined {
  if (refunded === 0) return undefined
  return quantity === 1 ? 'refunded' : `${refunded} of ${quantity} refunded`
}

const NOTHING_CHARGED = 'Nothing was charged.'

/** Why nothing was bought, as a text for the buyer. */
export function formatNotBought(
  { status, refusal }: Pick<Purchase, 'status' | 'refusal'>,
  nameOf: (productId: string) => string,
): Message {
  if (refusal) return formatRefusal(refusal, nameOf)
  if (status === 'cancelled') {
    return { title: 'Cancelled', message: 'Nothing was bought, and the order was undone.' }
  }
  return {
    title: 'The purchase failed',
    message: 'The store could not carry out this purchase. The order was undone, and you can try again.',
  }
}

/** Replaces the text of `insufficient_funds` once the wallet covers the purchase. */
export function formatCovered(missing: number): Message {
  return {
    title: 'Your wallet covers the purchase now',
    message: `${money(missing)} was missing. ${NOTHING_CHARGED} Nothing is bought yet.`,
  }
}

function formatRefusal(refusal: Refusal, nameOf: (productId: string) => string): Message {
  switch (refusal.code) {
    case 'out_of_stock':
      return formatShort(refusal, nameOf)
    case 'price_changed':
      return {
        title: 'The price has changed',
        message: `The price was ${money(refusal.expectedTotal ?? 0)} and is now ${money(refusal.total ?? 0)}. ${NOTHING_CHARGED}`,
      }
    case 'insufficient_funds':
      return {
        title: `${money(refusal.missing ?? 0)} missing`,
        message: `Your wallet does not cover this purchase. ${NOTHING_CHARGED}`,
      }
    case 'redeem_exceeds_total':
      return {
        title: 'Too many points',
        message: `At most ${points(refusal.mostPoints ?? 0)} can pay for this purchase. ${NOTHING_CHARGED}`,
      }
    case 'insufficient_points':
      return {
        title: 'Not enough points',
        message: `You have ${points(refusal.available ?? 0)} to spend, and wanted to spend ${points(refusal.points ?? 0)}. ${NOTHING_CHARGED}`,
      }
  }
}

function formatShort({ short = [] }: Refusal, nameOf: (productId: string) => string): Message {
  const [first, ...others] = short
  if (!first || others.length > 0) {
    const what = short.map(
      ({ productId, available, requested }) => `${nameOf(productId)}: ${left(available, requested)}`,
    )
    return { title: 'Not everything is in stock', message: `${what.join('. ')}. ${NOTHING_CHARGED}` }
  }
  const { productId, available, requested } = first
  if (available === 0)
    return { title: 'Sold out', message: `${nameOf(productId)} has just been sold out. ${NOTHING_CHARGED}` }
  return {
    title: left(available, requested),
    message: `There is not enough of ${nameOf(productId)}. ${NOTHING_CHARGED}`,
  }
}

function left(available: number, requested: number): string {
  return `${available} left, you asked for ${requested}`
}

function formatCanceller(actor: Actor | undefined): string {
  const by = bySomebody(actor)
  return by === undefined || actor?.role === 'customer' ? 'The buyer cancelled it.' : `It was cancelled ${by}.`
}

/** Why a purchase is being undone, by the step that started the undo. */
export function formatUndoReason({ steps }: Purchase, nameOf: (productId: string) => string): string {
  const reason = steps.find(({ state }) => state === 'compensating')?.detail
  switch (reason?.outcome) {
    case 'refused':
      return `Refused: ${formatNotBought({ status: 'refused', refusal: reason.refusal ?? null }, nameOf).title}.`
    case 'cancelled':
      return formatCanceller(steps.find(({ state }) => state === 'cancel_requested')?.actor)
    default:
      return reason?.code === 'interrupted'
        ? 'Its workflow was lost before it was confirmed.'
        : 'One of its steps failed for ten minutes.'
  }
}

/** What a purchase means in points, at a glance, without what was refunded: `+170 points`. Undefined when there is nothing to say. */
export function formatPointsOf(purchase: PurchaseSummary): string | undefined {
  const { status, award, pointsKept, pointsRedeemed, refund } = purchase
  if (status === 'refunded') return undefined
  const paid = pointsRedeemed - (refund ? refund.pointsReturned + refund.pointsWithheld : 0)
  const earned = award === 'parked' ? 'points will follow' : pointsKept ? `+${points(pointsKept)}` : undefined
  const spent = paid > 0 && award !== null ? `−${points(paid)}` : undefined
  return [spent, earned].filter((words) => words !== undefined).join(', ') || undefined
}

/** What became of the points that a purchase earned once some of it is refunded; undefined while the buyer keeps them. */
export function formatTakenBack(purchase: Purchase): string | undefined {
  const { status, award, pointsIssued, pointsKept, refund } = purchase
  if (award !== 'booked' || !pointsIssued) return undefined
  if (status === 'refunding') {
    return leftOf(purchase).length === 0
      ? 'The points that are left are being taken back.'
      : 'What was earned with the items that go back is being taken back.'
  }
  if (!refund || pointsKept === pointsIssued) return undefined
  const { pointsTakenBack: takenBack, pointsSpent: spent } = refund
  if (takenBack === pointsIssued) return 'The points were taken back with the refund.'
  const expired = pointsIssued - (pointsKept ?? 0) - takenBack - spent
  const parts = [
    takenBack > 0 && `${points(takenBack)} taken back`,
    spent > 0 && `${points(spent)} already spent`,
    expired > 0 && `${points(expired)} already expired`,
  ]
  const when =
    status === 'refunded' ? 'When the purchase was refunded' : `Of ${points(pointsIssued)}, for what was refunded`
  return `${when}: ${and.format(parts.filter((part) => part !== false))}.`
}

/** Why a cancellation or a refund was not accepted, and what can be done instead. */
export function formatRefused(error: unknown, nameOf: (productId: string) => string = String): Message {
  const alreadySettled = problemOf(error, 'already_settled')
  if (alreadySettled) {
    const instead = alreadySettled.purchaseStatus === 'completed' ? ' You can refund it instead.' : ''
    return {
      title: 'Too late to cancel',
      message: `The purchase has already ended: ${statusName(alreadySettled.purchaseStatus)}.${instead}`,
    }
  }
  const refundless = problemOf(error, 'not_refundable')
  if (refundless) {
    return {
      title: 'This purchase cannot be refunded',
      message: `Only a completed purchase can be refunded; this one is ${statusName(refundless.purchaseStatus)}.`,
    }
  }
  const exceeds = problemOf(error, 'exceeds_purchase')
  if (exceeds) {
    const { left } = exceeds
    const rest =
      left.length === 0 ? 'Nothing of it is left.' : `What is left of it: ${formatLines(left, nameOf, left.length)}.`
    return { title: 'Less is left of this purchase', message: `Some of it was refunded meanwhile. ${rest}` }
  }
  const { title, message } = formatError(error)
  return isFinal(error)
    ? { title, message }
    : { title, message: `It is not known whether the request was carried out. ${message}` }
}

function statusName(status: keyof typeof STATUS_NAMES): string {
  return STATUS_NAMES[status].toLowerCase()
}

/** Crockford's digits of base 32: none that is taken for another one when it is read out. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * The number of a purchase that a person can say, `K7QM-2X4B`: the last 40 bits of its id, which are random (RFC 9562, 5.7).
 * Of a million purchases two have the same one with a probability of a third: the id stays what it is known by.
 */
export function purchaseNumber(purchaseId: string): string {
  const bits = BigInt(`0x${purchaseId.replaceAll('-', '').slice(-10)}`)
  const digits = Array.from({ length: 8 }, (_, index) => DIGITS[Number((bits >> BigInt(35 - 5 * index)) & 31n)])
  return `${digits.slice(0, 4).join('')}-${digits.slice(4).join('')}`
}
