import {
  addCounters,
  type Counters,
  emptyAccount,
  type Lot,
  noPoints,
  type PointsAccount,
  type PointsEvent,
  type Portion,
  pointsIn,
  type Transaction,
  transactionTypeOf,
} from './account.ts'
import { addDailyChange, type DailyBalance } from './daily-balance.ts'

/** What to add to a lot's row. */
export type LotChange = {
  readonly lotId: string
  readonly remaining: number
  readonly expired: number
  readonly owed: number
}

/** What a redemption took from a lot, or, below zero, what its reversal gave back: rows that are only ever added. */
export type Allocation = {
  readonly transactionId: string
  readonly redemptionId: string
  readonly lotId: string
  readonly amount: number
}

/** What events mean for the tables. Each lot and each daily row occurs once, so one statement can apply it all. */
export type Changes = {
  /** To be added to the account's counters. */
  readonly counters: Counters
  /** Rows to insert, as they are after the last event. */
  readonly opened: readonly Lot[]
  readonly changed: readonly LotChange[]
  readonly allocations: readonly Allocation[]
  /** To be added to the rows, or inserted where there is none. */
  readonly daily: readonly DailyBalance[]
}

/**
 * Consecutive events of one account as changes to the tables. This is the only place that knows what an event does
 * to a number: the live tables, `evolve` and the rebuild all go through it. The changes of a whole history are,
 * since they start from nothing, the tables themselves.
 */
export function changesOf(events: readonly PointsEvent[]): Changes {
  let counters = noPoints
  const opened = new Map<string, Lot>()
  const changed = new Map<string, LotChange>()
  const allocations: Allocation[] = []
  const daily = new Map<string, DailyBalance>()
  for (const event of events) {
    counters = addCounters(counters, counterChange(event))
    for (const allocation of allocationsOf(event)) allocations.push(allocation)
    if (event.type === 'issued')
      for (const portion of event.portions) opened.set(portion.lotId, newLot(event.at, portion))
    for (const portion of event.portions) addDailyChange(daily, portion, portionChange(event, portion), event.at)
    for (const change of lotChanges(event)) {
      const lot = opened.get(change.lotId)
      if (lot) opened.set(lot.id, changeLot(lot, change))
      else changed.set(change.lotId, addLotChanges(changed.get(change.lotId), change))
    }
  }
  return {
    counters,
    opened: [...opened.values()],
    changed: [...changed.values()],
    allocations,
    daily: [...daily.values()],
  }
}

/** The lot after a change. Throws when that cannot be, because history would then contradict itself. */
export function changeLot(lot: Lot, change: LotChange): Lot {
  const remaining = lot.remaining + change.remaining
  const expired = lot.expired + change.expired
  const owed = lot.owed + change.owed
  if (remaining < 0 || owed < 0 || remaining + expired + owed > lot.original)
    throw new Error(`Lot ${lot.id} cannot hold ${remaining} points, ${owed} of it being owed`)
  return { ...lot, remaining, expired, owed }
}

function newLot(issuedAt: string, { lotId, expiresAt, amount }: Portion): Lot {
  return { id: lotId, issuedAt, expiresAt, original: amount, remaining: 0, expired: 0, owed: 0 }
}

function addLotChanges(sum: LotChange | undefined, change: LotChange): LotChange {
  if (sum === undefined) return change
  return {
    ...sum,
    remaining: sum.remaining + change.remaining,
    expired: sum.expired + change.expired,
    owed: sum.owed + change.owed,
  }
}

/** Which sum an event adds to, or takes from, and whether its points go into lots or out of them. */
function effectOf(event: PointsEvent) {
  switch (event.type) {
    case 'issued':
      return { counter: 'issued', sign: 1, intoLots: 1 } as const
    case 'redeemed':
      return { counter: 'redeemed', sign: 1, intoLots: -1 } as const
    case 'expired':
      return { counter: 'expired', sign: 1, intoLots: -1 } as const
    case 'reversed':
      return event.reverses.type === 'issue'
        ? ({ counter: 'takenBack', sign: 1, intoLots: -1 } as const)
        : ({ counter: 'redeemed', sign: -1, intoLots: 1 } as const)
    default:
      throw new Error(`Unknown event: ${JSON.stringify(event satisfies never)}`)
  }
}

