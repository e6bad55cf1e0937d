import postgres from 'postgres'
import type { PurchaseLine } from '#domain/purchase.ts'
import type { Sql } from './client.ts'

export type PurchaseOrder = {
  /** UUIDv7 of a new purchase; ignored when the key was seen before. */
  purchaseId: string
  /** Whose keys these are: the subject that asks. */
  scope: string
  idempotencyKey: string
  /** Of the whole request, so that a key is never answered for another request. */
  requestHash: string
  username: string
  lines: PurchaseLine[]
  expectedTotalMinor?: number
  /** Points to pay a part with; none when left out. */
  redeemPoints?: number
  /** What one point pays for at the time of the order. */
  pointValueMinor: number
}

export type OpenedPurchase =
  | { ok: true; purchaseId: string; replayed: boolean }
  | { ok: false; problem: 'key_reused' | 'unknown_user' | 'unknown_product' }

/**
 * Writes a purchase down, or finds the one that the same key wrote down before. Nothing is moved yet.
 * Keys of purchases never expire.
 */
export async function openPurchase(sql: Sql, order: PurchaseOrder): Promise<OpenedPurchase> {
  try {
    const [opened] = await insertPurchase(sql, order)
    if (opened) return { ok: true, purchaseId: opened.id, replayed: false }
  } catch (error) {
    const unknown = foreignKey(error)
    if (unknown === undefined) throw error
    return { ok: false, problem: unknown }
  }
  const [known] = await sql<{ id: string; requestHash: string }[]>`
    select id, request_hash as "requestHash" from purchases
    where scope = ${order.scope} and idempotency_key = ${order.idempotencyKey}`
  if (!known) throw new Error('a purchase was there and is gone: purchases are never deleted')
  if (known.requestHash !== order.requestHash) return { ok: false, problem: 'key_reused' }
  return { ok: true, purchaseId: known.id, replayed: true }
}

function insertPurchase(sql: Sql, order: PurchaseOrder) {
  const lines = order.lines.map((line, index) => ({
    line: index + 1,
    product_id: line.productId,
    quantity: line.quantity,
  }))
  return sql<{ id: string }[]>`
    with purchase as (
      insert into purchases (
        id, scope, idempotency_key, request_hash, username, expected_total_minor, redeem_points, point_value_minor
      )
      values (${order.purchaseId}, ${order.scope}, ${order.idempotencyKey}, ${order.requestHash}, ${order.username},
        ${order.expectedTotalMinor ?? null}, ${order.redeemPoints ?? 0}, ${order.pointValueMinor})
      on conflict on constraint purchases_key do nothing
      returning id
    ), line as (
      insert into purchase_lines (purchase_id, line, product_id, quantity)
      select purchase.id, line.line, line.product_id, line.quantity
      from purchase cross join jsonb_to_recordset(${sql.json(lines)})
        as line (line integer, product_id text, quantity integer)
      -- The foreign keys lock the products in this order, which is the one that the steps lock them in.
      order by line.product_id
    ), event as (
      insert into purchase_events (purchase_id, seq, step, state) select id, 1, 'purchase', 'running' from purchase
    )
    select id from purchase`
}

function foreignKey(error: unknown): 'unknown_user' | 'unknown_product' | undefined {
  if (!(error instanceof postgres.PostgresError)) return undefined
  if (error.constraint_name === 'purchases_username_fkey') return 'unknown_user'
  if (error.constraint_name === 'purchase_lines_product_id_fkey') return 'unknown_product'
  return undefined
}
