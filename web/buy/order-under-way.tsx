import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ApiProblem, formatError, isTemporary, type Problem } from '#web/client/api-problem.ts'
import { type Purchase, useCancelPurchase } from '#web/client/purchases.ts'
import { useRescuedFocus } from '#web/page/focus.tsx'
import { AnchorLink } from '#web/page/links.tsx'
import { isBeingCancelled, isCancellable } from '#web/purchases/progress.ts'
import { Refused } from '#web/purchases/purchase-status.tsx'
import { Timeline } from '#web/purchases/timeline.tsx'
import { type OrderFailure, useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import { OrderLines, Verdict } from './purchase-outcome.tsx'

/** The order is being sent: there is no final answer yet. */
export function BeingSent({ failure }: { failure: OrderFailure | undefined }) {
  return (
    <Stack>
      <Stack role="status">
        <Group wrap="nowrap">
          <Loader size="sm" aria-hidden />
          <Text fw={600}>{failure ? 'Waiting for the store' : 'Sending your order'} …</Text>
        </Group>
        {failure && (
          <Text c="dimmed">
            {formatFailure(failure.error)}, and we keep trying. Your money is safe: however often the order is sent, you
            buy once.
          </Text>
        )}
      </Stack>
      {failure?.lasting && failure.error instanceof ApiProblem && (
        <PutAside requestId={failure.error.problem.requestId} />
      )}
    </Stack>
  )
}

function formatFailure(error: Error): string {
  if (!(error instanceof ApiProblem)) return 'The store does not answer at the moment'
  return isTemporary(error) ? 'A part of the store is away at the moment' : 'Something goes wrong in the store'
}

/** Lets the buyer go on when the store answers, but only with errors. */
function PutAside({ requestId }: { requestId: string }) {
  const { dismiss } = useCheckout()
  return (
    <>
      <Text>
        If you would rather not wait, put it aside. It may have been bought all the same, or be bought yet: look under{' '}
        <AnchorLink to="/purchases">Purchases</AnchorLink> before you order the same again.
      </Text>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          To report it, give the number of the request, {requestId}.
        </Text>
        <Button variant="default" onClick={dismiss}>
          Put it aside
        </Button>
      </Group>
    </>
  )
}

/** The API refused the order before there was a purchase. */
export function NotTaken({ problem, intent }: { problem: Problem; intent: Intent }) {
  const { buyInstead, dismiss } = useCheckout()
  const { title, message } = formatError(new ApiProblem(problem))
  return (
    <Verdict tone="bad" title={title} message={`${message} Nothing was charged.`}>
      <Button onClick={dismiss}>Change the order</Button>
      <Button variant="default" onClick={() => buyInstead(intent, intent.order)}>
        Try again
      </Button>
    </Verdict>
  )
}

/** After this time without progress the buyer is reassured. */
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
          ? 'This takes longer than usual. It is being cancelled, and the order is undone.'
          : 'This takes longer than usual. The store completes the purchase, or undoes the order.'}
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

/** Shown after a while without progress: each step gives it a new key, which starts the time again. */
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
