import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR, OPERATOR_SCOPE } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { productPath } from '#api/schemas/identifiers.ts'
import { line } from '#api/schemas/text.ts'
import { adjustStock } from '#db/products.ts'
import { productRefused, productSchema, requireProduct, showProduct } from './product.ts'

const stockAdjustment = z
  .strictObject({
    quantity: z
      .number()
      .int()
      .min(-1_000_000_000)
      .max(1_000_000_000)
      .refine((quantity) => quantity !== 0, 'must not be 0')
      .openapi({ description: 'What is added; negative: taken out.', example: 10 }),
    reason: line(500).openapi({ example: 'Delivery 4711' }),
  })
  .openapi('StockAdjustment')

const route = createRoute({
  method: 'post',
  path: '/products/{id}/stock-adjustments',
  operationId: 'adjustStock',
  tags: ['Products'],
  summary: 'Add to the stock, or take out of it',
  description: 'What is reserved for purchases under way cannot be taken out.',
  request: {
    params: productPath,
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: stockAdjustment } } },
  },
  responses: {
    201: {
      description: 'The product, as it stands now.',
      headers: replayedHeader,
      content: { 'application/json': { schema: productSchema } },
    },
    ...problems(...WRITING, 'unknown_product', 'insufficient_stock', 'stock_too_large'),
  },
})

export function registerAdjustStock(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const body = c.req.valid('json')
    const adjustment = { productId: id, quantity: body.quantity, note: body.reason, actor: DEMO_ACTOR }
    const answer = await adjustStock(writes, keyedRequest(c, OPERATOR_SCOPE, body), adjustment)
    requireDone(c, answer, { unknown: 'unknown_product', refused: productRefused })
    return c.json(showProduct(await requireProduct(sql, id)), 201)
  })
}
