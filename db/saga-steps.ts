import { type Refusal, type StepName, type StepResult, stepKey } from '#domain/purchase.ts'
import { atMostOnce } from './at-most-once.ts'
import type { Sql } from './client.ts'

/** Thrown when a step is asked to happen after it was undone, or barred before it ever happened. Not worth a retry. */
export class StepBarred extends Error {
  override readonly name = 'StepBarred'
}

/**
 * Runs the statement of a forward step. It must insert `stepKey(purchaseId, step)` into `saga_steps` first, make its
 * effect from that row, and return the row's `answer`.
 *
 * @throws StepBarred when an undo came first
 */
export async function applyStep<Answer extends object>(
  sql: Sql,
  purchaseId: string,
  step: StepName,
  options: {
    statement: () => PromiseLike<{ answer: Answer }[]>
    refused?: Record<string, () => Promise<Refusal | undefined>>
  },
): Promise<StepResult<Answer>> {
  const refused: Record<string, () => Promise<StepResult<Answer> | undefined>> = {}
  for (const [constraint, explain] of Object.entries(options.refused ?? {})) {
    refused[constraint] = async () => {
      const refusal = await explain()
      return refusal && { ok: false, refusal }
    }
  }
  return await atMostOnce<{ answer: Answer }, StepResult<Answer>>({
    statement: options.statement,
    happened: ({ answer }) => ({ ok: true, ...answer }),
    before: async () => ({ ok: true, ...(await recallStep<Answer>(sql, purchaseId, step)) }),
    refused,
  })
}

async function recallStep<Answer>(sql: Sql, purchaseId: string, step: StepName): Promise<Answer> {
  const [row] = await sql<{ state: 'applied' | 'undone'; answer: Answer }[]>`
    select state, answer from saga_steps where key = ${stepKey(purchaseId, step)}`
  if (!row)
    throw new Error(`${step} of purchase ${purchaseId} neither happened nor was refused: what it builds on is missing`)
  if (row.state === 'undone')
    throw new StepBarred(`${step} of purchase ${purchaseId} was undone and can no longer happen`)
  return row.answer
}
