import { createRoute, z } from '@hono/zod-openapi'
import type { StoredPurchase } from '#db/purchases.ts'
import type { App, AppDependencies } from './app-types.ts'
import { Problem } from './problems.ts'
import { requirePurchase, showPurchase, showStep } from './purchase-schemas.ts'
import { hasEnded, lastSeq, type Watch } from './purchase-watcher.ts'
import { pulledText } from './response-streams.ts'
import { problems, READING } from './responses.ts'
import { purchasePath } from './schemas.ts'

/** How far the story of a purchase was told: up to which step, and whether the outcome was told after it. */
export type Told = { seq: number; outcome: boolean }

/**
 * The id of the outcome is another one than that of the last step, so that one who has seen the step alone gets the outcome,
 * and it does not take the number of a step that may follow: of a refund.
 */
const outcomeId = (seq: number) => `${seq}-outcome`

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id */
const lastEventIdHeader = z.object({
  'Last-Event-ID': z
    .string()
    .regex(/^\d{1,9}(-outcome)?$/, 'must be the id of an event of this stream')
    .optional()
    .openapi({ description: 'The last event that was received: only later ones are sent.', example: '3' }),
})

/** @throws Problem `invalid_request` for an event that has not happened */
function toldUpTo(lastEventId: string | undefined, purchase: StoredPurchase): Told {
  if (lastEventId === undefined) return { seq: 0, outcome: false }
  const seq = Number.parseInt(lastEventId, 10)
  if (seq <= lastSeq(purchase)) return { seq, outcome: lastEventId === outcomeId(seq) }
  const message = 'is the id of an event that has not happened'
  throw new Problem('invalid_request', `In the headers, Last-Event-ID ${message}.`, {
    errors: [{ path: 'Last-Event-ID', message }],
  })
}

const watchPurchaseRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}/events',
  operationId: 'watchPurchase',
  tags: ['Purchases'],
  summary: 'Everything that happens to a purchase, as it happens',
  description:
    'Server-sent events. Each `step` has its `seq` as id, and a `PurchaseStep` as data; those that have happened already ' +
    'come first. When the purchase has ended, `outcome` follows, with the `Purchase` as data, and the stream ends. Comments ' +
    'in between show that the connection lives. Connect again with the id of the last event (browsers do) to go on where ' +
    'it broke off; after the outcome the answer is 204, at which browsers stop. A refund goes on with the same story.',
  request: { params: purchasePath, headers: lastEventIdHeader },
  responses: {
    200: {
      description: 'What happens.',
      content: {
        'text/event-stream': {
          schema: z.string().openapi({ example: 'id: 2\nevent: step\ndata: {"seq":2,"step":"reserveStock",...}\n\n' }),
        },
      },
    },
    204: { description: 'Everything was told, the outcome included.' },
    ...problems(...READING, 'invalid_request', 'unknown_purchase', 'too_many_viewers'),
  },
})

export function registerPurchaseStream(app: App, deps: AppDependencies): void {
  app.openapi(watchPurchaseRoute, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    const purchase = await requirePurchase(deps.sql, id)
    const told = toldUpTo(c.req.valid('header')['Last-Event-ID'], purchase)
    if (isToldToTheEnd(purchase, told)) return c.body(null, 204)
    c.header('Content-Type', 'text/event-stream')
    // Whoever is in between must neither keep it nor wait for more of it: `no-transform` also keeps it from being compressed.
    c.header('Cache-Control', 'no-cache, no-transform')
    c.header('X-Accel-Buffering', 'no')
    // Nobody reads the body of an answer to HEAD, or would tell when it is no longer wanted.
    if (c.req.method === 'HEAD') return c.body(null, 200)
    const story = await pulledText(c, deps, (over) => {
      const watch = deps.purchaseWatcher.watch(purchase, over.signal)
      if (!watch) throw new Problem('too_many_viewers', 'Try again, or ask for the purchase itself now and then.')
      return tellStory(purchase, told, watch, over.signal)
    })
    return c.body(story, 200)
  })
}

/** A comment: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes */
const HEARTBEAT = ': nothing new\n\n'

/**
 * What happens to a purchase, as server-sent events: its steps, each as soon as it is known, and then its outcome.
 *
 * @param purchase as it stands; what was not `told` of it comes first
 * @param watch of what happens after that
 * @param over when nobody listens any more
 */
async function* tellStory(
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
function isToldToTheEnd(purchase: StoredPurchase, { seq, outcome }: Told): boolean {
  return hasEnded(purchase) && outcome && seq === lastSeq(purchase)
}

function outcome(purchase: StoredPurchase): string {
  return message('outcome', outcomeId(lastSeq(purchase)), showPurchase(purchase))
}

/** JSON has no line break of its own, so one line of data holds it. */
function message(event: string, id: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
