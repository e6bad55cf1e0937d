import type { ProductLabels } from '#domain/campaigns/campaign.ts'
import { type Actor, namedActor } from './actors.ts'
import type { Sql } from './client.ts'
import { call } from './functions.ts'
import type { KeyedAnswer, KeyedRequest } from './idempotency-keys.ts'

export type Product = ProductLabels & {
  id: string
  name: string
  description: string
  image: string | null
  priceMinor: number
  /** Of the last entry of its history. */
  version: number
  /** What can be bought now: on hand and not reserved. */
  available: number
}

export type ProductRefusal =
  | { code: 'product_exists' }
  | { code: 'insufficient_stock'; available: number }
  | { code: 'stock_too_large' }

/** In the order of their ids, which is alphabetical. */
export async function listProducts(sql: Sql, options: { after?: string; limit: number }): Promise<Product[]> {
  return await sql<Product[]>`
    select ${columns(sql)} from products
    where ${options.after === undefined ? sql`true` : sql`id > ${options.after}`}
    order by id
    limit ${options.limit}`
}

export async function readProduct(sql: Sql, id: string): Promise<Product | undefined> {
  const [product] = await sql<Product[]>`select ${columns(sql)} from products where id = ${id}`
  return product
}

function columns(sql: Sql) {
  return sql`id, name, description, image, categories, tags, price_minor as "priceMinor", version, on_hand - reserved as available`
}

/** What a quote needs to know of those of the products that there are, by id. */
export async function readOffers(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ProductLabels & { priceMinor: number }>> {
  const rows = await sql<(ProductLabels & { id: string; priceMinor: number })[]>`
    select id, price_minor as "priceMinor", categories, tags from products where id = any(${[...ids]})`
  return new Map(rows.map(({ id, ...offer }) => [id, offer]))
}

export type NewProduct = Partial<ProductLabels> & {
  id: string
  name: string
  description: string
  image?: string
  priceMinor: number
  stock: number
  actor: string
}

/** The most that there can be on hand of a product by adding to it. */
const MAX_STOCK = 1_000_000_000

/** Adds a product with its initial stock. Refusal: `product_exists`. */
export async function createProduct(
  sql: Sql,
  request: KeyedRequest,
  { actor, ...product }: NewProduct,
): Promise<KeyedAnswer<ProductRefusal>> {
  return await call(sql, 'create_product', {
    new_product: product,
    who: actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

export type ProductChanges = Partial<Omit<ProductTerms, 'image'>> & { image?: string }

/**
 * Changes what is given, with the entry in the history. Answers `unknown` when there is no such product, or its version is not the one
 * that the change is based on (`basedOn`; left out: whichever there is). Purchases that have reserved already keep the price they froze.
 */
export async function updateProduct(
  sql: Sql,
  request: KeyedRequest,
  { id, changes, basedOn, actor }: { id: string; changes: ProductChanges; basedOn?: number | undefined; actor: string },
): Promise<KeyedAnswer<never>> {
  return await call(sql, 'update_product', {
    product: id,
    changes,
    based_on: basedOn ?? null,
    who: actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

/** What of a product changes by hand. */
export type ProductTerms = Pick<Product, 'name' | 'description' | 'image' | 'priceMinor'> & ProductLabels

/** An entry of the history of a product: the first one has no `before`. */
export type ProductChange = {
  version: number
  actor: Actor
  at: Date
  before: ProductTerms | null
  after: ProductTerms
}

/** The changes of a product, newest first. */
export async function listProductHistory(
  sql: Sql,
  { id, before, limit }: { id: string; before?: number; limit: number },
): Promise<ProductChange[]> {
  return await sql<ProductChange[]>`
    select version, ${namedActor(sql, 'product_history.actor')} as actor, at, before, after from product_history
    where product_id = ${id} ${before === undefined ? sql`` : sql`and version < ${before}`}
    order by version desc
    limit ${limit}`
}

export type StockAdjustment = { productId: string; quantity: number; note: string; actor: string }

/**
 * Adds to the stock on hand, or takes out of it what is not reserved.
 * Refusals: `insufficient_stock` with what could be taken out, `stock_too_large`.
 */
export async function adjustStock(
  sql: Sql,
  request: KeyedRequest,
  adjustment: StockAdjustment,
): Promise<KeyedAnswer<ProductRefusal>> {
  return await call(sql, 'adjust_stock', {
    product: adjustment.productId,
    change: adjustment.quantity,
    max_on_hand: MAX_STOCK,
    remark: adjustment.note,
    who: adjustment.actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

export type SampleProduct = Partial<ProductLabels> & {
  id: string
  name: string
  description: string
  image: string
  priceMinor: number
  stock: number
}

/**
 * Adds the products that are not there yet, with their initial stock. Those that are there are left as they are, with
 * whatever has been sold of them since.
 *
 * @returns how many were added
 */
export async function addMissingProducts(sql: Sql, products: SampleProduct[]): Promise<number> {
  return await call(sql, 'add_sample_products', { new_products: products })
}
