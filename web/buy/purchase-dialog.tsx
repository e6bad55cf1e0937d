import { Alert, Button, Modal, Portal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect } from 'react'
import { problemOf } from '#web/client/api-problem.ts'
import { useProductNames } from '#web/client/products.ts'
import type { Order } from '#web/client/purchases.ts'
import { LoadError } from '#web/page/list.tsx'
import { useLivePurchase } from '#web/purchases/live-purchase.ts'
import { isUnderWay } from '#web/purchases/progress.ts'
import { formatLines } from '#web/purchases/purchase-text.ts'
import { StatusLine } from '#web/shell/order-status.tsx'
import { useCheckout } from './checkout.tsx'
import { formatIntent, type Intent, isUnsent } from './intent.ts'
import { BeingSent, OrderRefused, PurchaseUnderWay, Withdraw } from './order-under-way.tsx'
import { OutcomeMessage, PurchaseOutcome } from './purchase-outcome.tsx'

/**
 * Shows the purchase from the click to its outcome. It opens by itself, after a reload too. Closing it dismisses the
 * purchase, or, while it is under way, folds the dialog into a line that is always in view.
 */
export function PurchaseDialog() {
  const { intent, failure, folded, fold, postponed, dismiss } = useCheckout()
  const read = useLivePurchase(intent?.purchaseId, intent !== undefined && !intent.finished)
  const purchase = intent?.purchaseId === undefined ? undefined : read.data
  const notRead = intent?.purchaseId !== undefined && !purchase && read.isError
  const isUnknown = notRead && problemOf(read.error, 'unknown_purchase') !== undefined
  const small = useMediaQuery('(max-width: 36em)') ?? false
  const ended = purchase !== undefined && !isUnderWay(purchase.status)
  // A purchase that could not be read may have been completed: its intent stays stored until the outcome was seen.
  const over = intent?.refused !== undefined || isUnknown || ended
  const bought = ended && (purchase.award !== null || purchase.status === 'completed')
  const givenBack = purchase?.status === 'refunded' || purchase?.status === 'refunding'
  useFinishIntent(intent, purchase?.purchaseId, { ended, bought, givenBack })

  return (
    <>
      {intent && folded && <Folded intent={intent} over={over} onShow={() => fold(false)} />}
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
        closeButtonProps={{ 'aria-label': over ? 'Close' : 'Hide this purchase' }}
      >
        {postponed && <Postponed order={postponed} />}
        {intent?.refused && <OrderRefused problem={intent.refused} intent={intent} />}
        {notRead && (isUnknown ? <Unknown /> : <LoadError query={read} />)}
        {intent && !over && !notRead && !purchase && <BeingSent intent={intent} failure={failure} />}
        {purchase && !over && <PurchaseUnderWay purchase={purchase} />}
        {intent && purchase && ended && !givenBack && (
          <PurchaseOutcome key={purchase.purchaseId} purchase={purchase} intent={intent} bought={bought} />
        )}
      </Modal>
    </>
  )
}

/** The API does not know the purchase, as after a new database was set up: asking again will not help. */
function Unknown() {
  const { dismiss } = useCheckout()
  return (
    <OutcomeMessage
      tone="bad"
      title="This purchase no longer exists"
      message="The store has no record of it. You can order again."
    >
      <Button onClick={dismiss}>Keep shopping</Button>
    </OutcomeMessage>
  )
}

/** Takes what was bought out of the cart; a purchase that was refunded meanwhile is not shown. */
function useFinishIntent(
  intent: Intent | undefined,
  purchaseId: string | undefined,
  { ended, bought, givenBack }: { ended: boolean; bought: boolean; givenBack: boolean },
): void {
  const { finish, dismiss } = useCheckout()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each purchase.
  useEffect(() => {
    if (!intent || !ended) return
    finish(intent, bought)
    if (givenBack) dismiss()
  }, [purchaseId, ended, givenBack])
}

/** The folded dialog: a line that is always in view. */
function Folded({ intent, over, onShow }: { intent: Intent; over: boolean; onShow: () => void }) {
  return (
    <Portal target="#order-status">
      <StatusLine text={formatIntent(intent, over)}>
        {isUnsent(intent) && !over && <Withdraw />}
        <Button variant="light" onClick={onShow}>
          Show the purchase
        </Button>
      </StatusLine>
    </Portal>
  )
}

/** Says that the clicked order was not bought, because the dialog shows another purchase. */
function Postponed({ order }: { order: Order }) {
  const nameOf = useProductNames(order.lines)
  return (
    <Alert color="orange" title={`Not bought yet: ${formatLines(order.lines, nameOf)}`} mb="lg">
      Another purchase of yours was started before, perhaps in another tab. It is shown here: wait for its outcome
      first.
    </Alert>
  )
}
