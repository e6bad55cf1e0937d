import type { components } from '#web/client/schema.d.ts'
import { bySomebody } from '#web/format/actors.ts'
import { day } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'

type StatementLine = components['schemas']['PointsStatementLine']
type Described = Pick<StatementLine, 'transaction_type' | 'reverses_type' | 'reason' | 'event'>
type NotMoved = Pick<StatementLine, 'transaction_type' | 'amount' | 'withheld'>
type Moved = Pick<StatementLine, 'transaction_type' | 'reverses_type' | 'amount'>

/** What happened, as the statement says it. */
export function formatEntry(line: Described): string {
  switch (line.transaction_type) {
    case 'issue':
      return formatSource(line.reason, line.event)
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

/** Who moved the points, as a sentence; nothing where that is the store. */
export function formatWho({ actor }: Pick<StatementLine, 'actor'>): string {
  const by = bySomebody(actor)
  return by === undefined ? '' : `${by[0]?.toUpperCase()}${by.slice(1)}. `
}

/** @param event what happened in another system, as that calls it: `ReviewWritten` */
export function formatSource(reason: string, event: string | null = null): string {
  if (reason === 'purchase') return 'Earned with a purchase'
  if (reason !== 'event') return 'Given by the store'
  return event === null ? 'Earned elsewhere' : `Earned with: ${wordsOf(event)}`
}

type Lot = Pick<
  components['schemas']['PointsLot'],
  'original' | 'remaining' | 'taken_back' | 'available_at' | 'expires_at'
>

/** Whether points of a lot can be spent and, if not, why. */
export function lotState(
  { original, remaining, taken_back, available_at, expires_at }: Lot,
  now: number,
): { state: 'open' | 'pending' | 'expired' | 'used'; text: string } {
  if (taken_back === original) return { state: 'used', text: 'Taken back' }
  if (Date.parse(expires_at) <= now) return { state: 'expired', text: 'Ended' }
  if (remaining === 0) return { state: 'used', text: 'Spent' }
  if (Date.parse(available_at) > now) return { state: 'pending', text: `Pending until ${day(available_at)}` }
  return { state: 'open', text: 'Open' }
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
