import { type Award, capAward, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { readAwardOutcome, recordNothing, recordParked } from './award-outcome.ts'
import { grantsOf, readAwardGrants, takenBackOf } from './campaigns/grants.ts'
import { type HeldCaps, holdingCaps } from './campaigns/holding-caps.ts'
import { readPurchaseEvent } from './campaigns/purchase-event.ts'
import { readCampaignsAt } from './campaigns/read.ts'
import type { Database, Sql } from './client.ts'
import { entryOf, progressOf, undoOf, unexpected, whyOf } from './purchase-points.ts'

/** Why the ledger does not take an award; it remembers nothing of it, so that operators can retry. */
class AwardRefused extends Error {}

/**
 * Books the points that a purchase earned by the campaigns that ran when it was confirmed. An award that the ledger refuses
 * is parked at once.
 *
 * @returns how many, none included; asked again, what the first time came to
 */
export async function awardPoints(
  database: Database,
  purchaseId: string,
  ttlDays: number,
): Promise<{ points: number }> {
  return await bookAward(database, purchaseId, await evaluatePurchase(database, purchaseId), ttlDays)
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
  database: Database,
  purchaseId: string,
  evaluated: Award,
  ttlDays: number,
): Promise<{ points: number }> {
  const { username: accountId } = await readAwardOutcome(database, purchaseId)
  if (evaluated.points === 0) {
    await recordNothing(database, purchaseId, evaluated)
    return { points: 0 }
  }
  const campaignIds = evaluated.campaigns.filter(({ earned }) => earned > 0).map(({ campaignId }) => campaignId)
  try {
    return await holdingCaps(database, { campaignIds, accountId }, (held) => book(held, purchaseId, evaluated, ttlDays))
  } catch (error) {
    if (!(error instanceof AwardRefused)) throw error
    await recordParked(database, purchaseId, evaluated, error.message)
    return { points: 0 }
  }
}

async function book({ sql, remainingOf, execute }: HeldCaps, purchaseId: string, evaluated: Award, ttlDays: number) {
  const { username, award: settled, pointsIssued } = await readAwardOutcome(sql, purchaseId)
  if (settled === 'booked' || settled === 'nothing') return { points: pointsIssued ?? 0 }
  const award = capAward(evaluated, remainingOf)
  const { points } = award
  if (points === 0) {
    await recordNothing(sql, purchaseId, award)
    return { points }
  }
  const answer = await execute({
    ...entryOf(purchaseId, username, 'awardPoints'),
    wish: { type: 'issue', amount: points, ttlDays, details: award, ...whyOf(purchaseId) },
    progress: ({ id }) => ({
      ...progressOf(purchaseId, 'awardPoints', 'applied', { points, award, transactionId: id }),
      pointsIssued: points,
    }),
    grants: () => grantsOf(award),
  })
  if (answer.ok) return { points: answer.answer?.amount ?? 0 }
  const { code } = answer.refusal
  if (code === 'balance_limit' || code === 'invalid_amount') throw new AwardRefused(code)
  throw unexpected('awardPoints', purchaseId, answer)
}

/** `spent` is how many of the awarded points could not be taken back because they were spent. */
export type TakenBack = { points: number; spent: number; expired: number }

/**
 * Takes the points back that a purchase earned, as far as they are unspent, and gives the caps of its campaigns back as
 * much; an award that was parked never comes.
 */
export async function takeBackAward(database: Database, purchaseId: string): Promise<TakenBack> {
  const { username: accountId } = await readAwardOutcome(database, purchaseId)
  const { transactionId, grants } = await readAwardGrants(database, purchaseId)
  const campaignIds = grants.map(({ campaignId }) => campaignId)
  const answer = await holdingCaps(database, { campaignIds, accountId }, ({ execute }) =>
    execute({
      ...undoOf(purchaseId, accountId, 'awardPoints'),
      grants: ({ amount, reversal }) => {
        if (reversal?.reverses.transactionId === transactionId) return takenBackOf(grants, amount)
        throw new Error(`the award of purchase ${purchaseId} was booked just now, and its campaigns are not held`)
      },
    }),
  )
  await database`
    update parked_awards set resolved_at = now() where purchase_id = ${purchaseId} and resolved_at is null`
  if (!answer.ok || answer.answer === null) return { points: 0, spent: 0, expired: 0 }
  return { points: answer.answer.amount, ...(answer.answer.reversal?.notTakenBack ?? { spent: 0, expired: 0 }) }
}

/** What a purchase earns before caps: the same whenever it is asked for. */
async function evaluatePurchase(sql: Sql, purchaseId: string): Promise<Award> {
  const event = await readPurchaseEvent(sql, purchaseId)
  return evaluateCampaigns(await readCampaignsAt(sql, event.client, event.occurredAt), event)
}
