import { type Award, keptPoints } from './campaigns/award.ts'
import { amountToCharge, pointsWorth } from './money.ts'
import { type PricedLine, type PurchaseLine, undoAtLedger } from './purchase.ts'

/** What a purchase was paid with: its lines at their frozen prices, and the points that pay a part. */
export type PaidPurchase = {
  readonly lines: readonly PricedLine[]
  readonly redeemPoints: number
  /** What each of the points pays for, in minor units. */
  readonly pointValueMinor: number
}

/** A part of what was paid, in money and in points. */
export type Payment = { readonly amountMinor: number; readonly points: number }

/** Pieces of each product: those that are kept, or that are given back. */
export type Pieces = ReadonlyMap<string, number>

/**
 * What of the payment is for the pieces that are kept. Each piece has its part of the points and of the money, by largest remainder
 * over all pieces, so that parts add up to the cent and the point, and it makes no difference in how many refunds, and in which
 * order, pieces are given back. Of a line, the pieces that come back are the last ones.
 *
 * A piece is paid with its points and the rest of its price in money: who gives back something of 10.00 gets 10.00. Only where a
 * point is worth more than pieces that it pays for, money and points are spread each for themselves.
 */
export function paymentFor(purchase: PaidPurchase, kept: Pieces): Payment {
  const { points, amountMinor } = sharesOf(purchase)
  let payment = { amountMinor: 0, points: 0 }
  for (const [index, { productId }] of purchase.lines.entries()) {
    const pieces = kept.get(productId) ?? 0
    payment = {
      amountMinor: payment.amountMinor + amountMinor(index, pieces),
      points: payment.points + partOf(points[index], pieces),
    }
  }
  return payment
}

/** What of the payment is for what a refund gives back. */
export function paymentBack(purchase: PaidPurchase, before: Pieces, after: Pieces): Payment {
  const [one, other] = [paymentFor(purchase, before), paymentFor(purchase, after)]
  return { amountMinor: one.amountMinor - other.amountMinor, points: one.points - other.points }
}

export function piecesOf(lines: readonly PurchaseLine[]): Pieces {
  return new Map(lines.map(({ productId, quantity }) => [productId, quantity]))
}

/** What is kept of pieces when some are given back. */
export function piecesLeft(kept: Pieces, back: readonly PurchaseLine[]): Pieces {
  const left = new Map(kept)
  for (const { productId, quantity } of back) left.set(productId, (left.get(productId) ?? 0) - quantity)
  return left
}

/** Whether all of it was given back. */
export function isNothing(kept: Pieces): boolean {
  return [...kept.values()].every((pieces) => pieces === 0)
}

/** A lot of an award: what its campaign gave, and what of it no refund has asked back. */
export type AwardLot = {
  readonly lotId: string
  readonly campaignId: string | null
  readonly given: number
  readonly left: number
  /** What earlier refunds left owed. */
  readonly owed: number
}

/** A booked award, as far as a refund has to know it. */
export type AwardToReduce = {
  readonly lots: readonly AwardLot[]
  /** What the caps of its campaigns had left, by their ids; of the others, no cap is known. */
  readonly rooms: Readonly<Record<string, number>>
}

/** What a refund takes back of an award: from which lots first, and how many points that are spent its money makes good. */
type TakeBack = {
  readonly amount: number
  readonly prefer: readonly { readonly lotId: string; readonly amount: number }[]
  readonly makesGood: number
}

/**
 * What a refund asks the ledger to take back of a booked award: what its campaigns gave more than they give for what is kept, and which owed
 * points its money makes good. Undefined if neither. Of an exclusive group, what is kept stays in the lot of the campaign that had given.
 *
 * @param kept what the campaigns give for what is kept, by the rules of the purchase's own time
 * @param back of the payment: its money makes good as many points that are spent as it is worth
 */
