import { setImmediate } from 'node:timers/promises'
import type { AppContext } from './app-types.ts'
import { scopeOf } from './auth.ts'
import { networkOf } from './forwarded.ts'
import { ClientGone, Problem } from './problems.ts'

/** Whose requests count together. In demo mode everybody is the same caller; only their addresses tell them apart. */
export function callerOf(c: AppContext): string {
  const scope = scopeOf(c)
  return scope === 'demo' ? `${scope} ${networkOf(c.get('connection'))}` : scope
}

/**
 * How many requests of a kind a caller may have under way in this process, so that nobody takes all of what there is for everybody.
 *
 * @returns a function that counts a request, and gives the function that ends it; it throws Problem `too_many_at_once`
 */
export function limitPerCaller(what: string, most: number): (c: AppContext) => () => void {
  const underWay = new Map<string, number>()
  return (c) => {
    const caller = callerOf(c)
    const count = underWay.get(caller) ?? 0
    if (count >= most) {
      throw new Problem(
        'too_many_at_once',
        `You have ${count} ${what} open at once, the maximum is ${most}. End one first.`,
      )
    }
    underWay.set(caller, count + 1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      const left = (underWay.get(caller) ?? 1) - 1
      if (left > 0) underWay.set(caller, left)
      else underWay.delete(caller)
    }
  }
}

/** Between the slices of work for a client: others have their turn, and whoever has gone needs no result. @throws ClientGone */
export function turnsFor(client: AbortSignal): () => Promise<void> {
  return async () => {
    await setImmediate()
    if (client.aborted) throw new ClientGone()
  }
}
