import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { problemOf } from '#web/client/api-problem.ts'
import { useProductNames } from '#web/client/products.ts'
import {
  type Order,
  type Purchase,
  purchaseQuery,
  refundQuoteQuery,
  type useRefundPurchase,
} from '#web/client/purchases.ts'
import { countOf, items } from '#web/format/items.ts'
import { money } from '#web/format/money.ts'
import { DialogButton } from '#web/page/dialog.tsx'
import { LoadError } from '#web/page/list.tsx'
import { QuantityInput } from '#web/page/quantity-input.tsx'
import { Refused } from './purchase-status.tsx'
import { formatLines } from './purchase-text.ts'
import { chosenOf, leftOf, NOTHING_BACK, refundKey } from './refund-choice.ts'
import classes from './refund-dialog.module.css'
import { RefundSums } from './refunds.tsx'

type RefundProps = { purchase: Purchase; refund: ReturnType<typeof useRefundPurchase> }

/** Refunds what is left of a purchase or a part of it, after the buyer has seen the amounts. */
export function RefundButton({ purchase, refund }: RefundProps) {
  return (
    <DialogButton label="Refund …" title="Refund this purchase?" variant="default" loading={refund.isPending}>
      {(close) => <RefundChoice purchase={purchase} refund={refund} close={close} />}
    </DialogButton>
  )
}

const DEBOUNCE_MS = 250

function RefundChoice({ purchase, refund, close }: RefundProps & { close: () => void }) {
  const [wanted, setWanted] = useState<Readonly<Record<string, number>>>({})
  const [invalid, setInvalid] = useState<readonly string[]>([])
  const [settled] = useDebouncedValue(wanted, DEBOUNCE_MS)
  const left = leftOf(purchase)
  const [lines, quoted] = [chosenOf(left, wanted), chosenOf(left, settled)]
  const quote = useRefundQuote(purchase, quoted)
  // Sums of another choice must not be taken for those of this one.
  const isStale = wanted !== settled || (quoted.length > 0 && quote.isPlaceholderData)
  const isTyping = left.some(({ productId }) => invalid.includes(productId))
  const isOnePiece = countOf(left) === 1
  const ask = () => {
    close()
    refund.mutate({ key: refundKey(purchase, lines), lines })
  }
  return (
    <Stack gap="lg">
      {isOnePiece ? (
        <LastPiece purchase={purchase} />
      ) : (
        <Quantities
          purchase={purchase}
          left={left}
          chosen={lines}
          onChange={(quantities) => setWanted((before) => ({ ...before, ...quantities }))}
          onTyped={(productId, isQuantity) =>
            setInvalid((before) => [...before.filter((id) => id !== productId), ...(isQuantity ? [] : [productId])])
          }
        />
      )}
      <ChangedMeanwhile purchase={purchase} />
      <Foreseen purchase={purchase} quote={quote} lines={quoted} isStale={isStale} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={close} data-autofocus>
          Keep it
        </Button>
        <Button onClick={ask} disabled={lines.length === 0 || isStale || isTyping}>
          {isOnePiece ? 'Refund it' : `Refund ${items(countOf(lines))}`}
        </Button>
      </Group>
    </Stack>
  )
}

/** Where there is nothing to choose. */
function LastPiece({ purchase: { lines } }: { purchase: Purchase }) {
  const nameOf = useProductNames(lines)
  const what = countOf(lines) === 1 ? 'The whole order' : formatLines(leftOf({ lines }), nameOf)
  return <Text>{what} is returned to the store. This is what you get back:</Text>
}

/** Says so when somebody else was faster: what is left is shown, and was not when the dialog was opened. */
function ChangedMeanwhile({ purchase: { refunds } }: { purchase: Purchase }) {
  const [before] = useState(refunds.length)
  if (refunds.length === before) return null
  return (
    <Alert color="orange" title="Less is left of this purchase">
      Some of it was refunded meanwhile, perhaps in another tab.
    </Alert>
  )
}

