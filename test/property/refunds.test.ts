import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amountToCharge, pointsToPay } from '#domain/money.ts'
import type { PricedLine } from '#domain/purchase.ts'
import { type PaidPurchase, type Pieces, paymentBack, paymentFor, piecesLeft, piecesOf } from '#domain/refund.ts'

const RUNS = { numRuns: 1_000 }

/** Prices from a cent to the largest, so that points are worth more than some pieces and less than others. */
const price = fc.oneof(
  fc.integer({ min: 1, max: 30 }),
  fc.integer({ min: 1, max: 100_000 }),
  fc.constant(100_000_000_000),
)
const lines = fc
  .array(fc.tuple(price, fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 1_000 }))), {
    minLength: 1,
    maxLength: 20,
  })
  .map((all) => all.map(([unitPriceMinor, quantity], at) => ({ productId: `p${at}`, quantity, unitPriceMinor })))

const totalOf = (bought: readonly PricedLine[], kept: Pieces) =>
  bought.reduce((sum, { productId, unitPriceMinor }) => sum + (kept.get(productId) ?? 0) * unitPriceMinor, 0)

const purchases = fc
  .tuple(lines, fc.constantFrom(1, 7, 10, 100, 12_345), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([bought, pointValueMinor, share]): PaidPurchase => {
    const most = Math.min(pointsToPay(totalOf(bought, piecesOf(bought)), pointValueMinor), 1_000_000_000)
    return { lines: bought, pointValueMinor, redeemPoints: Math.round(share * most) }
  })

/** A purchase with what is kept of it after each of some refunds: some pieces of some lines, in any order. */
const refunds = purchases.chain((purchase) =>
  fc
    .array(fc.tuple(fc.nat({ max: purchase.lines.length - 1 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => {
      const kept: Pieces[] = [piecesOf(purchase.lines)]
      for (const [line, share] of parts) {
        const { productId } = purchase.lines[line] as PricedLine
        const before = kept.at(-1) as Pieces
        kept.push(piecesLeft(before, [{ productId, quantity: Math.round(share * (before.get(productId) ?? 0)) }]))
      }
      return { purchase, kept }
    }),
)

describe('what is paid for the pieces that are kept', () => {
  test('is all of it for all of them, and nothing for none', () => {
    fc.assert(
      fc.property(purchases, (purchase) => {
        const all = piecesOf(purchase.lines)
        const amountMinor = amountToCharge(
          totalOf(purchase.lines, all),
          purchase.redeemPoints,
          purchase.pointValueMinor,
        )
        expect(paymentFor(purchase, all)).toEqual({ amountMinor, points: purchase.redeemPoints })
        expect(paymentFor(purchase, new Map())).toEqual({ amountMinor: 0, points: 0 })
      }),
      RUNS,
    )
  })

  test('comes back in parts that are never below zero, and that add up to one refund of the same', () => {
    fc.assert(
      fc.property(refunds, ({ purchase, kept }) => {
        const sum = { amountMinor: 0, points: 0 }
        for (const [at, after] of kept.entries()) {
          const before = kept[at - 1]
          if (!before) continue
          const part = paymentBack(purchase, before, after)
          expect(part.amountMinor).toBeGreaterThanOrEqual(0)
          expect(part.points).toBeGreaterThanOrEqual(0)
          sum.amountMinor += part.amountMinor
          sum.points += part.points
        }
        expect(sum).toEqual(paymentBack(purchase, kept[0] as Pieces, kept.at(-1) as Pieces))
      }),
      RUNS,
    )
  })

  test('is the price of what is kept, in money and points together, where pieces are worth many points', () => {
    fc.assert(
      fc.property(refunds, ({ purchase, kept }) => {
        const { lines, pointValueMinor, redeemPoints } = purchase
        const total = totalOf(lines, piecesOf(lines))
        // So that whole points can pay for nine tenths of each piece.
        fc.pre(lines.every(({ unitPriceMinor }) => unitPriceMinor >= 20 * pointValueMinor))
        fc.pre(redeemPoints * pointValueMinor <= 0.9 * total)
        for (const pieces of kept) {
          const { amountMinor, points } = paymentFor(purchase, pieces)
          expect(amountMinor + points * pointValueMinor).toBe(totalOf(lines, pieces))
        }
      }),
      RUNS,
    )
  })

  test.each<[string, PaidPurchase, [kept: Record<string, number>, amountMinor: number, points: number][]]>([
    [
      'in two lines of different prices',
      { lines: [line('a', 1, 1_000), line('b', 1, 2_000)], redeemPoints: 100, pointValueMinor: 10 },
      [
        [{ a: 1 }, 670, 33],
        [{ b: 1 }, 1_330, 67],
      ],
    ],
    [
      'in three pieces of one line, of which the last ones come back',
      { lines: [line('a', 3, 1_000)], redeemPoints: 100, pointValueMinor: 10 },
      [
        [{ a: 2 }, 1_330, 67],
        [{ a: 1 }, 660, 34],
      ],
    ],
    [
      'with points alone, of which the last is worth less',
      { lines: [line('a', 2, 5), line('b', 1, 5)], redeemPoints: 2, pointValueMinor: 10 },
      [
        [{ a: 1 }, 0, 1],
        [{ a: 2 }, 0, 2],
        [{ b: 1 }, 0, 0],
      ],
    ],
    [
      'with points that are worth more than pieces',
      { lines: [line('a', 4, 5)], redeemPoints: 1, pointValueMinor: 10 },
      [
        [{ a: 3 }, 8, 1],
        [{ a: 1 }, 3, 1],
      ],
    ],
  ])('is known %s', (_, purchase, expected) => {
    for (const [kept, amountMinor, points] of expected)
      expect(paymentFor(purchase, new Map(Object.entries(kept)))).toEqual({ amountMinor, points })
  })
})

function line(productId: string, quantity: number, unitPriceMinor: number): PricedLine {
  return { productId, quantity, unitPriceMinor }
}
