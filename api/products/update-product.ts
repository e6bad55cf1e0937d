import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { OPERATOR_SCOPE } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { positiveAmount } from '#api/schemas/amounts.ts'
import { productPath } from '#api/schemas/identifiers.ts'
import { updateProduct } from '#db/products.ts'
import {
  productDescription,
  productImage,
  productName,
  productRefused,
  productSchema,
  requireProduct,
  showProduct,
} from './product.ts'

const productChanges = z
  .strictObject({
    name: productName.optional(),
    description: productDescription.optional(),
    image: productImage.optional(),
    price: positiveAmount.optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .openapi('ProductChanges', { minProperties: 1 })

const route = createRoute({
  method: 'patch',
  path: '/products/{id}',
  operationId: 'updateProduct',
  tags: ['Products'],
  summary: 'Change what is said about a product, or its price',
  description: 'Purchases that have reserved the product already keep the price that they froze.',
  request: {
    params: productPath,
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: productChanges } } },
  },
  responses: {
    200: {
      description: 'The product, as it stands now.',
      headers: replayedHeader,
      content: { 'application/json': { schema: productSchema } },
    },
    ...problems(...WRITING, 'unknown_product'),
  },
})

export function registerUpdateProduct(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const body = c.req.valid('json')
    const { name, description, image, price } = body
    const answer = await updateProduct(writes, keyedRequest(c, OPERATOR_SCOPE, body), id, {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(image !== undefined && { image }),
      ...(price !== undefined && { priceMinor: price }),
    })
    requireDone(c, answer, { unknown: 'unknown_product', refused: productRefused })
    return c.json(showProduct(await requireProduct(sql, id)), 200)
  })
}
