import { type Refusal, type StepResult, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'
import { applyStep } from './saga-steps.ts'

/** `amountMinor` is what was taken from the wallet. */
export type ChargedWallet = { amountMinor: number }

/**
 * Takes from the buyer's wallet what points do not pay of the reserved lines, which may be nothing.
 * Refusal: `insufficient_funds` with what is missing.
 */
export async function chargeWallet(sql: Sql, purchaseId: string): Promise<StepResult<ChargedWallet>> {
  return await applyStep(sql, purchaseId, 'chargeWallet', {
    statement: () => sql<{ answer: ChargedWallet }[]>`
      with step as (
        insert into saga_steps (key, purchase_id, step, state, answer)
        select ${stepKey(purchaseId, 'chargeWallet')}, id, 'chargeWallet', 'applied',
          jsonb_build_object('amountMinor', total_minor - redeem_points * point_value_minor)
        from purchases where id = ${purchaseId} and total_minor is not null
        on conflict (key) do nothing
        returning answer, (answer ->> 'amountMinor')::bigint as amount_minor
      ), locked as materialized (
        select w.username, step.amount_minor, w.balance_minor - step.amount_minor as balance_minor
        from step join purchases p on p.id = ${purchaseId} join wallets w on w.username = p.username
        where step.amount_minor > 0
        for update of w
      ), wallet as (
        update wallets w set balance_minor = locked.balance_minor, updated_at = now()
        from locked where w.username = locked.username
        returning w.username, locked.amount_minor
      ), entry as (
        insert into wallet_entries (username, amount_minor, reason, reference, actor)
        select username, -amount_minor, 'charge', ${purchaseId}, 'purchase' from wallet
      ), purchase as (
        update purchases set event_seq = event_seq + 1, updated_at = now()
        from step where id = ${purchaseId}
        returning event_seq, step.answer
      ), event as (
        insert into purchase_events (purchase_id, seq, step, state, detail)
        select ${purchaseId}, event_seq, 'chargeWallet', 'applied', answer from purchase
      )
      select answer from step`,
    refused: { wallets_balance_not_negative: () => explainMissing(sql, purchaseId) },
  })
}

async function explainMissing(sql: Sql, purchaseId: string): Promise<Refusal | undefined> {
  const [row] = await sql<{ missing: number }[]>`
    select total_minor - redeem_points * point_value_minor - balance_minor as missing
    from purchases join wallets using (username) where id = ${purchaseId}`
  return row && row.missing > 0 ? { code: 'insufficient_funds', missingMinor: row.missing } : undefined
}

/** Puts the charge back into the wallet, or, when it has not happened, bars it from happening. */
export async function undoCharge(sql: Sql, purchaseId: string): Promise<void> {
  await sql`
    with undo as (
      insert into saga_steps (key, purchase_id, step, state, undone_at)
      values (${stepKey(purchaseId, 'chargeWallet')}, ${purchaseId}, 'chargeWallet', 'undone', now())
      on conflict (key) do update set state = 'undone', undone_at = now() where saga_steps.state = 'applied'
      returning (answer ->> 'amountMinor')::bigint as amount_minor
    ), locked as materialized (
      select w.username, undo.amount_minor, w.balance_minor + undo.amount_minor as balance_minor
      from undo join purchases p on p.id = ${purchaseId} join wallets w on w.username = p.username
      where undo.amount_minor > 0
      for update of w
    ), wallet as (
      update wallets w set balance_minor = locked.balance_minor, updated_at = now()
      from locked where w.username = locked.username
      returning w.username, locked.amount_minor
    ), entry as (
      insert into wallet_entries (username, amount_minor, reason, reference, actor)
      select username, amount_minor, 'charge_undone', ${purchaseId}, 'purchase' from wallet
    ), purchase as (
      update purchases set event_seq = event_seq + 1, updated_at = now()
      from undo where id = ${purchaseId} and undo.amount_minor is not null
      returning event_seq, undo.amount_minor
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, 'chargeWallet', 'undone', jsonb_build_object('amountMinor', amount_minor)
    from purchase`
}
