import { defineSignal, setHandler } from '@temporalio/workflow'
import { REFUND_ASKED, type RefundInput, type RefundResult } from './contract.ts'
import { retryForever, settleOrList, showStatus, step } from './steps.ts'

/**
 * Carries out the refunds of a completed purchase that were asked for, in their order, and those that are asked for meanwhile. Nothing
 * refuses or undoes a refund: each step is retried until it is done, so that one that has begun ends with everything given back that it
 * is for, or is listed for operators.
 *
 * The award goes first: what was spent of it is withheld from the money (`return_money` in db/functions/refunds.sql), and what
 * that does not make good stays owed. The points that the purchase was paid with go back after it, but for those that are owed.
 */
export async function refund({ purchaseId, refund: asked = 0 }: RefundInput): Promise<RefundResult> {
  let isAsked = false
  setHandler(defineSignal(REFUND_ASKED), () => {
    isAsked = true
  })
  let status: RefundResult['status']
  showStatus('refunding')
  do {
    isAsked = false
    status = await settleOrList({ id: purchaseId, saga: 'refund' }, () => refundAsked(purchaseId, asked))
    // Asked for while the last one was being recorded, so that nobody has seen it.
  } while (isAsked)
  showStatus(status)
  return { status }
}

/** @param asked the refund that this workflow was started for: that it is not on record would be a loss */
async function refundAsked(purchaseId: string, asked: number): Promise<RefundResult['status']> {
  let progress = await nextRefund({ purchaseId, asked })
  while (progress.next !== null) {
    const refund = { purchaseId, refund: progress.next }
    const award = await takeBackAward(refund)
    const redeemed = await returnPoints(refund)
    await returnStock(refund)
    await returnMoney({ ...refund, award, redeemed })
    progress = await recordRefunded(refund)
  }
  return progress.status
}

const nextRefund = retryForever('nextRefund', 'Refund: which one is next')
const takeBackAward = step('takeBackAward')
const returnPoints = step('returnPoints')
const returnStock = step('returnStock')
const returnMoney = step('returnMoney')
const recordRefunded = retryForever('recordRefunded', 'Refund: record it as through')
