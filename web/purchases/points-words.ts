import type { Purchase } from '#web/client/purchases.ts'
import { points } from '#web/format/points.ts'

const and = new Intl.ListFormat('en-GB', { type: 'conjunction' })

/** What a purchase means in points, at a glance: `+170 points`. Undefined when there is nothing to say. */
export function sayPointsOf({ status, award, pointsIssued, pointsRedeemed }: Purchase): string | undefined {
  if (status === 'refunded') return undefined
  const earned = award === 'parked' ? 'points will follow' : pointsIssued ? `+${points(pointsIssued)}` : undefined
  const spent = pointsRedeemed > 0 && award !== null ? `−${points(pointsRedeemed)}` : undefined
  return [spent, earned].filter((words) => words !== undefined).join(', ') || undefined
}

/** What became of the points that a purchase earned once it was given back; undefined while they are its buyer's. */
export function sayTakenBack({ status, award, pointsIssued, refund }: Purchase): string | undefined {
  if (award !== 'booked' || !pointsIssued) return undefined
  if (status === 'refunding') return 'What is left of them is being taken back.'
  if (status !== 'refunded' || !refund) return undefined
  const { pointsTakenBack: takenBack, pointsSpent: spent } = refund
  if (takenBack === pointsIssued) return 'They were taken back with the refund.'
  const lapsed = pointsIssued - takenBack - spent
  const parts = [
    takenBack > 0 && `${points(takenBack)} taken back`,
    spent > 0 && `${points(spent)} already spent`,
    lapsed > 0 && `${points(lapsed)} already lapsed`,
  ]
  return `When it was refunded: ${and.format(parts.filter((part) => part !== false))}.`
}
