import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useProductNames } from '#web/client/products.ts'
import {
  type Purchase,
  purchaseQuery,
  type Refund,
  refundQuoteQuery,
  useCancelPurchase,
  useRefundPurchase,
} from '#web/client/purchases.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { DialogButton } from '#web/page/dialog.tsx'
import { useFocusFallback } from '#web/page/focus.tsx'
import { ButtonLink } from '#web/page/links.tsx'
import { LoadError } from '#web/page/list.tsx'
import { type Sum, Sums } from '#web/page/sums.tsx'
import classes from './outcome.module.css'
import { isCancellable, statusBy } from './progress.ts'
import { Refused, StatusBadge } from './purchase-status.tsx'
import { formatNotBought, formatOutcome } from './purchase-text.ts'

const POLL_MS = 1_000

/** Where the purchase stands, and what can be done about it now. */
export function Outcome({ purchase }: { purchase: Purchase }) {
  const { purchaseId, steps } = purchase
  const status = statusBy(steps)
  const cancel = useCancelPurchase(purchaseId)
  const refund = useRefundPurchase(purchaseId)
  // Polls until the refund has begun; from then on the stream updates the purchase.
  useQuery({
    ...purchaseQuery(purchaseId),
    refetchInterval: refund.isPending && status === 'completed' ? POLL_MS : false,
  })
  const canCancel = isCancellable(steps)
  const text = useFocusFallback<HTMLDivElement>(`${status} ${canCancel} ${cancel.status} ${refund.status}`)
  return (
    <Stack gap="md">
      <Group className={classes.outcome} justify="space-between" gap="md">
        <Group gap="sm" role="status" className={classes.words} ref={text} tabIndex={-1}>
          <StatusBadge status={status} />
          <OutcomeText purchase={purchase} />
        </Group>
        <Group gap="sm">
          {canCancel && (
            <Button variant="default" onClick={() => cancel.mutate()} loading={cancel.isPending}>
              Cancel this purchase
            </Button>
          )}
          {status === 'completed' && <RefundButton purchase={purchase} refund={refund} />}
          {isNotBought(purchase) && (
            <ButtonLink variant="light" to="/">
              Buy something else
            </ButtonLink>
          )}
        </Group>
      </Group>
      <Refused error={cancel.error ?? refund.error} />
    </Stack>
  )
}

function OutcomeText({ purchase }: { purchase: Purchase }) {
  const nameOf = useProductNames(purchase.lines)
  if (!isNotBought(purchase)) return <Text>{formatOutcome(purchase)}</Text>
  const { title, message } = formatNotBought(purchase, nameOf)
  return (
    <Text>
      <strong>{title}.</strong> {message}
    </Text>
  )
}

function isNotBought({ status }: Purchase): boolean {
  return status === 'refused' || status === 'cancelled' || status === 'failed'
}

type RefundButtonProps = { purchase: Purchase; refund: ReturnType<typeof useRefundPurchase> }

/** Refunds the purchase, after the buyer has seen the amounts. */
function RefundButton({ purchase, refund }: RefundButtonProps) {
  return (
    <DialogButton label="Refund …" title="Refund this purchase?" variant="default" loading={refund.isPending}>
      {(close) => (
        <Stack gap="lg">
          <Text>The whole order is returned to the store. This is what you get back:</Text>
          <Foreseen purchase={purchase} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button
              onClick={() => {
                close()
                refund.mutate()
              }}
            >
              Refund it
            </Button>
          </Group>
        </Stack>
      )}
    </DialogButton>
  )
}

/** Calculated when the dialog opens. It is not binding: points can still be spent before it is confirmed. */
function Foreseen({ purchase }: { purchase: Purchase }) {
  const quote = useQuery(refundQuoteQuery(purchase))
  if (quote.data === undefined) {
    return quote.error ? <LoadError query={quote} /> : <Skeleton height={120} radius="md" />
  }
  return <RefundSums refund={quote.data} />
}

/** What a refund returns, whether foreseen or done, and why it may be less than was paid. */
export function RefundSums({ refund }: { refund: Refund }) {
  return (
    <>
      <Sums sums={sumsOf(refund)} />
      {refund.pointsSpent > 0 && (
        <Text size="sm" c="dimmed">
          Of the points that this purchase earned, {points(refund.pointsSpent)} cannot be taken back: they are spent.
          Their value is withheld from the refund.
          {refund.shortfall > 0 &&
            ' As far as the refund does not cover it, it is owed: such points are withheld if they are returned later.'}
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

function sumsOf({ amount, withheld, shortfall, pointsReturned, pointsWithheld, pointsTakenBack }: Refund): Sum[] {
  const sums: Sum[] = [{ label: 'Money into the wallet', value: money(amount), strong: true }]
  if (withheld > 0) sums.push({ label: 'Withheld for spent points', value: money(withheld) })
  if (shortfall > 0) sums.push({ label: 'Spent points not covered, owed', value: money(shortfall) })
  if (pointsReturned > 0) sums.push({ label: 'Points that paid, returned', value: `+${points(pointsReturned)}` })
  if (pointsWithheld > 0) sums.push({ label: 'Points that paid, withheld', value: points(pointsWithheld) })
  if (pointsTakenBack > 0) sums.push({ label: 'Earned points, taken back', value: `−${points(pointsTakenBack)}` })
  return sums
}
