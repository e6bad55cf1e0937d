import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { resourceId } from '#api/schemas/identifiers.ts'
import { page, pageOf, pageQuery } from '#api/schemas/paging.ts'
import { listProducts } from '#db/products.ts'
import { productSchema, showProduct } from './product.ts'

const route = createRoute({
  method: 'get',
  path: '/products',
  operationId: 'listProducts',
  tags: ['Products'],
  summary: 'What there is to buy',
  description: 'In the order of their ids.',
  request: { query: pageQuery(resourceId) },
  responses: {
    200: {
      description: 'A page of products.',
      content: { 'application/json': { schema: pageOf(productSchema).openapi('ProductPage') } },
    },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListProducts(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const products = await listProducts(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(products, limit, showProduct, (product) => product.id),
      200,
    )
  })
}
