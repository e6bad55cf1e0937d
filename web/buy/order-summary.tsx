import { Alert, Button, Skeleton, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { sayInWords } from '#web/client/problem-words.ts'
import { type Quote, quoteQuery } from '#web/client/quote.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { balanceQuery } from '#web/client/users.ts'
import { money, plus } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import type { Line } from './cart.ts'
import classes from './cart-panel.module.css'
import { useCheckout } from './checkout.tsx'
import { Earns } from './earns.tsx'
import { PayWithPoints } from './pay-with-points.tsx'

const SETTLE_MS = 250

type OrderSummaryProps = {
  username: string
  lines: Line[]
  /** Somebody is still typing a quantity: what they mean is not known, so nothing can be bought. */
  isUnfinished: boolean
  onCheckout?: () => void
}

/** What the cart comes to by the store's own quote, points and all, and the button that buys for exactly that. */
export function OrderSummary({ username, lines, isUnfinished, onCheckout }: OrderSummaryProps) {
  const checkout = useCheckout()
  const [redeemPoints, setRedeemPoints] = useState(0)
  // The same one as long as nothing changes: another one begins to settle anew.
  const order = useMemo(
    () => ({ userId: username, lines, ...(redeemPoints > 0 && { redeemPoints }) }),
    [username, lines, redeemPoints],
  )
  const [quoted] = useDebouncedValue(order, SETTLE_MS)
  const {
    data: quote,
    error,
    isPlaceholderData,
  } = useQuery({
    ...quoteQuery(quoted),
    placeholderData: keepPreviousData,
  })
  // What is shown must be what is bought: while it is of another order, nothing can be.
  const current = !isPlaceholderData && JSON.stringify(order) === JSON.stringify(quoted)

  if (error)
    return (
      <Alert color="red" title={sayInWords(error).title}>
        {sayInWords(error).message}
      </Alert>
    )
  if (!quote) return <Skeleton height={180} radius="md" />
  const buy = () => {
    const { redeemPoints: _, ...rest } = order
    const paying = quote.pointsRedeemed > 0 ? { redeemPoints: quote.pointsRedeemed } : {}
    checkout.buy({ ...rest, ...paying, expectedTotal: quote.total }, lines)
    onCheckout?.()
  }
  return (
    <Stack gap="md">
      <PayWithPoints quote={quote} value={redeemPoints} onChange={setRedeemPoints} />
      <Sums quote={quote} />
      <Earns quote={quote} />
      <Button size="lg" onClick={buy} disabled={!current || isUnfinished}>
        Buy for {money(quote.amount)}
      </Button>
      <WalletHint username={username} amount={quote.amount} />
    </Stack>
  )
}

function Sums({ quote: { total, amount, pointsRedeemed } }: { quote: Quote }) {
  return (
    <dl className={classes.sums}>
      <dt>Price</dt>
      <dd>{money(total)}</dd>
      {pointsRedeemed > 0 && (
        <>
          <dt>Paid with {points(pointsRedeemed)}</dt>
          <dd>−{money(plus(total, -amount))}</dd>
        </>
      )}
      <dt className={classes.total}>To pay</dt>
      <dd className={classes.total}>{money(amount)}</dd>
    </dl>
  )
}

/** Says it before anybody is refused for it. */
function WalletHint({ username, amount }: { username: string; amount: number }) {
  const balance = useQuery(balanceQuery(username))
  const settings = useQuery(settingsQuery)
  if (balance.data === undefined || balance.data >= amount) return null
  return (
    <Alert color="orange" title={`${money(plus(amount, -balance.data))} missing in your wallet`}>
      {settings.data?.demoMode
        ? 'Buy all the same: the next step offers to top it up.'
        : 'Take fewer, or pay more with points.'}
    </Alert>
  )
}
