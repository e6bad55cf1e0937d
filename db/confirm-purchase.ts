import { type StepResult, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'
import { applyStep } from './saga-steps.ts'

/**
 * Turns the reservations into sales. From here on the purchase stands.
 * Happens only on top of a reservation and a charge that are both in force.
 */
export async function confirmPurchase(sql: Sql, purchaseId: string): Promise<StepResult<object>> {
  return await applyStep(sql, purchaseId, 'confirmPurchase', {
    statement: () => sql<{ answer: object }[]>`
      with reserved as (
        select answer from saga_steps where key = ${stepKey(purchaseId, 'reserveStock')} and state = 'applied'
      ), step as (
        insert into saga_steps (key, purchase_id, step, state, answer)
        select ${stepKey(purchaseId, 'confirmPurchase')}, ${purchaseId}, 'confirmPurchase', 'applied', '{}'
        from reserved join saga_steps charged
          on charged.key = ${stepKey(purchaseId, 'chargeWallet')} and charged.state = 'applied'
        on conflict (key) do nothing
        returning answer
      ), line as (
        select l."productId" as product_id, l.quantity
        from step cross join reserved
          cross join jsonb_to_recordset(reserved.answer -> 'lines') as l ("productId" text, quantity integer)
      ), locked as materialized (
        select p.id, p.on_hand - line.quantity as on_hand, p.reserved - line.quantity as reserved
        from line join products p on p.id = line.product_id
        order by p.id
        for update of p
      ), stock as (
        update products p set on_hand = locked.on_hand, reserved = locked.reserved, updated_at = now()
        from locked where p.id = locked.id
      ), movement as (
        insert into stock_movements (product_id, quantity, reason, reference, actor)
        select product_id, -quantity, 'sale', ${purchaseId}, 'purchase' from line
      ), reservation as (
        update stock_reservations r set state = 'confirmed', updated_at = now()
        from line where r.purchase_id = ${purchaseId} and r.product_id = line.product_id
      ), purchase as (
        update purchases set event_seq = event_seq + 1, updated_at = now()
        from step where id = ${purchaseId}
        returning event_seq
      ), event as (
        insert into purchase_events (purchase_id, seq, step, state)
        select ${purchaseId}, event_seq, 'confirmPurchase', 'applied' from purchase
      )
      select answer from step`,
  })
}
