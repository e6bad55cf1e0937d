import { Text } from '@mantine/core'
import { useDebouncedValue, useInViewport } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { Order } from '#web/client/purchases.ts'
import { earningQuery } from '#web/client/quote.ts'
import { points } from '#web/format/points.ts'
import classes from './product-card.module.css'

const SETTLE_MS = 250

type QuickBuyEarnsProps = {
  id: string
  /** What a click would buy, at the price that it expects. */
  order: Order
  /** Whether that many can be had. */
  isThere: boolean
}

/**
 * The points of a Quick Buy, before anybody clicks. They are asked for once the card is in sight, and told only if they are
 * of this very order; the line is there without them too, so that nothing moves when they come.
 */
export function QuickBuyEarns({ id, order, isThere }: QuickBuyEarnsProps) {
  const { ref, inViewport } = useInViewport<HTMLParagraphElement>()
  const [settled] = useDebouncedValue(order, SETTLE_MS)
  const isSettled = JSON.stringify(order) === JSON.stringify(settled)
  const { data: quote, isError } = useQuery({ ...earningQuery(settled), enabled: inViewport && isThere })
  const isKnown = isThere && isSettled && !isError && quote?.total === order.expectedTotal
  const earned = isKnown ? (quote?.pointsEarned ?? 0) : 0
  return (
    <Text ref={ref} id={id} className={classes.earns}>
      {earned > 0 && `Earns ${points(earned)}`}
    </Text>
  )
}
