import { type StepName, type StepResult, stepKey } from '#domain/purchase.ts'
import type { Sql } from './client.ts'
import type { PointsAnswer, PointsLedger } from './points/ledger.ts'
import { StepBarred } from './saga-steps.ts'

/** What a purchase does at the points ledger. The ledger's own keys make each of it happen at most once. */

type PurchasePoints = { username: string; redeemPoints: number }

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
  const { username, redeemPoints } = await readPurchasePoints(sql, purchaseId)
  if (redeemPoints === 0) return
  await undoStep(ledger, purchaseId, username, 'redeemPoints')
}

async function readPurchasePoints(sql: Sql, purchaseId: string): Promise<PurchasePoints> {
  const [row] = await sql<PurchasePoints[]>`
    select username, redeem_points as "redeemPoints" from purchases where id = ${purchaseId}`
  if (!row) throw new Error(`purchase ${purchaseId} does not exist`)
  return row
}

/** Undoes a step at the ledger or, when that has not happened, bars it. */
export async function undoStep(
  ledger: PointsLedger,
  purchaseId: string,
  username: string,
  step: StepName,
): Promise<Extract<PointsAnswer, { ok: true }>> {
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

export function entryOf(purchaseId: string, username: string, step: StepName) {
  return { accountId: username, key: stepKey(purchaseId, step), requestHash: '' }
}

export function whyOf(purchaseId: string) {
  return { reason: 'purchase', reference: purchaseId, actor: 'purchase' }
}

export function progressOf(
  purchaseId: string,
  step: StepName,
  state: 'applied' | 'undone',
  detail: Record<string, unknown>,
) {
  return { purchaseId, step, state, detail }
}

export function unexpected(step: StepName, purchaseId: string, answer: PointsAnswer): Error {
  if (!answer.ok && answer.refusal.code === 'barred') {
    return new StepBarred(`${step} of purchase ${purchaseId} was undone and can no longer happen`)
  }
  return new Error(`${step} of purchase ${purchaseId} was answered ${JSON.stringify(answer)}`)
}
