import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Purchase } from '#web/client/purchases.ts'
import type { useRefundPurchase } from '#web/client/refunds.ts'
import { RefundDialog } from './refund-dialog.tsx'

type RefundButtonProps = { purchase: Purchase; refund: ReturnType<typeof useRefundPurchase> }

/** Gives the purchase back, after its buyer has seen what that means. */
export function RefundButton({ purchase, refund }: RefundButtonProps) {
  const [opened, dialog] = useDisclosure(false)
  return (
    <>
      <Button variant="default" onClick={dialog.open} loading={refund.isPending}>
        Refund …
      </Button>
      <RefundDialog
        purchase={purchase}
        opened={opened}
        onClose={dialog.close}
        onConfirm={() => {
          dialog.close()
          refund.mutate()
        }}
      />
    </>
  )
}
