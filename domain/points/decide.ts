import { availablePoints, type PointsAccount } from './account.ts'
import { type Expire, type Issue, isAmount, type PointsCommand, type Redeem } from './command.ts'
import { type Decision, entry, refused } from './decision.ts'
import { assertInstant, dayOf, expiryOf, type Instant } from './instant.ts'
import { hasLapsed, inSpendingOrder, type Portion, portionsOf } from './lots.ts'
import { reverse } from './reverse.ts'

/**
 * The rules of the points ledger: what a command does to an account, as one event, or why it does nothing.
 * Pure. Refusals are values; it throws only for what callers must rule out (a malformed `now` or `ttlDays`, a state
 * that lacks the lots to decide on). Which commands are repeats of earlier ones is the database's matter.
 */
export function decide(account: PointsAccount, command: PointsCommand): Decision {
  assertInstant(command.now)
  switch (command.type) {
    case 'issue':
      return issue(account, command)
    case 'redeem':
      return redeem(account, command)
    case 'expire':
      return expire(account, command)
    case 'reverse':
      return reverse(account, command)
    default:
      throw new Error(`Unknown command: ${JSON.stringify(command satisfies never)}`)
  }
}

function issue(account: PointsAccount, command: Issue): Decision {
  const { amount, now, transactionId, ttlDays } = command
  if (!isAmount(amount)) return refused({ code: 'invalid_amount' })
  // No counter, lot or daily row can exceed what was ever issued, so this one bound keeps them all exact.
  if (!Number.isSafeInteger(account.counters.issued + amount)) return refused({ code: 'balance_limit' })
  const portions = [{ lotId: transactionId, issuedOn: dayOf(now), expiresAt: expiryOf(now, ttlDays), amount }]
  return { ok: true, events: [{ type: 'issued', ...entry(account, command, portions) }] }
}

function redeem(account: PointsAccount, command: Redeem): Decision {
  const { amount, now } = command
  if (!isAmount(amount)) return refused({ code: 'invalid_amount' })
  const available = availablePoints(account, now)
  if (amount > available) return refused({ code: 'insufficient_points', available })
  const portions = spend(account, amount, now)
  return { ok: true, events: [{ type: 'redeemed', ...entry(account, command, portions) }] }
}

function spend(account: PointsAccount, amount: number, now: Instant): Portion[] {
  const portions: Portion[] = []
  let missing = amount
  const live = account.lots.filter((lot) => lot.remaining > 0 && !hasLapsed(lot, now)).sort(inSpendingOrder)
  for (const lot of live) {
    if (missing === 0) break
    const taken = Math.min(lot.remaining, missing)
    portions.push(...portionsOf(lot, taken))
    missing -= taken
  }
  // The counters said there is enough: the lots were not loaded far enough, and refusing would be a lie.
  if (missing > 0) throw new Error(`The lots of ${account.accountId} lack ${missing} of ${amount} points`)
  return portions
}

function expire(account: PointsAccount, command: Expire): Decision {
  const lapsed = account.lots.filter((lot) => hasLapsed(lot, command.now)).sort(inSpendingOrder)
  const portions = lapsed.flatMap((lot) => portionsOf(lot, lot.remaining))
  if (portions.length === 0) return refused({ code: 'nothing_to_expire' })
  return { ok: true, events: [{ type: 'expired', ...entry(account, command, portions) }] }
}
