import { Button, Divider, Group, Stack, Text, Title } from '@mantine/core'
import { IconConfetti, IconHandStop } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { formatError } from '#web/client/api-problem.ts'
import { useProductNames, useProductsOf } from '#web/client/products.ts'
import { type Purchase, quoteQuery } from '#web/client/purchases.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { balanceAfterQuery, useTopUp } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { formatEarned, points } from '#web/format/points.ts'
import { useFocusFallback } from '#web/page/focus.tsx'
import { AnchorLink, ButtonLink } from '#web/page/links.tsx'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { isCancelledTooLate } from '#web/purchases/progress.ts'
import { formatCovered, formatNotBought } from '#web/purchases/purchase-text.ts'
import { Timeline } from '#web/purchases/timeline.tsx'
import type { Line } from './cart.ts'
import { useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import { PointsNote } from './order-summary.tsx'
import classes from './purchase-outcome.module.css'
import { type Suggestion, suggestionsFor } from './suggestions.ts'

type PurchaseOutcomeProps = { purchase: Purchase; intent: Intent; bought: boolean }

/** How a purchase ended, and what can be done next. */
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

/** A completed purchase: what it cost, what it earned, what is left in the wallet. */
function Bought({ purchase }: { purchase: Purchase }) {
  const { dismiss } = useCheckout()
  return (
    <>
      <OutcomeMessage tone="good" title="It is yours" message={<Paid purchase={purchase} />}>
        <Button onClick={dismiss}>Keep shopping</Button>
        <ButtonLink
          variant="default"
          to="/purchases/$purchaseId"
          params={{ purchaseId: purchase.purchaseId }}
          onClick={dismiss}
        >
          See the purchase
        </ButtonLink>
      </OutcomeMessage>
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
  const balance = useQuery(balanceAfterQuery(username ?? '', purchaseId))
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
    return <PointsNote>The points for this purchase will be issued later, by an operator.</PointsNote>
  }
  if (!pointsIssued) return null
  return (
    <PointsNote>
      You earned <strong>{points(pointsIssued)}</strong> {formatEarned(campaigns)}
    </PointsNote>
  )
}

/** Why nothing was bought, and which other orders would work. */
function NotBought({ purchase, intent }: { purchase: Purchase; intent: Intent }) {
  const { dismiss } = useCheckout()
  const nameOf = useProductNames(purchase.lines)
  const settings = useQuery(settingsQuery)
  const balance = useQuery(balanceAfterQuery(purchase.username ?? '', purchase.purchaseId))
  const means = { balance: balance.data ?? 0, pointValue: settings.data?.pointValue ?? 0 }
  const missing = purchase.refusal?.code === 'insufficient_funds' ? purchase.refusal.missing : undefined
  const isCovered = missing !== undefined && purchase.amount !== null && means.balance >= purchase.amount
  const { title, message } = isCovered ? formatCovered(missing) : formatNotBought(purchase, nameOf)
  return (
    <OutcomeMessage tone="bad" title={title} message={message}>
      {suggestionsFor(purchase, intent.order, means).map((suggestion) => (
        <BuyInstead
          key={JSON.stringify(suggestion.order)}
          failed={intent}
          suggestion={suggestion}
          balance={means.balance}
        />
      ))}
      {missing !== undefined && !isCovered && settings.data?.demoMode && purchase.username !== null && (
        <TopUp username={purchase.username} missing={missing} />
      )}
      <Button variant="default" onClick={dismiss}>
        Change the order
      </Button>
    </OutcomeMessage>
  )
}

/** Tops up the wallet by what is missing. */
function TopUp({ username, missing }: { username: string; missing: number }) {
  const topUp = useTopUp(username)
  const failure = useFocusFallback<HTMLParagraphElement>(topUp.error)
  return (
    <>
      <Button onClick={() => topUp.mutate(missing)} loading={topUp.isPending}>
        Top up {money(missing)}
      </Button>
      {topUp.error && (
        <Text role="alert" c="var(--mantine-color-error)" size="sm" ref={failure} tabIndex={-1}>
          {formatError(topUp.error).message}
        </Text>
      )}
    </>
  )
}

type BuyInsteadProps = { failed: Intent; suggestion: Suggestion; balance: number }

/** Offers another order at its present price, if the wallet covers it. */
function BuyInstead({ failed, suggestion: { order, offer, allPoints }, balance }: BuyInsteadProps) {
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

type OutcomeMessageProps = {
  tone: 'good' | 'bad'
  title: string
  message: ReactNode
  /** What can be done next. */
  children: ReactNode
}

/** The outcome. It takes the focus, so that it is read out, and a button that has just appeared is not pressed by accident. */
export function OutcomeMessage({ tone, title, message, children }: OutcomeMessageProps) {
  const heading = useFocusFallback<HTMLHeadingElement>(title)
  useEffect(() => heading.current?.focus(), [heading])
  const Icon = tone === 'good' ? IconConfetti : IconHandStop
  return (
    <Stack gap="md">
      <Group wrap="nowrap" align="flex-start" gap="md">
        <div className={classes.badge} data-tone={tone}>
          <Icon size={28} aria-hidden />
        </div>
        <Stack gap={4}>
          <Title order={3} size="h2" ref={heading} tabIndex={-1} className={classes.title}>
            {title}
          </Title>
          <Text component="div">{message}</Text>
        </Stack>
      </Group>
      <Group gap="sm">{children}</Group>
    </Stack>
  )
}

/** The lines of an order: picture, quantity and name. */
export function OrderLines({ lines }: { lines: readonly Line[] }) {
  const { productOf, nameOf } = useProductsOf(lines)
  return (
    <Group gap="lg">
      {lines.map(({ productId, quantity }) => (
        <Group key={productId} gap="sm" wrap="nowrap">
          <ProductPicture image={productOf(productId)?.image ?? null} size={44} />
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {quantity} × {nameOf(productId)}
          </Text>
        </Group>
      ))}
    </Group>
  )
}
