import { type LotAmount, type LotEnd, MAX_POINTS, type NewLot, type PointsCommand } from '#domain/points/account.ts'

/** Where a point is: to be spent, spent by a redemption (its id), lost, or taken back. */
type Point = {
  lot: string
  issuedAt: string
  countsAt: number
  endsAt: number
  where: 'lot' | 'expired' | 'taken back' | { spentBy: string }
}

/** What is known of a transaction: of a redemption its points as they were spent, of an issue its lots. */
type Done = { type: PointsCommand['type']; points: Point[]; lots: string[]; reversed: number }

/** The parts of an answer that the rules decide, or the refusal's code. */
export type Prediction =
  | { amount: number; balance: number; spent?: number; expired?: number; owed?: number; withheld?: number }
  | { refused: string }

/** What became of a lot's points. */
type LotNumbers = {
  remaining: number
  expired: number
  takenBack: number
  claimed: number
  claimedExpired: number
  owed: number
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * A second opinion on the rules, written without looking at how the decider works: every point is an object of its
 * own that is in one place, so that points can neither be lost nor doubled. Too slow for anything but tests.
 */
export class PointsModel {
  readonly points: Point[] = []
  private readonly done = new Map<string, Done>()
  /** How many points of lots were asked back, how many of them had expired, and how many are to be taken back when they come back. */
  private readonly asked = new Map<string, number>()
  private readonly lost = new Map<string, number>()
  private readonly owed = new Map<string, number>()

  /** Carries the command out and predicts the answer. */
  predict(command: PointsCommand): Prediction {
    const result = this.carryOut(command)
    if (typeof result === 'string') return { refused: result }
    return { ...result, balance: this.spendable(command.now).length }
  }

  private carryOut(command: PointsCommand): string | Omit<Extract<Prediction, { amount: number }>, 'balance'> {
    const done: Done = { type: command.type, points: [], lots: [], reversed: 0 }
    switch (command.type) {
      case 'issue': {
        if (!valid(command.amount)) return 'invalid_amount'
        for (const lot of command.lots) done.lots.push(this.open(lot.id ?? command.transactionId, command.now, lot))
        this.done.set(command.transactionId, done)
        return { amount: command.amount }
      }
      case 'redeem': {
        if (!valid(command.amount)) return 'invalid_amount'
        const spendable = this.spendable(command.now)
        if (spendable.length < command.amount) return 'insufficient_points'
        done.points = spendable.slice(0, command.amount)
        this.done.set(command.transactionId, done)
        return move(done.points, { spentBy: command.transactionId })
      }
      case 'expire': {
        const lapsed = this.points.filter((point) => point.where === 'lot' && point.endsAt <= Date.parse(command.now))
        if (lapsed.length === 0) return 'nothing_to_expire'
        this.done.set(command.transactionId, done)
        return move(lapsed, 'expired')
      }
      case 'reverse': {
        const target = this.done.get(command.reverses)
        if (target === undefined) return 'unknown_transaction'
        if (target.type === 'expire' || target.type === 'reverse') return 'not_reversible'
        const onlyPays = target.type === 'issue' && command.amount === 0 && (command.makesGood ?? 0) > 0
        if (command.amount !== undefined && !valid(command.amount) && !onlyPays) return 'invalid_amount'
        const left = this.sizeOf(target) - target.reversed
        const amount = command.amount ?? left
        if ((left < 1 && !onlyPays) || amount > left) return 'already_reversed'
        this.done.set(command.transactionId, done)
        if (target.type === 'redeem') return this.giveBack(target, amount)
        return this.takeBack(target, amount, command)
      }
    }
  }

  private open(lot: string, issuedAt: string, { amount, terms }: NewLot): string {
    const issuedOn = Math.floor(Date.parse(issuedAt) / dayMs) * dayMs
    const countsOn = issuedOn + terms.availableAfterDays * dayMs
    const countsAt = terms.availableAfterDays === 0 ? Date.parse(issuedAt) : countsOn
    const point = { lot, issuedAt, countsAt, endsAt: endOf(terms.ends, countsOn), where: 'lot' as const }
    for (let n = 0; n < amount; n++) this.points.push({ ...point })
    return lot
  }

  private sizeOf({ type, points, lots }: Done): number {
    return type === 'redeem' ? points.length : lots.reduce((sum, lot) => sum + this.of(lot).length, 0)
  }

  private of(lot: string, where?: Point['where']): Point[] {
    return this.points.filter((point) => point.lot === lot && (where === undefined || point.where === where))
  }

  /** As if less had been redeemed: what was spent last comes back, but for what its lot owes. */
  private giveBack(redemption: Done, amount: number) {
    const end = redemption.points.length - redemption.reversed
    redemption.reversed += amount
    const back = redemption.points.slice(end - amount, end)
    const withheld = new Set<Point>()
    for (const point of back.toReversed()) {
      if (!this.settle(point) && !this.settleOfIssue(point)) continue
      withheld.add(point)
      move([point], 'taken back')
    }
    const returned = back.filter((point) => !withheld.has(point))
    return { ...move(returned, 'lot'), spent: 0, expired: 0, owed: 0, withheld: withheld.size }
  }

  /** Point by point: one that is preferred and not spent, or else one that is there, or one that is lost, or one that was spent, which is paid for or owed. */
  private takeBack(
    issue: Done,
    amount: number,
    { prefer = [], makesGood = 0, now }: { prefer?: readonly LotAmount[]; makesGood?: number; now: string },
  ) {
    issue.reversed += amount
    const preferred = prefer.map(({ lotId }) => lotId).filter((lot) => issue.lots.includes(lot))
    const most = new Map(prefer.map((lot) => [lot.lotId, lot.amount]))
    const lots = [...preferred, ...this.lastSpentFirst(issue.lots.filter((lot) => !preferred.includes(lot)))]
    const count = { taken: 0, expired: 0, spent: 0 }
    for (let n = 0; n < amount; n++) {
      const open = lots.filter((lot) => this.askedOf(lot) < this.of(lot).length)
      const holds = (lot: string) => this.of(lot, 'lot').length > 0
      const hasMore = (lot: string) => holds(lot) || this.of(lot, 'expired').length > this.lostOf(lot)
      const isOver = (lot: string) => this.of(lot).some(({ endsAt }) => endsAt <= Date.parse(now))
      const unspent =
        open.find((lot) => hasMore(lot) && (most.get(lot) ?? 0) > 0) ??
        open.find((lot) => holds(lot) && !isOver(lot)) ??
        open.find(hasMore)
      const lot = unspent ?? open[0] ?? ''
      this.asked.set(lot, this.askedOf(lot) + 1)
      if (unspent) most.set(lot, (most.get(lot) ?? 0) - 1)
      if (unspent && holds(lot)) {
        move(this.of(lot, 'lot').slice(0, 1), 'taken back')
        count.taken += 1
      } else if (unspent) {
        this.lost.set(lot, this.lostOf(lot) + 1)
        count.expired += 1
      } else {
        this.owed.set(lot, (this.owed.get(lot) ?? 0) + 1)
        count.spent += 1
      }
    }
    let paid = 0
    for (const lot of lots)
      for (; paid < makesGood && (this.owed.get(lot) ?? 0) > 0; paid++)
        this.owed.set(lot, (this.owed.get(lot) ?? 0) - 1)
    const { taken, expired, spent } = count
    return { amount: taken, spent, expired, owed: spent - paid, withheld: 0 }
  }

  private askedOf(lot: string): number {
    return this.asked.get(lot) ?? 0
  }

  private lostOf(lot: string): number {
    return this.lost.get(lot) ?? 0
  }

  private lastSpentFirst(lots: string[]): string[] {
    return lots
      .flatMap((lot) => this.of(lot).slice(0, 1))
      .sort(inSpendingOrder)
      .map(({ lot }) => lot)
      .reverse()
  }

  /** Whether a point that comes back is owed; it no longer is then. */
  private settle({ lot }: Point): boolean {
    const owed = this.owed.get(lot) ?? 0
    if (owed > 0) this.owed.set(lot, owed - 1)
    return owed > 0
  }

  /** The same for other lots of its issue. What was paid for of its own lot pays for theirs; else it is asked back in place of one of theirs. */
  private settleOfIssue({ lot }: Point): boolean {
    const issue = [...this.done.values()].find(({ type, lots }) => type === 'issue' && lots.includes(lot))
    const others = this.lastSpentFirst(issue?.lots ?? []).reverse()
    const owing = others.find((other) => other !== lot && (this.owed.get(other) ?? 0) > 0)
    if (owing === undefined) return false
    this.owed.set(owing, (this.owed.get(owing) ?? 0) - 1)
    if (this.askedOf(lot) === this.of(lot, 'taken back').length + this.lostOf(lot) + (this.owed.get(lot) ?? 0)) {
      this.asked.set(lot, this.askedOf(lot) + 1)
      this.asked.set(owing, this.askedOf(owing) - 1)
    }
    return true
  }

  private spendable(now: string): Point[] {
    const at = Date.parse(now)
    return this.points
      .filter((point) => point.where === 'lot' && point.countsAt <= at && point.endsAt > at)
      .sort(inSpendingOrder)
  }

  /** What became of the points of each lot. */
  left(): Record<string, LotNumbers> {
    const left: Record<string, LotNumbers> = {}
    for (const { lot, where } of this.points) {
      const numbers = left[lot] ?? {
        remaining: 0,
        expired: 0,
        takenBack: 0,
        claimed: this.askedOf(lot),
        claimedExpired: this.lostOf(lot),
        owed: this.owed.get(lot) ?? 0,
      }
      if (where === 'lot') numbers.remaining += 1
      if (where === 'expired') numbers.expired += 1
      if (where === 'taken back') numbers.takenBack += 1
      left[lot] = numbers
    }
    return left
  }
}

/** What lots of the books have of it. */
export function numbersOf(lots: readonly ({ id: string } & LotNumbers)[]): Record<string, LotNumbers> {
  return Object.fromEntries(
    lots.map(({ id, remaining, expired, takenBack, claimed, claimedExpired, owed }) => [
      id,
      { remaining, expired, takenBack, claimed, claimedExpired, owed },
    ]),
  )
}

/** Goes from day to day: months are as long as they are. */
function endOf(end: LotEnd, countsOn: number): number {
  if ('days' in end) return countsOn + end.days * dayMs
  if ('on' in end) return Math.max(Date.parse(end.on), countsOn) + dayMs
  let day = countsOn
  for (let months = 0; months <= end.endOfMonth; months++) {
    do day += dayMs
    while (new Date(day).getUTCDate() !== 1)
  }
  return day
}

function inSpendingOrder(a: Point, b: Point): number {
  return a.endsAt - b.endsAt || a.countsAt - b.countsAt || text(a.issuedAt, b.issuedAt) || text(a.lot, b.lot)
}

function move(points: Point[], where: Point['where']) {
  for (const point of points) point.where = where
  return { amount: points.length }
}

function valid(amount: number): boolean {
  return amount % 1 === 0 && amount > 0 && amount <= MAX_POINTS
}

function text(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
