import { z } from '@hono/zod-openapi'
import { username } from '#api/schemas/identifiers.ts'
import { timestamp } from '#api/schemas/text.ts'
import type { Database } from '#db/client.ts'
import { findUser } from '#db/wallets.ts'
import { MAX_POINTS } from '#domain/points/account.ts'
import type { Answer } from '#domain/points/decide.ts'

export const accountId = username.openapi({ description: 'The name of the user whose points they are.' })

export const transactionId = z.uuid().openapi({ example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' })

/** The account of a user of this name; of a name that nobody has, one that nothing has happened to. */
export async function findAccount(sql: Database, username: string): Promise<string> {
  return (await findUser(sql, username)) ?? ''
}

/** How many points there are of something, in an answer. */
export const pointsShown = z.number().int().openapi({ example: 750 })

/** How many points to move. */
const pointsMoved = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(MAX_POINTS, `must be at most ${MAX_POINTS}`)
  .openapi({ description: 'Whole points.', example: 250 })

export const movedPoints = z.strictObject({ account_id: accountId, amount: pointsMoved }).openapi('MovedPoints')

/** What is told of a transaction both when it is made and in the statement. */
export const transactionShape = {
  id: transactionId,
  date_time: timestamp,
  account_id: accountId,
  transaction_type: z.enum(['issue', 'redeem', 'expire', 'reverse']),
  amount: pointsShown.openapi({ description: 'How many points were moved; its type says which way.', example: 250 }),
  balance: pointsShown.openapi({ description: 'What could be spent after it.' }),
}

export const transactionSchema = z.object(transactionShape).openapi('PointsTransaction')

export const reversalSchema = z
  .object({
    ...transactionShape,
    reverses: transactionId.openapi({ description: 'The transaction that it reversed.' }),
    not_taken_back: z
      .object({ spent: pointsShown, expired: pointsShown })
      .openapi({ description: 'What of issued points was gone by then.', example: { spent: 40, expired: 0 } }),
  })
  .openapi('PointsReversal')

/** The answer of the ledger. Member by member: what the database kept of it may have more, and in another order. */
export function showTransaction(username: string, answer: Answer): z.infer<typeof transactionSchema> {
  const { id, dateTime, transactionType, amount, balance } = answer
  return {
    id,
    date_time: dateTime,
    account_id: username,
    transaction_type: transactionType,
    amount,
    balance,
  }
}

export function showReversal(username: string, answer: Answer): z.infer<typeof reversalSchema> {
  if (!answer.reversal) throw new Error(`transaction ${answer.id} is not a reversal`)
  const { reverses, notTakenBack } = answer.reversal
  const { spent, expired } = notTakenBack
  return { ...showTransaction(username, answer), reverses: reverses.transactionId, not_taken_back: { spent, expired } }
}
