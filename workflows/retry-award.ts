import type { PurchaseInput } from './contract.ts'
import { step } from './steps.ts'

const bookParkedAward = step('retryAward', 'Book the points that were parked')

/** Tries for ten minutes to book an award that was parked. It stays parked if that is not enough. */
export async function retryAward(input: PurchaseInput): Promise<{ points: number }> {
  return await bookParkedAward(input)
}
