import type { Sql } from '#db/client.ts'
import type { PointsAnswer, PointsLedger, PointsRequest } from '#db/points/ledger.ts'
import { type Award, capAward } from '#domain/campaigns/award.ts'
import { grantsOf } from '#domain/campaigns/grant.ts'
import { MOST_POINTS } from '#domain/points/command.ts'
import { openCustomers, readRemaining } from './grants.ts'

/** Other awards may use up what a cap left, each time before this one comes; with so many, something else is wrong. */
const MOST_ATTEMPTS = 100

/** What became of an award: booked, nothing left of it by its caps, or refused by the ledger. */
export type Booking =
  | { outcome: 'booked'; transactionId: string; points: number }
  | { outcome: 'nothing'; award: Award }
  | { outcome: 'refused'; code: 'invalid_amount' | 'balance_limit' }
  | { outcome: 'unexpected'; answer: PointsAnswer }

/**
 * Books an award as far as the caps of its campaigns leave room for it now; once per key of the request.
 *
 * @param evaluated before any cap
 * @param requestOf what to ask of the ledger for the award within caps
 */
export async function bookWithinCaps(
  sql: Sql,
  ledger: PointsLedger,
  booked: { evaluated: Award; accountId: string; requestOf: (award: Award) => Omit<PointsRequest, 'grants'> },
): Promise<Booking> {
  const { evaluated, accountId, requestOf } = booked
  if (evaluated.points === 0) return { outcome: 'nothing', award: evaluated }
  await openCustomers(sql, evaluated, accountId)
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const award = capAward(evaluated, await readRemaining(sql, evaluated, accountId))
    if (award.points === 0) return { outcome: 'nothing', award }
    if (award.points > MOST_POINTS) return { outcome: 'refused', code: 'invalid_amount' }
    const answer = await ledger.execute({ ...requestOf(award), grants: grantsOf(award.campaigns) })
    if (answer.ok && answer.answer) {
      return { outcome: 'booked', transactionId: answer.answer.id, points: answer.answer.amount }
    }
    if (answer.ok || answer.refusal.code !== 'over_cap') return refusalOf(answer)
  }
  throw new Error(`the caps of campaigns kept moving on while points for ${accountId} were booked`)
}

function refusalOf(answer: PointsAnswer): Booking {
  if (!answer.ok && answer.refusal.code === 'balance_limit') return { outcome: 'refused', code: 'balance_limit' }
  return { outcome: 'unexpected', answer }
}
