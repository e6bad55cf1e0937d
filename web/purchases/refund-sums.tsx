import { Text } from '@mantine/core'
import type { Refund } from '#web/client/refunds.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { type Sum, Sums } from '#web/page/sums.tsx'

/** What a refund gives back, be it foreseen or done, and why it is not all of it. */
export function RefundSums({ refund }: { refund: Refund }) {
  return (
    <>
      <Sums sums={sumsOf(refund)} />
      {refund.pointsSpent > 0 && (
        <Text size="sm" c="dimmed">
          Of the points that this purchase earned, {points(refund.pointsSpent)} cannot be taken back: they are spent.
          Their value is kept from the money.
        </Text>
      )}
    </>
  )
}

function sumsOf({ amount, withheld, shortfall, pointsReturned, pointsTakenBack }: Refund): Sum[] {
  const sums: Sum[] = [{ label: 'Money into the wallet', value: money(amount), strong: true }]
  if (withheld > 0) sums.push({ label: 'Kept for spent points', value: money(withheld) })
  if (shortfall > 0) sums.push({ label: 'Spent points beyond that', value: money(shortfall) })
  if (pointsReturned > 0) sums.push({ label: 'Points that paid, returned', value: `+${points(pointsReturned)}` })
  if (pointsTakenBack > 0) sums.push({ label: 'Earned points, taken back', value: `−${points(pointsTakenBack)}` })
  return sums
}
