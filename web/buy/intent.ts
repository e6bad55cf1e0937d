import type { Order } from '#web/client/purchases.ts'

/**
 * Somebody wants to buy this, once. It is written down before anything is sent, so that a reload in the middle finds it
 * again, and repeats it under the same key instead of buying twice.
 */
export type Intent = {
  /** The Idempotency-Key. */
  key: string
  order: Order
  /** What of the cart it is for; once it is bought, that is no longer in there. */
  cartLines?: Order['lines']
  /** Once the store has said that there is a purchase. */
  purchaseId?: string
  /** Once that purchase has ended, and the cart knows. */
  settled?: true
}

export function newIntent(order: Order, cartLines?: Order['lines']): Intent {
  return { key: crypto.randomUUID(), order, ...(cartLines && { cartLines }) }
}

/** Of all tabs, as the cart is, and also after all of them were closed: what is in the cart is bought once. */
export function readIntent(username: string): Intent | undefined {
  const written = localStorage.getItem(storageKey(username))
  try {
    return written === null ? undefined : JSON.parse(written)
  } catch {
    return undefined
  }
}

export function writeIntent(username: string, intent: Intent | undefined): void {
  if (intent) localStorage.setItem(storageKey(username), JSON.stringify(intent))
  else localStorage.removeItem(storageKey(username))
}

function storageKey(username: string): string {
  return `unicorn-store.intent.${username}`
}
