import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { resourceId } from '#api/schemas/identifiers.ts'
import { page, pageOf, pageQuery } from '#api/schemas/paging.ts'
import { listPurchases } from '#db/purchases.ts'
import { purchaseSchema, purchaseStatus, showPurchase } from './purchase.ts'

const route = createRoute({
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
      content: { 'application/json': { schema: pageOf(purchaseSchema).openapi('PurchasePage') } },
    },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListPurchases(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
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
