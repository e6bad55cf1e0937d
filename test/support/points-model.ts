import { MAX_POINTS, type PointsCommand } from '#domain/points/account.ts'

/** Where a point is: to be spent, spent by a redemption (its id), lost, or taken back. */
type Point = {
  lot: string
  issuedAt: string
  endsAt: number
  where: 'lot' | 'expired' | 'taken back' | { spentBy: string }
}

/** The parts of an answer that the rules decide, or the refusal's code. */
export type Prediction =
  | { amount: number; balance: number; spent?: number; expired?: number; owed?: number; withheld?: number }
  | { refused: string }

const dayMs = 24 * 60 * 60 * 1000

/**
 * A second opinion on the rules, written without looking at how the decider works: every point is an object of its
 * own that is in one place, so that points can neither be lost nor doubled. Too slow for anything but tests.
 */
export class PointsModel {
  readonly points: Point[] = []
  private readonly types = new Map<string, PointsCommand['type']>()
  private readonly reversed = new Set<string>()
  /** How many points of lots are to be taken back when they come back. */
  private readonly owed = new Map<string, number>()

  /** Carries the command out and predicts the answer. */
  predict(command: PointsCommand): Prediction {
    const result = this.carryOut(command)
    if (typeof result === 'string') return { refused: result }
    this.types.set(command.transactionId, command.type)
    return { ...result, balance: this.spendable(command.now).length }
  }

  private carryOut(command: PointsCommand): string | Omit<Extract<Prediction, { amount: number }>, 'balance'> {
    switch (command.type) {
      case 'issue': {
        if (!valid(command.amount)) return 'invalid_amount'
        const endsAt = Math.floor(Date.parse(command.now) / dayMs) * dayMs + command.ttlDays * dayMs
        for (let n = 0; n < command.amount; n++) {
          this.points.push({ lot: command.transactionId, issuedAt: command.now, endsAt, where: 'lot' })
        }
        return { amount: command.amount }
      }
      case 'redeem': {
        if (!valid(command.amount)) return 'invalid_amount'
        const spendable = this.spendable(command.now)
        if (spendable.length < command.amount) return 'insufficient_points'
        return move(spendable.slice(0, command.amount), { spentBy: command.transactionId })
      }
      case 'expire': {
        const lapsed = this.points.filter((point) => point.where === 'lot' && point.endsAt <= Date.parse(command.now))
        return lapsed.length === 0 ? 'nothing_to_expire' : move(lapsed, 'expired')
      }
      case 'reverse':
        return this.reverse(command.reverses, command.makesGood ?? 0)
    }
  }

  private reverse(target: string, makesGood: number) {
    const type = this.types.get(target)
    if (type === undefined) return 'unknown_transaction'
    if (type === 'expire' || type === 'reverse') return 'not_reversible'
    if (this.reversed.has(target)) return 'already_reversed'
    this.reversed.add(target)
    if (type === 'redeem') {
      const back = this.points.filter((point) => spentBy(point) === target)
      const withheld = new Set(back.filter((point) => this.settle(point)))
      move([...withheld], 'taken back')
      const returned = back.filter((point) => !withheld.has(point))
      return { ...move(returned, 'lot'), spent: 0, expired: 0, owed: 0, withheld: withheld.size }
    }
    const lot = this.points.filter((point) => point.lot === target)
    const spent = lot.filter((point) => spentBy(point) !== null).length
    const expired = lot.filter((point) => point.where === 'expired').length
    const owed = Math.max(0, spent - makesGood)
    this.owed.set(target, owed)
    return {
      ...move(
        lot.filter((point) => point.where === 'lot'),
        'taken back',
      ),
      spent,
      expired,
      owed,
      withheld: 0,
    }
  }

  /** Whether a point that comes back is owed; it no longer is then. */
  private settle({ lot }: Point): boolean {
    const owed = this.owed.get(lot) ?? 0
    if (owed > 0) this.owed.set(lot, owed - 1)
    return owed > 0
  }

  private spendable(now: string): Point[] {
    const live = this.points.filter((point) => point.where === 'lot' && point.endsAt > Date.parse(now))
    return live.sort((a, b) => a.endsAt - b.endsAt || text(a.issuedAt, b.issuedAt) || text(a.lot, b.lot))
  }

  /** How many points each lot holds, and how many of it are owed. */
  left(): Record<string, { remaining: number; owed: number }> {
    const left: Record<string, { remaining: number; owed: number }> = {}
    for (const { lot, where } of this.points) {
      const remaining = (left[lot]?.remaining ?? 0) + (where === 'lot' ? 1 : 0)
      left[lot] = { remaining, owed: this.owed.get(lot) ?? 0 }
    }
    return left
  }
}

function move(points: Point[], where: Point['where']) {
  for (const point of points) point.where = where
  return { amount: points.length }
}

function spentBy({ where }: Point): string | null {
  return typeof where === 'object' ? where.spentBy : null
}

function valid(amount: number): boolean {
  return amount % 1 === 0 && amount > 0 && amount <= MAX_POINTS
}

function text(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
