import { type PurchaseStatus, type StepResult, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'
import type { TakenBack } from './purchase-award.ts'
import { applyStep } from './saga-steps.ts'

/**
 * What a refund gave back. `withheldMinor` is the value of awarded points that were spent by then; what they were worth
 * beyond the money that there was to give back is the shortfall.
 */
export type Refund = {
  amountMinor: number
  withheldMinor: number
  shortfallMinor: number
  pointsReturned: number
  pointsTakenBack: number
  pointsSpent: number
}

/**
 * Turns a completed purchase into one that is being refunded; once.
 *
 * @returns the status that it has now: `refunding` or `refunded`, or why it cannot be refunded; undefined without such a
 * purchase
 */
export async function openRefund(sql: Sql, purchaseId: string, actor: string): Promise<PurchaseStatus | undefined> {
  for (;;) {
    await sql`
      with purchase as (
        update purchases set status = 'refunding', event_seq = event_seq + 1, updated_at = now()
        where id = ${purchaseId} and status = 'completed'
        returning event_seq
      )
      insert into purchase_events (purchase_id, seq, step, state, detail)
      select ${purchaseId}, event_seq, 'purchase', 'refunding', ${sql.json({ actor })} from purchase`
    const [row] = await sql<{ status: PurchaseStatus }[]>`select status from purchases where id = ${purchaseId}`
    // Completed between the two statements.
    if (row?.status !== 'completed') return row?.status
  }
}

/** Puts what was sold back on the shelf. */
export async function returnStock(sql: Sql, purchaseId: string): Promise<StepResult<object>> {
  return await applyStep(sql, purchaseId, 'returnStock', {
    statement: () => sql<{ answer: object }[]>`
      with step as (
        insert into saga_steps (key, purchase_id, step, state, answer)
        select ${stepKey(purchaseId, 'returnStock')}, id, 'returnStock', 'applied', '{}'
        from purchases where id = ${purchaseId} and status = 'refunding'
        on conflict (key) do nothing
        returning answer
      ), line as (
        select r.product_id, r.quantity
        from step join stock_reservations r on r.purchase_id = ${purchaseId} and r.state = 'confirmed'
      ), locked as materialized (
        select p.id, p.on_hand + line.quantity as on_hand
        from line join products p on p.id = line.product_id
        order by p.id
        for update of p
      ), stock as (
        update products p set on_hand = locked.on_hand, updated_at = now() from locked where p.id = locked.id
      ), movement as (
        insert into stock_movements (product_id, quantity, reason, reference, actor)
        select product_id, quantity, 'return', ${purchaseId}, 'refund' from line
      ), reservation as (
        update stock_reservations r set state = 'returned', updated_at = now()
        from line where r.purchase_id = ${purchaseId} and r.product_id = line.product_id
      ), purchase as (
        update purchases set event_seq = event_seq + 1, updated_at = now()
        from step where id = ${purchaseId}
        returning event_seq
      ), event as (
        insert into purchase_events (purchase_id, seq, step, state)
        select ${purchaseId}, event_seq, 'returnStock', 'applied' from purchase
      )
      select answer from step`,
  })
}

/** Gives the money back, less the value of awarded points that were spent meanwhile. */
export async function returnMoney(sql: Sql, purchaseId: string, award: TakenBack): Promise<StepResult<Refund>> {
  return await applyStep(sql, purchaseId, 'returnMoney', {
    statement: () => sql<{ answer: Refund }[]>`
      with bill as (
        select id, username, redeem_points, total_minor - redeem_points * point_value_minor as charged_minor,
          ${award.spent}::bigint * point_value_minor as spent_minor
        from purchases where id = ${purchaseId} and status = 'refunding'
      ), step as (
        insert into saga_steps (key, purchase_id, step, state, answer)
        select ${stepKey(purchaseId, 'returnMoney')}, id, 'returnMoney', 'applied', jsonb_build_object(
          'amountMinor', charged_minor - least(charged_minor, spent_minor),
          'withheldMinor', least(charged_minor, spent_minor),
          'shortfallMinor', spent_minor - least(charged_minor, spent_minor),
          'pointsReturned', redeem_points,
          'pointsTakenBack', ${award.points}::bigint,
          'pointsSpent', ${award.spent}::bigint)
        from bill
        on conflict (key) do nothing
        returning answer, (answer ->> 'amountMinor')::bigint as amount_minor
      ), locked as materialized (
        select w.username, step.amount_minor, w.balance_minor + step.amount_minor as balance_minor
        from step cross join bill join wallets w on w.username = bill.username
        where step.amount_minor > 0
        for update of w
      ), wallet as (
        update wallets w set balance_minor = locked.balance_minor, updated_at = now()
        from locked where w.username = locked.username
        returning w.username, locked.amount_minor
      ), entry as (
        insert into wallet_entries (username, amount_minor, reason, reference, actor)
        select username, amount_minor, 'refund', ${purchaseId}, 'refund' from wallet
      ), purchase as (
        update purchases set refund = step.answer, event_seq = event_seq + 1, updated_at = now()
        from step where id = ${purchaseId}
        returning event_seq, step.answer
      ), event as (
        insert into purchase_events (purchase_id, seq, step, state, detail)
        select ${purchaseId}, event_seq, 'returnMoney', 'applied', answer from purchase
      )
      select answer from step`,
  })
}

/** The refund is through. */
export async function recordRefunded(sql: Sql, purchaseId: string): Promise<void> {
  await sql`
    with purchase as (
      update purchases set status = 'refunded', event_seq = event_seq + 1, updated_at = now()
      where id = ${purchaseId} and status = 'refunding'
      returning event_seq, refund
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, 'purchase', 'refunded', refund from purchase`
}
