import { isFinal, problemOf } from '#web/client/api-problem.ts'
import { sayInWords, type Words } from '#web/client/problem-words.ts'
import { STATUS_WORDS } from './status-words.ts'

/** Why a cancellation or a refund was not accepted, and what can be done instead. */
export function sayRefused(error: unknown): Words {
  const settled = problemOf(error, 'already_settled')
  if (settled) {
    const instead = settled.purchaseStatus === 'completed' ? ' It can be refunded instead.' : ''
    return {
      title: 'Too late to cancel',
      message: `It had ended before: ${inWords(settled.purchaseStatus)}.${instead}`,
    }
  }
  const refundless = problemOf(error, 'not_refundable')
  if (refundless) {
    return {
      title: 'This cannot be refunded',
      message: `Only a completed purchase can, and this one is ${inWords(refundless.purchaseStatus)}.`,
    }
  }
  const { title, message } = sayInWords(error)
  return isFinal(error) ? { title, message } : { title, message: `It may not have been heard. ${message}` }
}

function inWords(status: keyof typeof STATUS_WORDS): string {
  return STATUS_WORDS[status].toLowerCase()
}
