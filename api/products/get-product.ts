import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { productPath } from '#api/schemas/identifiers.ts'
import { productSchema, requireProduct, showProduct } from './product.ts'

const route = createRoute({
  method: 'get',
  path: '/products/{id}',
  operationId: 'getProduct',
  tags: ['Products'],
  summary: 'One product',
  request: { params: productPath },
  responses: {
    200: { description: 'The product.', content: { 'application/json': { schema: productSchema } } },
    ...problems(...READING, 'unknown_product'),
  },
})

export function registerGetProduct(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const product = await requireProduct(sql, c.req.valid('param').id)
    return c.json(showProduct(product), 200)
  })
}
