import { activityInfo } from '@temporalio/activity'
import type { Sql } from '#db/client.ts'
import { asImpossible, StepImpossible } from '#db/functions.ts'
import { type ChargedWallet, noteRetry, type ReservedStock } from '#db/purchases.ts'
import { type NotDone, type Outcome, PURCHASE_STEPS, SAGA_ACTIVITIES, type StepResult } from '#domain/purchase.ts'

type Purchase = { purchaseId: string }

/** The activities that the fast lane runs, one after the other. */
export type PurchaseActivities = {
  reserveStock(purchase: Purchase): Promise<StepResult<ReservedStock>>
  redeemPoints(purchase: Purchase): Promise<StepResult<{ points: number }>>
  chargeWallet(purchase: Purchase): Promise<StepResult<ChargedWallet>>
  confirmPurchase(purchase: Purchase): Promise<StepResult<object>>
  awardPoints(purchase: Purchase): Promise<{ points: number }>
  recordOutcome(settled: Purchase & { outcome: Outcome }): Promise<Outcome['status']>
}

/** What each step answered, which the Web UI shows. */
type Answers = Partial<Record<(typeof PURCHASE_STEPS)[number], object>>

/** `ok`: the purchase is settled as `status`. Else the last of `steps` was not done, and the purchase is to be undone. */
export type TriedSteps = ({ ok: true; status: Outcome['status'] } | NotDone) & { totalMinor?: number; steps: Answers }

/**
 * The fast lane of a purchase: its steps back to back, down the same table, each with an effect and a commit of its own, and its
 * outcome. A request to cancel that is on record stops it before the pivot, for each step looks for one.
 *
 * @throws when a step fails; step by step, the purchase goes on from there
 */
export async function tryAllSteps(
  activities: PurchaseActivities,
  purchase: Purchase,
  stopping: AbortSignal,
): Promise<TriedSteps> {
  const reserved = await activities.reserveStock(purchase)
  if (!reserved.ok) return { ...reserved, steps: {} }
  const { totalMinor, pointsToRedeem } = reserved
  const steps: Answers = { reserveStock: reserved }
  for (const name of PURCHASE_STEPS.slice(1)) {
    if (name === 'redeemPoints' && pointsToRedeem === 0) continue
    // Regular attempts follow when this one took too long: they would overlap with what is still to come of it.
    stopping.throwIfAborted()
    const result = await activities[name](purchase)
    if ('ok' in result && !result.ok) return { ...result, totalMinor, steps }
    steps[name] = result
  }
  const status = await activities.recordOutcome({ ...purchase, outcome: { status: 'completed' } })
  return { ok: true, status, totalMinor, steps }
}

/** Runs an activity, with something before or after it, whether Temporal calls it or the fast lane does. */
export type AroundActivity = <Answer>(name: string, input: unknown, run: () => Promise<Answer>) => Promise<Answer>

/** Says of errors of the database for which trying again cannot help that they are such. */
export const reportImpossible: AroundActivity = async (_name, _input, run) => {
  try {
    return await run()
  } catch (error) {
    throw asImpossible(error)
  }
}

/**
 * Notes each attempt at a step that is not the first, so that whoever looks at the purchase sees why it takes longer: a regular one
 * as it begins, and when the fast lane has failed, the one that follows. When that cannot be written down, the step could not be
 * either: the attempt fails, and the next one notes it.
 */
export function noteRetries(sql: Sql): AroundActivity {
  return async (name, input, run) => {
    const tried = name in SAGA_ACTIVITIES ? SAGA_ACTIVITIES[name as keyof typeof SAGA_ACTIVITIES] : undefined
    // The award of an event of another system has no purchase, and no timeline.
    const { purchaseId } = (input ?? {}) as { purchaseId?: string }
    if (tried === undefined || purchaseId === undefined) return await run()
    const note = (attempt: number) => noteRetry(sql, purchaseId, { step: tried.step, undo: tried.undo, attempt })
    const { isLocal, attempt } = activityInfo()
    if (attempt > 1) await note(attempt)
    try {
      return await run()
    } catch (error) {
      if (isLocal && !(asImpossible(error) instanceof StepImpossible)) await note(2).catch(() => {})
      throw error
    }
  }
}
