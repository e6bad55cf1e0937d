import type { PurchaseInput } from './contract.ts'
import { undoRedemption } from './purchase.ts'
import { compensation, showStatus } from './steps.ts'

/**
 * Refunds a completed purchase, which its row says is `refunding`. There is no way back and no refusal: each step is tried
 * until it is done, so that a refund that has begun ends with everything given back.
 *
 * The award goes first: what was spent of it is withheld from the money (`return_money` in db/functions/wallets.sql). The
 * points that the purchase was paid with go back after it, so that they never stand in for points that were awarded.
 */
export async function refund(input: PurchaseInput): Promise<{ status: 'refunded' }> {
  showStatus('refunding')
  const award = await takeBackAward(input)
  await undoRedemption(input)
  await returnStock(input)
  await returnMoney({ ...input, award })
  await recordRefunded(input)
  showStatus('refunded')
  return { status: 'refunded' }
}

const takeBackAward = compensation('takeBackAward', 'Refund: take the awarded points back, as far as unspent')
const returnStock = compensation('returnStock', 'Refund: return the stock')
const returnMoney = compensation('returnMoney', 'Refund: give the money back')
const recordRefunded = compensation('recordRefunded', 'Refund: record it as refunded')
