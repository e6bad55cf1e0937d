import { useState } from 'react'
import { useLivePurchase } from '#web/purchases/live-purchase.ts'
import { isUnderWay } from '#web/purchases/progress.ts'
import { useCheckout } from './checkout.tsx'
import { DialogFrame } from './dialog-frame.tsx'
import type { Intent } from './intent.ts'
import { BeingSent, NotTaken } from './order-sending.tsx'
import { PurchaseOutcome } from './purchase-outcome.tsx'
import { PurchaseUnderWay } from './purchase-under-way.tsx'

/**
 * What becomes of what was bought. It opens by itself, after a reload too. Closing it makes room for another purchase,
 * or, while this one is under way, folds it into a line at the top of the page.
 */
export function PurchaseDialog({ username }: { username: string }) {
  const { intent, error, repeating } = useCheckout()
  const [folded, setFolded] = useState<string>()
  if (!intent) return null
  const fold = {
    folded: folded === intent.key,
    onFold: (fold: boolean) => setFolded(fold ? intent.key : undefined),
  }
  if (error) {
    return (
      <DialogFrame {...fold} over status="Not bought">
        <NotTaken error={error} intent={intent} />
      </DialogFrame>
    )
  }
  if (intent.purchaseId === undefined) {
    return (
      <DialogFrame {...fold} over={false} status="Sending the order">
        <BeingSent repeating={repeating} />
      </DialogFrame>
    )
  }
  return <Watched {...fold} intent={intent} purchaseId={intent.purchaseId} username={username} />
}

type WatchedProps = {
  folded: boolean
  onFold: (fold: boolean) => void
  intent: Intent
  purchaseId: string
  username: string
}

function Watched({ folded, onFold, intent, purchaseId, username }: WatchedProps) {
  const { data: purchase } = useLivePurchase(purchaseId)
  const over = purchase !== undefined && !isUnderWay(purchase.status)
  const status = over ? 'Your purchase has ended' : 'Your purchase is under way'
  return (
    <DialogFrame folded={folded} onFold={onFold} over={over} status={status}>
      {!purchase && <BeingSent repeating={false} />}
      {purchase && !over && <PurchaseUnderWay purchase={purchase} />}
      {purchase && over && <PurchaseOutcome purchase={purchase} intent={intent} username={username} />}
    </DialogFrame>
  )
}
