import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { answer, api, isReachable } from '#web/client/api.ts'
import { ApiProblem, isFinal } from '#web/client/api-problem.ts'
import { type Execution, type Order, placeOrder } from '#web/client/purchases.ts'
import { useCart } from './cart.ts'
import { type Intent, isOver, isOverdue, isUnsent, type Known, newIntent } from './intent.ts'
import { addToIntent, readIntent, replaceIntent, useWrittenIntent, withIntentLock } from './written-intent.ts'

type Checkout = {
  /** What is being bought, or was bought last; undefined when this tab has nothing to show. */
  intent: Intent | undefined
  /** The last attempt to send the order failed, and it is sent again. */
  failure: OrderFailure | undefined
  /** Whether the dialog is folded into a line, so that the buyer can look at the page meanwhile. */
  folded: boolean
  fold: (folded: boolean) => void
  /** The order that was clicked and not bought, because another intent was still open. */
  postponed: Order | undefined
  /** Buys, unless something is being bought already, which is shown instead: a double click buys once. */
  buy: (order: Order, cartLines?: Order['lines']) => void
  /** Buys something else after this intent has failed. */
  buyInstead: (failed: Intent, order: Order) => void
  /** Marks the intent as finished once its purchase has ended, and takes what was bought out of the cart. */
  finish: (finished: Intent, bought: boolean) => void
  /** Has an order sent that has become old meanwhile. */
  sendAfterAll: () => void
  /** Removes the intent unless it was sent meanwhile, also by another tab: what is withdrawn is certain not to be bought. */
  withdraw: () => void
  /** Removes the intent, so that something else can be bought. */
  dismiss: () => void
}

const CheckoutContext = createContext<Checkout | undefined>(undefined)

export function useCheckout(): Checkout {
  const checkout = use(CheckoutContext)
  if (!checkout) throw new Error('useCheckout outside of a CheckoutProvider')
  return checkout
}

/** The intent that this tab shows. When another tab has replaced it, this tab shows none. */
type View = { key: string | undefined; folded: boolean; postponed?: Order | undefined }

type CheckoutProviderProps = {
  username: string
  /** How purchases are carried out from now on. */
  execution: Execution
  children: ReactNode
}

/**
 * Buys for a user, with one key per intent from the click until the outcome has been seen in some tab. A tab shows the intent
 * that it found when it was opened, made itself, or ran into with a click, and leaves those of other tabs to them.
 */
export function CheckoutProvider({ username, execution, children }: CheckoutProviderProps) {
  const written = useWrittenIntent(username)
  const [view, setView] = useState<View>(() => ({ key: readIntent(username)?.key, folded: false }))
  const intent = written?.key === view.key ? written : undefined
  const { take } = useCart(username)
  const locked = (change: () => void) => void withIntentLock(username, change)
  const add = (key: string, known: Known) => locked(() => addToIntent(username, key, known))
  const { known, failure } = usePlacedOrder(username, intent)
  const { purchaseId, refused } = known
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once the store has answered.
  useEffect(() => {
    if (intent && !intent.purchaseId && (purchaseId || refused)) add(intent.key, known)
  }, [purchaseId, refused])

  /** Replaces the intent with this key by the next one, or shows the one that another tab has stored meanwhile. */
  const buyInPlaceOf = (key: string | undefined, next: Intent) => {
    if (replaceIntent(username, key, next)) setView({ key: next.key, folded: false })
    else {
      const other = readIntent(username)
      setView({ key: other?.key, folded: false, postponed: isSameOrder(other, next.order) ? undefined : next.order })
    }
  }

  const checkout: Checkout = {
    intent: intent && { ...intent, ...known },
    failure,
    folded: view.folded,
    fold: (folded) => setView({ key: view.key, folded }),
    postponed: view.postponed,
    // The stored intent decides, not the rendered one: two clicks can be faster than React, and come from two tabs.
    buy: (order, cartLines) =>
      locked(() => {
        const before = readIntent(username)
        const isSame = isSameOrder(before, order)
        const isSeen = view.folded && before?.key === view.key
        if (!before || (isOver(before) && (isSeen || !isSame)))
          buyInPlaceOf(before?.key, newIntent(order, execution, cartLines))
        else setView({ key: before.key, folded: false, postponed: isSame && !isOver(before) ? undefined : order })
      }),
    buyInstead: (failed, order) =>
      locked(() => buyInPlaceOf(failed.key, newIntent(order, execution, failed.cartLines))),
    // First the intent, then the cart: another tab that sees the intent finished does not take the lines out a second time.
    finish: ({ key }, bought) =>
      locked(() => {
        const before = readIntent(username)
        if (before?.key !== key || isOver(before)) return
        addToIntent(username, key, { finished: true })
        if (bought && before.cartLines) take(before.cartLines)
      }),
    sendAfterAll: () => intent && add(intent.key, { overdue: false, at: Date.now() }),
    withdraw: () =>
      locked(() => {
        const before = readIntent(username)
        if (intent && before && isUnsent(before)) replaceIntent(username, intent.key, undefined)
      }),
    dismiss: () => locked(() => replaceIntent(username, intent?.key, undefined)),
  }
  return <CheckoutContext value={checkout}>{children}</CheckoutContext>
}

