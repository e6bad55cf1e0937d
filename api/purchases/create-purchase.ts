import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import type { App, AppContext, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { idempotencyHeaders, keyedRequest, keyReused, markReplayed, replayedHeader } from '#api/requests/idempotency.ts'
import { openPurchase } from '#db/purchases.ts'
import { startPurchase, waitForOutcome } from './carry-out.ts'
import { normaliseOrder, type Order, orderSchema } from './order.ts'
import { purchaseStatusSchema, requirePurchase, underWay, underWayHeaders } from './purchase.ts'
import { receiptSchema, showReceipt } from './receipt.ts'

const route = createRoute({
  method: 'post',
  path: '/purchase',
  operationId: 'createPurchase',
  tags: ['Purchases'],
  summary: 'Buy',
  description:
    'Reserves the stock, charges the wallet and confirms the sale, or undoes it all. Once it is accepted it is carried ' +
    'out whatever happens to this request. Answers with the outcome; if that takes too long, or with ' +
    '`Prefer: respond-async`, with 202 and where to look for it. A purchase that ends other than with a sale is a 409 ' +
    'whose `code` says why; stock and money are then as they were. That goes for `purchase_failed` too: unlike after a 503 ' +
    'it is over, so buy again with a new key.',
  request: {
    headers: idempotencyHeaders.extend({
      Prefer: z.string().optional().openapi({ description: '`respond-async` (RFC 7240): answer 202 at once.' }),
    }),
    body: { required: true, content: { 'application/json': { schema: orderSchema } } },
  },
  responses: {
    200: {
      description: 'Bought.',
      headers: replayedHeader,
      content: { 'application/json': { schema: receiptSchema } },
    },
    202: {
      description: 'Under way.',
      headers: {
        ...underWayHeaders,
        ...replayedHeader,
        'Preference-Applied': {
          description: 'When 202 was preferred (RFC 7240).',
          schema: { type: 'string' as const, enum: ['respond-async'] },
        },
      },
      content: { 'application/json': { schema: purchaseStatusSchema } },
    },
    ...problems(
      ...WRITING,
      'unknown_user',
      'unknown_product',
      'out_of_stock',
      'insufficient_funds',
      'price_changed',
      'redeem_exceeds_total',
      'insufficient_points',
      'cancelled',
      'purchase_failed',
      'temporal_unavailable',
    ),
  },
})

export function registerCreatePurchase(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const purchaseId = await acceptOrder(c, deps, normaliseOrder(c.req.valid('json')))
    const respondAsync = prefers(c.req.header('Prefer'), 'respond-async')

    let purchase = await requirePurchase(deps.sql, purchaseId)
    if (purchase.settledAt === null) {
      const handle = await startPurchase(deps, purchase)
      if (respondAsync) c.header('Preference-Applied', 'respond-async')
      else await waitForOutcome(deps, handle, c.req.raw.signal)
      purchase = await requirePurchase(deps.sql, purchaseId)
    }
    if (purchase.settledAt !== null) return c.json(showReceipt(purchase), 200)
    underWay(c, purchase)
    return c.json({ purchaseId, status: purchase.status }, 202)
  })
}

/** Whether a `Prefer` header (RFC 7240) names a preference. */
function prefers(header: string | undefined, preference: string): boolean {
  const names = (header ?? '').split(',').map((item) => item.split(/[;=]/, 1)[0]?.trim().toLowerCase())
  return names.includes(preference)
}

/** Writes the order down, or finds the purchase that an earlier request of the same key made. */
async function acceptOrder(c: AppContext, { writes, pointValueMinor }: AppDependencies, order: Order): Promise<string> {
  const { scope, key, requestHash } = keyedRequest(c, order.username, order)
  const opened = await openPurchase(writes, {
    ...order,
    purchaseId: uuidv7(),
    scope,
    idempotencyKey: key,
    requestHash,
    pointValueMinor,
  })
  if (!opened.ok) throw opened.problem === 'key_reused' ? keyReused() : unknownParty(opened.problem, order)
  if (opened.replayed) markReplayed(c)
  c.set('purchaseId', opened.purchaseId)
  return opened.purchaseId
}

function unknownParty(problem: 'unknown_user' | 'unknown_product', order: Order): Problem {
  if (problem === 'unknown_user') return new Problem(problem, `There is no user "${order.username}".`)
  return new Problem(problem, 'At least one of the lines names a product that does not exist.')
}
