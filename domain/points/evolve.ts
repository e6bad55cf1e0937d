import {
  addCounters,
  availableFrom,
  type Counters,
  emptyAccount,
  type Issued,
  type Lot,
  type LotAmount,
  noPoints,
  type PointsAccount,
  type PointsEvent,
  type Portion,
  pointsIn,
  type Reversed,
  type Transaction,
  transactionTypeOf,
} from './account.ts'
import { addDailyChange, type DailyBalance } from './daily-balance.ts'

/** What to add to a lot's row. */
export type LotChange = { readonly lotId: string } & Pick<
  Lot,
  'remaining' | 'expired' | 'takenBack' | 'claimed' | 'claimedExpired' | 'owed'
>

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
    if (event.type === 'issued') for (const lot of newLots(event)) opened.set(lot.id, lot)
    for (const portion of event.portions) addDailyChange(daily, portion, portionChange(event, portion), event.at)
    for (const change of lotChanges(event)) {
      const lot = opened.get(change.lotId)
      if (lot) opened.set(lot.id, changeLot(lot, change))
      else addLotChange(changed, change)
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
  const after = { ...lot, ...addNumbers(lot, change) }
  const { original, remaining, expired, takenBack, claimed, claimedExpired, owed } = after
  const isPossible =
    Math.min(remaining, expired, owed) >= 0 &&
    remaining + expired + takenBack + owed <= original &&
    takenBack + claimedExpired + owed <= claimed &&
    claimedExpired <= expired &&
    claimed <= original
  if (!isPossible) throw new Error(`Lot ${lot.id} cannot hold ${remaining} points, ${owed} of it being owed`)
  return after
}

function addNumbers(a: Omit<LotChange, 'lotId'>, b: Omit<LotChange, 'lotId'>): Omit<LotChange, 'lotId'> {
  return {
    remaining: a.remaining + b.remaining,
    expired: a.expired + b.expired,
    takenBack: a.takenBack + b.takenBack,
    claimed: a.claimed + b.claimed,
    claimedExpired: a.claimedExpired + b.claimedExpired,
    owed: a.owed + b.owed,
  }
}

const UNCHANGED = { remaining: 0, expired: 0, takenBack: 0, claimed: 0, claimedExpired: 0, owed: 0 }

/** Adds a change to those in `changes`, which is changed in place. */
function addLotChange(changes: Map<string, LotChange>, change: LotChange): void {
  const { lotId } = change
  changes.set(lotId, { lotId, ...addNumbers(changes.get(lotId) ?? UNCHANGED, change) })
}

function newLots({ at: issuedAt, transactionId, portions }: Issued): Lot[] {
  return portions.map(({ lotId: id, campaignId, availableOn, expiresAt, amount: original }) => {
    const availableAt = availableFrom(issuedAt, availableOn)
    return { id, transactionId, campaignId, issuedAt, availableAt, expiresAt, original, ...UNCHANGED }
  })
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
  const { counter, intoLots } = effectOf(event)
  const [expired, takenBack] = [counter === 'expired' ? amount : 0, counter === 'takenBack' ? amount : 0]
  return { ...UNCHANGED, lotId, remaining: intoLots * amount, expired, takenBack }
}

/** A lot at most once: what an event does to it happens at once. */
function lotChanges(event: PointsEvent): Iterable<LotChange> {
  const changes = new Map<string, LotChange>()
  for (const portion of event.portions) addLotChange(changes, portionChange(event, portion))
  if (event.type === 'reversed') for (const change of debtChanges(event)) addLotChange(changes, change)
  return changes.values()
}

/** What a reversal asks back of lots, and what of it they owe; or that some of it has come back now, and is taken back at once. */
function debtChanges({ claims, expiredClaims, owedChanges, withheld }: Reversed): LotChange[] {
  const changes = <Row extends LotAmount>(rows: readonly Row[], change: (amount: number) => Partial<LotChange>) =>
    rows.map(({ lotId, amount }) => ({ ...UNCHANGED, lotId, ...change(amount) }))
  return [
    ...changes(claims, (claimed) => ({ claimed })),
    ...changes(expiredClaims, (claimedExpired) => ({ claimedExpired })),
    ...changes(owedChanges, (owed) => ({ owed })),
    ...changes(withheld, (amount) => ({ takenBack: amount, owed: -amount })),
  ]
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
    pendingElsewhere: account.pendingElsewhere,
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
    after.push({ id, type: transactionTypeOf(event), portions, reversed: 0, reversedBy: null })
    if (event.type !== 'reversed') continue
    const position = positionOf(event.reverses.transactionId)
    const target = after[position]
    if (target === undefined) throw new Error(`Transaction ${event.reverses.transactionId} is not there to reverse`)
    after[position] = { ...target, reversed: target.reversed + event.reverses.amount, reversedBy: id }
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
