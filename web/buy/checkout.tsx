import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { ApiProblem, isFinal } from '#web/client/api-problem.ts'
import { type Order, placeOrder } from '#web/client/purchases.ts'
import { useCart } from './cart.ts'
import {
  addToIntent,
  type Intent,
  isOver,
  type Known,
  newIntent,
  readIntent,
  replaceIntent,
  useWrittenIntent,
} from './intent.ts'

type Checkout = {
  /** What is being bought, or was last; undefined when there is nothing to tell in this tab. */
  intent: Intent | undefined
  /** The store does not answer, or not as it should, and we repeat the order. */
  failure: OrderFailure | undefined
  /** Whether the buyer would rather look at something else meanwhile. */
  folded: boolean
  fold: (folded: boolean) => void
  /** What was wanted, and not bought, because this intent was there before. */
  postponed: Order | undefined
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

/** What this tab looks at. Another tab may have put something else in its place: then it looks at nothing. */
type View = { key: string | undefined; folded: boolean; postponed?: Order | undefined }

/**
 * Buys for a user: one key per intent, from the click until somebody has seen what became of it, in whichever tab. A tab
 * looks at the intent that it began with, bought or ran into, and lets other tabs see to theirs.
 */
export function CheckoutProvider({ username, children }: { username: string; children: ReactNode }) {
  const written = useWrittenIntent(username)
  const [view, setView] = useState<View>(() => ({ key: readIntent(username)?.key, folded: false }))
  const intent = written?.key === view.key ? written : undefined
  const { take } = useCart(username)
  const { known, failure } = usePlacedOrder(intent)
  const { purchaseId, refused } = known
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the store has answered, that is written down.
  useEffect(() => {
    if (intent && !intent.purchaseId && (purchaseId || refused)) addToIntent(username, intent.key, known)
  }, [purchaseId, refused])

  /** Buys in the place of the intent with this key, or shows what another tab has put there before. */
  const buyInPlaceOf = (key: string | undefined, next: Intent) => {
    if (replaceIntent(username, key, next)) setView({ key: next.key, folded: false })
    else setView({ key: readIntent(username)?.key, folded: false, postponed: next.order })
  }

  const checkout: Checkout = {
    intent: intent && { ...intent, ...known },
    failure,
    folded: view.folded,
    fold: (folded) => setView({ key: view.key, folded }),
    postponed: view.postponed,
    // What is written down decides, not what was rendered: two clicks can be faster than React.
    buy: (order, cartLines) => {
      const before = readIntent(username)
      const isSame = JSON.stringify(before?.order) === JSON.stringify(order)
      const isSeen = view.folded && before?.key === view.key
      if (!before || (isOver(before) && (isSeen || !isSame))) buyInPlaceOf(before?.key, newIntent(order, cartLines))
      else setView({ key: before.key, folded: false, postponed: isSame && !isOver(before) ? undefined : order })
    },
    buyInstead: (failed, order) => buyInPlaceOf(failed.key, newIntent(order, failed.cartLines)),
    // First the intent, then the cart: a tab that sees the cart without it sees that this was done, and leaves it at that.
    settle: ({ key }, bought) => {
      const before = readIntent(username)
      if (before?.key !== key || isOver(before)) return
      addToIntent(username, key, { settled: true })
      if (bought && before.cartLines) take(before.cartLines)
    },
    dismiss: () => void replaceIntent(username, intent?.key, undefined),
  }
  return <CheckoutContext value={checkout}>{children}</CheckoutContext>
}

/** After so many attempts it is more than a hiccup. */
const MANY_ATTEMPTS = 3

/** How the last attempt went, after which the next one comes. */
export type OrderFailure = {
  error: Error
  /** Whether it has gone on for a while. */
  lasting: boolean
}

/**
 * Sends the order of an intent until there is an answer. Because of its key that is as harmless as reading, so it is a
 * query: sent once for whoever asks, and again after an outage or a reload. What was answered is final: it is not sent
 * again once that is written down, not even when the page asks for everything anew after an outage.
 *
 * @returns what the answer was, or the failure there is with getting one
 */
function usePlacedOrder(intent: Intent | undefined): { known: Known; failure: OrderFailure | undefined } {
  const { data, error, failureReason, failureCount } = useQuery({
    queryKey: ['order', intent?.key],
    queryFn: async () => {
      if (!intent) throw new Error('there is nothing to order')
      return await placeOrder(intent)
    },
    enabled: intent !== undefined && intent.purchaseId === undefined && intent.refused === undefined,
    retry: (_failures, error) => !isFinal(error),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const refused = error instanceof ApiProblem ? error.problem : undefined
  return {
    known: { ...(data !== undefined && { purchaseId: data }), ...(refused && { refused }) },
    failure: failureReason ? { error: failureReason, lasting: failureCount >= MANY_ATTEMPTS } : undefined,
  }
}
