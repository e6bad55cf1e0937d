import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Purchase } from '#web/client/purchases.ts'
import { awardedLotQuery } from '#web/client/refunds.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { LoadError } from '#web/page/load-error.tsx'
import { foreseeRefund } from './foreseen-refund.ts'
import { RefundSums } from './refund-sums.tsx'

type RefundDialogProps = { purchase: Purchase; opened: boolean; onClose: () => void; onConfirm: () => void }

export function RefundDialog({ purchase, opened, onClose, onConfirm }: RefundDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Refund this purchase?"
      radius="lg"
      padding="xl"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="lg">
        <Text>The goods go back to the store as a whole. This is what you get back:</Text>
        <Foreseen purchase={purchase} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button onClick={onConfirm}>Refund it</Button>
        </Group>
      </Stack>
    </Modal>
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
