import { Divider, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { forgetAfterPurchase, type Purchase } from '#web/client/purchases.ts'
import { Timeline } from '#web/purchases/timeline.tsx'
import { Bought } from './bought.tsx'
import { useCart } from './cart.ts'
import type { Intent } from './intent.ts'
import { NotBought } from './not-bought.tsx'
import { OrderLines } from './order-lines.tsx'

type PurchaseOutcomeProps = { purchase: Purchase; intent: Intent; username: string }

/** How a purchase ended, and the way on. */
export function PurchaseOutcome({ purchase, intent, username }: PurchaseOutcomeProps) {
  const bought = purchase.award !== null || purchase.status === 'completed'
  useSettling(purchase.purchaseId, intent, bought, username)
  return (
    <Stack gap="lg">
      {bought ? <Bought purchase={purchase} /> : <NotBought purchase={purchase} intent={intent} />}
      <OrderLines lines={purchase.lines} />
      <Divider />
      <Timeline steps={purchase.steps} paysWithPoints={purchase.pointsRedeemed > 0} />
    </Stack>
  )
}

/** What was bought is in the cart no more, and wallet, stock and points are read again. */
function useSettling(purchaseId: string, { fromCart }: Intent, bought: boolean, username: string): void {
  const queryClient = useQueryClient()
  const { clear } = useCart(username)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each purchase.
  useEffect(() => {
    if (bought && fromCart) clear()
    void forgetAfterPurchase(queryClient)
  }, [purchaseId])
}
