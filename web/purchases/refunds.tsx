import { Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useProductNames } from '#web/client/products.ts'
import type { Purchase, Refund } from '#web/client/purchases.ts'
import { dateTime } from '#web/format/dates.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import list from '#web/page/list.module.css'
import { Section } from '#web/page/section.tsx'
import { type Sum, Sums } from '#web/page/sums.tsx'
import { formatLines } from './purchase-text.ts'

/** What went back to the store, and what that returned; nothing without a refund. */
export function Refunds({ purchase: { lines, refunds, refund } }: { purchase: Purchase }) {
  const nameOf = useProductNames(lines)
  const [first, ...others] = refunds
  if (!first) return null
  if (others.length === 0) {
    return (
      <Section title="Refund">
        <Returned refund={first} nameOf={nameOf} />
      </Section>
    )
  }
  return (
    <Section title="Refunds">
      <ol className={list.list} style={{ gap: 24 }} aria-label="Refunds">
        {refunds.map((one) => (
          <li key={one.number}>
            <Stack gap="sm">
              <Title order={3} size="h4">
                Refund {one.number}
              </Title>
              <Returned refund={one} nameOf={nameOf} />
            </Stack>
          </li>
        ))}
      </ol>
      {refund && (
        <Stack gap="sm" pt="xs">
          <Title order={3} size="h4">
            {refunds.every((one) => one.refund !== null) ? 'All refunds' : 'All refunds so far'}
          </Title>
          <Sums sums={sumsOf(refund)} />
        </Stack>
      )}
    </Section>
  )
}

type ReturnedProps = { refund: Purchase['refunds'][number]; nameOf: (productId: string) => string }

function Returned({ refund: { lines, requestedAt, refund }, nameOf }: ReturnedProps) {
  return (
    <>
      <div>
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {formatLines(lines, nameOf, lines.length)}
        </Text>
        <Text size="sm" c="dimmed">
          Requested on <time dateTime={requestedAt}>{dateTime(requestedAt)}</time>
        </Text>
      </div>
      {refund ? (
        <RefundSums refund={refund} />
      ) : (
        <Group gap="sm">
          <Loader size="xs" aria-hidden />
          <Text>In progress …</Text>
        </Group>
      )}
    </>
  )
}

/** Which sums are shown also where they are nothing, so that no line comes and goes while somebody chooses. */
type Shown = { pointsReturned?: boolean; pointsTakenBack?: boolean }

/** What a refund returns, whether foreseen or done, and why it may be less than was paid. */
export function RefundSums({ refund, shown }: { refund: Refund; shown?: Shown }) {
  return (
    <>
      <Sums sums={sumsOf(refund, shown)} />
      {refund.pointsSpent > 0 && (
        <Text size="sm" c="dimmed">
          Of the points that this purchase earned, {points(refund.pointsSpent)} cannot be taken back: they are spent.
          {refund.withheld > 0 && ' Their value is withheld from the refund.'}
          {refund.shortfall > 0 &&
            ' As far as the refund does not cover it, it is owed: such points are withheld if they are returned later.'}
        </Text>
      )}
      {refund.shortfall < 0 && (
        <Text size="sm" c="dimmed">
          Of what is withheld, {money(-refund.shortfall)} is for spent points that earlier refunds of this purchase did
          not cover.
        </Text>
      )}
      {refund.pointsWithheld > 0 && (
        <Text size="sm" c="dimmed">
          Of the points that paid, {points(refund.pointsWithheld)} are withheld: what they were earned with has been
          taken back, and they were still owed.
        </Text>
      )}
    </>
  )
}

function sumsOf(refund: Refund, shown: Shown = {}): Sum[] {
  const { amount, withheld, shortfall, pointsReturned, pointsWithheld, pointsTakenBack } = refund
  const sums: Sum[] = [{ label: 'Money into the wallet', value: money(amount), strong: true }]
  if (withheld > 0) sums.push({ label: 'Withheld for spent points', value: money(withheld) })
  if (shortfall > 0) sums.push({ label: 'Spent points not covered, owed', value: money(shortfall) })
  if (pointsReturned > 0 || shown.pointsReturned)
    sums.push({ label: 'Points that paid, returned', value: signed('+', pointsReturned) })
  if (pointsWithheld > 0) sums.push({ label: 'Points that paid, withheld', value: points(pointsWithheld) })
  if (pointsTakenBack > 0 || shown.pointsTakenBack)
    sums.push({ label: 'Earned points, taken back', value: signed('−', pointsTakenBack) })
  return sums
}

function signed(sign: string, count: number): string {
  return count === 0 ? points(0) : `${sign}${points(count)}`
}
