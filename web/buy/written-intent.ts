import { useMemo, useSyncExternalStore } from 'react'
import type { Intent, Known } from './intent.ts'

/** The intent that is stored now, by whichever tab. */
export function readIntent(username: string): Intent | undefined {
  return intentIn(readText(storageKey(username)))
}

/** The stored intent, updated as it changes. */
export function useWrittenIntent(username: string): Intent | undefined {
  const text = useSyncExternalStore(onChange, () => readText(storageKey(username)))
  return useMemo(() => intentIn(text), [text])
}

/**
 * Runs what looks at the stored intent and then writes it, while no other tab of this browser does so: `localStorage` alone
 * would let two tabs that are clicked at the same moment find nothing, and buy twice. Browsers without Web Locks, which
 * are there in secure contexts only (HTTPS or localhost), run it at once.
 */
export async function withIntentLock<Result>(username: string, change: () => Result): Promise<Result> {
  const release = await takeLock(storageKey(username))
  try {
    return change()
  } finally {
    // Not before the next turn of the event loop: other tabs see nothing of a write before this one has ended.
    setTimeout(release)
  }
}

/** It is held for a moment. A tab that was stopped in it, as on a phone, must not keep the others from buying. */
const LOCK_WITHIN_MS = 3_000

/** @returns releases the lock; where the browser has no locks, refuses them, or does not get to it, there is nothing to release */
function takeLock(name: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<() => void>()
  const signal = AbortSignal.timeout(LOCK_WITHIN_MS)
  const held = navigator.locks?.request(name, { signal }, () => new Promise<void>((release) => resolve(release)))
  if (held) held.catch(() => resolve(() => {}))
  else resolve(() => {})
  return promise
}

/**
 * Compare and set, to be called in `withIntentLock`: replaces the intent with this key (undefined: none) by another one or by
 * none. An intent that another tab has stored meanwhile stays.
 *
 * @returns whether it was replaced
 */
export function replaceIntent(username: string, key: string | undefined, next: Intent | undefined): boolean {
  const isThere = readIntent(username)?.key === key
  if (isThere) writeText(storageKey(username), next && JSON.stringify(next))
  notifyThisTab()
  return isThere
}

/**
 * Adds what is known of the intent with this key, if it is still stored; what other tabs have added stays. To be called in
 * `withIntentLock`.
 */
export function addToIntent(username: string, key: string, known: Known): void {
  const written = readIntent(username)
  if (written) replaceIntent(username, key, { ...written, ...known })
}

/** The stored text may have been written by another version, or by hand. */
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

/** The browser's `storage` event reaches the other tabs, but not the one that wrote. */
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

/** What the browser would not store, because storage is blocked or full: this tab keeps it while it is open. */
const remembered = new Map<string, string | undefined>()

/** Reads a text from `localStorage`, which all tabs share. */
function readText(key: string): string | undefined {
  if (remembered.has(key)) return remembered.get(key)
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

/** @param text undefined to remove it */
function writeText(key: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
    remembered.delete(key)
  } catch {
    remembered.set(key, text)
  }
}
