import type { PurchaseInput, PurchaseResult } from './contract.ts'
import { undoUnlessConfirmed } from './settle.ts'

/**
 * Settles a purchase whose own workflow was terminated or lost: confirmed, then it stands; else it never will be, and
 * everything is undone. Safe beside a workflow that turns out to live: the keys of the steps decide, not who came first.
 */
export async function repair(input: PurchaseInput): Promise<PurchaseResult> {
  return await undoUnlessConfirmed(input, { status: 'failed', code: 'interrupted' })
}
