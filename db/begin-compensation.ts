import { type Reversal, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'

/** Either the purchase stands, or it is being undone for the reason that is on record. */
export type Compensation = { confirmed: true } | { confirmed: false; reason: Reversal; pointsToRedeem: number }

/**
 * Decides the fate of a purchase that cannot go on: unless it is confirmed already, it never will be. Shows it as
 * `compensating` until it is settled. The first reason that was given stays: a request to cancel that is on record comes before
 * any other.
 */
export async function beginCompensation(sql: Sql, purchaseId: string, reason: Reversal): Promise<Compensation> {
  if (await isConfirmedForGood(sql, purchaseId)) return { confirmed: true }
  await sql`
    with purchase as (
      update purchases set status = 'compensating', event_seq = event_seq + 1, updated_at = now()
      where id = ${purchaseId} and status = 'running'
      returning event_seq, cancel_requested_at is not null as is_cancelled
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, 'purchase', 'compensating',
      case when is_cancelled then '{"status": "cancelled"}'::jsonb else ${sql.json(reason)} end
    from purchase`
  const [first] = await sql<{ reason: Reversal | null; pointsToRedeem: number }[]>`
    select e.detail as reason, p.redeem_points as "pointsToRedeem"
    from purchases p left join purchase_events e
      on e.purchase_id = p.id and e.step = 'purchase' and e.state = 'compensating'
    where p.id = ${purchaseId}`
  return { confirmed: false, reason: first?.reason ?? reason, pointsToRedeem: first?.pointsToRedeem ?? 0 }
}

async function isConfirmedForGood(sql: Sql, purchaseId: string): Promise<boolean> {
  const key = stepKey(purchaseId, 'confirmPurchase')
  await sql`
    insert into saga_steps (key, purchase_id, step, state, undone_at)
    values (${key}, ${purchaseId}, 'confirmPurchase', 'undone', now())
    on conflict (key) do nothing`
  const [row] = await sql<{ state: string }[]>`select state from saga_steps where key = ${key}`
  return row?.state === 'applied'
}
