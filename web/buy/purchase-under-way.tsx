import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { type Purchase, useCancelPurchase } from '#web/client/purchases.ts'
import { useRescuedFocus } from '#web/page/rescued-focus.ts'
import { isBeingCancelled, isCancellable } from '#web/purchases/progress.ts'
import { Refused } from '#web/purchases/refused.tsx'
import { Timeline } from '#web/purchases/timeline.tsx'
import { OrderLines } from './order-lines.tsx'

/** After so long without news somebody may begin to worry. */
const WORRY_MS = 4_000

export function PurchaseUnderWay({ purchase }: { purchase: Purchase }) {
  const { purchaseId, lines, steps, pointsRedeemed } = purchase
  const cancel = useCancelPurchase(purchaseId)
  const canCancel = isCancellable(steps)
  const story = useRescuedFocus<HTMLDivElement>(`${canCancel} ${cancel.status}`)
  return (
    <Stack gap="lg" ref={story} tabIndex={-1} style={{ outline: 'none' }}>
      <OrderLines lines={lines} />
      <Timeline steps={steps} paysWithPoints={pointsRedeemed > 0} />
      <Reassurance key={steps.length}>
        {isBeingCancelled(steps)
          ? 'This takes longer than usual. It will not be bought, and whatever was taken comes back.'
          : 'This takes longer than usual. The store finishes what it has begun, or gives everything back.'}
      </Reassurance>
      <Refused error={cancel.error} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          It goes on without this page.
        </Text>
        {canCancel && (
          <Button variant="default" onClick={() => cancel.mutate()} loading={cancel.isPending}>
            Cancel this purchase
          </Button>
        )}
      </Group>
    </Stack>
  )
}

/** Begins to count anew with each piece of news, by its key. */
function Reassurance({ children }: { children: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), WORRY_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status">
      {shown && (
        <Alert title="Still under way: your money is safe">
          {children} You can wait here, or close this and find it under Purchases.
        </Alert>
      )}
    </div>
  )
}
