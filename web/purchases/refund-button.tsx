import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Purchase } from '#web/client/purchases.ts'
import { awardedLotQuery, type useRefundPurchase } from '#web/client/refunds.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { foreseeRefund } from './foreseen-refund.ts'
import { RefundSums } from './refund-sums.tsx'

type RefundButtonProps = { purchase: Purchase; refund: ReturnType<typeof useRefundPurchase> }

/** Gives the purchase back, after its buyer has seen what that means. */
export function RefundButton({ purchase, refund }: RefundButtonProps) {
  return (
    <DialogButton label="Refund …" title="Refund this purchase?" variant="default" loading={refund.isPending}>
      {(close) => (
        <Stack gap="lg">
          <Text>The goods go back to the store as a whole. This is what you get back:</Text>
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

/** Reckoned when the dialog opens. Points can still be spent before it is confirmed, so it binds nobody. */
function Foreseen({ purchase }: { purchase: Purchase }) {
  const lot = useQuery(awardedLotQuery(purchase))
  const settings = useQuery(settingsQuery)
  if (lot.data === undefined || !settings.data) {
    return lot.error ? <LoadError query={lot} /> : <Skeleton height={120} radius="md" />
  }
  return <RefundSums refund={foreseeRefund(purchase, lot.data, settings.data.pointValue)} />
}
