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
          {points(refund.pointsSpent)} that this purchase earned {refund.pointsSpent === 1 ? 'is' : 'are'} spent, and
          cannot be taken back. So {money(refund.withheld)} of the money, what they were worth, is kept.
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
