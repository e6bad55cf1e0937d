import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import {
  adjustStock,
  createProduct,
  listProducts,
  type Product,
  type ProductRefusal,
  readProduct,
  updateProduct,
} from '#db/products.ts'
import { majorFromMinor } from '#domain/money.ts'
import type { App, AppDependencies } from './app-types.ts'
import { DEMO_ACTOR, idempotencyHeaders, keyedRequest, OPERATOR_SCOPE, requireDone } from './idempotency.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, READING, replayedHeader, WRITING } from './responses.ts'
import {
  amountShown,
  line,
  lines,
  page,
  pageOf,
  pageQuery,
  positiveAmount,
  productId,
  productPath,
  resourceId,
} from './schemas.ts'

/** `/products`, and the pictures of products. */
export function registerProducts(app: App, deps: AppDependencies): void {
  registerListProducts(app, deps)
  registerGetProduct(app, deps)
  registerCreateProduct(app, deps)
  registerUpdateProduct(app, deps)
  registerAdjustStock(app, deps)
  registerServeImage(app)
}

const productSchema = z
  .object({
    id: productId,
    name: z.string().openapi({ example: 'Unicorn Air' }),
    description: z.string().openapi({ example: 'Light as a feather, fast as a thought.' }),
    image: z.string().nullable().openapi({ description: 'Address of a picture.', example: '/images/unicorn-air.svg' }),
    price: amountShown,
    stock: z.number().int().openapi({ description: 'What can be bought now: on hand and not reserved.', example: 4 }),
  })
  .openapi('Product')

const productName = line(200).openapi({ example: 'Unicorn Air' })
const productDescription = lines(4000).openapi({ example: 'Light as a feather, fast as a thought.' })
const productImage = z
  .string()
  .max(1000, 'must have at most 1000 characters')
  .regex(/^(?:\/(?!\/)|https?:\/\/)[!-~]+$/, 'must be a path on this server or an http(s) address')
  .openapi({ description: 'A path on this server, or an http(s) address.', example: '/images/unicorn-air.svg' })

function showProduct(product: Product): z.infer<typeof productSchema> {
  const { id, name, description, image } = product
  return { id, name, description, image, price: majorFromMinor(product.priceMinor), stock: product.available }
}

/** @throws Problem `unknown_product` */
async function requireProduct(sql: Database, id: string): Promise<Product> {
  const product = await readProduct(sql, id)
  if (!product) throw new Problem('unknown_product', `There is no product "${id}".`)
  return product
}

function productRefused(refusal: ProductRefusal): Problem {
  switch (refusal.code) {
    case 'product_exists':
      return new Problem(refusal.code, 'Choose another id, or leave it out to have one made.')
    case 'insufficient_stock':
      return new Problem(refusal.code, `Up to ${refusal.available} can be taken out.`, {
        available: refusal.available,
      })
    case 'stock_too_large':
      return new Problem(refusal.code, 'Up to 1000000000 of a product can be on hand.')
  }
}

const listProductsRoute = createRoute({
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
      content: json(pageOf(productSchema).openapi('ProductPage')),
    },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerListProducts(app: App, { sql }: AppDependencies): void {
  app.openapi(listProductsRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const products = await listProducts(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(products, limit, showProduct, (product) => product.id),
      200,
    )
  })
}

const getProductRoute = createRoute({
  method: 'get',
  path: '/products/{id}',
  operationId: 'getProduct',
  tags: ['Products'],
  summary: 'One product',
  request: { params: productPath },
  responses: {
    200: { description: 'The product.', content: json(productSchema) },
    ...problems(...READING, 'unknown_product'),
  },
})

function registerGetProduct(app: App, { sql }: AppDependencies): void {
  app.openapi(getProductRoute, async (c) => {
    const product = await requireProduct(sql, c.req.valid('param').id)
    return c.json(showProduct(product), 200)
  })
}

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

const createProductRoute = createRoute({
  method: 'post',
  path: '/products',
  operationId: 'createProduct',
  tags: ['Products'],
  summary: 'Add a product',
  request: {
    headers: idempotencyHeaders,
    body: jsonBody(newProduct),
  },
  responses: {
    201: {
      description: 'The product, as it stands now.',
      headers: {
        Location: { description: 'Address of the product.', schema: { type: 'string' as const } },
        ...replayedHeader,
      },
      content: json(productSchema),
    },
    ...problems(...WRITING, 'product_exists'),
  },
})

