import type { Sql } from '#db/client.ts'
import type { Refund, StoredPurchase } from '#db/purchases.ts'
import { pointsWorth } from '#domain/money.ts'
import { undoAtLedger } from '#domain/purchase.ts'
import { foreseeAnswers } from '#ledger/ledger.ts'

/**
 * What the refund of a purchase would return now, or has returned: what the ledger says to the two undos that the refund asks it
 * for, and the sums that `return_money` (db/functions/wallets.sql) makes of it. Nothing is written.
 */
export async function quoteRefund(sql: Sql, purchase: StoredPurchase): Promise<Refund> {
  const { purchaseId, userId, redeemPoints, pointValueMinor } = purchase
  const charged = purchase.chargedMinor ?? 0
  const award = undoAtLedger(purchaseId, 'awardPoints')
  const makesGood = pointsWorth(charged, pointValueMinor)
  const [takenBack, returned] = await foreseeAnswers(sql, userId, [
    { ...award, command: { ...award.command, makesGood } },
    undoAtLedger(purchaseId, 'redeemPoints'),
  ])
  const { amount: pointsTakenBack, reversal } = reversedBy(takenBack)
  const { spent, owed } = reversal?.notTakenBack ?? { spent: 0, owed: 0 }
  const withheldMinor = (spent - owed) * pointValueMinor
  const pointsWithheld = reversedBy(returned).reversal?.withheld ?? 0
  return {
    amountMinor: charged - withheldMinor,
    withheldMinor,
    shortfallMinor: owed * pointValueMinor,
    pointsReturned: redeemPoints - pointsWithheld,
    pointsWithheld,
    pointsTakenBack,
    pointsSpent: spent,
  }
}

type LedgerAnswer = Awaited<ReturnType<typeof foreseeAnswers>>[number]

/** What an undo reverses; one that finds nothing reverses no points. */
function reversedBy(answer: LedgerAnswer | undefined) {
  if (!answer?.ok) throw new Error(`the ledger would not undo a step of a refund: ${JSON.stringify(answer?.refusal)}`)
  return answer.answer ?? { amount: 0, reversal: undefined }
}
