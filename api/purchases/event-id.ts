import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import { lastSeq } from './purchase.ts'

/** How far the story of a purchase was told: up to which step, and whether the outcome was told after it. */
export type Told = { seq: number; outcome: boolean }

/**
 * The id of the outcome is another one than that of the last step, so that one who has seen the step alone gets the outcome,
 * and it does not take the number of a step that may follow: of a refund.
 */
export const outcomeId = (seq: number) => `${seq}-outcome`

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id */
export const lastEventIdHeader = z.object({
  'Last-Event-ID': z
    .string()
    .regex(/^\d{1,9}(-outcome)?$/, 'must be the id of an event of this stream')
    .optional()
    .openapi({ description: 'The last event that was received: only later ones are sent.', example: '3' }),
})

/** @throws Problem `invalid_request` for an event that has not happened */
export function toldUpTo(lastEventId: string | undefined, purchase: StoredPurchase): Told {
  if (lastEventId === undefined) return { seq: 0, outcome: false }
  const seq = Number.parseInt(lastEventId, 10)
  if (seq <= lastSeq(purchase)) return { seq, outcome: lastEventId === outcomeId(seq) }
  const message = 'is the id of an event that has not happened'
  throw new Problem('invalid_request', `In the headers, Last-Event-ID ${message}.`, {
    errors: [{ path: 'Last-Event-ID', message }],
  })
}
