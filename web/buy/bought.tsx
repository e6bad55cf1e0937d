import { Button, Text } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Purchase } from '#web/client/purchases.ts'
import { balanceAfterQuery } from '#web/client/users.ts'
import { sayCampaigns } from '#web/format/campaigns.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import { ButtonLink } from '#web/page/button-link.tsx'
import { isCancelledTooLate } from '#web/purchases/outcome-words.ts'
import classes from './cart-panel.module.css'
import { useCheckout } from './checkout.tsx'
import { Verdict } from './verdict.tsx'

/** It went through: what it cost, what it earned, what is left. */
export function Bought({ purchase }: { purchase: Purchase }) {
  const { dismiss } = useCheckout()
  return (
    <>
      <Verdict tone="good" title="It is yours" message={<Paid purchase={purchase} />}>
        <Button onClick={dismiss}>Keep shopping</Button>
        <ButtonLink
          variant="default"
          to="/purchases/$purchaseId"
          params={{ purchaseId: purchase.purchaseId }}
          onClick={dismiss}
        >
          See the purchase
        </ButtonLink>
      </Verdict>
      {isCancelledTooLate(purchase) && (
        <Text>
          Your cancellation came too late; you can{' '}
          <AnchorLink to="/purchases/$purchaseId" params={{ purchaseId: purchase.purchaseId }} onClick={dismiss}>
            refund it
          </AnchorLink>
          .
        </Text>
      )}
      <Earned purchase={purchase} />
    </>
  )
}

function Paid({ purchase: { purchaseId, username, amount, pointsRedeemed } }: { purchase: Purchase }) {
  const balance = useQuery(balanceAfterQuery(username, purchaseId))
  const withPoints = pointsRedeemed > 0 ? ` and ${points(pointsRedeemed)}` : ''
  return (
    <>
      You paid {money(amount ?? 0)}
      {withPoints}.{balance.data !== undefined && ` ${money(balance.data)} is left in your wallet.`}
    </>
  )
}

function Earned({ purchase: { award, pointsIssued, campaigns } }: { purchase: Purchase }) {
  if (award === 'parked') {
    return (
      <Text className={classes.earns}>
        <IconSparkles size={20} aria-hidden />
        The points for it will follow: somebody is looking after them.
      </Text>
    )
  }
  if (!pointsIssued) return null
  return (
    <Text component="div" className={classes.earns}>
      <IconSparkles size={20} aria-hidden />
      <span>
        You earned <strong>{points(pointsIssued)}</strong> {sayCampaigns(campaigns)}
      </span>
    </Text>
  )
}
