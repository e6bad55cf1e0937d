import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR, OPERATOR_SCOPE } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { positiveAmount } from '#api/schemas/amounts.ts'
import { productId } from '#api/schemas/identifiers.ts'
import { createProduct } from '#db/products.ts'
import {
  productDescription,
  productImage,
  productName,
  productRefused,
  productSchema,
  requireProduct,
  showProduct,
} from './product.ts'

const newProduct = z
  .strictObject({
    id: productId.optional().openapi({ description: 'Left out: one is made.', example: 'unicorn-moon' }),
    name: productName,
    description: productDescription,
    image: productImage.optional(),
    price: positiveAmount,
    stock: z.number().int().min(0).max(1_000_000_000).openapi({ description: 'Initial stock on hand.', example: 4 }),
  })
  .openapi('NewProduct')

const route = createRoute({
  method: 'post',
  path: '/products',
  operationId: 'createProduct',
  tags: ['Products'],
  summary: 'Add a product',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: newProduct } } },
  },
  responses: {
    201: {
      description: 'The product, as it stands now.',
      headers: {
        Location: { description: 'Address of the product.', schema: { type: 'string' as const } },
        ...replayedHeader,
      },
      content: { 'application/json': { schema: productSchema } },
    },
    ...problems(...WRITING, 'product_exists'),
  },
})

export function registerCreateProduct(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json')
    const { price, id = uuidv7(), name, description, image, stock } = body
    const product = { id, name, description, ...(image && { image }), stock, priceMinor: price, actor: DEMO_ACTOR }
    const answer = await createProduct(writes, keyedRequest(c, OPERATOR_SCOPE, body), product)
    const created = requireDone(c, answer, { unknown: 'unknown_product', refused: productRefused })
    c.header('Location', `/products/${created}`)
    return c.json(showProduct(await requireProduct(sql, created)), 201)
  })
}
