import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useProductNames } from '#web/client/products.ts'
import { type Purchase, purchaseQuery, useCancelPurchase, useRefundPurchase } from '#web/client/purchases.ts'
import { useFocusFallback } from '#web/page/focus.tsx'
import { ButtonLink } from '#web/page/links.tsx'
import classes from './outcome.module.css'
import { isCancellable, statusBy } from './progress.ts'
import { Refused, StatusBadge } from './purchase-status.tsx'
import { formatNotBought, formatOutcome } from './purchase-text.ts'
import { RefundButton } from './refund-dialog.tsx'

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
  const nameOf = useProductNames(purchase.lines)
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
      <Refused error={cancel.error ?? refund.error} nameOf={nameOf} />
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
