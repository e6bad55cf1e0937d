import { Button, Group, Modal, Paper, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useLivePurchase } from '#web/purchases/live-purchase.ts'
import { isUnderWay } from '#web/purchases/progress.ts'
import { useCheckout } from './checkout.tsx'
import { BeingSent, NotTaken } from './order-sending.tsx'
import { PurchaseOutcome } from './purchase-outcome.tsx'
import { PurchaseUnderWay } from './purchase-under-way.tsx'

/**
 * What becomes of what was bought. It opens by itself, after a reload too. Closing it makes room for another purchase,
 * or, while this one is under way, folds it into a line at the top of the page.
 */
export function PurchaseDialog({ username }: { username: string }) {
  const { intent, error: notTaken, repeating, folded, fold, dismiss } = useCheckout()
  const { data: purchase, error: notFound } = useLivePurchase(intent?.purchaseId)
  const small = useMediaQuery('(max-width: 36em)') ?? false
  const error = notTaken ?? notFound ?? undefined
  const over = error !== undefined || (purchase !== undefined && !isUnderWay(purchase.status))

  return (
    <>
      {intent && folded && <Folded over={over} onShow={() => fold(false)} />}
      <Modal
        opened={intent !== undefined && !folded}
        onClose={over ? dismiss : () => fold(true)}
        title="Your purchase"
        size="lg"
        radius={small ? 0 : 'lg'}
        padding={small ? 'md' : 'xl'}
        fullScreen={small}
        closeOnClickOutside={false}
        transitionProps={{ duration: 150, exitDuration: 0 }}
        closeButtonProps={{ 'aria-label': over ? 'Close' : 'Hide this meanwhile' }}
      >
        {intent && error && <NotTaken error={error} intent={intent} />}
        {intent && !error && !purchase && <BeingSent repeating={repeating} />}
        {purchase && !over && <PurchaseUnderWay purchase={purchase} />}
        {intent && !error && purchase && over && (
          <PurchaseOutcome key={purchase.purchaseId} purchase={purchase} intent={intent} username={username} />
        )}
      </Modal>
    </>
  )
}

function Folded({ over, onShow }: { over: boolean; onShow: () => void }) {
  return (
    <Paper withBorder radius="lg" p="md" role="status">
      <Group justify="space-between">
        <Text fw={600}>{over ? 'Your purchase has ended' : 'Your purchase is under way'}</Text>
        <Button variant="light" onClick={onShow}>
          Show it
        </Button>
      </Group>
    </Paper>
  )
}