export function takeBackFrom(
  { lots, rooms }: AwardToReduce,
  kept: Award,
  { back, pointValueMinor }: Costs,
): TakeBack | undefined {
  const gives = keptPoints(kept, (campaignId) => rooms[campaignId] ?? null)
  const excess = lots.map(({ lotId, campaignId, given, left }) => ({
    lotId,
    amount: left - Math.min(given, gives.get(campaignId ?? '') ?? 0),
  }))
  // What a lot has not got any more was taken from others, so it is the sum that counts.
  const amount = Math.max(
    0,
    excess.reduce((sum, lot) => sum + lot.amount, 0),
  )
  // Of all that is left, the ledger knows best what to ask back first.
  const isAll = amount === lots.reduce((sum, { left }) => sum + left, 0)
  const prefer = isAll ? [] : excess.filter((lot) => lot.amount > 0)
  const makesGood = pointsWorth(back.amountMinor, pointValueMinor)
  const settles = makesGood > 0 && lots.some(({ owed }) => owed > 0)
  return amount > 0 || settles ? { amount, prefer, makesGood } : undefined
}

type Costs = { readonly back: Payment; readonly pointValueMinor: number }

/** Takes back as much of an award; without `part` all that is left of it, or it can no longer be booked. */
export function awardBackAtLedger(
  purchaseId: string,
  refund: number,
  { makesGood, ...part }: Pick<TakeBack, 'makesGood'> & Partial<TakeBack>,
) {
  const undo = undoAtLedger(purchaseId, 'awardPoints', refund)
  return { ...undo, command: { ...undo.command, ...part, makesGood } }
}

/** Gives as many of the points back that a purchase was paid with. */
export function paymentBackAtLedger(purchaseId: string, refund: number, amount: number) {
  const undo = undoAtLedger(purchaseId, 'redeemPoints', refund)
  return { ...undo, command: { ...undo.command, amount } }
}

/** How the pieces of a line share something: the first `extra` of them have one more than `each`. */
type Share = { each: number; extra: number }

function partOf({ each, extra }: Share = { each: 0, extra: 0 }, pieces: number): number {
  return pieces * each + Math.min(pieces, extra)
}

function sharesOf({ lines, redeemPoints, pointValueMinor }: PaidPurchase) {
  const total = lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0)
  const charged = amountToCharge(total, redeemPoints, pointValueMinor)
  // Where points pay for all of it, the last one may be worth less, and there is no money to share.
  const withinPrices =
    charged > 0
      ? spread(redeemPoints, lines, ({ unitPriceMinor }) => Math.floor(unitPriceMinor / pointValueMinor))
      : undefined
  const points = withinPrices ?? spread(redeemPoints, lines) ?? []
  const money = withinPrices ? undefined : spread(charged, lines)
  return {
    points,
    amountMinor(index: number, pieces: number): number {
      if (money) return partOf(money[index], pieces)
      return pieces * (lines[index]?.unitPriceMinor ?? 0) - partOf(points[index], pieces) * pointValueMinor
    },
  }
}

/**
 * Spreads an amount over all pieces in proportion to their prices, by largest remainder; the first line's first, where remainders are
 * equal. With `maxOf`, a piece takes no more than that; undefined, when that is not enough for all of it.
 */
function spread(
  amount: number,
  lines: readonly PricedLine[],
  maxOf: (line: PricedLine) => number = () => Infinity,
): Share[] | undefined {
  // Points times prices are beyond what numbers count exactly.
  const total = lines.reduce((sum, line) => sum + BigInt(line.quantity) * BigInt(line.unitPriceMinor), 0n)
  if (total === 0n) return lines.map(() => ({ each: 0, extra: 0 }))
  const quotas = lines.map((line, index) => {
    const share = BigInt(amount) * BigInt(line.unitPriceMinor)
    return { line, index, each: Number(share / total), extra: 0, remainder: share % total }
  })
  let left = quotas.reduce((rest, { line, each }) => rest - line.quantity * each, amount)
  const inTurn = quotas.toSorted((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder))
  while (left > 0) {
    const before = left
    for (const quota of inTurn) {
      if (quota.each >= maxOf(quota.line)) continue
      const taken = Math.min(left, quota.line.quantity)
      left -= taken
      if (taken === quota.line.quantity) quota.each += 1
      else quota.extra = taken
      if (left === 0) break
    }
    if (left === before) return undefined
  }
  return quotas.map(({ each, extra }) => ({ each, extra }))
}
