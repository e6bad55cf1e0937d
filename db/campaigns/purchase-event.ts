import type { Sql } from '#db/client.ts'
import {
  type CampaignEvent,
  type Microseconds,
  type PurchaseCompleted,
  STORE_CLIENT,
} from '#domain/campaigns/campaign.ts'
import { majorFromMinor } from '#domain/money.ts'
import { microseconds } from './read.ts'

type ConfirmedPurchase = {
  purchaseId: string
  username: string
  totalMinor: number
  amountMinor: number
  confirmedAt: Date
  at: Microseconds
  lines: { productId: string; quantity: number; priceMinor: number }[]
}

/** What happened, as rules see it, and when exactly: by that it is decided which campaigns judge it. */
export type Occurrence<Event extends CampaignEvent = CampaignEvent> = { event: Event; at: Microseconds }

/** A confirmed purchase. It is the same whenever it is asked for. */
export async function readPurchaseEvent(sql: Sql, purchaseId: string): Promise<Occurrence> {
  const [occurrence] = await readPurchaseEvents(sql, [purchaseId])
  if (!occurrence) throw new Error(`purchase ${purchaseId} is not confirmed`)
  return occurrence
}

/** Those of the purchases that are confirmed, in no particular order. */
export async function readPurchaseEvents(sql: Sql, purchaseIds: string[]): Promise<Occurrence<PurchaseCompleted>[]> {
  const purchases = await sql<ConfirmedPurchase[]>`
    select p.id as "purchaseId", u.username, p.total_minor as "totalMinor",
      (p.total_minor - p.redeem_points * p.point_value_minor)::bigint as "amountMinor", e.at as "confirmedAt",
      ${microseconds(sql, 'e.at')} as at,
      (
        select jsonb_agg(jsonb_build_object(
          'productId', l.product_id, 'quantity', l.quantity, 'priceMinor', r.unit_price_minor) order by l.line)
        from purchase_lines l join stock_reservations r using (purchase_id, product_id)
        where l.purchase_id = p.id
      ) as lines
    from purchases p
    join users u on u.id = p.user_id
    join purchase_events e on e.purchase_id = p.id and e.step = 'confirmPurchase' and e.state = 'applied'
    where p.id = any(${purchaseIds}::uuid[])`
  return purchases.map((purchase) => {
    const event = purchaseEvent({ ...purchase, occurredAt: purchase.confirmedAt.toISOString() })
    return { event, at: purchase.at }
  })
}

/** The event of a purchase from what is known of it. */
export function purchaseEvent(
  purchase: Omit<ConfirmedPurchase, 'confirmedAt' | 'at'> & { occurredAt: string },
): PurchaseCompleted {
  const { purchaseId, username, occurredAt, lines } = purchase
  return {
    type: 'PurchaseCompleted',
    client: STORE_CLIENT,
    occurredAt,
    purchaseId,
    username,
    amount: majorFromMinor(purchase.amountMinor),
    total: majorFromMinor(purchase.totalMinor),
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    productId: lines[0]?.productId ?? '',
    lines: lines.map((line) => ({
      productId: line.productId,
      quantity: line.quantity,
      price: majorFromMinor(line.priceMinor),
    })),
  }
}
