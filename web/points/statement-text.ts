import type { components } from '#web/client/schema.d.ts'
import { points } from '#web/format/points.ts'

type StatementLine = components['schemas']['PointsStatementLine']
type Described = Pick<StatementLine, 'transaction_type' | 'reverses_type' | 'reason' | 'actor'>
type NotMoved = Pick<StatementLine, 'transaction_type' | 'amount' | 'withheld'>
type Moved = Pick<StatementLine, 'transaction_type' | 'reverses_type' | 'amount'>

/** What happened, as the statement says it. */
export function formatEntry(line: Described): string {
  switch (line.transaction_type) {
    case 'issue':
      return formatSource(line.reason, line.actor)
    case 'redeem':
      return line.reason === 'purchase' ? 'Paid for a purchase' : 'Redeemed'
    case 'expire':
      return 'Expired'
    case 'reverse':
      if (line.reverses_type === 'redeem') return 'Returned'
      return line.reason === 'purchase' ? 'Taken back with a refund' : 'Taken back'
  }
}

/** Why a reversal moved less than what it reversed. */
export function formatNotMoved({ transaction_type, amount, withheld }: NotMoved): string {
  if (withheld > 0) return `${points(withheld)} withheld, which ${withheld === 1 ? 'was' : 'were'} owed. `
  return transaction_type === 'reverse' && amount === 0 ? 'No points were left. ' : ''
}

/** @param event what happened in another system, as that calls it: `ReviewWritten` */
export function formatSource(reason: string, event?: string): string {
  if (reason === 'purchase') return 'Earned with a purchase'
  if (reason !== 'event') return 'Given by the store'
  return event === undefined ? 'Earned elsewhere' : `Earned with: ${wordsOf(event)}`
}

/** What the balance changed by. */
export function changeOf({ transaction_type, reverses_type, amount }: Moved): number {
  const came = transaction_type === 'issue' || reverses_type === 'redeem'
  return came ? amount : -amount
}

/** `ReviewWritten` and `review_written` as `review written`. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/(\p{Lower})(\p{Upper})/gu, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
}