function counterChange(event: PointsEvent): Counters {
  const { counter, sign, intoLots } = effectOf(event)
  const withheld = event.type === 'reversed' ? pointsIn(event.withheld) : 0
  // What is withheld was given back, and taken back at once.
  const moved = { ...noPoints, [counter]: sign * (event.amount + withheld), balance: intoLots * event.amount }
  return addCounters(moved, { ...noPoints, takenBack: withheld })
}

function portionChange(event: PointsEvent, { lotId, amount }: Portion): LotChange {
  const expired = event.type === 'expired' ? amount : 0
  return { lotId, remaining: effectOf(event).intoLots * amount, expired, owed: 0 }
}

function lotChanges(event: PointsEvent): LotChange[] {
  const changes = event.portions.map((portion) => portionChange(event, portion))
  if (event.type !== 'reversed') return changes
  const { reverses, notTakenBack, withheld } = event
  // The lot of an issue has its id.
  if (notTakenBack.owed > 0) changes.push(owedChange(reverses.transactionId, notTakenBack.owed))
  return [...changes, ...withheld.map(({ lotId, amount }) => owedChange(lotId, -amount))]
}

function owedChange(lotId: string, owed: number): LotChange {
  return { lotId, remaining: 0, expired: 0, owed }
}

function allocationsOf(event: PointsEvent): Allocation[] {
  const { counter, sign } = effectOf(event)
  if (counter !== 'redeemed') return []
  const { transactionId } = event
  const redemptionId = event.type === 'reversed' ? event.reverses.transactionId : transactionId
  const withheld = event.type === 'reversed' ? event.withheld : []
  const byLot = Map.groupBy([...event.portions, ...withheld], ({ lotId }) => lotId)
  return [...byLot].map(([lotId, portions]) => {
    return { transactionId, redemptionId, lotId, amount: sign * pointsIn(portions) }
  })
}

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

function changeLots(lots: readonly Lot[], changes: readonly LotChange[]): readonly Lot[] {
  if (changes.length === 0) return lots
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
  const after = [...transactions]
  // An index pays for a history; batches come event by event.
  const index = events.length > 1 ? new Map(after.map(({ id }, position) => [id, position])) : undefined
  const positionOf = (id: string) => (index ? (index.get(id) ?? -1) : after.findIndex((one) => one.id === id))
  for (const event of events) {
    const { transactionId: id, portions } = event
    if (positionOf(id) !== -1) throw new Error(`Transaction ${id} happened before`)
    index?.set(id, after.length)
    after.push({ id, type: transactionTypeOf(event), portions, reversedBy: null })
    if (event.type !== 'reversed') continue
    const position = positionOf(event.reverses.transactionId)
    const target = after[position]
    if (target === undefined) throw new Error(`Transaction ${event.reverses.transactionId} is not there to reverse`)
    after[position] = { ...target, reversedBy: id }
  }
  return after
}

/** All rows of one account, as its tables must hold them. */
export type PointsTables = {
  readonly accountId: string
  readonly version: number
  readonly counters: Counters
  readonly lots: readonly Lot[]
  readonly allocations: readonly Allocation[]
  readonly daily: readonly DailyBalance[]
}

/**
 * The tables as the account's whole history, from version 1 on, says they must be: to compare with the live ones.
 * Throws when the history is broken (see `fold`).
 */
export function rebuild(accountId: string, events: readonly PointsEvent[]): PointsTables {
  const { version, counters, lots } = fold(emptyAccount(accountId), events)
  const { allocations, daily } = changesOf(events)
  return { accountId, version, counters, lots, allocations, daily }
}
