import { describe, expect, test } from 'vitest'
import { ApiProblem, type Problem, Unreachable } from '#web/client/api-problem.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { foreseeRefund } from '#web/purchases/foreseen-refund.ts'
import { formatRefused } from '#web/purchases/purchase-text.ts'

const bought = (parts: Partial<Purchase>) =>
  ({ total: 1700, amount: 1700, pointsRedeemed: 0, pointValue: 0.1, ...parts }) as Purchase

describe('a refund that is foreseen', () => {
  test('gives everything back when nothing of the award is spent', () => {
    const lot = { original: 170, remaining: 170, expired: 0 }
    expect(foreseeRefund(bought({}), lot)).toEqual({
      amount: 1700,
      withheld: 0,
      shortfall: 0,
      pointsReturned: 0,
      pointsTakenBack: 170,
      pointsSpent: 0,
    })
  })

  test('withholds the value of what is spent, but not of what has lapsed', () => {
    const lot = { original: 170, remaining: 100, expired: 20 }
    expect(foreseeRefund(bought({}), lot)).toMatchObject({
      amount: 1695,
      withheld: 5,
      pointsTakenBack: 100,
      pointsSpent: 50,
    })
  })

  test('has a shortfall where spent points are worth more than the money', () => {
    const lot = { original: 170, remaining: 0, expired: 0 }
    expect(foreseeRefund(bought({ total: 1700, amount: 10 }), lot)).toMatchObject({
      amount: 0,
      withheld: 10,
      shortfall: 7,
    })
  })

  test('goes by what a point was worth when it was ordered', () => {
    const lot = { original: 160, remaining: 150, expired: 0 }
    const paidWithPoints = bought({ total: 1700, amount: 1600, pointsRedeemed: 500, pointValue: 0.2 })
    expect(foreseeRefund(paidWithPoints, lot)).toMatchObject({ withheld: 2, pointsReturned: 500 })
  })

  test('of a purchase that earned nothing takes nothing back', () => {
    expect(foreseeRefund(bought({}), null)).toMatchObject({ amount: 1700, pointsTakenBack: 0 })
  })
})

describe('what was not accepted is shown in words', () => {
  const refused = (problem: object) => formatRefused(new ApiProblem({ status: 409, detail: '', ...problem } as Problem))

  test('a purchase that had ended cannot be cancelled, but a completed one be refunded', () => {
    expect(refused({ code: 'already_settled', purchaseStatus: 'completed' })).toEqual({
      title: 'Too late to cancel',
      message: 'The purchase has already ended: completed. You can refund it instead.',
    })
    expect(refused({ code: 'already_settled', purchaseStatus: 'failed' }).message).toBe(
      'The purchase has already ended: failed.',
    )
  })

  test('a purchase that is not completed cannot be refunded', () => {
    expect(refused({ code: 'not_refundable', purchaseStatus: 'compensating' }).message).toBe(
      'Only a completed purchase can be refunded; this one is being undone.',
    )
  })

  test('any other reason is given as the store gives it', () => {
    const words = { title: 'The time to return it is over', detail: 'It was bought more than 30 days ago.' }
    expect(refused({ code: 'return_period_over', ...words })).toEqual({ title: words.title, message: words.detail })
  })

  test('of what nobody answered it is not known whether it was carried out', () => {
    expect(formatRefused(new Unreachable()).message).toMatch(
      /^It is not known whether the request was carried out\. .*Try again/,
    )
    expect(refused({ code: 'internal_error', status: 500 }).message).toMatch(
      /^It is not known whether the request was carried out/,
    )
  })
})
