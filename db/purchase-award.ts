import { type Award, capAward, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { MOST_POINTS } from '#domain/points/command.ts'
import { readAwardOutcome, recordNothing, recordParked } from './award-outcome.ts'
import { grantsOf, openCustomers, readRemaining } from './campaigns/grants.ts'
import { readPurchaseEvent } from './campaigns/purchase-event.ts'
import { readCampaignsAt } from './campaigns/read.ts'
import type { Sql } from './client.ts'
import type { PointsLedger } from './points/ledger.ts'
import { entryOf, progressOf, undoOf, unexpected, whyOf } from './purchase-points.ts'

/** Other awards may use up what a cap left, each time before this one comes; with so many, something else is wrong. */
const MOST_ATTEMPTS = 100

/**
 * Books the points that a purchase earned by the campaigns that ran when it was confirmed. An award that the ledger refuses
 * is parked at once.
 *
 * @returns how many, none included; asked again, what the first time came to
 */
export async function awardPoints(
  sql: Sql,
  ledger: PointsLedger,
  purchaseId: string,
  ttlDays: number,
): Promise<{ points: number }> {
  return await bookAward(sql, ledger, purchaseId, await evaluatePurchase(sql, purchaseId), ttlDays)
}

/** Keeps an award that cannot be booked, with what it came to, for operators to retry. Not when it was booked after all. */
export async function parkAward(sql: Sql, purchaseId: string, problem: string): Promise<void> {
  const award = await evaluatePurchase(sql, purchaseId)
  if (award.points === 0) await recordNothing(sql, purchaseId, award)
  else await recordParked(sql, purchaseId, award, problem)
}

/**
 * Books an award as far as the caps of its campaigns leave room for it now.
 *
 * @param evaluated before any cap
 */
export async function bookAward(
  sql: Sql,
  ledger: PointsLedger,
  purchaseId: string,
  evaluated: Award,
  ttlDays: number,
): Promise<{ points: number }> {
  const { username, award: settled, pointsIssued } = await readAwardOutcome(sql, purchaseId)
  if (settled === 'booked' || settled === 'nothing') return { points: pointsIssued ?? 0 }
  await openCustomers(sql, evaluated, username)
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const award = capAward(evaluated, await readRemaining(sql, evaluated, username))
    const { points } = award
    if (points === 0) {
      await recordNothing(sql, purchaseId, award)
      return { points }
    }
    if (points > MOST_POINTS) return await park(sql, purchaseId, evaluated, 'invalid_amount')
    const answer = await ledger.execute({
      ...entryOf(purchaseId, username, 'awardPoints'),
      wish: { type: 'issue', amount: points, ttlDays, details: award, ...whyOf(purchaseId) },
      progress: ({ id }) => ({
        ...progressOf(purchaseId, 'awardPoints', 'applied', { points, award, transactionId: id }),
        pointsIssued: points,
      }),
      grants: grantsOf(award),
    })
    if (answer.ok) return { points: answer.answer?.amount ?? 0 }
    if (answer.refusal.code === 'balance_limit') return await park(sql, purchaseId, evaluated, 'balance_limit')
    if (answer.refusal.code !== 'over_cap') throw unexpected('awardPoints', purchaseId, answer)
  }
  throw new Error(`the caps of campaigns kept moving on while the award of purchase ${purchaseId} was booked`)
}

async function park(sql: Sql, purchaseId: string, evaluated: Award, problem: string): Promise<{ points: 0 }> {
  await recordParked(sql, purchaseId, evaluated, problem)
  return { points: 0 }
}

/** `spent` is how many of the awarded points could not be taken back because they were spent. */
export type TakenBack = { points: number; spent: number; expired: number }

/**
 * Takes the points back that a purchase earned, as far as they are unspent, and gives the caps of its campaigns back as
 * much; an award that was parked never comes.
 */
export async function takeBackAward(sql: Sql, ledger: PointsLedger, purchaseId: string): Promise<TakenBack> {
  const { username } = await readAwardOutcome(sql, purchaseId)
  const answer = await ledger.execute(undoOf(purchaseId, username, 'awardPoints'))
  await sql`
    update parked_awards set resolved_at = now() where purchase_id = ${purchaseId} and resolved_at is null`
  if (!answer.ok || answer.answer === null) return { points: 0, spent: 0, expired: 0 }
  return { points: answer.answer.amount, ...(answer.answer.reversal?.notTakenBack ?? { spent: 0, expired: 0 }) }
}

/** What a purchase earns before caps: the same whenever it is asked for. */
async function evaluatePurchase(sql: Sql, purchaseId: string): Promise<Award> {
  const event = await readPurchaseEvent(sql, purchaseId)
  return evaluateCampaigns(await readCampaignsAt(sql, event.client, event.occurredAt), event)
}
