import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { sayNotBought } from '#web/buy/refusal-words.ts'
import { useProductNames } from '#web/client/products.ts'
import { type Purchase, purchaseQuery, useCancelPurchase } from '#web/client/purchases.ts'
import { useRefundPurchase } from '#web/client/refunds.ts'
import { ButtonLink } from '#web/page/button-link.tsx'
import { useRescuedFocus } from '#web/page/rescued-focus.ts'
import classes from './outcome.module.css'
import { sayOutcome } from './outcome-words.ts'
import { isCancellable, statusBy } from './progress.ts'
import { RefundButton } from './refund-button.tsx'
import { Refused } from './refused.tsx'
import { StatusBadge } from './status-badge.tsx'

const POLL_MS = 1_000

/** Where the purchase stands, and what can be done about it now. */
export function Outcome({ purchase }: { purchase: Purchase }) {
  const { purchaseId, steps } = purchase
  const status = statusBy(steps)
  const cancel = useCancelPurchase(purchaseId)
  const refund = useRefundPurchase(purchaseId)
  // Until a refund is answered its beginning shows here, and from there on the story is told by its stream.
  useQuery({
    ...purchaseQuery(purchaseId),
    refetchInterval: refund.isPending && status === 'completed' ? POLL_MS : false,
  })
  const canCancel = isCancellable(steps)
  const words = useRescuedFocus<HTMLDivElement>(`${status} ${canCancel} ${cancel.status} ${refund.status}`)
  return (
    <Stack gap="md">
      <Group className={classes.outcome} justify="space-between" gap="md">
        <Group gap="sm" role="status" className={classes.words} ref={words} tabIndex={-1}>
          <StatusBadge status={status} />
          <OutcomeWords purchase={purchase} />
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

function OutcomeWords({ purchase }: { purchase: Purchase }) {
  const nameOf = useProductNames(purchase.lines)
  if (!isNotBought(purchase)) return <Text>{sayOutcome(purchase)}</Text>
  const { title, message } = sayNotBought(purchase, nameOf)
  return (
    <Text>
      <strong>{title}.</strong> {message}
    </Text>
  )
}

function isNotBought({ status }: Purchase): boolean {
  return status === 'refused' || status === 'cancelled' || status === 'failed'
}
