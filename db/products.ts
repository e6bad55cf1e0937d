import type { Sql } from './client.ts'
import { call } from './functions.ts'
import { type KeyedAnswer, type KeyedRequest, oncePerKey } from './idempotency-keys.ts'

export type Product = {
  id: string
  name: string
  description: string
  image: string | null
  priceMinor: number
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
  return sql`id, name, description, image, price_minor as "priceMinor", on_hand - reserved as available`
}

/** The prices of those of the products that there are, by id. */
export async function readPrices(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ id: string; priceMinor: number }[]>`
    select id, price_minor as "priceMinor" from products where id = any(${[...ids]})`
  return new Map(rows.map(({ id, priceMinor }) => [id, priceMinor]))
}

export type NewProduct = {
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

export type ProductChanges = { name?: string; description?: string; image?: string; priceMinor?: number }

/** Changes what is given. Purchases that have reserved already keep the price they froze. */
export async function updateProduct(
  sql: Sql,
  request: KeyedRequest,
  id: string,
  changes: ProductChanges,
): Promise<KeyedAnswer<never>> {
  return await oncePerKey<never>(
    sql,
    request,
    sql<{ resource: string }[]>`
      with key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        select ${request.scope}, ${request.key}, ${request.requestHash}, id from products where id = ${id}
        on conflict (scope, key) do nothing
        returning resource
      ), product as (
        update products set
          name = coalesce(${changes.name ?? null}, name),
          description = coalesce(${changes.description ?? null}, description),
          image = coalesce(${changes.image ?? null}, image),
          price_minor = coalesce(${changes.priceMinor ?? null}, price_minor),
          updated_at = now()
        from key where id = resource
      )
      select resource from key`,
  )
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

export type SampleProduct = {
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
