import type { StoredPurchase } from '#db/purchases.ts'
import { outcomeId, type Told } from './event-id.ts'
import { hasEnded, lastSeq, showPurchase } from './purchase.ts'
import type { Watch } from './purchase-viewer.ts'
import { showStep } from './step.ts'

/** A comment: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes */
const HEARTBEAT = ': nothing new\n\n'

/**
 * What happens to a purchase, as server-sent events: its steps, each as soon as it is known, and then its outcome.
 *
 * @param purchase as it stands; what was not `told` of it comes first
 * @param watch of what happens after that
 * @param over when nobody listens any more
 */
export async function* tellStory(
  purchase: StoredPurchase,
  told: Told,
  watch: Watch,
  over: AbortSignal,
): AsyncGenerator<string, void, void> {
  let { seq } = told
  let newest: StoredPurchase | undefined = purchase
  while (!over.aborted) {
    if (newest === undefined) yield HEARTBEAT
    else {
      for (const event of newest.events) if (event.seq > seq) yield message('step', String(event.seq), showStep(event))
      seq = lastSeq(newest)
      if (hasEnded(newest)) return yield outcome(newest)
    }
    newest = await watch.next()
  }
}

/** Whether there is nothing left to tell, now or later. */
export function isToldToTheEnd(purchase: StoredPurchase, { seq, outcome }: Told): boolean {
  return hasEnded(purchase) && outcome && seq === lastSeq(purchase)
}

function outcome(purchase: StoredPurchase): string {
  return message('outcome', outcomeId(lastSeq(purchase)), showPurchase(purchase))
}

/** JSON has no line break of its own, so one line of data holds it. */
function message(event: string, id: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
