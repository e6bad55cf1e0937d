import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow'
import type { PurchaseStatus, Reversal } from '#domain/purchase.ts'
import { PURCHASE_STATUS, TOTAL_MINOR } from './contract.ts'

/** What operators see in the Web UI while a saga runs, and search for afterwards. */
export function showStep(doing: string): void {
  setCurrentDetails(`**running**: ${doing}`)
}

export function showTotal(totalMinor: number): void {
  upsertSearchAttributes([{ key: TOTAL_MINOR, value: totalMinor }])
}

export function showStatus(status: PurchaseStatus): void {
  setCurrentDetails(`**${status}**`)
  upsertSearchAttributes([{ key: PURCHASE_STATUS, value: status }])
}

export function showCompensating(reason: Reversal): void {
  setCurrentDetails(`**compensating**, to end as ${reason.status}${codeOf(reason)}`)
  upsertSearchAttributes([{ key: PURCHASE_STATUS, value: 'compensating' }])
}

function codeOf(outcome: Reversal): string {
  if (outcome.status === 'refused') return `: ${outcome.refusal.code}`
  if (outcome.status === 'failed') return `: ${outcome.code}`
  return ''
}
