import type { Outcome } from '#domain/purchase.ts'
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

/** Notes that somebody asked to cancel; once, and only while the purchase is not settled. */
export async function recordCancelRequest(sql: Sql, purchaseId: string): Promise<void> {
  await sql`
    with purchase as (
      update purchases set cancel_requested_at = now(), event_seq = event_seq + 1, updated_at = now()
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
