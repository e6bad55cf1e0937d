import { addAbortListener } from 'node:events'
import { createRoute, z } from '@hono/zod-openapi'
import type { PurchaseEvent, StoredPurchase } from '#db/purchases.ts'
import type { App, AppDependencies } from './app-types.ts'
import { CUSTOMERS, ownerOf } from './auth.ts'
import { limitPerCaller } from './caller-limits.ts'
import { Problem } from './problems.ts'
import { formatPurchase, formatStep, requirePurchase } from './purchase-schemas.ts'
import { lastSeq, type Subscription } from './purchase-watcher.ts'
import { STREAM } from './rate-limits.ts'
import { pullStream } from './response-streams.ts'
import { problems, READING } from './responses.ts'
import { purchasePath } from './schemas.ts'

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id */
const lastEventIdHeader = z.object({
  'Last-Event-ID': z
    .string()
    .regex(/^\d{1,9}(-outcome)?$/, 'must be the id of an event of this stream')
    .optional()
    .openapi({ description: 'The last event that was received: only later ones are sent.', example: '3' }),
})

const watchPurchaseRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}/events',
  ...CUSTOMERS,
  ...STREAM,
  operationId: 'watchPurchase',
  tags: ['Purchases'],
  summary: 'Stream the events of a purchase',
  description:
    'Server-sent events. Each `step` has its `seq` as id and a `PurchaseStep` as data; steps from before the request come ' +
    'first. When the purchase has ended, `outcome` follows with the `Purchase` as data, and the stream ends. Comments are ' +
    'heartbeats. To resume after a lost connection, connect again with the id of the last event (browsers do); after the ' +
    'outcome the answer is 204, at which browsers stop. A later refund continues the same stream.',
  request: { params: purchasePath, headers: lastEventIdHeader },
  responses: {
    200: {
      description: 'The events.',
      content: {
        'text/event-stream': {
          schema: z.string().openapi({ example: 'id: 2\nevent: step\ndata: {"seq":2,"step":"reserveStock",...}\n\n' }),
        },
      },
    },
    204: { description: 'All events were delivered, including the outcome.' },
    ...problems(...READING, 'foreign_request', 'unknown_purchase', 'too_many_at_once', 'too_many_viewers'),
  },
})

/** Of the thousand that a process has for everybody. */
export const MAX_STREAMS_PER_CALLER = 200

/** `GET /purchases/{id}/events`. */
export function registerPurchaseStream(app: App, deps: AppDependencies): void {
  const count = limitPerCaller('event streams', MAX_STREAMS_PER_CALLER)
  app.openapi(watchPurchaseRoute, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    const purchase = await requirePurchase(deps.sql, id, ownerOf(c))
    const delivered = positionOf(c.req.valid('header')['Last-Event-ID'], purchase)
    if (isFullyDelivered(purchase, delivered)) return c.body(null, 204)
    c.header('Content-Type', 'text/event-stream')
    // Intermediaries must neither store nor buffer it; `no-transform` also keeps it from being compressed.
    c.header('Cache-Control', 'no-store, no-transform')
    c.header('X-Accel-Buffering', 'no')
    // The body of an answer to HEAD is never read, nor cancelled, so no subscription may be opened for it.
    if (c.req.method === 'HEAD') return c.body(null, 200)
    const stream = await pullStream(c, deps, ({ signal }) => {
      addAbortListener(signal, count(c))
      const subscription = deps.purchaseWatcher.subscribe(purchase, signal)
      if (!subscription) throw new Problem('too_many_viewers', 'Try again later, or poll the purchase itself.')
      const format = {
        step: (event: PurchaseEvent) => formatStep(c, event, deps.money),
        outcome: (ended: StoredPurchase) => formatPurchase(c, ended, deps.money),
      }
      return purchaseEventStream(purchase, { delivered, subscription, signal, format })
    })
    return c.body(stream, 200)
  })
}

/** What was delivered: the steps up to `seq`, and whether the outcome after them was. */
type Position = { seq: number; outcome: boolean }

/**
 * The event id of the outcome. It differs from the id of the last step, so that a client that has received only the step
 * still gets the outcome, and it leaves the next number to the next step, which a refund adds.
 */
const outcomeId = (seq: number) => `${seq}-outcome`

/** @throws Problem `invalid_request` for the id of an event that has not happened */
function positionOf(lastEventId: string | undefined, purchase: StoredPurchase): Position {
  if (lastEventId === undefined) return { seq: 0, outcome: false }
  const seq = Number.parseInt(lastEventId, 10)
  if (seq <= lastSeq(purchase)) return { seq, outcome: lastEventId === outcomeId(seq) }
  const message = 'is the id of an event that has not happened'
  throw new Problem('invalid_request', `In the headers, Last-Event-ID ${message}.`, {
    errors: [{ path: 'Last-Event-ID', message }],
  })
}

/** Whether no event of the purchase is left to deliver, unless it is refunded later. */
function isFullyDelivered(purchase: StoredPurchase, { seq, outcome }: Position): boolean {
  return hasEnded(purchase) && outcome && seq === lastSeq(purchase)
}

/** Whether it has its outcome, and no refund is under way. */
function hasEnded({ settledAt, status }: StoredPurchase): boolean {
  return settledAt !== null && status !== 'refunding'
}

/** A comment: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes */
const HEARTBEAT = ': heartbeat\n\n'

type Listening = {
  delivered: Position
  /** To what happens from now on. */
  subscription: Subscription
  /** Aborted when the client no longer listens. */
  signal: AbortSignal
  /** As the one who listens may see it. */
  format: { step: (event: PurchaseEvent) => unknown; outcome: (purchase: StoredPurchase) => unknown }
}

/**
 * The events of a purchase as server-sent events: its steps as they happen, then its outcome.
 *
 * @param purchase its present state; what of it is beyond `delivered` comes first
 */
async function* purchaseEventStream(
  purchase: StoredPurchase,
  { delivered, subscription, signal, format }: Listening,
): AsyncGenerator<string, void, void> {
  let { seq } = delivered
  let state: StoredPurchase | undefined = purchase
  while (!signal.aborted) {
    if (state === undefined) yield HEARTBEAT
    else {
      for (const event of state.events) {
        if (event.seq > seq) yield serverSentEvent('step', String(event.seq), format.step(event))
      }
      seq = lastSeq(state)
      if (hasEnded(state)) return yield serverSentEvent('outcome', outcomeId(seq), format.outcome(state))
    }
    state = await subscription.next()
  }
}

/** JSON text has no line breaks, so one line of data holds it. */
function serverSentEvent(event: string, id: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
