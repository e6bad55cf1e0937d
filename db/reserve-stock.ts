import type { PricedLine, Refusal, StepResult } from '#domain/purchase.ts'
import { stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'
import { applyStep } from './saga-steps.ts'

/**
 * `totalMinor` is the price of all lines at the frozen unit prices; `pointsToRedeem`, how many points the buyer wants to pay
 * a part of it with.
 */
export type ReservedStock = { totalMinor: number; pointsToRedeem: number; lines: PricedLine[] }

/**
 * Reserves every line of a purchase, or none, and freezes the unit prices.
 *
 * Refusals: `out_of_stock` with what is available of each line that is short; `price_changed` when the buyer named a total
 * and the prices now give another one; `redeem_exceeds_total` when the points are worth more than the total.
 */
export async function reserveStock(sql: Sql, purchaseId: string): Promise<StepResult<ReservedStock>> {
  return await applyStep(sql, purchaseId, 'reserveStock', {
    statement: () => sql<{ answer: ReservedStock }[]>`
      with priced as (
        select l.product_id, l.quantity, p.price_minor
        from purchase_lines l join products p on p.id = l.product_id
        where l.purchase_id = ${purchaseId}
      ), step as (
        insert into saga_steps (key, purchase_id, step, state, answer)
        select ${stepKey(purchaseId, 'reserveStock')}, ${purchaseId}, 'reserveStock', 'applied', jsonb_build_object(
          'totalMinor', sum(quantity * price_minor),
          'pointsToRedeem', (select redeem_points from purchases where id = ${purchaseId}),
          'lines', jsonb_agg(jsonb_build_object(
            'productId', product_id, 'quantity', quantity, 'unitPriceMinor', price_minor) order by product_id)
        )
        from priced
        on conflict (key) do nothing
        returning answer
      ), locked as materialized (
        -- In the order of their ids, so that purchases with the same products never wait for each other in a circle.
        select p.id, p.on_hand, p.reserved + priced.quantity as reserved
        from step cross join priced join products p on p.id = priced.product_id
        order by p.id
        for update of p
      ), stock as (
        update products p set on_hand = locked.on_hand, reserved = locked.reserved, updated_at = now()
        from locked where p.id = locked.id
      ), reservation as (
        insert into stock_reservations (purchase_id, product_id, quantity, unit_price_minor, state)
        select ${purchaseId}, product_id, quantity, price_minor, 'reserved' from step cross join priced
      ), purchase as (
        update purchases set
          total_minor = (step.answer ->> 'totalMinor')::bigint, event_seq = event_seq + 1, updated_at = now()
        from step where id = ${purchaseId}
        returning event_seq, step.answer
      ), event as (
        insert into purchase_events (purchase_id, seq, step, state, detail)
        select ${purchaseId}, event_seq, 'reserveStock', 'applied', answer from purchase
      )
      select answer from step`,
    refused: {
      products_available: () => explainShortage(sql, purchaseId),
      purchases_price_expected: () => explainPrice(sql, purchaseId),
      purchases_redeem_within_total: () => explainRedemption(sql, purchaseId),
    },
  })
}

async function explainShortage(sql: Sql, purchaseId: string): Promise<Refusal | undefined> {
  const short = await sql<{ productId: string; requested: number; available: number }[]>`
    select l.product_id as "productId", l.quantity as requested, p.on_hand - p.reserved as available
    from purchase_lines l join products p on p.id = l.product_id
    where l.purchase_id = ${purchaseId} and p.on_hand - p.reserved < l.quantity
    order by l.line`
  return short.length > 0 ? { code: 'out_of_stock', short: [...short] } : undefined
}

async function explainPrice(sql: Sql, purchaseId: string): Promise<Refusal | undefined> {
  const [price] = await sql<{ expectedMinor: number; totalMinor: number }[]>`
    select expected_total_minor as "expectedMinor", sum(l.quantity * p.price_minor)::bigint as "totalMinor"
    from purchases join purchase_lines l on l.purchase_id = purchases.id join products p on p.id = l.product_id
    where purchases.id = ${purchaseId}
    group by expected_total_minor`
  return price && price.expectedMinor !== price.totalMinor ? { code: 'price_changed', ...price } : undefined
}

async function explainRedemption(sql: Sql, purchaseId: string): Promise<Refusal | undefined> {
  const [row] = await sql<{ points: number; mostPoints: number }[]>`
    select redeem_points as points, div(sum(l.quantity * p.price_minor), point_value_minor)::bigint as "mostPoints"
    from purchases join purchase_lines l on l.purchase_id = purchases.id join products p on p.id = l.product_id
    where purchases.id = ${purchaseId}
    group by redeem_points, point_value_minor`
  return row && row.points > row.mostPoints ? { code: 'redeem_exceeds_total', ...row } : undefined
}

/**
 * Gives the reservation back, or, when it has not happened, bars it from happening.
 * Everything comes from the answer in the key's row: this statement's snapshot may be older than the reservation.
 */
export async function releaseStock(sql: Sql, purchaseId: string): Promise<void> {
  await sql`
    with undo as (
      insert into saga_steps (key, purchase_id, step, state, undone_at)
      values (${stepKey(purchaseId, 'reserveStock')}, ${purchaseId}, 'reserveStock', 'undone', now())
      on conflict (key) do update set state = 'undone', undone_at = now() where saga_steps.state = 'applied'
      returning answer
    ), line as (
      select l."productId" as product_id, l.quantity, l."unitPriceMinor" as unit_price_minor
      from undo cross join jsonb_to_recordset(undo.answer -> 'lines')
        as l ("productId" text, quantity integer, "unitPriceMinor" bigint)
    ), locked as materialized (
      select p.id, p.on_hand, p.reserved - line.quantity as reserved
      from line join products p on p.id = line.product_id
      order by p.id
      for update of p
    ), stock as (
      update products p set on_hand = locked.on_hand, reserved = locked.reserved, updated_at = now()
      from locked where p.id = locked.id
    ), reservation as (
      insert into stock_reservations (purchase_id, product_id, quantity, unit_price_minor, state)
      select ${purchaseId}, product_id, quantity, unit_price_minor, 'released' from line
      on conflict (purchase_id, product_id) do update set state = 'released', updated_at = now()
    ), purchase as (
      update purchases set event_seq = event_seq + 1, updated_at = now()
      from undo where id = ${purchaseId} and undo.answer is not null
      returning event_seq
    )
    insert into purchase_events (purchase_id, seq, step, state)
    select ${purchaseId}, event_seq, 'reserveStock', 'undone' from purchase`
}
