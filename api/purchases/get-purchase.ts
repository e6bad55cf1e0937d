import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { purchasePath } from '#api/schemas/identifiers.ts'
import { purchaseSchema, requirePurchase, showPurchase } from './purchase.ts'

const route = createRoute({
  method: 'get',
  path: '/purchases/{id}',
  operationId: 'getPurchase',
  tags: ['Purchases'],
  summary: 'One purchase with everything that happened to it',
  request: { params: purchasePath },
  responses: {
    200: { description: 'The purchase.', content: { 'application/json': { schema: purchaseSchema } } },
    ...problems(...READING, 'unknown_purchase'),
  },
})

export function registerGetPurchase(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const purchase = await requirePurchase(sql, c.req.valid('param').id)
    return c.json(showPurchase(purchase), 200)
  })
}
