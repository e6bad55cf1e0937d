import { addCounters, type PointsAccount, type Transaction } from './account.ts'
import { changeLot, changesOf, type LotChange } from './changes.ts'
import { type PointsEvent, transactionTypeOf } from './event.ts'
import type { Lot } from './lots.ts'

/** The account after one event. */
export function evolve(account: PointsAccount, event: PointsEvent): PointsAccount {
  return fold(account, [event])
}

/**
 * The account after consecutive events; in time proportional to account and events together, also for long histories.
 * Throws when the events do not follow on the account (another account, a gap in versions, a transaction twice,
 * a lot that is not there or would hold less than nothing): such a history is broken, not refused.
 */
export function fold(account: PointsAccount, events: readonly PointsEvent[]): PointsAccount {
  const version = versionAfter(account, events)
  const changes = changesOf(events)
  return {
    accountId: account.accountId,
    version,
    counters: addCounters(account.counters, changes.counters),
    lots: [...changeLots(account.lots, changes.changed), ...changes.opened],
    transactions: transactionsAfter(account.transactions, events),
  }
}

function versionAfter(account: PointsAccount, events: readonly PointsEvent[]): number {
  let version = account.version
  for (const event of events) {
    if (event.accountId !== account.accountId || event.version !== version + 1) {
      throw new Error(`Event ${event.version} of ${event.accountId} cannot follow ${version} of ${account.accountId}`)
    }
    version = event.version
  }
  return version
}

function changeLots(lots: readonly Lot[], changes: readonly LotChange[]): Lot[] {
  const pending = new Map(changes.map((change) => [change.lotId, change]))
  const after = lots.map((lot) => {
    const change = pending.get(lot.id)
    pending.delete(lot.id)
    return change === undefined ? lot : changeLot(lot, change)
  })
  for (const lotId of pending.keys()) throw new Error(`Lot ${lotId} is not there to change`)
  return after
}

function transactionsAfter(transactions: readonly Transaction[], events: readonly PointsEvent[]): Transaction[] {
  const after = new Map(transactions.map((transaction) => [transaction.id, transaction]))
  for (const event of events) {
    const { transactionId: id, portions } = event
    if (after.has(id)) throw new Error(`Transaction ${id} happened before`)
    after.set(id, { id, type: transactionTypeOf(event), portions, reversedBy: null })
    if (event.type !== 'reversed') continue
    const target = after.get(event.reverses.transactionId)
    if (target === undefined) throw new Error(`Transaction ${event.reverses.transactionId} is not there to reverse`)
    after.set(target.id, { ...target, reversedBy: id })
  }
  return [...after.values()]
}
