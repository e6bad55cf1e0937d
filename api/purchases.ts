import { createRoute } from '@hono/zod-openapi'
import { readEvaluation } from '#db/awards.ts'
import { listPurchases, requestCancel, type StoredPurchase } from '#db/purchases.ts'
import type { App, AppDependencies } from './app-types.ts'
import { actorOf, CUSTOMERS, ownerOf, requireOwn } from './auth.ts'
import { awardEvaluationSchema, formatAwardEvaluation } from './award-schemas.ts'
import { idPosition, page, pageOf, pageQuery, readCursor } from './paging.ts'
import { Problem } from './problems.ts'
import {
  acceptedHeaders,
  formatPurchase,
  formatPurchaseSummary,
  purchaseSchema,
  purchaseStatus,
  purchaseStatusSchema,
  purchaseSummarySchema,
  requirePurchase,
  setAcceptedHeaders,
  unknownPurchaseProblem,
} from './purchase-schemas.ts'
import { cancelWorkflow, readPresent, startPurchase, waitForOutcome } from './purchase-workflows.ts'
import { COSTLY } from './rate-limits.ts'
import { json, problems, READING, WITH_BODY } from './responses.ts'
import { purchasePath, resourceId } from './schemas.ts'

/** `/purchases`: reading and cancelling purchases. */
export function registerPurchases(app: App, deps: AppDependencies): void {
  registerListPurchases(app, deps)
  registerGetPurchase(app, deps)
  registerGetPurchaseEvaluation(app, deps)
  registerCancelPurchase(app, deps)
}

const listPurchasesRoute = createRoute({
  method: 'get',
  path: '/purchases',
  ...CUSTOMERS,
  operationId: 'listPurchases',
  tags: ['Purchases'],
  summary: 'List purchases',
  description: 'Newest first. Without their steps: `GET /purchases/{id}` has them.',
  request: {
    query: pageQuery.extend({
      userId: resourceId.optional().openapi({ description: 'Only purchases of this user.' }),
      status: purchaseStatus.optional(),
    }),
  },
  responses: {
    200: { description: 'A page of purchases.', content: json(pageOf(purchaseSummarySchema).openapi('PurchasePage')) },
    ...problems(...READING, 'unknown_user'),
  },
})

function registerListPurchases(app: App, { sql, money }: AppDependencies): void {
  app.openapi(listPurchasesRoute, async (c) => {
    const { limit, userId, status } = c.req.valid('query')
    if (userId) requireOwn(c, userId, 'unknown_user')
    const owner = ownerOf(c)
    const cursor = readCursor(c, idPosition)
    const purchases = await listPurchases(sql, {
      ...(cursor && { before: cursor }),
      ...(userId && { username: userId }),
      ...(owner && { owner }),
      ...(status && { status }),
      limit: limit + 1,
    })
    return c.json(
      page(
        c,
        purchases,
        limit,
        (purchase) => formatPurchaseSummary(purchase, money),
        (purchase) => purchase.purchaseId,
      ),
      200,
    )
  })
}

const getPurchaseRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}',
  ...CUSTOMERS,
  operationId: 'getPurchase',
  tags: ['Purchases'],
  summary: 'Get a purchase with its steps',
  description: '`GET /purchases/{id}/events` has the same as it happens.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'The purchase.', content: json(purchaseSchema) },
    ...problems(...READING, 'unknown_purchase'),
  },
})

function registerGetPurchase(app: App, { sql, money }: AppDependencies): void {
  app.openapi(getPurchaseRoute, async (c) => {
    const purchase = await requirePurchase(sql, c.req.valid('param').id, ownerOf(c))
    return c.json(formatPurchase(c, purchase, money), 200)
  })
}

const getPurchaseEvaluationRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}/evaluation',
  ...CUSTOMERS,
  ...COSTLY,
  operationId: 'getPurchaseEvaluation',
  tags: ['Purchases'],
  summary: 'Get which rules of which campaigns gave the points of a purchase',
  description:
    'Its award, rule by rule, and why rules could not be evaluated. With 50 campaigns of 100 rules it may have a megabyte, so no ' +
    'other answer has it.',
  request: { params: purchasePath },
  responses: {
    200: {
      description: 'The evaluation; without campaigns until the award has ended or is parked.',
      content: json(awardEvaluationSchema),
    },
    ...problems(...READING, 'foreign_request', 'unknown_purchase'),
  },
})

function registerGetPurchaseEvaluation(app: App, { sql }: AppDependencies): void {
  app.openapi(getPurchaseEvaluationRoute, async (c) => {
    const { purchaseId } = await requirePurchase(sql, c.req.valid('param').id, ownerOf(c))
    return c.json(formatAwardEvaluation(await readEvaluation(sql, purchaseId)), 200)
  })
}

const cancelPurchaseRoute = createRoute({
  method: 'post',
  path: '/purchases/{id}/cancel',
  ...CUSTOMERS,
  operationId: 'cancelPurchase',
  tags: ['Purchases'],
  summary: 'Cancel a purchase that is under way',
  description:
    'Takes no body. Takes effect until the sale is confirmed: from then on the purchase completes, before that it is fully ' +
    'undone. Repeating the request changes nothing and returns the same answer, so no Idempotency-Key is needed.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'Cancelled.', content: json(purchaseStatusSchema) },
    202: {
      description: 'The request is on record; its effect is not decided yet.',
      headers: acceptedHeaders,
      content: json(purchaseStatusSchema),
    },
    ...problems(...WITH_BODY, 'unknown_purchase', 'already_settled'),
  },
})

function registerCancelPurchase(app: App, deps: AppDependencies): void {
  app.openapi(cancelPurchaseRoute, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    // Where it cannot be read, the request may still be on record already, or go there.
    const found = await readPresent(deps, id, ownerOf(c))
    const recorded = found?.settledAt ? found.status : await requestCancel(deps.writes, id, actorOf(c), ownerOf(c))
    if (recorded === null) throw unknownPurchaseProblem(id)
    const purchase = found ? await cancelRecorded(deps, found, c.req.raw.signal) : { purchaseId: id, status: recorded }
    const { purchaseId, status } = purchase
    switch (status) {
      case 'cancelled':
        return c.json({ purchaseId, status }, 200)
      case 'running':
      case 'compensating':
        setAcceptedHeaders(c, purchase)
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
 * The request to cancel takes effect from when it is on record: no step before the pivot is carried out after it. The workflow, which is
 * started if it never was, is asked as well.
 *
 * @returns the purchase as it is then
 */
async function cancelRecorded(
  deps: AppDependencies,
  purchase: StoredPurchase,
  client: AbortSignal,
): Promise<StoredPurchase> {
  if (purchase.settledAt !== null) return purchase
  const handle = await startPurchase(deps, purchase)
  if (handle === undefined) return (await readPresent(deps, purchase.purchaseId)) ?? purchase
  await cancelWorkflow(deps, handle)
  return await waitForOutcome(deps, purchase, client)
}
