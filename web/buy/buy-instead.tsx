import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { quoteQuery } from '#web/client/quote.ts'
import { useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import type { Suggestion } from './suggestions.ts'

type BuyInsteadProps = { failed: Intent; suggestion: Suggestion; balance: number }

/** Offers another order at the price of now, if the wallet covers it. */
export function BuyInstead({ failed, suggestion: { order, offer, allPoints }, balance }: BuyInsteadProps) {
  const { buyInstead } = useCheckout()
  const { data: quote } = useQuery(quoteQuery(order))
  if (!quote || quote.amount > balance) return null
  const { redeemPoints = 0, ...rest } = order
  if (allPoints && quote.pointsRedeemed < redeemPoints) return null
  const paying = quote.pointsRedeemed > 0 ? { redeemPoints: quote.pointsRedeemed } : {}
  return (
    <Button onClick={() => buyInstead(failed, { ...rest, ...paying, expectedTotal: quote.total })}>
      {offer(quote)}
    </Button>
  )
}
