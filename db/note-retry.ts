import type { StepName } from '#domain/purchase.ts'
import type { Sql } from './client.ts'

/** That a step, or what takes it back, has to be tried again. `attempt` is which one begins, at least; from 2. */
export type Retry = { step: StepName; undo: boolean; attempt: number }

/**
 * Notes in the story of a purchase that a step is tried again. Not when it has happened meanwhile and only its report was
 * lost, nor after the purchase has ended. An attempt is noted when it is at least twice the one before it in the story: a
 * day of trouble makes a dozen lines.
 *
 * A note is no progress, so `updated_at` stays as it is: the reconciler must not take a purchase for moving whose workflow
 * was lost while its last attempt was still being noted.
 */
export async function noteRetry(sql: Sql, purchaseId: string, { step, undo, attempt }: Retry): Promise<void> {
  await sql`
    with story as (
      select p.event_seq, (array_agg(e.state order by e.seq desc) filter (where e.state <> 'retried'))[1] as state,
        max((e.detail -> 'attempt')::integer) filter (where e.detail @> ${sql.json({ undo })}) as attempt
      from purchases p left join purchase_events e on e.purchase_id = p.id and e.step = ${step}
      where p.id = ${purchaseId}
      group by p.event_seq
    ), purchase as (
      -- Not when the story went on while this waited for the row: what was read of it is of the past then.
      update purchases p set event_seq = p.event_seq + 1
      from story
      where p.id = ${purchaseId} and p.event_seq = story.event_seq
        and (p.settled_at is null or p.status = 'refunding')
        and story.state is not distinct from ${undo ? 'applied' : null} and ${attempt} >= 2 * coalesce(story.attempt, 1)
      returning p.event_seq
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, ${step}, 'retried', ${sql.json({ attempt, undo })} from purchase`
}
