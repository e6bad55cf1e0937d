import type { Award } from '#domain/campaigns/award.ts'
import type { Outcome, PurchaseLine, PurchaseStatus, Refusal, StepName } from '#domain/purchase.ts'
import type { ChargedWallet } from './charge-wallet.ts'
import type { Sql } from './client.ts'
import type { Retry } from './note-retry.ts'
import type { Refund } from './refund-purchase.ts'
import type { ReservedStock } from './reserve-stock.ts'

/** A purchase with its lines and everything that has happened to it so far, from one snapshot. */
export type StoredPurchase = {
  purchaseId: string
  username: string
  status: PurchaseStatus
  /** Of the refusal or failure. */
  code: string | null
  detail: Refusal | { step: string } | null
  expectedTotalMinor: number | null
  /** Known once the stock was reserved. */
  totalMinor: number | null
  /** Points that pay a part, and what each pays for. */
  redeemPoints: number
  pointValueMinor: number
  /** Null until the award is through, and for purchases from before there were points. */
  pointsIssued: number | null
  award: 'booked' | 'nothing' | 'parked' | null
  refund: Refund | null
  createdAt: Date
  cancelRequestedAt: Date | null
  settledAt: Date | null
  lines: (PurchaseLine & { unitPriceMinor: number | null })[]
  events: PurchaseEvent[]
}

export type PurchaseEvent = {
  seq: number
  step: StepName | 'purchase'
  state: PurchaseStatus | 'cancel_requested' | 'applied' | 'undone' | 'nothing' | 'parked' | 'retried'
  /** ISO 8601. */
  at: string
  detail:
    | ReservedStock
    | ChargedWallet
    | MovedPoints
    | Refund
    | Outcome
    | Omit<Retry, 'step'>
    | { actor: string }
    | null
}

/** What a step at the points ledger says; an award, also which campaigns and rules it came from. */
export type MovedPoints = { points: number; award?: Award; transactionId?: string }

export async function readPurchase(sql: Sql, purchaseId: string): Promise<StoredPurchase | undefined> {
  const [purchase] = await sql<StoredPurchase[]>`
    select ${columns(sql)} from purchases p where p.id = ${purchaseId}`
  return purchase
}

/** Those of the given purchases to which more has happened than up to the `seq` that is known of each, from one snapshot. */
export async function readPurchasesBeyond(
  sql: Sql,
  known: { purchaseId: string; seq: number }[],
): Promise<StoredPurchase[]> {
  return await sql<StoredPurchase[]>`
    select ${columns(sql)}
    from jsonb_to_recordset(${sql.json(known)}) as known ("purchaseId" uuid, seq integer)
      join purchases p on p.id = known."purchaseId"
    where p.event_seq > known.seq`
}

export type PurchaseFilter = {
  username?: string
  status?: PurchaseStatus
  /** Id of the last purchase of the page before. */
  before?: string
  limit: number
}

/** Newest first: the ids are UUIDv7, which sort by the time they were made. */
export async function listPurchases(sql: Sql, filter: PurchaseFilter): Promise<StoredPurchase[]> {
  return await sql<StoredPurchase[]>`
    select ${columns(sql)} from purchases p
    where true
      ${filter.username === undefined ? sql`` : sql`and p.username = ${filter.username}`}
      ${filter.status === undefined ? sql`` : sql`and p.status = ${filter.status}`}
      ${filter.before === undefined ? sql`` : sql`and p.id < ${filter.before}`}
    order by p.id desc
    limit ${filter.limit}`
}

function columns(sql: Sql) {
  return sql`
    p.id as "purchaseId", p.username, p.status, p.code, p.detail,
    p.expected_total_minor as "expectedTotalMinor", p.total_minor as "totalMinor",
    p.redeem_points as "redeemPoints", p.point_value_minor as "pointValueMinor",
    p.points_issued as "pointsIssued", p.award, p.refund,
    p.created_at as "createdAt", p.cancel_requested_at as "cancelRequestedAt", p.settled_at as "settledAt",
    (
      select jsonb_agg(jsonb_build_object(
        'productId', l.product_id, 'quantity', l.quantity, 'unitPriceMinor', r.unit_price_minor) order by l.line)
      from purchase_lines l left join stock_reservations r using (purchase_id, product_id)
      where l.purchase_id = p.id
    ) as lines,
    (
      select jsonb_agg(jsonb_build_object(
        'seq', e.seq, 'step', e.step, 'state', e.state, 'at', e.at, 'detail', e.detail) order by e.seq)
      from purchase_events e
      where e.purchase_id = p.id
    ) as events`
}
