import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { isFinal } from '#web/client/api-problem.ts'
import { type Order, placeOrder } from '#web/client/purchases.ts'
import { useCart } from './cart.ts'
import { type Intent, newIntent, readIntent, writeIntent } from './intent.ts'

type Checkout = {
  /** What is being bought, or was last; undefined when there is nothing to tell. */
  intent: Intent | undefined
  /** Why there is no purchase: the order was not even taken. */
  error: Error | undefined
  /** The store does not answer, or not as it should, and we repeat the order. */
  repeating: boolean
  /** Whether the buyer would rather look at something else meanwhile. */
  folded: boolean
  fold: (folded: boolean) => void
  /** Buys, unless something is being bought, which is shown then: of two clicks, the second means the same. */
  buy: (order: Order, cartLines?: Order['lines']) => void
  /** Buys something else after this intent has come to nothing. */
  buyInstead: (failed: Intent, order: Order) => void
  /** Its purchase has ended: what was bought is taken out of the cart. */
  settle: (settled: Intent, bought: boolean) => void
  /** Makes room for another purchase. */
  dismiss: () => void
}

const CheckoutContext = createContext<Checkout | undefined>(undefined)

export function useCheckout(): Checkout {
  const checkout = use(CheckoutContext)
  if (!checkout) throw new Error('useCheckout outside of a CheckoutProvider')
  return checkout
}

/** Buys for a user: one key per intent, from the click until somebody has seen what became of it. */
export function CheckoutProvider({ username, children }: { username: string; children: ReactNode }) {
  const [intent, setIntent] = useState(() => readIntent(username))
  const [folded, fold] = useState(false)
  const { take } = useCart(username)
  const keep = (next: Intent | undefined) => {
    writeIntent(username, next)
    setIntent(next)
  }
  const placing = usePlacedOrder(intent)
  const purchaseId = intent?.purchaseId ?? placing.data
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the store has named the purchase, that is written down.
  useEffect(() => {
    if (intent && !intent.purchaseId && purchaseId) keep({ ...intent, purchaseId })
  }, [purchaseId])

  const checkout: Checkout = {
    intent: intent && { ...intent, ...(purchaseId !== undefined && { purchaseId }) },
    error: placing.error ?? undefined,
    repeating: placing.isFetching && placing.failureCount > 0,
    folded,
    fold,
    // What is written down decides, not what was rendered: two clicks can be faster than React.
    buy: (order, cartLines) => {
      const written = readIntent(username)
      const isSeen = written?.settled && folded
      keep(written && !isSeen ? written : newIntent(order, cartLines))
      fold(false)
    },
    buyInstead: (failed, order) => {
      if (readIntent(username)?.key === failed.key) keep(newIntent(order, failed.cartLines))
    },
    settle: (settled, bought) => {
      const written = readIntent(username)
      if (written?.key !== settled.key || written.settled) return
      if (bought && written.cartLines) take(written.cartLines)
      keep({ ...written, settled: true })
    },
    dismiss: () => keep(undefined),
  }
  return <CheckoutContext value={checkout}>{children}</CheckoutContext>
}

/**
 * Sends the order of an intent until there is an answer. Because of its key that is as harmless as reading, so it is a
 * query: sent once for whoever asks, and again after an outage or a reload.
 */
function usePlacedOrder(intent: Intent | undefined) {
  return useQuery({
    queryKey: ['order', intent?.key],
    queryFn: async () => {
      if (!intent) throw new Error('there is nothing to order')
      return await placeOrder(intent)
    },
    enabled: intent !== undefined && intent.purchaseId === undefined,
    retry: (_failures, error) => !isFinal(error),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}
