import { Divider, Stack } from '@mantine/core'
import type { Purchase } from '#web/client/purchases.ts'
import { Timeline } from '#web/purchases/timeline.tsx'
import { Bought } from './bought.tsx'
import type { Intent } from './intent.ts'
import { NotBought } from './not-bought.tsx'
import { OrderLines } from './order-lines.tsx'

type PurchaseOutcomeProps = { purchase: Purchase; intent: Intent; bought: boolean }

/** How a purchase ended, and the way on. */
export function PurchaseOutcome({ purchase, intent, bought }: PurchaseOutcomeProps) {
  return (
    <Stack gap="lg">
      {bought ? <Bought purchase={purchase} /> : <NotBought purchase={purchase} intent={intent} />}
      <OrderLines lines={purchase.lines} />
      <Divider />
      <Timeline steps={purchase.steps} paysWithPoints={purchase.pointsRedeemed > 0} />
    </Stack>
  )
}
