import { createRoute, z } from '@hono/zod-openapi'
import { readEvaluation } from '#db/awards.ts'
import { listPurchases, openRefund, requestCancel, type StoredPurchase } from '#db/purchases.ts'
import type { App, AppDependencies } from './app-types.ts'
import { actorOf, CUSTOMERS, isOperator, ownerOf, requireOwn } from './auth.ts'
import { idPosition, page, pageOf, pageQuery, readCursor } from './paging.ts'
import { Problem } from './problems.ts'
import {
  acceptedHeaders,
  evaluationSchema,
  formatEvaluation,
  formatPurchase,
  formatPurchaseSummary,
  formatRefund,
  purchaseId,
  purchaseSchema,
  purchaseStatus,
  purchaseStatusSchema,
  purchaseSummarySchema,
  refundSchema,
  requirePurchase,
  setAcceptedHeaders,
  unknownPurchaseProblem,
} from './purchase-schemas.ts'
import { cancelWorkflow, readPresent, startPurchase, startRefund, waitForOutcome } from './purchase-workflows.ts'
import { quoteRefund } from './refund-quote.ts'
import { json, problems, READING, WITH_BODY } from './responses.ts'
import { purchasePath, resourceId } from './schemas.ts'

/** `/purchases`: reading, cancelling and refunding purchases. */
export function registerPurchases(app: App, deps: AppDependencies): void {
  registerListPurchases(app, deps)
  registerGetPurchase(app, deps)
  registerGetPurchaseEvaluation(app, deps)
  registerCancelPurchase(app, deps)
  registerGetRefundQuote(app, deps)
  registerRefundPurchase(app, deps)
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
    return c.json(formatPurchase(purchase, money), 200)
  })
}

const getPurchaseEvaluationRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}/evaluation',
  ...CUSTOMERS,
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
      content: json(evaluationSchema),
    },
    ...problems(...READING, 'foreign_request', 'unknown_purchase'),
  },
})

function registerGetPurchaseEvaluation(app: App, { sql }: AppDependencies): void {
  app.openapi(getPurchaseEvaluationRoute, async (c) => {
    const { purchaseId } = await requirePurchase(sql, c.req.valid('param').id, ownerOf(c))
    return c.json(formatEvaluation(await readEvaluation(sql, purchaseId)), 200)
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
    const recorded = found?.settledAt ? found.status : await requestCancel(deps.writes, id, ownerOf(c))
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

const getRefundQuoteRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}/refund-quote',
  ...CUSTOMERS,
  operationId: 'getRefundQuote',
  tags: ['Purchases'],
  summary: 'Calculate what the refund of a purchase returns',
  description: 'As things stand now: it is not binding, since points can still be spent. Nothing is written.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'What it would return or, if it was refunded, what it returned.', content: json(refundSchema) },
    ...problems(...READING, 'foreign_request', 'unknown_purchase', 'not_refundable'),
  },
})

function registerGetRefundQuote(app: App, { sql, money }: AppDependencies): void {
  app.openapi(getRefundQuoteRoute, async (c) => {
    const purchase = await requirePurchase(sql, c.req.valid('param').id, ownerOf(c))
    const { purchaseId, status } = purchase
    if (!['completed', 'refunding', 'refunded'].includes(status)) throw notRefundableProblem(purchaseId, status)
    return c.json(formatRefund(await quoteRefund(sql, purchase), money), 200)
  })
}

const refundedSchema = z
  .object({ purchaseId, status: z.literal('refunded'), refund: refundSchema })
  .openapi('RefundedPurchase')

const refundPurchaseRoute = createRoute({
  method: 'post',
  path: '/purchases/{id}/refund',
  ...CUSTOMERS,
  operationId: 'refundPurchase',
  tags: ['Purchases'],
  summary: 'Refund a completed purchase as a whole',
  description:
    'Takes no body. The stock is returned, redeemed points go back to the lots they came from, awarded points are reversed, ' +
    'and the money is returned less the value of awarded points that were spent. What the money does not cover of them is ' +
    'owed: points that come back to the same lot later are withheld. It takes effect once: repeating the request ' +
    'returns the same answer, so no Idempotency-Key is needed. Once accepted, the refund is executed.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'Refunded.', content: json(refundedSchema) },
    202: { description: 'In progress.', headers: acceptedHeaders, content: json(purchaseStatusSchema) },
    ...problems(...WITH_BODY, 'unknown_purchase', 'not_refundable', 'refund_period_over'),
  },
})

function registerRefundPurchase(app: App, deps: AppDependencies): void {
  app.openapi(refundPurchaseRoute, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    const owner = ownerOf(c)
    const found = await readPresent(deps, id, owner)
    const limits = { ...(owner && { owner }), ...(!isOperator(c) && { withinDays: REFUND_DAYS }) }
    const opened = await openRefund(deps.writes, id, actorOf(c), limits)
    if (opened === null) throw unknownPurchaseProblem(id)
    if (opened === 'too_late') {
      throw new Problem('refund_period_over', `A purchase can be refunded for ${REFUND_DAYS} days. Ask an operator.`)
    }
    if (opened !== 'refunding' && opened !== 'refunded') throw notRefundableProblem(found?.purchaseId ?? id, opened)
    const purchase = found
      ? await refundRecorded(deps, { ...found, status: opened }, c.req.raw.signal)
      : { purchaseId: id, status: opened, refund: null }
    const { purchaseId, status, refund } = purchase
    if (status === 'refunded' && refund)
      return c.json({ purchaseId, status, refund: formatRefund(refund, deps.money) }, 200)
    setAcceptedHeaders(c, purchase)
    return c.json({ purchaseId, status }, 202)
  })
}

/** How long customers, and services for them, may give back what was bought; operators always may. */
const REFUND_DAYS = 30

/** Has a refund carried out that is on record. @returns the purchase as it is then */
async function refundRecorded(
  deps: AppDependencies,
  purchase: StoredPurchase,
  client: AbortSignal,
): Promise<StoredPurchase> {
  const handle = purchase.status === 'refunding' ? await startRefund(deps, purchase) : undefined
  if (handle === undefined) return (await readPresent(deps, purchase.purchaseId)) ?? purchase
  return await waitForOutcome(deps, purchase, client)
}

function notRefundableProblem(purchaseId: string, status: string): Problem {
  const purchaseStatus = z.enum(['running', 'compensating', 'refused', 'cancelled', 'failed']).parse(status)
  return new Problem('not_refundable', `The purchase is ${status}.`, { purchaseId, purchaseStatus })
}
