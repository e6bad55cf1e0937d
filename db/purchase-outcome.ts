import { type Outcome, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'

/**
 * Settles a purchase. The first outcome stands: a second one changes nothing.
 *
 * @returns the status that the purchase has now
 */
export async function recordOutcome(sql: Sql, purchaseId: string, outcome: Outcome): Promise<Outcome['status']> {
  const { code, detail } = reasonOf(outcome)
  await sql`
    with purchase as (
      update purchases set
        status = ${outcome.status}, code = ${code}, detail = ${detail && sql.json(detail)},
        settled_at = now(), event_seq = event_seq + 1, updated_at = now()
      where id = ${purchaseId} and settled_at is null
      returning event_seq
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, 'purchase', ${outcome.status}, ${sql.json(outcome)} from purchase`
  const [row] = await sql<{ status: Outcome['status'] }[]>`select status from purchases where id = ${purchaseId}`
  if (!row) throw new Error(`purchase ${purchaseId} does not exist`)
  return row.status
}

/**
 * Takes a request to cancel: bars the confirmation, unless that has happened, and notes that somebody asked. Once, and only
 * while the purchase is not settled. From then on it ends with everything given back, whoever carries it out.
 */
export async function recordCancelRequest(sql: Sql, purchaseId: string): Promise<void> {
  await sql`
    with barred as (
      insert into saga_steps (key, purchase_id, step, state, undone_at)
      select ${stepKey(purchaseId, 'confirmPurchase')}, id, 'confirmPurchase', 'undone', now()
      from purchases where id = ${purchaseId} and settled_at is null
      on conflict (key) do nothing
      returning key
    ), purchase as (
      -- Counted, so that the key comes before the row of the purchase, as in the confirmation.
      update purchases set cancel_requested_at = now(), event_seq = event_seq + 1, updated_at = now()
      from (select count(*) from barred) as first
      where id = ${purchaseId} and settled_at is null and cancel_requested_at is null
      returning event_seq
    )
    insert into purchase_events (purchase_id, seq, step, state)
    select ${purchaseId}, event_seq, 'purchase', 'cancel_requested' from purchase`
}

function reasonOf(outcome: Outcome) {
  if (outcome.status === 'refused') return { code: outcome.refusal.code, detail: outcome.refusal }
  if (outcome.status === 'failed') return { code: outcome.code, detail: outcome.step ? { step: outcome.step } : null }
  return { code: null, detail: null }
}
