import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '#activities/create-activities.ts'

const { reserveStock, chargeWallet, confirmPurchase, awardPoints, recordOutcome } = proxyActivities<Activities>({
  startToCloseTimeout: '10 seconds',
})

/**
 * A purchase as one writes it first: the five effects that the product's saga makes of an order without points, each as a regular
 * activity. No undo, no fast lane, nothing for the Web UI.
 */
export async function straightforwardPurchase(input: { purchaseId: string }): Promise<void> {
  await reserveStock(input)
  await chargeWallet(input)
  await confirmPurchase(input)
  await awardPoints(input)
  await recordOutcome({ ...input, outcome: { status: 'completed' } })
}

/** Does nothing: what the engine itself costs. */
export async function empty(): Promise<void> {}
