import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { pulledText } from '#api/requests/pulled-text.ts'
import { purchasePath } from '#api/schemas/identifiers.ts'
import { lastEventIdHeader, toldUpTo } from './event-id.ts'
import { requirePurchase } from './purchase.ts'
import { isToldToTheEnd, tellStory } from './purchase-story.ts'

const route = createRoute({
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

export function registerWatchPurchase(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
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
