import { createRoute } from '@hono/zod-openapi'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { purchasePath } from '#api/schemas/identifiers.ts'
import { requestCancel, type StoredPurchase } from '#db/purchases.ts'
import { askTemporal, startPurchase, waitForOutcome } from './carry-out.ts'
import { purchaseStatusSchema, requirePurchase, underWay, underWayHeaders } from './purchase.ts'

const route = createRoute({
  method: 'post',
  path: '/purchases/{id}/cancel',
  operationId: 'cancelPurchase',
  tags: ['Purchases'],
  summary: 'Cancel a purchase that is under way',
  description:
    'Takes no body. It counts until the sale is confirmed: from then on the purchase ends completed, before that with ' +
    'everything given back. Asking again changes nothing and gets the same answer, so no Idempotency-Key is needed.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'Cancelled.', content: { 'application/json': { schema: purchaseStatusSchema } } },
    202: {
      description: 'Asked to cancel; not decided yet.',
      headers: underWayHeaders,
      content: { 'application/json': { schema: purchaseStatusSchema } },
    },
    ...problems(...READING, 'foreign_request', 'unknown_purchase', 'already_settled', 'temporal_unavailable'),
  },
})

/** What a client is told while Temporal is away. */
const ON_RECORD = 'The request to cancel is on record, and counts unless the sale was confirmed before.'

export function registerCancelPurchase(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    let purchase = await requirePurchase(deps.sql, id)
    if (purchase.settledAt === null) {
      await cancel(deps, purchase, c.req.raw.signal)
      purchase = await requirePurchase(deps.sql, id)
    }
    const { purchaseId, status } = purchase
    switch (status) {
      case 'cancelled':
        return c.json({ purchaseId, status }, 200)
      case 'running':
      case 'compensating':
        underWay(c, purchase)
        return c.json({ purchaseId, status }, 202)
      case 'completed':
      case 'refused':
      case 'failed':
      case 'refunding':
      case 'refunded':
        throw new Problem('already_settled', `The purchase is ${status}.`, { purchaseId, purchaseStatus: status })
    }
  })
}

/**
 * The request counts from when it is on record. The workflow, which is started for this if it never was, is told so that it
 * stops before its next step and not only at the confirmation.
 */
async function cancel(deps: AppDependencies, purchase: StoredPurchase, client: AbortSignal): Promise<void> {
  await requestCancel(deps.writes, purchase.purchaseId)
  const handle = await startPurchase(deps, purchase, ON_RECORD)
  try {
    await askTemporal(deps, purchase.purchaseId, () => handle.cancel(), ON_RECORD)
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
  await waitForOutcome(deps, handle, client)
}
