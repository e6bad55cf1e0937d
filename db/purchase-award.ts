import { type Award, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { readAwardOutcome, recordNothing, recordParked } from './award-outcome.ts'
import { bookWithinCaps } from './campaigns/book.ts'
import { readPurchaseEvent } from './campaigns/purchase-event.ts'
import { readCampaignsAt } from './campaigns/read.ts'
import type { Sql } from './client.ts'
import type { PointsLedger } from './points/ledger.ts'
import { entryOf, progressOf, undoStep, unexpected, whyOf } from './purchase-points.ts'

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
  const booking = await bookWithinCaps(sql, ledger, {
    evaluated,
    accountId: username,
    requestOf: (award) => ({
      ...entryOf(purchaseId, username, 'awardPoints'),
      wish: { type: 'issue', amount: award.points, ttlDays, details: award, ...whyOf(purchaseId) },
      progress: ({ id, amount }) => ({
        ...progressOf(purchaseId, 'awardPoints', 'applied', { points: amount, award, transactionId: id }),
        pointsIssued: amount,
      }),
    }),
  })
  switch (booking.outcome) {
    case 'booked':
      return { points: booking.points }
    case 'nothing':
      await recordNothing(sql, purchaseId, booking.award)
      return { points: 0 }
    case 'refused':
      await recordParked(sql, purchaseId, evaluated, booking.code)
      return { points: 0 }
    case 'unexpected':
      throw unexpected('awardPoints', purchaseId, booking.answer)
  }
}

/** `spent` is how many of the awarded points could not be taken back because they were spent. */
export type TakenBack = { points: number; spent: number; expired: number }

/**
 * Takes the points back that a purchase earned, as far as they are unspent, and gives the caps of its campaigns back as
 * much; an award that was parked never comes.
 */
export async function takeBackAward(sql: Sql, ledger: PointsLedger, purchaseId: string): Promise<TakenBack> {
  const { username } = await readAwardOutcome(sql, purchaseId)
  const answer = await undoStep(ledger, purchaseId, username, 'awardPoints')
  await sql`
    update parked_awards set resolved_at = now() where purchase_id = ${purchaseId} and resolved_at is null`
  if (answer.answer === null) return { points: 0, spent: 0, expired: 0 }
  return { points: answer.answer.amount, ...(answer.answer.reversal?.notTakenBack ?? { spent: 0, expired: 0 }) }
}

/**
 * What a purchase earns before caps: the same whenever it is asked for. An order from before points were worth anything
 * earns none, because a refund could not withhold what was spent of them.
 */
async function evaluatePurchase(sql: Sql, purchaseId: string): Promise<Award> {
  const { pointValueMinor } = await readAwardOutcome(sql, purchaseId)
  if (pointValueMinor === 0) return { points: 0, campaigns: [] }
  const { event, at } = await readPurchaseEvent(sql, purchaseId)
  return evaluateCampaigns(await readCampaignsAt(sql, event.client, at), event)
}
