import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR } from '#api/requests/caller.ts'
import { purchasePath } from '#api/schemas/identifiers.ts'
import { openRefund } from '#db/purchases.ts'
import { startRefund, waitForOutcome } from './carry-out.ts'
import { purchaseId, purchaseStatusSchema, requirePurchase, underWay, underWayHeaders } from './purchase.ts'
import { refundSchema, showRefund } from './refund.ts'

const refundedSchema = z
  .object({ purchaseId, status: z.literal('refunded'), refund: refundSchema })
  .openapi('RefundedPurchase')

const route = createRoute({
  method: 'post',
  path: '/purchases/{id}/refund',
  operationId: 'refundPurchase',
  tags: ['Purchases'],
  summary: 'Give a completed purchase back, as a whole',
  description:
    'Takes no body. The goods go back on the shelf, points that paid go back to the lots they came from, awarded points ' +
    'are taken back, and the money is returned less the value of awarded points that were spent. It happens once: ' +
    'asking again gets the same answer, so no Idempotency-Key is needed. Once it is accepted it is carried out.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'Refunded.', content: { 'application/json': { schema: refundedSchema } } },
    202: {
      description: 'Under way.',
      headers: underWayHeaders,
      content: { 'application/json': { schema: purchaseStatusSchema } },
    },
    ...problems(...READING, 'foreign_request', 'unknown_purchase', 'not_refundable', 'temporal_unavailable'),
  },
})

export function registerRefundPurchase(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    const opened = await openRefund(deps.writes, id, DEMO_ACTOR)
    let purchase = await requirePurchase(deps.sql, id)
    if (opened !== 'refunding' && opened !== 'refunded') throw notRefundable(purchase.purchaseId, opened)
    if (purchase.status === 'refunding') {
      const handle = await startRefund(deps, purchase)
      await waitForOutcome(deps, handle, c.req.raw.signal)
      purchase = await requirePurchase(deps.sql, id)
    }
    const { purchaseId, status, refund } = purchase
    if (status === 'refunded' && refund) return c.json({ purchaseId, status, refund: showRefund(refund) }, 200)
    underWay(c, purchase)
    return c.json({ purchaseId, status }, 202)
  })
}

function notRefundable(purchaseId: string, status: string | null): Problem {
  const purchaseStatus = z.enum(['running', 'compensating', 'refused', 'cancelled', 'failed']).parse(status)
  return new Problem('not_refundable', `The purchase is ${status}.`, { purchaseId, purchaseStatus })
}
