import { availablePoints, type PointsAccount } from './account.ts'
import type { TransactionType } from './command.ts'
import { type PointsEvent, type Reversed, transactionTypeOf } from './event.ts'
import type { Instant } from './instant.ts'

/** What the one who gave the command is told. */
export type Answer = {
  readonly id: string
  readonly dateTime: Instant
  readonly accountId: string
  readonly transactionType: TransactionType
  readonly amount: number
  /** What can be spent after the transaction. */
  readonly balance: number
  /** Only of a reversal: which transaction it reversed, and what it could not take back. */
  readonly reversal?: Pick<Reversed, 'reverses' | 'notTakenBack'>
}

/** The answer to an accepted command from its event and the account after it; all lapsed lots must be loaded. */
export function answerOf(event: PointsEvent, after: PointsAccount): Answer {
  const answer = {
    id: event.transactionId,
    dateTime: event.at,
    accountId: event.accountId,
    transactionType: transactionTypeOf(event),
    amount: event.amount,
    balance: availablePoints(after, event.at),
  }
  if (event.type !== 'reversed') return answer
  return { ...answer, reversal: { reverses: event.reverses, notTakenBack: event.notTakenBack } }
}
