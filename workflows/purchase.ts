import { CancellationScope } from '@temporalio/workflow'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import { cancellationPoint, reasonToUndo, unwrap } from './interruptions.ts'
import { chargeWallet, confirmPurchase, redeemPoints, reserveStock } from './purchase-steps.ts'
import { complete, undoUnlessConfirmed } from './settle.ts'
import { showStep, showTotal } from './visibility.ts'

/**
 * The purchase saga: reserve, redeem, charge, confirm, and points for it; or everything undone, last in first out.
 *
 * A request to cancel counts until the confirmation starts. It ends in exactly one of: completed, or fully undone.
 */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  const stopIfCancelled = cancellationPoint(CancellationScope.current())
  try {
    stopIfCancelled()
    showStep('reserving stock')
    const { totalMinor, pointsToRedeem } = unwrap(await reserveStock(input))
    showTotal(totalMinor)

    stopIfCancelled()
    if (pointsToRedeem > 0) {
      showStep('redeeming points')
      unwrap(await redeemPoints(input))
    }

    stopIfCancelled()
    showStep('charging the wallet')
    unwrap(await chargeWallet(input))

    stopIfCancelled()
    showStep('confirming')
    await confirmPurchase(input)
  } catch (error) {
    return await undoUnlessConfirmed(input, reasonToUndo(error))
  }
  return await complete(input)
}
