import type { StepName } from '#domain/purchase.ts'
import type { Sql } from './client.ts'

/** That a step, or what takes it back, has to be tried again. `attempt` is which one begins, at least; from 2. */
export type Retry = { step: StepName; undo: boolean; attempt: number }

/**
 * Notes in the story of a purchase that a step is tried again, unless it has happened meanwhile and only its report was
 * lost. An attempt is noted when it is at least twice the one before it in the story: a day of trouble makes a dozen lines.
 */
export async function noteRetry(sql: Sql, purchaseId: string, { step, undo, attempt }: Retry): Promise<void> {
  await sql`
    with story as (
      select (array_agg(state order by seq desc) filter (where state <> 'retried'))[1] as state,
        max((detail -> 'attempt')::integer) filter (where detail @> ${sql.json({ undo })}) as attempt
      from purchase_events where purchase_id = ${purchaseId} and step = ${step}
    ), purchase as (
      update purchases set event_seq = event_seq + 1, updated_at = now()
      from story
      where id = ${purchaseId} and story.state is not distinct from ${undo ? 'applied' : null}
        and ${attempt} >= 2 * coalesce(story.attempt, 1)
      returning event_seq
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, ${step}, 'retried', ${sql.json({ attempt, undo })} from purchase`
}
