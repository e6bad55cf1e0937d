import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { recallKey } from '#db/idempotency-keys.ts'
import {
  adjustStock,
  createProduct,
  listProductHistory,
  listProducts,
  type NewProduct,
  type Product,
  type ProductChange,
  type ProductChanges,
  type ProductRefusal,
  type ProductTerms,
  readProduct,
  updateProduct,
} from '#db/products.ts'
import type { Money } from '#domain/money.ts'
import { actorSchema, formatActor } from './actors.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { ANYBODY, actorOf, OPERATORS } from './auth.ts'
import { etagHeader, ifMatchHeader, ifNoneMatchHeader, isBasedOn, isKnown, notModified, withEtag } from './etags.ts'
import { idempotencyHeaders, keyedRequest, requireDone } from './idempotency.ts'
import { numberPosition, page, pageOf, pageQuery, readCursor } from './paging.ts'
import { Problem } from './problems.ts'
import { ANY, json, jsonBody, problems, READING, READING_FOR_ANYBODY, replayedHeader, WRITING } from './responses.ts'
import {
  amountOutput,
  labelsInput,
  labelsOutput,
  line,
  lines,
  orNull,
  positiveAmountInput,
  productId,
  productPath,
  resourceId,
  timestamp,
} from './schemas.ts'

/** `/products` and `/images`. */
export function registerProducts(app: App, deps: AppDependencies): void {
  registerListProducts(app, deps)
  registerGetProduct(app, deps)
  registerCreateProduct(app, deps)
  registerUpdateProduct(app, deps)
  registerListProductHistory(app, deps)
  registerAdjustStock(app, deps)
  registerServeImage(app)
}

const CATEGORIES = 'What kinds of product it is, in words of the shop. Rules of campaigns can look at them.'
const TAGS = 'Other words of the shop for it, as for an occasion. Rules of campaigns can look at them.'

const productSchema = z
  .object({
    id: productId,
    name: z.string().openapi({ example: 'Unicorn Air' }),
    description: z.string().openapi({ example: 'Light as a feather, fast as a thought.' }),
    image: z.string().nullable().openapi({ description: 'URL of an image.', example: '/images/unicorn-air.svg' }),
    categories: labelsOutput.openapi({ description: CATEGORIES }),
    tags: labelsOutput.openapi({ description: TAGS, example: ['summer'] }),
    price: amountOutput,
    stock: z.number().int().openapi({ description: 'Available now: on hand and not reserved.', example: 4 }),
  })
  .openapi('Product')

