import { describe, expect, test } from 'vitest'
import { allocate, estimateBreakage, type LotSums } from '#domain/points/liability.ts'

const sale = { paidMinor: 80_000, pointValueMinor: 10, open: 200, spent: 0, expired: 0, madeGood: 0 }

describe('a sale that earned points', () => {
  test('of 800.00, with 200 points of 0.10 each, is 780.49 for the goods and 19.51 for the points', () => {
    expect(allocate(sale)).toEqual({
      revenueMinor: 78_049,
      deferredMinor: 1_951,
      releasedBySpendingMinor: 0,
      releasedByExpiryMinor: 0,
      openMinor: 1_951,
    })
  })

  test('releases what is deferred as its points are spent and expire, pro rata', () => {
    expect(allocate({ ...sale, open: 50, spent: 100, expired: 50 })).toEqual({
      revenueMinor: 78_049,
      deferredMinor: 1_951,
      // Half of it is 975.5, which goes to the even neighbour; three quarters are 1463.25.
      releasedBySpendingMinor: 976,
      releasedByExpiryMinor: 487,
      openMinor: 488,
    })
  })

  test('defers nothing without points, and nothing that was not paid', () => {
    const none = { releasedBySpendingMinor: 0, releasedByExpiryMinor: 0, openMinor: 0, deferredMinor: 0 }
    expect(allocate({ ...sale, open: 0 })).toEqual({ ...none, revenueMinor: 80_000 })
    expect(allocate({ ...sale, paidMinor: 0 })).toEqual({ ...none, revenueMinor: 0 })
  })

  test('that was refunded is of points alone, as many as were spent and made good', () => {
    expect(allocate({ ...sale, paidMinor: 2_000, open: 0, spent: 200, madeGood: 200 })).toEqual({
      revenueMinor: 0,
      deferredMinor: 2_000,
      releasedBySpendingMinor: 2_000,
      releasedByExpiryMinor: 0,
      openMinor: 0,
    })
  })
})

describe('breakage', () => {
  const ended: LotSums = {
    ...{ issued: 0, spent: 0, takenBack: 0, owed: 0 },
    ...{ endedLots: 100, endedPoints: 6_000, expired: 1_000, available: 50, pending: 10 },
  }

  test('is estimated by what expired of the lots that ended', () => {
    expect(estimateBreakage(ended)).toEqual({ rate: 0.1667, points: 10 })
  })

  test('is not known of fewer than a hundred lots', () => {
    expect(estimateBreakage({ ...ended, endedLots: 99 })).toBeNull()
  })
})
