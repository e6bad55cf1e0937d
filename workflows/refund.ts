import type { PurchaseInput } from './contract.ts'
import { undoRedemption } from './purchase.ts'
import { retryForever, settleOrList, showStatus, step } from './steps.ts'

/**
 * Refunds a completed purchase, which its row says is `refunding`. Nothing refuses or undoes a refund: each step is
 * retried until it is done, so that one that has begun ends with everything given back, or is listed for operators.
 *
 * The award goes first: what was spent of it is withheld from the money (`return_money` in db/functions/wallets.sql), and what
 * that does not make good stays owed. The points that the purchase was paid with go back after it, but for those that are owed.
 */
export async function refund({ purchaseId }: PurchaseInput): Promise<{ status: 'refunded' }> {
  showStatus('refunding')
  await settleOrList({ id: purchaseId, saga: 'refund' }, async () => {
    const award = await takeBackAward({ purchaseId })
    const redeemed = await undoRedemption({ purchaseId })
    await returnStock({ purchaseId })
    await returnMoney({ purchaseId, award, redeemed })
    await recordRefunded({ purchaseId })
  })
  showStatus('refunded')
  return { status: 'refunded' }
}

const takeBackAward = step('takeBackAward')
const returnStock = step('returnStock')
const returnMoney = step('returnMoney')
const recordRefunded = retryForever('recordRefunded', 'Refund: record it as refunded')
