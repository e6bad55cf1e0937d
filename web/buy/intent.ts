import { useMemo, useSyncExternalStore } from 'react'
import type { Problem } from '#web/client/api-problem.ts'
import type { Order } from '#web/client/purchases.ts'

/**
 * Somebody wants to buy this, once. It is written down before anything is sent, so that a reload in the middle finds it
 * again, and repeats it under the same key instead of buying twice.
 *
 * One is written down for each user, in all tabs and also after all of them were closed: what is in the cart, which is one
 * for all tabs, too, is bought once.
 */
export type Intent = {
  /** The Idempotency-Key. */
  key: string
  order: Order
  /** What of the cart it is for; once it is bought, that is no longer in there. */
  cartLines?: Order['lines']
  /** Once the store has said that there is a purchase. */
  purchaseId?: string
  /** Once the store has said that there will be none. */
  refused?: Problem
  /** Once that purchase has ended, and the cart knows. */
  settled?: true
}

/** What becomes known of an intent. */
export type Known = Pick<Intent, 'purchaseId' | 'refused' | 'settled'>

export function newIntent(order: Order, cartLines?: Order['lines']): Intent {
  return { key: crypto.randomUUID(), order, ...(cartLines && { cartLines }) }
}

/** Whether there is nothing to come of it any more, so that another one may take its place. */
export function isOver(intent: Intent): boolean {
  return intent.settled === true || intent.refused !== undefined
}

/** What is written down at this moment, by whichever tab. */
export function readIntent(username: string): Intent | undefined {
  return intentIn(readText(storageKey(username)))
}

/** The same, as it changes. */
export function useWrittenIntent(username: string): Intent | undefined {
  const text = useSyncExternalStore(onChange, () => readText(storageKey(username)))
  return useMemo(() => intentIn(text), [text])
}

/**
 * Puts an intent, or nothing, in the place of the one with this key, or of nothing. Of an intent that another tab has
 * written meanwhile this tab knows nothing: it stays.
 *
 * @returns whether it was done
 */
export function replaceIntent(username: string, key: string | undefined, next: Intent | undefined): boolean {
  const isThere = readIntent(username)?.key === key
  if (isThere) writeText(storageKey(username), next && JSON.stringify(next))
  notifyThisTab()
  return isThere
}

/** Adds what has become known of the intent with this key, if it is still there; what other tabs have added stays. */
export function addToIntent(username: string, key: string, known: Known): void {
  const written = readIntent(username)
  if (written) replaceIntent(username, key, { ...written, ...known })
}

/** Whatever is kept may have been written by another version, or by hand. */
function intentIn(text: string | undefined): Intent | undefined {
  try {
    const given: unknown = JSON.parse(text ?? 'null')
    return isIntent(given) ? given : undefined
  } catch {
    return undefined
  }
}

function isIntent(given: unknown): given is Intent {
  const { key, order } = (given ?? {}) as Partial<Intent>
  return typeof key === 'string' && Array.isArray(order?.lines)
}

function storageKey(username: string): string {
  return `unicorn-store.intent.${username}`
}

/** The browser tells the other tabs of what is written, and not the one that has written it. */
const inThisTab = new Set<() => void>()

function notifyThisTab(): void {
  for (const listener of inThisTab) listener()
}

function onChange(listener: () => void): () => void {
  inThisTab.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    inThisTab.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** What the browser would not keep, because it was told so or has no room: this tab remembers it as long as it is open. */
const remembered = new Map<string, string | undefined>()

/** A text that all tabs of a browser share, and that outlasts them. */
function readText(key: string): string | undefined {
  if (remembered.has(key)) return remembered.get(key)
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

/** @param text undefined for none */
function writeText(key: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
    remembered.delete(key)
  } catch {
    remembered.set(key, text)
  }
}
