import type { Purchase } from '#web/client/purchases.ts'
import { points } from '#web/format/points.ts'

/** What a purchase means in points, at a glance: `+170 points`. Undefined when there is nothing to say. */
export function sayPointsOf({ status, award, pointsIssued, pointsRedeemed }: Purchase): string | undefined {
  if (status === 'refunded') return undefined
  const earned = award === 'parked' ? 'points will follow' : pointsIssued ? `+${points(pointsIssued)}` : undefined
  const spent = pointsRedeemed > 0 && award !== null ? `−${points(pointsRedeemed)}` : undefined
  return [spent, earned].filter((words) => words !== undefined).join(', ') || undefined
}
