import type { Sql } from './client.ts'
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

export type NewProduct = {
  id: string
  name: string
  description: string
  image?: string
  priceMinor: number
  stock: number
  actor: string
}

/** Adds a product with its initial stock. Refusal: `product_exists`. */
export async function createProduct(
  sql: Sql,
  request: KeyedRequest,
  product: NewProduct,
): Promise<KeyedAnswer<ProductRefusal>> {
  return await oncePerKey<ProductRefusal>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
      with key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        values (${request.scope}, ${request.key}, ${request.requestHash}, ${product.id})
        on conflict (scope, key) do nothing
        returning resource
      ), product as (
        insert into products (id, name, description, image, price_minor, on_hand)
        select resource, ${product.name}, ${product.description}, ${product.image ?? null}, ${product.priceMinor},
          ${product.stock}
        from key
        returning id, on_hand
      ), movement as (
        insert into stock_movements (product_id, quantity, reason, reference, actor)
        select id, on_hand, 'initial', ${request.key}, ${product.actor} from product where on_hand > 0
      )
      select resource from key`,
    refused: { products_pkey: async () => ({ code: 'product_exists' }) },
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
  return await oncePerKey<never>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
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
  })
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
  return await oncePerKey<ProductRefusal>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
      with key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        select ${request.scope}, ${request.key}, ${request.requestHash}, id
        from products where id = ${adjustment.productId}
        on conflict (scope, key) do nothing
        returning resource
      ), locked as materialized (
        select p.id, p.on_hand, p.reserved from key join products p on p.id = key.resource for update of p
      ), product as (
        update products p set
          on_hand = locked.on_hand + ${adjustment.quantity}, reserved = locked.reserved, updated_at = now()
        from locked where p.id = locked.id
      ), movement as (
        insert into stock_movements (product_id, quantity, reason, note, reference, actor)
        select resource, ${adjustment.quantity}, 'adjustment', ${adjustment.note}, ${request.key}, ${adjustment.actor}
        from key
      )
      select resource from key`,
    refused: {
      products_available: () => explainShortage(sql, adjustment),
      products_on_hand_bounded: async () => ({ code: 'stock_too_large' }),
    },
  })
}

async function explainShortage(sql: Sql, adjustment: StockAdjustment): Promise<ProductRefusal | undefined> {
  const product = await readProduct(sql, adjustment.productId)
  if (!product || product.available + adjustment.quantity >= 0) return undefined
  return { code: 'insufficient_stock', available: product.available }
}
