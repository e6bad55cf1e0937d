import { createRoute, z } from '@hono/zod-openapi'
import { WorkflowNotFoundError } from '@temporalio/client'
import { listPurchases, openRefund, requestCancel, type StoredPurchase } from '#db/purchases.ts'
import type { App, AppDependencies } from './app-types.ts'
import { DEMO_ACTOR } from './idempotency.ts'
import { Problem } from './problems.ts'
import {
  purchaseId,
  purchaseSchema,
  purchaseStatus,
  purchaseStatusSchema,
  refundSchema,
  requirePurchase,
  showPurchase,
  showRefund,
  underWay,
  underWayHeaders,
} from './purchase-schemas.ts'
import { askTemporal, startPurchase, startRefund, waitForOutcome } from './purchase-workflows.ts'
import { json, problems, READING } from './responses.ts'
import { page, pageOf, pageQuery, purchasePath, resourceId } from './schemas.ts'

/** `/purchases`: what became of orders, and taking them back. */
export function registerPurchases(app: App, deps: AppDependencies): void {
  registerListPurchases(app, deps)
  registerGetPurchase(app, deps)
  registerCancelPurchase(app, deps)
  registerRefundPurchase(app, deps)
}

const listPurchasesRoute = createRoute({
  method: 'get',
  path: '/purchases',
  operationId: 'listPurchases',
  tags: ['Purchases'],
  summary: 'Purchases with everything that happened to them',
  description: 'Newest first.',
  request: {
    query: pageQuery(z.uuid()).extend({
      userId: resourceId.optional().openapi({ description: 'Only what this user bought, or tried to.' }),
      status: purchaseStatus.optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page of purchases.',
      content: json(pageOf(purchaseSchema).openapi('PurchasePage')),
    },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerListPurchases(app: App, { sql }: AppDependencies): void {
  app.openapi(listPurchasesRoute, async (c) => {
    const { cursor, limit, userId, status } = c.req.valid('query')
    const purchases = await listPurchases(sql, {
      ...(cursor && { before: cursor }),
      ...(userId && { username: userId }),
      ...(status && { status }),
      limit: limit + 1,
    })
    return c.json(
      page(purchases, limit, showPurchase, (purchase) => purchase.purchaseId),
      200,
    )
  })
}

const getPurchaseRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}',
  operationId: 'getPurchase',
  tags: ['Purchases'],
  summary: 'One purchase with everything that happened to it',
  request: { params: purchasePath },
  responses: {
    200: { description: 'The purchase.', content: json(purchaseSchema) },
    ...problems(...READING, 'unknown_purchase'),
  },
})

function registerGetPurchase(app: App, { sql }: AppDependencies): void {
  app.openapi(getPurchaseRoute, async (c) => {
    const purchase = await requirePurchase(sql, c.req.valid('param').id)
    return c.json(showPurchase(purchase), 200)
  })
}

const cancelPurchaseRoute = createRoute({
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
    200: { description: 'Cancelled.', content: json(purchaseStatusSchema) },
    202: {
      description: 'Asked to cancel; not decided yet.',
      headers: underWayHeaders,
      content: json(purchaseStatusSchema),
    },
    ...problems(...READING, 'foreign_request', 'unknown_purchase', 'already_settled', 'temporal_unavailable'),
  },
})

/** What a client is told while Temporal is away. */
const CANCEL_ON_RECORD = 'The request to cancel is on record, and counts unless the sale was confirmed before.'

function registerCancelPurchase(app: App, deps: AppDependencies): void {
  app.openapi(cancelPurchaseRoute, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    let purchase = await requirePurchase(deps.sql, id)
    if (purchase.settledAt === null) {
      await requestCancellation(deps, purchase, c.req.raw.signal)
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
async function requestCancellation(
  deps: AppDependencies,
  purchase: StoredPurchase,
  client: AbortSignal,
): Promise<void> {
  await requestCancel(deps.writes, purchase.purchaseId)
  const handle = await startPurchase(deps, purchase, CANCEL_ON_RECORD)
  try {
    await askTemporal(deps, purchase.purchaseId, () => handle.cancel(), CANCEL_ON_RECORD)
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
  await waitForOutcome(deps, handle, client)
}

const refundedSchema = z
  .object({ purchaseId, status: z.literal('refunded'), refund: refundSchema })
  .openapi('RefundedPurchase')

const refundPurchaseRoute = createRoute({
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
    200: { description: 'Refunded.', content: json(refundedSchema) },
    202: {
      description: 'Under way.',
      headers: underWayHeaders,
      content: json(purchaseStatusSchema),
    },
    ...problems(...READING, 'foreign_request', 'unknown_purchase', 'not_refundable', 'temporal_unavailable'),
  },
})

function registerRefundPurchase(app: App, deps: AppDependencies): void {
  app.openapi(refundPurchaseRoute, async (c) => {
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
