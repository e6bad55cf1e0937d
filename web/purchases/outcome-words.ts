import type { Purchase } from '#web/client/purchases.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { isBeingCancelled, isUnderWay, statusBy } from './progress.ts'

/** What a purchase that went well, or is under way, means to its buyer. */
export function sayOutcome(purchase: Purchase): string {
  const status = statusBy(purchase.steps)
  // The story is ahead of what else is known, for a moment.
  if (!isUnderWay(status) && purchase.status !== status) return 'It has just ended.'
  switch (status) {
    case 'running':
      if (isBeingCancelled(purchase.steps)) return 'It will not be bought. Whatever was taken comes back.'
      return 'It is being carried out, and goes on without this page.'
    case 'compensating':
      return 'It will not be bought. Everything that was taken is being given back.'
    case 'refunding':
      return 'The refund goes on without this page, until everything was given back.'
    case 'refunded':
      return sayRefunded(purchase)
    default:
      return sayCompleted(purchase)
  }
}

/** Whether somebody asked to cancel what was bought all the same: only a refund helps them then. */
export function isCancelledTooLate({ status, steps }: Purchase): boolean {
  return status === 'completed' && steps.some(({ state }) => state === 'cancel_requested')
}

function sayCompleted(purchase: Purchase): string {
  const tooLate = isCancelledTooLate(purchase) ? ' Your cancellation came too late; you can refund it.' : ''
  return sayPaid(purchase) + tooLate
}

function sayPaid({ amount, award, pointsIssued, pointsRedeemed }: Purchase): string {
  const paid = pointsRedeemed > 0 ? `${money(amount ?? 0)} and ${points(pointsRedeemed)}` : money(amount ?? 0)
  if (award === 'parked') return `${paid} paid. The points for it will follow: somebody is looking after them.`
  return pointsIssued ? `${paid} paid, ${points(pointsIssued)} earned.` : `${paid} paid.`
}

function sayRefunded({ refund }: Purchase): string {
  if (!refund) return 'Everything was given back.'
  const returned = refund.pointsReturned > 0 ? ` and ${points(refund.pointsReturned)}` : ''
  return `${money(refund.amount)}${returned} came back.`
}
