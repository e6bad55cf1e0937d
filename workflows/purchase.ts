import { CancellationScope } from '@temporalio/workflow'
import type { PurchaseInput, PurchaseResult } from './contract.ts'
import { accepted, cancellationPoint, reasonToUndo } from './interruptions.ts'
import {
  chargeWallet,
  confirmPurchase,
  recordCompensating,
  releaseStock,
  reserveStock,
  undoCharge,
} from './purchase-steps.ts'
import { settle } from './settle.ts'
import { showCompensating, showStep, showTotal } from './visibility.ts'

/**
 * The purchase saga: reserve, charge, confirm; or everything undone, last in first out.
 *
 * An undo is registered before its step runs, because a step whose report was lost may have happened. A step that has not
 * happened is barred by its undo. A request to cancel counts until the confirmation starts; it ends in exactly one of
 * completed, or fully undone.
 */
export async function purchase(input: PurchaseInput): Promise<PurchaseResult> {
  const undos: ((input: PurchaseInput) => Promise<void>)[] = []
  const cancelled = cancellationPoint(CancellationScope.current())
  try {
    cancelled()
    undos.push(releaseStock)
    showStep('reserving stock')
    const { totalMinor } = accepted(await reserveStock(input))
    showTotal(totalMinor)

    cancelled()
    undos.push(undoCharge)
    showStep('charging the wallet')
    accepted(await chargeWallet(input))

    cancelled()
    showStep('confirming')
    await confirmPurchase(input)
  } catch (error) {
    const because = reasonToUndo(error)
    showCompensating(because)
    await recordCompensating({ ...input, because })
    for (const undo of undos.reverse()) await undo(input)
    return await settle(input, because)
  }
  return await settle(input, { status: 'completed' })
}
