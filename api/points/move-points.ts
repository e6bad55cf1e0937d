import type { AppContext, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { DEMO_ACTOR } from '#api/requests/caller.ts'
import { keyedRequest, keyReused, markReplayed } from '#api/requests/idempotency.ts'
import { openUser } from '#db/wallets.ts'
import type { Issue, Redeem, Reverse } from '#domain/points/account.ts'
import type { Answer } from '#domain/points/decide.ts'
import type { PointsAnswer } from '#ledger/ledger.ts'

type Command =
  | Pick<Issue, 'type' | 'amount' | 'ttlDays'>
  | Pick<Redeem, 'type' | 'amount'>
  | Pick<Reverse, 'type' | 'reverses'>

/**
 * Has the ledger do what a request asks for, once per Idempotency-Key. The ledger keeps the keys of all its callers; those
 * of requests begin with `api/`, and neither a scope nor the keys of sagas can reach into each other.
 *
 * @param moved.body as validated
 * @throws Problem for everything but an answer
 */
export async function movePoints(
  c: AppContext,
  { writes, pointsLedger }: AppDependencies,
  moved: { username: string; body: unknown; command: Command },
): Promise<Answer> {
  const { username, body, command } = moved
  const { scope, key, requestHash } = keyedRequest(c, username, body, `points ${command.type}`)
  const answer = await pointsLedger.execute({
    accountId: await openUser(writes, username),
    key: `api/${scope}/${key}`,
    requestHash,
    command: { ...command, reason: 'manual', reference: key, actor: DEMO_ACTOR },
  })
  if (answer.replayed) markReplayed(c)
  if (!answer.ok) throw refused(answer)
  if (answer.answer === null) throw new Error('the ledger undid what no request asks it to undo')
  return answer.answer
}

function refused({ refusal }: Extract<PointsAnswer, { ok: false }>): Problem {
  switch (refusal.code) {
    case 'key_reused':
      return keyReused()
    case 'insufficient_points': {
      const { available } = refusal
      return new Problem(refusal.code, `${available} points can be spent. None were taken.`, { available })
    }
    case 'balance_limit':
      return new Problem(refusal.code, 'An account may be issued 9007199254740991 points in all.')
    case 'unknown_transaction':
      return unknownTransaction()
    case 'already_reversed':
      return new Problem(refusal.code, 'A transaction is reversed once.', { reversed_by: refusal.reversedBy })
    case 'not_reversible': {
      const { transactionType } = refusal
      const detail = `Of the type "${transactionType}" transactions stand.`
      return new Problem(refusal.code, detail, { transaction_type: transactionType })
    }
    case 'invalid_amount':
    case 'nothing_to_expire':
    case 'tombstoned':
    case 'over_cap':
    case 'award_closed':
      throw new Error(`no request can be refused as ${refusal.code}`)
  }
}

export function unknownTransaction(): Problem {
  return new Problem('unknown_transaction', 'No transaction has this id, so nothing was done.')
}