function isSameOrder(intent: Intent | undefined, order: Order): boolean {
  return JSON.stringify(intent?.order) === JSON.stringify(order)
}

/** After this many attempts the failure counts as lasting. */
const MANY_ATTEMPTS = 3

/** Why the last attempt failed; the next one follows. */
export type OrderFailure = {
  error: Error
  /** Whether many attempts have failed. */
  lasting: boolean
}

/** The intent was withdrawn, or has become old, before it was sent. */
class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * Sends the order of an intent until there is an answer, and only to a store that answers: as long as it does not, nothing
 * was sent, and the buyer can withdraw it for certain. One that has become old is not sent before the buyer was asked. Its key makes it
 * idempotent, so it is a query: sent once for all components, and again after an outage or a reload. The answer is final: once it is
 * stored, the order is not sent again, not even when the page refetches everything after an outage.
 *
 * @returns the answer, or why there is none yet
 */
function usePlacedOrder(
  username: string,
  intent: Intent | undefined,
): { known: Known; failure: OrderFailure | undefined } {
  const { data, error, failureReason, failureCount } = useQuery({
    queryKey: ['order', intent?.key, intent?.at],
    queryFn: async () => {
      // Where it is in doubt: a request whose answer is lost may have been an order.
      if (!isReachable() || !navigator.onLine) await answer(api.GET('/healthz', { cache: 'no-store' }))
      return await placeOrder(await withIntentLock(username, () => markSent(username, intent?.key)))
    },
    enabled: intent !== undefined && intent.purchaseId === undefined && intent.refused === undefined && !intent.overdue,
    retry: (_failures, error) => !isFinal(error) && !(error instanceof NotSent),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const refused = error instanceof ApiProblem ? error.problem : undefined
  return {
    known: { ...(data !== undefined && { purchaseId: data }), ...(refused && { refused }) },
    failure: failureReason ? { error: failureReason, lasting: failureCount >= MANY_ATTEMPTS } : undefined,
  }
}

/**
 * Writes down that the intent with this key is sent from now on. Meanwhile the buyer may have withdrawn it, also in another tab.
 *
 * @throws NotSent if it must not be sent
 */
function markSent(username: string, key: string | undefined): Intent {
  const written = readIntent(username)
  if (key === undefined || written?.key !== key) throw new NotSent('The order was withdrawn.')
  const overdue = isOverdue(written, Date.now())
  addToIntent(username, key, overdue ? { overdue } : { sent: true })
  if (overdue) throw new NotSent('The order has become old.')
  return written
}
