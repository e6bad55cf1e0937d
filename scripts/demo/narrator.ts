import { setTimeout as sleep } from 'node:timers/promises'
import type { PurchaseStep, StoreClient } from './store-client.ts'

/** Time enough for Temporal to give up on a dead worker several times over. */
const SETTLED_WITHIN_MS = 90_000

const WORDS: Record<string, string> = {
  'purchase running': 'the purchase is accepted',
  'reserveStock applied': 'its stock is reserved',
  'chargeWallet applied': 'the wallet is charged',
  'confirmPurchase applied': 'the sale is confirmed',
  'awardPoints applied': 'its points are booked',
  'awardPoints nothing': 'it earns no points',
  'purchase completed': 'the purchase is completed',
}

let start: number | undefined

export function say(line: string): void {
  console.log(line)
}

/** A line of the story, with the seconds since its first line. */
export function tell(line: string): void {
  start ??= performance.now()
  say(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${line}`)
}

/** Tells the events of a purchase as they are written down, until it is settled. */
export async function narrate(store: StoreClient, purchaseId: string): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS
  for (let told = 0; ; ) {
    const { status, steps } = await store.purchase(purchaseId)
    for (const step of steps.filter(({ seq }) => seq > told)) tell(`         event ${step.seq}: ${inWords(step)}`)
    told = steps.at(-1)?.seq ?? told
    if (status !== 'running' && status !== 'compensating') return
    if (performance.now() > deadline) throw new Error(`purchase ${purchaseId} is still ${status}`)
    await sleep(20)
  }
}

function inWords({ step, state }: PurchaseStep): string {
  return WORDS[`${step} ${state}`] ?? `${step} ${state}`
}
