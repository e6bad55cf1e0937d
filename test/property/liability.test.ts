import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, type Sale } from '#domain/points/liability.ts'

const RUNS = { numRuns: 2_000 }
const points = fc.oneof(fc.constant(0), fc.nat({ max: 30 }), fc.integer({ min: 1, max: 1_000_000_000 }))
const sales: fc.Arbitrary<Sale> = fc
  .record({
    paidMinor: fc.oneof(fc.nat({ max: 1_000 }), fc.nat({ max: 2_000_000_000_000_000 })),
    pointValueMinor: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })),
    open: points,
    spent: points,
    expired: points,
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ part, ...sale }) => ({ ...sale, madeGood: Math.floor(sale.spent * part) }))

test('whatever was paid is split without a rest, and no part is below nothing', () => {
  fc.assert(
    fc.property(sales, (sale) => {
      const { revenueMinor, deferredMinor, releasedBySpendingMinor, releasedByExpiryMinor, openMinor } = allocate(sale)
      expect(revenueMinor + deferredMinor).toBe(sale.paidMinor)
      expect(releasedBySpendingMinor + releasedByExpiryMinor + openMinor).toBe(deferredMinor)
      for (const part of Object.values(allocate(sale))) expect(part).toBeGreaterThanOrEqual(0)
    }),
    RUNS,
  )
})

test('the points have the same part of what was paid as of all stand-alone prices, to half a minor unit', () => {
  fc.assert(
    fc.property(sales, (given) => {
      const sale = { ...given, madeGood: 0 }
      const paid = BigInt(sale.paidMinor)
      const value = BigInt(sale.open + sale.spent + sale.expired) * BigInt(sale.pointValueMinor)
      const deferred = BigInt(allocate(sale).deferredMinor)
      // |deferred - paid * value / (paid + value)| <= 1/2, without a division.
      const twice = 2n * (deferred * (paid + value) - paid * value)
      expect(twice <= paid + value && -twice <= paid + value).toBe(true)
    }),
    RUNS,
  )
})

test('with the last open point, all that was deferred is released, and before the first one is spent, nothing is', () => {
  fc.assert(
    fc.property(sales, (sale) => {
      expect(allocate({ ...sale, open: 0 }).openMinor).toBe(0)
      expect(allocate({ ...sale, spent: 0, expired: 0, madeGood: 0 })).toMatchObject({
        releasedBySpendingMinor: 0,
        releasedByExpiryMinor: 0,
      })
    }),
    RUNS,
  )
})

test('spending one more point never takes back what was released', () => {
  fc.assert(
    fc.property(sales, (sale) => {
      fc.pre(sale.open > 0)
      const before = allocate(sale)
      const after = allocate({ ...sale, open: sale.open - 1, spent: sale.spent + 1 })
      expect(after.deferredMinor).toBe(before.deferredMinor)
      expect(after.releasedBySpendingMinor).toBeGreaterThanOrEqual(before.releasedBySpendingMinor)
      expect(after.openMinor).toBeLessThanOrEqual(before.openMinor)
    }),
    RUNS,
  )
})