type QuantitiesProps = {
  purchase: Purchase
  left: Order['lines']
  chosen: Order['lines']
  onChange: (quantities: Record<string, number>) => void
  /** Called with whether the text typed as the quantity of a product is a valid one. */
  onTyped: (productId: string, isQuantity: boolean) => void
}

/** How many pieces of each product go back. */
function Quantities({ purchase: { lines }, left, chosen, onChange, onTyped }: QuantitiesProps) {
  const nameOf = useProductNames(lines)
  const isNothing = chosen.length === 0
  return (
    <>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Text>Choose what goes back:</Text>
          {left.length > 1 && (
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() =>
                onChange(
                  Object.fromEntries(left.map(({ productId, quantity }) => [productId, isNothing ? quantity : 0])),
                )
              }
            >
              {isNothing ? 'Choose all' : 'Choose none'}
            </Button>
          )}
        </Group>
        <ul className={classes.lines} aria-label="What goes back">
          {left.map(({ productId, quantity }) => (
            <li key={productId} className={classes.line}>
              <div className={classes.what}>
                <Text fw={600}>{nameOf(productId)}</Text>
                <Text size="sm" c="dimmed">
                  {formatLeft(
                    quantity,
                    lines.find((line) => line.productId === productId),
                  )}
                </Text>
              </div>
              <QuantityInput
                label={`Quantity of ${nameOf(productId)} to refund`}
                value={chosen.find((line) => line.productId === productId)?.quantity ?? 0}
                kind={{ min: 0, max: quantity, decimals: 0 }}
                onChange={(next) => {
                  onTyped(productId, next !== undefined)
                  if (next !== undefined) onChange({ [productId]: next })
                }}
              />
            </li>
          ))}
        </ul>
      </Stack>
      <Text>This is what you get back:</Text>
    </>
  )
}

/** `3 bought, $100.00 each`, or `2 of 3 left` where some were refunded before. */
function formatLeft(left: number, bought: Purchase['lines'][number] | undefined): string {
  const count = left === bought?.quantity ? `${left} bought` : `${left} of ${bought?.quantity} left`
  return bought?.unitPrice != null ? `${count}, ${money(bought.unitPrice)} each` : count
}

/** Calculated for each choice. It is not binding: points can still be spent before it is confirmed. */
function useRefundQuote(purchase: Purchase, lines: Order['lines']) {
  const queryClient = useQueryClient()
  const { purchaseId } = purchase
  const quote = useQuery({
    ...refundQuoteQuery(purchase, lines),
    enabled: lines.length > 0,
    placeholderData: keepPreviousData,
  })
  const isLess = problemOf(quote.error, 'exceeds_purchase') !== undefined
  // Somebody else was faster: what is left is what there is to choose from.
  useEffect(() => {
    if (isLess) void queryClient.invalidateQueries({ queryKey: purchaseQuery(purchaseId).queryKey })
  }, [isLess, purchaseId, queryClient])
  return quote
}

type ForeseenProps = {
  purchase: Purchase
  quote: ReturnType<typeof useRefundQuote>
  /** What the quote is of. */
  lines: Order['lines']
  isStale: boolean
}

/** The sums of the last choice stay until those of the next one are there. */
function Foreseen({ purchase, quote, lines, isStale }: ForeseenProps) {
  const nameOf = useProductNames(purchase.lines)
  const shown = { pointsReturned: purchase.pointsRedeemed > 0, pointsTakenBack: (purchase.pointsKept ?? 0) > 0 }
  const refund = lines.length === 0 ? NOTHING_BACK : quote.data
  if (lines.length > 0 && quote.error) {
    return problemOf(quote.error, 'exceeds_purchase') ? (
      <Refused error={quote.error} nameOf={nameOf} />
    ) : (
      <LoadError query={quote} />
    )
  }
  return (
    <div role="status" aria-busy={isStale} className={classes.sums}>
      {refund ? (
        <RefundSums refund={refund} shown={shown} />
      ) : (
        <Skeleton height={`${2 * (1 + Number(shown.pointsReturned) + Number(shown.pointsTakenBack))}rem`} radius="md" />
      )}
    </div>
  )
}
