import type { Order } from '#web/client/purchases.ts'

/**
 * Somebody wants to buy this, once. It is written down before anything is sent, so that a reload in the middle finds it
 * again, and repeats it under the same key instead of buying twice.
 */
export type Intent = {
  /** The Idempotency-Key. */
  key: string
  order: Order
  /** Whether it is what the cart holds, which is empty once it is bought. */
  fromCart: boolean
  /** Once the store has said that there is a purchase. */
  purchaseId?: string
}

export function newIntent(order: Order, fromCart: boolean): Intent {
  return { key: crypto.randomUUID(), order, fromCart }
}

/** Of this tab: another one may be buying something else. */
export function readIntent(username: string): Intent | undefined {
  const written = sessionStorage.getItem(storageKey(username))
  try {
    return written === null ? undefined : JSON.parse(written)
  } catch {
    return undefined
  }
}

export function writeIntent(username: string, intent: Intent | undefined): void {
  if (intent) sessionStorage.setItem(storageKey(username), JSON.stringify(intent))
  else sessionStorage.removeItem(storageKey(username))
}

function storageKey(username: string): string {
  return `unicorn-store.intent.${username}`
}
