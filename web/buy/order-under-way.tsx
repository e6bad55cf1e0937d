import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ApiProblem, formatError, isTemporary, type Problem } from '#web/client/api-problem.ts'
import { type Purchase, useCancelPurchase } from '#web/client/purchases.ts'
import { duration } from '#web/format/dates.ts'
import { useFocusFallback } from '#web/page/focus.tsx'
import { AnchorLink } from '#web/page/links.tsx'
import { isBeingCancelled, isCancellable } from '#web/purchases/progress.ts'
import { Refused } from '#web/purchases/purchase-status.tsx'
import { Timeline } from '#web/purchases/timeline.tsx'
import { type OrderFailure, useCheckout } from './checkout.tsx'
import { type Intent, isUnsent } from './intent.ts'
import { OrderLines, OutcomeMessage } from './purchase-outcome.tsx'

/** The order is being sent: there is no final answer yet. */
export function BeingSent({ intent, failure }: { intent: Intent; failure: OrderFailure | undefined }) {
  if (intent.overdue) return <AskAgain intent={intent} />
  if (isUnsent(intent) && failure) return <NotSentYet />
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
      {failure?.lasting && <StopWaiting error={failure.error} />}
    </Stack>
  )
}

/** The store did not answer when the order was to be sent: nothing has left this browser. */
function NotSentYet() {
  return (
    <Stack>
      <Stack role="status">
        <Group wrap="nowrap">
          <Loader size="sm" aria-hidden />
          <Text fw={600}>Waiting for the store …</Text>
        </Group>
        <Text c="dimmed">
          The store does not answer at the moment. Your order was not sent yet: it is sent as soon as the store answers,
          unless you withdraw it.
        </Text>
      </Stack>
      <Group justify="flex-end">
        <Withdraw />
      </Group>
    </Stack>
  )
}

/** Takes back an order that was not sent. */
export function Withdraw() {
  const { withdraw } = useCheckout()
  return (
    <Button variant="default" onClick={withdraw}>
      Withdraw the order
    </Button>
  )
}

/** Time has passed, and nobody knows whether the buyer still wants it: it is sent only if they say so. */
function AskAgain({ intent: { at, sent } }: { intent: Intent }) {
  const { sendAfterAll, dismiss } = useCheckout()
  const since = Number.isFinite(at) ? `You ordered this ${duration(Date.now() - at)} ago` : 'You ordered this earlier'
  return (
    <OutcomeMessage
      tone="bad"
      title="Do you still want this?"
      message={
        sent ? (
          <>
            {since}, and the answer of the store never arrived. Look under{' '}
            <AnchorLink to="/purchases">Purchases</AnchorLink> to see whether it was bought. Sending the order again
            does not buy it twice.
          </>
        ) : (
          `${since}, and it was not sent, because the store did not answer. Nothing was charged.`
        )
      }
    >
      <Button onClick={sendAfterAll}>{sent ? 'Send the order again' : 'Send the order now'}</Button>
      {sent ? (
        <Button variant="default" onClick={dismiss}>
          Do not send it again
        </Button>
      ) : (
        <Withdraw />
      )}
    </OutcomeMessage>
  )
}

function formatFailure(error: Error): string {
  if (!(error instanceof ApiProblem)) return 'The store does not answer at the moment'
  return isTemporary(error) ? 'A part of the store is not available at the moment' : 'An error occurred in the store'
}

/** Lets the buyer go on when the store answers with nothing but errors, or not at all. */
function StopWaiting({ error }: { error: Error }) {
  const { dismiss } = useCheckout()
  return (
    <>
      <Text>
        If you do not want to wait, you can stop. The order may still have been bought, or be bought later: look under{' '}
        <AnchorLink to="/purchases">Purchases</AnchorLink> before you order the same again.
      </Text>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {error instanceof ApiProblem && `To report it, give the request number, ${error.problem.requestId}.`}
        </Text>
        <Button variant="default" onClick={dismiss}>
          Stop waiting
        </Button>
      </Group>
    </>
  )
}

/** The API refused the order before there was a purchase. */
export function OrderRefused({ problem, intent }: { problem: Problem; intent: Intent }) {
  const { buyInstead, dismiss } = useCheckout()
  const { title, message } = formatError(new ApiProblem(problem))
  return (
    <OutcomeMessage tone="bad" title={title} message={`${message} Nothing was charged.`}>
      <Button onClick={dismiss}>Change the order</Button>
      <Button variant="default" onClick={() => buyInstead(intent, intent.order)}>
        Try again
      </Button>
    </OutcomeMessage>
  )
}

/** After this time without progress the buyer is informed that it takes longer. */
const SLOW_MS = 4_000

export function PurchaseUnderWay({ purchase }: { purchase: Purchase }) {
  const { purchaseId, lines, steps, pointsRedeemed } = purchase
  const cancel = useCancelPurchase(purchaseId)
  const canCancel = isCancellable(steps)
  const container = useFocusFallback<HTMLDivElement>(`${canCancel} ${cancel.status}`)
  return (
    <Stack gap="lg" ref={container} tabIndex={-1} style={{ outline: 'none' }}>
      <OrderLines lines={lines} />
      <Timeline steps={steps} paysWithPoints={pointsRedeemed > 0} />
      <SlowNotice key={steps.length}>
        {isBeingCancelled(steps)
          ? 'This takes longer than usual. It is being cancelled, and the order is undone.'
          : 'This takes longer than usual. The store completes the purchase, or undoes the order.'}
      </SlowNotice>
      <Refused error={cancel.error} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          The purchase continues if you close this page.
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
function SlowNotice({ children }: { children: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SLOW_MS)
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
