import type { PointsAccount, Transaction } from './account.ts'
import type { Reverse } from './command.ts'
import { type Decision, entry, refused } from './decision.ts'
import { portionsOf } from './lots.ts'

/** Decides the reversal of an issue or a redemption: see `Reverse` and the event `Reversed`. */
export function reverse(account: PointsAccount, command: Reverse): Decision {
  const target = account.transactions.find((transaction) => transaction.id === command.reverses)
  if (target === undefined) return refused({ code: 'unknown_transaction', transactionId: command.reverses })
  const { id: transactionId, type, reversedBy } = target
  if (reversedBy !== null) return refused({ code: 'already_reversed', transactionId, reversedBy })
  switch (type) {
    case 'issue':
      return takeBack(account, command, target)
    case 'redeem':
      return giveBack(account, command, target)
    case 'expire':
    case 'reverse':
      return refused({ code: 'not_reversible', transactionId, transactionType: type })
    default:
      throw new Error(`Unknown transaction type: ${type satisfies never}`)
  }
}

/**
 * Takes back what the lot still holds, lapsed or not; that may be nothing, and still it is booked: a reversal
 * happens once and its shortfall is settled there and then. Points that a later reversal of their redemption brings
 * back to this lot are therefore the customer's to keep.
 */
function takeBack(account: PointsAccount, command: Reverse, target: Transaction): Decision {
  const lot = account.lots.find((candidate) => candidate.id === target.id)
  if (lot === undefined) throw new Error(`The lot of transaction ${target.id} is not loaded`)
  const spent = lot.original - lot.remaining - lot.expired
  const event = {
    type: 'reversed',
    ...entry(account, command, portionsOf(lot, lot.remaining)),
    reverses: { transactionId: target.id, type: 'issue' },
    notTakenBack: { spent, expired: lot.expired },
  } as const
  return { ok: true, events: [event] }
}

/** Gives every point back to the lot it came from, with that lot's end: what has lapsed meanwhile lapses again. */
function giveBack(account: PointsAccount, command: Reverse, target: Transaction): Decision {
  const event = {
    type: 'reversed',
    ...entry(account, command, target.portions),
    reverses: { transactionId: target.id, type: 'redeem' },
    notTakenBack: { spent: 0, expired: 0 },
  } as const
  return { ok: true, events: [event] }
}