const productName = line(200).openapi({ example: 'Unicorn Air' })
const productDescription = lines(2000).openapi({ example: 'Light as a feather, fast as a thought.' })
const productImage = z
  .string()
  .max(1000, 'must have at most 1000 characters')
  // Browsers read a backslash as a slash, and two of those begin with a host.
  .regex(
    /^(?:\/[!#-.0-\u005b\u005d-~][!#-\u005b\u005d-~]*|https?:\/\/[0-9A-Za-z][!#-\u005b\u005d-~]*)$/,
    'must be a path on this server or an http(s) address',
  )
  .openapi({ description: 'A path on this server, or an http(s) address.', example: '/images/unicorn-air.svg' })

function formatProduct(product: Product, money: Money): z.infer<typeof productSchema> {
  return { id: product.id, ...formatProductTerms(product, money), stock: product.available }
}

/** @throws Problem `unknown_product` */
async function requireProduct(sql: Database, id: string): Promise<Product> {
  const product = await readProduct(sql, id)
  if (!product) throw new Problem('unknown_product', `There is no product "${id}".`)
  return product
}

function productProblem(refusal: ProductRefusal): Problem {
  switch (refusal.code) {
    case 'product_exists':
      return new Problem(refusal.code, 'Choose another id, or leave it out to have one generated.')
    case 'insufficient_stock':
      return new Problem(refusal.code, `At most ${refusal.available} can be removed.`, {
        available: refusal.available,
      })
    case 'stock_too_large':
      return new Problem(refusal.code, 'The maximum of stock on hand is 1000000000.')
  }
}

const listProductsRoute = createRoute({
  method: 'get',
  path: '/products',
  ...ANYBODY,
  operationId: 'listProducts',
  tags: ['Products'],
  summary: 'List products',
  description: 'Ordered by id.',
  request: { query: pageQuery },
  responses: {
    200: { description: 'A page of products.', content: json(pageOf(productSchema).openapi('ProductPage')) },
    ...problems(...READING_FOR_ANYBODY),
  },
})

function registerListProducts(app: App, { sql, money }: AppDependencies): void {
  app.openapi(listProductsRoute, async (c) => {
    const { limit } = c.req.valid('query')
    const cursor = readCursor(c, resourceId)
    const products = await listProducts(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(
        c,
        products,
        limit,
        (product) => formatProduct(product, money),
        (product) => product.id,
      ),
      200,
    )
  })
}

const getProductRoute = createRoute({
  method: 'get',
  path: '/products/{id}',
  ...ANYBODY,
  operationId: 'getProduct',
  tags: ['Products'],
  summary: 'Get a product',
  description: 'Its stock is what can be bought at this moment.',
  request: { params: productPath, headers: z.object(ifNoneMatchHeader) },
  responses: {
    200: { description: 'The product.', headers: etagHeader, content: json(productSchema) },
    304: notModified,
    ...problems(...READING_FOR_ANYBODY, 'unknown_product'),
  },
})

function registerGetProduct(app: App, { sql, money }: AppDependencies): void {
  app.openapi(getProductRoute, async (c) => {
    const body = tagged(c, await requireProduct(sql, c.req.valid('param').id), money)
    return isKnown(c, c.req.valid('header')['If-None-Match']) ? c.body(null, 304) : c.json(body, 200)
  })
}

/** The body of a product, whose tag is set. */
function tagged(c: AppContext, product: Product, money: Money): z.infer<typeof productSchema> {
  return withEtag(c, product.version, formatProduct(product, money))
}

const newProduct = (money: Money) =>
  z
    .strictObject({
      id: productId.optional().openapi({ description: 'Generated by default.', example: 'unicorn-moon' }),
      name: productName,
      description: productDescription,
      image: productImage.optional(),
      categories: labelsInput.optional().openapi({ description: CATEGORIES }),
      tags: labelsInput.optional().openapi({ description: TAGS, example: ['summer'] }),
      price: positiveAmountInput(money),
      stock: z.number().int().min(0).max(1_000_000_000).openapi({ description: 'Initial stock on hand.', example: 4 }),
    })
    .openapi('NewProduct')

const createProductRoute = (money: Money) =>
  createRoute({
    method: 'post',
    path: '/products',
    ...OPERATORS,
    operationId: 'createProduct',
    tags: ['Products'],
    summary: 'Add a product',
    description: 'It can be bought at once.',
    request: { headers: idempotencyHeaders, body: jsonBody(newProduct(money)) },
    responses: {
      201: {
        description: 'The product in its present state.',
        headers: {
          Location: { description: 'URL of the product.', schema: { type: 'string' as const } },
          ...etagHeader,
          ...replayedHeader,
        },
        content: json(productSchema),
      },
      ...problems(...WRITING, 'product_exists'),
    },
  })

function registerCreateProduct(app: App, { sql, writes, money }: AppDependencies): void {
  app.openapi(createProductRoute(money), async (c) => {
    const body = c.req.valid('json')
    const { price: priceMinor, id = uuidv7(), ...terms } = body
    const product = { id, ...terms, priceMinor, actor: actorOf(c) } as NewProduct
    const answer = await createProduct(writes, keyedRequest(c, body), product)
    const created = requireDone(c, answer, { unknown: 'unknown_product', refused: productProblem })
    c.header('Location', `/products/${created}`)
    return c.json(tagged(c, await requireProduct(sql, created), money), 201)
  })
}

const productChanges = (money: Money) =>
  z
    .strictObject({
      name: productName.optional(),
      description: productDescription.optional(),
      image: productImage.optional(),
      categories: labelsInput.optional().openapi({ description: CATEGORIES }),
      tags: labelsInput.optional().openapi({ description: TAGS, example: ['summer'] }),
      price: positiveAmountInput(money).optional(),
    })
    .refine((changes) => Object.keys(changes).length > 0, 'must change something')
    .openapi('ProductChanges', { minProperties: 1 })

const updateProductRoute = (money: Money) =>
  createRoute({
    method: 'patch',
    path: '/products/{id}',
    ...OPERATORS,
    operationId: 'updateProduct',
    tags: ['Products'],
    summary: 'Change the name, description, image, categories, tags or price of a product',
    description:
      'Purchases that have reserved the product already keep their frozen price, and campaigns evaluate a purchase by the categories and tags ' +
      'of when it was confirmed. With `If-Match`, only if nobody else has changed it since ' +
      'it was read.',
    request: {
      params: productPath,
      headers: idempotencyHeaders.extend(ifMatchHeader),
      body: jsonBody(productChanges(money)),
    },
    responses: {
      200: {
        description: 'The product in its present state.',
        headers: { ...etagHeader, ...replayedHeader },
        content: json(productSchema),
      },
      ...problems(...WRITING, 'unknown_product', 'product_moved_on'),
    },
  })

function registerUpdateProduct(app: App, { sql, writes, money }: AppDependencies): void {
  app.openapi(updateProductRoute(money), async (c) => {
    const { id } = c.req.valid('param')
    const { price, ...terms } = c.req.valid('json')
    const ifMatch = c.req.valid('header')['If-Match']
    const request = keyedRequest(c, { ...c.req.valid('json'), ifMatch })
    const { version } = await requireProduct(sql, id)
    const update = {
      id,
      changes: { ...terms, ...(price !== undefined && { priceMinor: price }) } as ProductChanges,
      basedOn: ifMatch === undefined ? undefined : version,
      actor: actorOf(c),
    }
    // A request that took effect before is answered as such, whatever the product is by now.
    const answer =
      ifMatch === undefined || isBasedOn(version, ifMatch)
        ? await updateProduct(writes, request, update)
        : await recallKey<never>(sql, request)
    const product = await requireProduct(sql, id)
    if (answer.result === 'unknown')
      throw new Problem('product_moved_on', 'Nothing was changed. Read the product again before you change it.', {
        version: product.version,
      })
    requireDone(c, answer, { unknown: 'unknown_product', refused: productProblem })
    return c.json(tagged(c, product, money), 200)
  })
}

const productTermsSchema = z.object({
  name: z.string(),
  description: z.string(),
  image: z.string().nullable(),
  categories: labelsOutput,
  tags: labelsOutput,
  price: amountOutput,
})

const productChangeSchema = z
  .object({
    version: z.number().int(),
    actor: actorSchema.openapi({ description: 'Who made the change.' }),
    at: timestamp,
    before: orNull(productTermsSchema).openapi({ description: 'Null of the first one, which added the product.' }),
    after: productTermsSchema,
  })
  .openapi('ProductChange')

const listProductHistoryRoute = createRoute({
  method: 'get',
  path: '/products/{id}/history',
  ...OPERATORS,
  operationId: 'listProductHistory',
  tags: ['Products'],
  summary: 'List the changes of a product',
  description: 'Newest first. Without changes of its stock.',
  request: {
    params: productPath,
    query: pageQuery,
  },
  responses: {
    200: {
      description: 'A page of changes.',
      content: json(pageOf(productChangeSchema).openapi('ProductHistoryPage')),
    },
    ...problems(...READING, 'unknown_product'),
  },
})

function registerListProductHistory(app: App, { sql, money }: AppDependencies): void {
  app.openapi(listProductHistoryRoute, async (c) => {
    const { id } = await requireProduct(sql, c.req.valid('param').id)
    const { limit } = c.req.valid('query')
    const cursor = readCursor(c, numberPosition)
    const changes = await listProductHistory(sql, {
      id,
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    return c.json(
      page(
        c,
        changes,
        limit,
        (change) => formatChange(c, change, money),
        ({ version }) => String(version),
      ),
      200,
    )
  })
}

function formatChange(
  c: AppContext,
  { version, actor, at, before, after }: ProductChange,
  money: Money,
): z.infer<typeof productChangeSchema> {
  return {
    version,
    actor: formatActor(c, actor),
    at: at.toISOString(),
    before: before && formatProductTerms(before, money),
    after: formatProductTerms(after, money),
  }
}

function formatProductTerms(
  { name, description, image, categories, tags, priceMinor }: ProductTerms,
  { majorFromMinor }: Money,
): z.infer<typeof productTermsSchema> {
  return { name, description, image, categories: [...categories], tags: [...tags], price: majorFromMinor(priceMinor) }
}

const stockAdjustment = z
  .strictObject({
    quantity: z
      .number()
      .int()
      .min(-1_000_000_000)
      .max(1_000_000_000)
      .refine((quantity) => quantity !== 0, 'must not be 0')
      .openapi({ not: { const: 0 }, description: 'Number to add; negative to remove.', example: 10 }),
    reason: line(500).openapi({ example: 'Delivery 4711' }),
  })
  .openapi('StockAdjustment')

const adjustStockRoute = createRoute({
  method: 'post',
  path: '/products/{id}/stock-adjustments',
  ...OPERATORS,
  operationId: 'adjustStock',
  tags: ['Products'],
  summary: 'Add to the stock of a product, or remove from it',
  description: 'Stock that is reserved for purchases cannot be removed.',
  request: { params: productPath, headers: idempotencyHeaders, body: jsonBody(stockAdjustment) },
  responses: {
    201: { description: 'The product in its present state.', headers: replayedHeader, content: json(productSchema) },
    ...problems(...WRITING, 'unknown_product', 'insufficient_stock', 'stock_too_large'),
  },
})

function registerAdjustStock(app: App, { sql, writes, money }: AppDependencies): void {
  app.openapi(adjustStockRoute, async (c) => {
    const { id } = c.req.valid('param')
    const body = c.req.valid('json')
    const adjustment = { productId: id, quantity: body.quantity, note: body.reason, actor: actorOf(c) }
    const answer = await adjustStock(writes, keyedRequest(c, body), adjustment)
    requireDone(c, answer, { unknown: 'unknown_product', refused: productProblem })
    return c.json(formatProduct(await requireProduct(sql, id), money), 201)
  })
}

const getImageRoute = createRoute({
  method: 'get',
  path: '/images/{name}',
  ...ANYBODY,
  operationId: 'getImage',
  tags: ['Products'],
  summary: 'Get an image of a product',
  description: 'Of those that come with the sample data.',
  request: {
    params: z.object({
      name: z.string().openapi({ pattern: '^[a-z-]+\\.svg$', maxLength: 64, example: 'unicorn-air.svg' }),
    }),
  },
  responses: {
    200: { description: 'The image.', content: { 'image/svg+xml': { schema: z.string() } } },
    ...problems(...ANY, 'unknown_image'),
  },
})

/** Drawn for this project. */
const IMAGES_DIR = join(import.meta.dirname, 'images')

function registerServeImage(app: App): void {
  const images = loadImages()
  app.openapi(getImageRoute, async (c) => {
    const image = (await images).get(c.req.valid('param').name)
    if (image === undefined) throw new Problem('unknown_image', 'Each product has the URL of its image.')
    c.header('Content-Type', 'image/svg+xml; charset=utf-8')
    c.header('Cache-Control', 'public, max-age=3600')
    return c.body(image)
  })
}

async function loadImages(): Promise<Map<string, string>> {
  const names = (await readdir(IMAGES_DIR)).filter((name) => name.endsWith('.svg'))
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(IMAGES_DIR, name), 'utf8')] as const)),
  )
}