function registerCreateProduct(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(createProductRoute, async (c) => {
    const body = c.req.valid('json')
    const { price, id = uuidv7(), name, description, image, stock } = body
    const product = { id, name, description, ...(image && { image }), stock, priceMinor: price, actor: DEMO_ACTOR }
    const answer = await createProduct(writes, keyedRequest(c, OPERATOR_SCOPE, body), product)
    const created = requireDone(c, answer, { unknown: 'unknown_product', refused: productRefused })
    c.header('Location', `/products/${created}`)
    return c.json(showProduct(await requireProduct(sql, created)), 201)
  })
}

const productChanges = z
  .strictObject({
    name: productName.optional(),
    description: productDescription.optional(),
    image: productImage.optional(),
    price: positiveAmount.optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .openapi('ProductChanges', { minProperties: 1 })

const updateProductRoute = createRoute({
  method: 'patch',
  path: '/products/{id}',
  operationId: 'updateProduct',
  tags: ['Products'],
  summary: 'Change what is said about a product, or its price',
  description: 'Purchases that have reserved the product already keep the price that they froze.',
  request: {
    params: productPath,
    headers: idempotencyHeaders,
    body: jsonBody(productChanges),
  },
  responses: {
    200: {
      description: 'The product, as it stands now.',
      headers: replayedHeader,
      content: json(productSchema),
    },
    ...problems(...WRITING, 'unknown_product'),
  },
})

function registerUpdateProduct(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(updateProductRoute, async (c) => {
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

const adjustStockRoute = createRoute({
  method: 'post',
  path: '/products/{id}/stock-adjustments',
  operationId: 'adjustStock',
  tags: ['Products'],
  summary: 'Add to the stock, or take out of it',
  description: 'What is reserved for purchases under way cannot be taken out.',
  request: {
    params: productPath,
    headers: idempotencyHeaders,
    body: jsonBody(stockAdjustment),
  },
  responses: {
    201: {
      description: 'The product, as it stands now.',
      headers: replayedHeader,
      content: json(productSchema),
    },
    ...problems(...WRITING, 'unknown_product', 'insufficient_stock', 'stock_too_large'),
  },
})

function registerAdjustStock(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(adjustStockRoute, async (c) => {
    const { id } = c.req.valid('param')
    const body = c.req.valid('json')
    const adjustment = { productId: id, quantity: body.quantity, note: body.reason, actor: DEMO_ACTOR }
    const answer = await adjustStock(writes, keyedRequest(c, OPERATOR_SCOPE, body), adjustment)
    requireDone(c, answer, { unknown: 'unknown_product', refused: productRefused })
    return c.json(showProduct(await requireProduct(sql, id)), 201)
  })
}

const getImageRoute = createRoute({
  method: 'get',
  path: '/images/{name}',
  operationId: 'getImage',
  tags: ['Products'],
  summary: 'A picture of a product',
  request: { params: z.object({ name: z.string().openapi({ example: 'unicorn-air.svg' }) }) },
  responses: {
    200: { description: 'The picture.', content: { 'image/svg+xml': { schema: z.string() } } },
    ...problems('misdirected_request', 'internal_error', 'unknown_image'),
  },
})

/** Pictures of our own making. */
const IMAGES_DIR = join(import.meta.dirname, 'images')

function registerServeImage(app: App): void {
  const pictures = loadPictures()
  app.openapi(getImageRoute, async (c) => {
    const picture = (await pictures).get(c.req.valid('param').name)
    if (picture === undefined) throw new Problem('unknown_image', 'See the image of each product for what there is.')
    c.header('Content-Type', 'image/svg+xml')
    c.header('Cache-Control', 'public, max-age=3600')
    return c.body(picture)
  })
}

async function loadPictures(): Promise<Map<string, string>> {
  const names = (await readdir(IMAGES_DIR)).filter((name) => name.endsWith('.svg'))
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(IMAGES_DIR, name), 'utf8')] as const)),
  )
}
