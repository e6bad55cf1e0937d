import { Alert, Button, Group, Skeleton, Slider, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSparkles } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useId, useMemo, useState } from 'react'
import { formatError } from '#web/client/api-problem.ts'
import { type Order, type Quote, quoteQuery } from '#web/client/purchases.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { balanceQuery } from '#web/client/users.ts'
import { money, plus, times } from '#web/format/money.ts'
import { formatEarned, points } from '#web/format/points.ts'
import { type Sum, Sums } from '#web/page/sums.tsx'
import type { Line } from './cart.ts'
import classes from './cart-panel.module.css'
import { useCheckout } from './checkout.tsx'

const DEBOUNCE_MS = 250

type OrderSummaryProps = {
  username: string
  lines: Line[]
  /** Whether a quantity is still being typed: until it is valid, nothing can be bought. */
  isInvalid: boolean
  onCheckout?: () => void
  /** The lines. */
  children: ReactNode
}

/**
 * The lines, the API's quote for them, with points, and the button that buys for exactly that price: always within reach,
 * however much scrolls above it.
 */
export function OrderSummary({ username, lines, isInvalid, onCheckout, children }: OrderSummaryProps) {
  const checkout = useCheckout()
  const [redeemPoints, setRedeemPoints] = useState(0)
  // The same object as long as nothing changes: a new one would start the debounce again.
  const order = useMemo(
    () => ({ userId: username, lines, ...(redeemPoints > 0 && { redeemPoints }) }),
    [username, lines, redeemPoints],
  )
  const { quote, error, isCurrent } = useQuote(order)
  const buy = ({ pointsRedeemed, total }: Quote) => {
    const { redeemPoints: _, ...rest } = order
    const paying = pointsRedeemed > 0 ? { redeemPoints: pointsRedeemed } : {}
    checkout.buy({ ...rest, ...paying, expectedTotal: total }, lines)
    onCheckout?.()
  }
  return (
    <div className={classes.contents}>
      <div className={classes.scrolls}>
        {children}
        {error && (
          <Alert color="red" title={formatError(error).title}>
            {formatError(error).message}
          </Alert>
        )}
        {!error && !quote && <Skeleton height={180} radius="md" />}
        {!error && quote && (
          <>
            <PayWithPoints quote={quote} value={redeemPoints} onChange={setRedeemPoints} />
            <Sums sums={sumsOf(quote)} />
            <Earns quote={quote} />
            <WalletHint username={username} amount={quote.amount} />
          </>
        )}
      </div>
      {!error && quote && (
        <Button size="lg" onClick={() => buy(quote)} disabled={!isCurrent || isInvalid} className={classes.buy ?? ''}>
          Buy for {money(quote.amount)}
        </Button>
      )}
    </div>
  )
}

/** The quote of an order that changes: that of an earlier one until the latest is quoted. */
function useQuote(order: Order) {
  const [quoted] = useDebouncedValue(order, DEBOUNCE_MS)
  const query = useQuery({ ...quoteQuery(quoted), placeholderData: keepPreviousData })
  return {
    quote: query.data,
    error: query.error,
    // What is shown must be what is bought: while the quote is for another order, nothing can be bought.
    isCurrent: !query.isPlaceholderData && JSON.stringify(order) === JSON.stringify(quoted),
  }
}

function sumsOf({ total, amount, pointsRedeemed }: Quote): Sum[] {
  const toPay = { label: 'To pay', value: money(amount), strong: true }
  if (pointsRedeemed === 0) return [{ label: 'Price', value: money(total) }, toPay]
  const paidWithPoints = { label: `Paid with ${points(pointsRedeemed)}`, value: `−${money(plus(total, -amount))}` }
  return [{ label: 'Price', value: money(total) }, paidWithPoints, toPay]
}

/** Warns when the wallet does not cover the order, before it is refused for that. */
function WalletHint({ username, amount }: { username: string; amount: number }) {
  const balance = useQuery(balanceQuery(username))
  const settings = useQuery(settingsQuery)
  if (balance.data === undefined || balance.data >= amount) return null
  return (
    <Alert color="orange" title={`${money(plus(amount, -balance.data))} missing in your wallet`}>
      {settings.data?.demoMode
        ? 'You can still buy: the next step offers to top up the wallet.'
        : 'Buy fewer, or pay more with points.'}
    </Alert>
  )
}

type PayWithPointsProps = { quote: Quote; value: number; onChange: (points: number) => void }

/** How much of the price points pay, and what that saves. Not shown to users without points. */
function PayWithPoints({ quote: { mostPoints, total }, value, onChange }: PayWithPointsProps) {
  const settings = useQuery(settingsQuery)
  const label = useId()
  if (mostPoints === 0) return null
  const used = Math.min(value, mostPoints)
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text fw={600} id={label}>
          Pay with points
        </Text>
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(used === mostPoints ? 0 : mostPoints)}>
          {used === mostPoints ? 'Use none' : `Use all ${points(mostPoints)}`}
        </Button>
      </Group>
      <Slider
        min={0}
        max={mostPoints}
        value={used}
        onChange={onChange}
        color="gold.6"
        label={null}
        thumbProps={{ 'aria-labelledby': label, 'aria-valuetext': points(used) }}
      />
      <Text size="sm" c="dimmed">
        {used === 0 ? 'Drag to see how much the points save.' : formatSavings(used, total, settings.data?.pointValue)}
      </Text>
    </Stack>
  )
}

function formatSavings(used: number, total: number, pointValue: number | undefined): string {
  if (pointValue === undefined) return points(used)
  const worth = times(pointValue, used)
  if (worth <= total) return `${points(used)} save ${money(worth)}.`
  return `${points(used)} save ${money(total)}. The last one is worth ${money(plus(total, -times(pointValue, used - 1)))}.`
}

/** The points that this order earns by the present campaigns. */
function Earns({ quote: { pointsEarned, campaigns } }: { quote: Quote }) {
  if (pointsEarned === 0) return null
  return (
    <PointsNote>
      You earn <strong>{points(pointsEarned)}</strong> {formatEarned(campaigns)}
    </PointsNote>
  )
}

/** What an order means in points. */
export function PointsNote({ children }: { children: ReactNode }) {
  return (
    <div className={classes.earns}>
      <IconSparkles size={20} aria-hidden />
      <span>{children}</span>
    </div>
  )
}
