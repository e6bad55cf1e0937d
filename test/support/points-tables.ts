import {
  addCounters,
  dayOf,
  type Instant,
  inSpendingOrder,
  type Lot,
  type PointsAccount,
  type PointsEvent,
  type Transaction,
  transactionTypeOf,
} from '#domain/points/account.ts'
import type { DailyBalance } from '#domain/points/daily-balance.ts'
import type { Load } from '#domain/points/decide.ts'
import { type Changes, changeLot, changesOf, type PointsTables, rebuild } from '#domain/points/evolve.ts'

/** The tables of one account as the database code is obliged to keep them: written by changes, read by bounded loads. */
export class InMemoryPointsTables {
  rows: PointsTables = rebuild('ann', [])
  readonly events: PointsEvent[] = []

  /** Applies a batch as SQL would: inserts, and updates that add; a row below zero is a violated CHECK. */
  append(events: readonly PointsEvent[]): void {
    const changes = changesOf(events)
    this.rows = {
      ...this.rows,
      version: this.rows.version + events.length,
      counters: addCounters(this.rows.counters, changes.counters),
      lots: [...changedLots(this.rows.lots, changes), ...changes.opened],
      allocations: [...this.rows.allocations, ...changes.allocations],
      daily: changedDays(this.rows.daily, changes),
    }
    if (Object.values(this.rows.counters).some((count) => count < 0)) throw new Error('CHECK counters >= 0')
    this.events.push(...events)
  }

  /** Loads what `load` asks for and not a row more, in an order that is of no help. */
  load(load: Load): PointsAccount {
    const { version, counters } = this.rows
    const transactions = load.targets.flatMap((id) => this.transaction(id))
    const touched = new Set(transactions.flatMap(({ portions }) => portions.map(({ lotId }) => lotId)))
    const issues = new Set(this.rows.lots.filter(({ id }) => touched.has(id)).map(({ transactionId }) => transactionId))
    for (const lot of this.rows.lots) if (lot.owed > 0 && issues.has(lot.transactionId)) touched.add(lot.id)
    let points = 0
    const lots = this.rows.lots.toSorted(inSpendingOrder).filter((lot) => {
      if (lot.remaining === 0) return touched.has(lot.id)
      if (lot.expiresAt <= load.now) return true
      if (isPending(lot, load.now) || points >= load.points) return touched.has(lot.id)
      if (!isPending(lot, load.from)) points += lot.remaining
      return true
    })
    const pendingElsewhere = this.rows.lots
      .filter((lot) => isPending(lot, load.from) && !lots.includes(lot))
      .map(({ availableAt, remaining: amount }) => ({ availableOn: dayOf(availableAt), amount }))
    return { accountId: 'ann', version, counters, lots: lots.toReversed(), transactions, pendingElsewhere }
  }

  private transaction(id: string): Transaction[] {
    const event = this.events.find((candidate) => candidate.transactionId === id)
    if (event === undefined) return []
    const reversals = this.events.filter((other) => other.type === 'reversed' && other.reverses.transactionId === id)
    const reversed = reversals.reduce((sum, one) => (one.type === 'reversed' ? sum + one.reverses.amount : sum), 0)
    const reversedBy = reversals.at(-1)?.transactionId ?? null
    return [{ id, type: transactionTypeOf(event), portions: event.portions, reversed, reversedBy }]
  }
}

const isPending = (lot: Lot, now: Instant) => dayOf(lot.availableAt) > dayOf(now)

function changedLots(lots: readonly Lot[], { changed }: Changes): Lot[] {
  return lots.map((lot) => {
    const changes = changed.filter((change) => change.lotId === lot.id)
    if (changes.length > 1) throw new Error('UPDATE ... FROM would apply only one of several changes to a row')
    return changes.reduce(changeLot, lot)
  })
}

function changedDays(rows: readonly DailyBalance[], { daily }: Changes): DailyBalance[] {
  const sameRow = (a: DailyBalance, b: DailyBalance) =>
    a.issuedOn === b.issuedOn && a.availableOn === b.availableOn && a.expiresAt === b.expiresAt
  const updated = rows.map((row) => {
    const change = daily.find((candidate) => sameRow(candidate, row))
    if (change === undefined) return row
    return { ...change, remaining: row.remaining + change.remaining, expired: row.expired + change.expired }
  })
  const after = [...updated, ...daily.filter((change) => !rows.some((row) => sameRow(row, change)))]
  if (after.some((row) => row.remaining < 0 || row.expired < 0)) throw new Error('CHECK daily balances >= 0')
  return after
}
