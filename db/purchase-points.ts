import { awardFor } from '#domain/award.ts'
import { type StepName, type StepResult, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'
import type { PointsAnswer, PointsLedger } from './points/ledger.ts'
import { StepBarred } from './saga-steps.ts'

/** What a purchase does at the points ledger. The ledger's own keys make each of it happen at most once. */

type PurchasePoints = { username: string; redeemPoints: number; pointValueMinor: number; amountMinor: number }

/** Pays a part of the price with points. Refusal: `insufficient_points` with what is available. */
export async function redeemPoints(
  sql: Sql,
  ledger: PointsLedger,
  purchaseId: string,
): Promise<StepResult<{ points: number }>> {
  const { username, redeemPoints: points } = await readPurchasePoints(sql, purchaseId)
  const answer = await ledger.execute({
    ...entryOf(purchaseId, username, 'redeemPoints'),
    wish: { type: 'redeem', amount: points, ...whyOf(purchaseId) },
    progress: ({ id }) => progressOf(purchaseId, 'redeemPoints', 'applied', { points, transactionId: id }),
  })
  if (answer.ok) return { ok: true, points }
  if (answer.refusal.code === 'insufficient_points') {
    return { ok: false, refusal: { code: 'insufficient_points', points, available: answer.refusal.available } }
  }
  throw unexpected('redeemPoints', purchaseId, answer)
}

/** Gives redeemed points back to the lots they came from, or, when they have not been redeemed, bars that. */
export async function undoRedemption(sql: Sql, ledger: PointsLedger, purchaseId: string): Promise<void> {
  const { redeemPoints } = await readPurchasePoints(sql, purchaseId)
  if (redeemPoints === 0) return
  await undoStep(sql, ledger, purchaseId, 'redeemPoints')
}

/**
 * Books the points that a purchase earned. An award that the ledger refuses is parked at once.
 *
 * @returns how many, none included
 */
export async function awardPoints(
  sql: Sql,
  ledger: PointsLedger,
  purchaseId: string,
  ttlDays: number,
): Promise<{ points: number }> {
  const { username, amountMinor, pointValueMinor } = await readPurchasePoints(sql, purchaseId)
  const { points, rule } = awardFor(amountMinor)
  // An order from before points were worth anything earns none: a refund could not withhold what was spent of them.
  if (points === 0 || pointValueMinor === 0) {
    await recordAward(sql, purchaseId, 'nothing', { points: 0, rule })
    return { points: 0 }
  }
  const answer = await ledger.execute({
    ...entryOf(purchaseId, username, 'awardPoints'),
    wish: { type: 'issue', amount: points, ttlDays, ...whyOf(purchaseId) },
    progress: ({ id }) => ({
      ...progressOf(purchaseId, 'awardPoints', 'applied', { points, rule, transactionId: id }),
      pointsIssued: points,
    }),
  })
  if (answer.ok) return { points }
  if (answer.refusal.code !== 'balance_limit') throw unexpected('awardPoints', purchaseId, answer)
  await parkAward(sql, purchaseId, 'balance_limit')
  return { points: 0 }
}

/** Keeps an award that cannot be booked, with what it came to, for operators to retry. Not when it was booked after all. */
export async function parkAward(sql: Sql, purchaseId: string, problem: string): Promise<void> {
  const { amountMinor } = await readPurchasePoints(sql, purchaseId)
  await recordAward(sql, purchaseId, 'parked', { ...awardFor(amountMinor), problem })
}

/** `spent` is how many of the awarded points could not be taken back because they were spent. */
export type TakenBack = { points: number; spent: number; expired: number }

/** Takes the points back that a purchase earned, as far as they are unspent; an award that was parked never comes. */
export async function takeBackAward(sql: Sql, ledger: PointsLedger, purchaseId: string): Promise<TakenBack> {
  const answer = await undoStep(sql, ledger, purchaseId, 'awardPoints')
  await sql`
    update parked_awards set resolved_at = now() where purchase_id = ${purchaseId} and resolved_at is null`
  if (answer.answer === null) return { points: 0, spent: 0, expired: 0 }
  return { points: answer.answer.amount, ...(answer.answer.reversal?.notTakenBack ?? { spent: 0, expired: 0 }) }
}

async function undoStep(sql: Sql, ledger: PointsLedger, purchaseId: string, step: StepName): Promise<UndoneAnswer> {
  const { username } = await readPurchasePoints(sql, purchaseId)
  const entry = entryOf(purchaseId, username, step)
  const answer = await ledger.execute({
    ...entry,
    key: `${entry.key}/undo`,
    wish: { type: 'undo', undoes: entry.key, ...whyOf(purchaseId) },
    progress: ({ amount, reversal }) =>
      progressOf(purchaseId, step, 'undone', { points: amount, ...reversal?.notTakenBack }),
  })
  if (!answer.ok) throw unexpected(step, purchaseId, answer)
  return answer
}

type UndoneAnswer = Extract<PointsAnswer, { ok: true }>

/** Notes how the award of a purchase ended, if it has not ended yet. */
async function recordAward(
  sql: Sql,
  purchaseId: string,
  award: 'nothing' | 'parked',
  evaluation: { points: number; rule: string; problem?: string },
): Promise<void> {
  await sql`
    with purchase as (
      update purchases set award = ${award}, points_issued = 0, event_seq = event_seq + 1, updated_at = now()
      where id = ${purchaseId} and award is null
      returning event_seq
    ), parked as (
      insert into parked_awards (purchase_id, evaluation, problem)
      select ${purchaseId}, ${sql.json(evaluation)}, ${evaluation.problem ?? ''} from purchase where ${award} = 'parked'
    )
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select ${purchaseId}, event_seq, 'awardPoints', ${award}, ${sql.json(evaluation)} from purchase`
}

async function readPurchasePoints(sql: Sql, purchaseId: string): Promise<PurchasePoints> {
  const [row] = await sql<PurchasePoints[]>`
    select username, redeem_points as "redeemPoints", point_value_minor as "pointValueMinor",
      coalesce(total_minor - redeem_points * point_value_minor, 0)::bigint as "amountMinor"
    from purchases where id = ${purchaseId}`
  if (!row) throw new Error(`purchase ${purchaseId} does not exist`)
  return row
}

function entryOf(purchaseId: string, username: string, step: StepName) {
  return { accountId: username, key: stepKey(purchaseId, step), requestHash: '' }
}

function whyOf(purchaseId: string) {
  return { reason: 'purchase', reference: purchaseId, actor: 'purchase' }
}

function progressOf(purchaseId: string, step: StepName, state: 'applied' | 'undone', detail: Record<string, unknown>) {
  return { purchaseId, step, state, detail }
}

function unexpected(step: StepName, purchaseId: string, answer: PointsAnswer): Error {
  if (!answer.ok && answer.refusal.code === 'barred') {
    return new StepBarred(`${step} of purchase ${purchaseId} was undone and can no longer happen`)
  }
  return new Error(`${step} of purchase ${purchaseId} was answered ${JSON.stringify(answer)}`)
}
