import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ApiProblem, type Problem, Unreachable } from '#web/client/api-problem.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { countOf } from '#web/format/items.ts'
import {
  formatOutcome,
  formatRefundedItems,
  formatRefundedLine,
  formatRefused,
  formatTakenBack,
} from '#web/purchases/purchase-text.ts'
import { chosenOf, leftOf, NOTHING_BACK, refundKey } from '#web/purchases/refund-choice.ts'

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

  test.each([
    [[], 'Nothing of it is left.'],
    [
      [
        { productId: '1', quantity: 2 },
        { productId: '4', quantity: 1 },
      ],
      'What is left of it: 2 × Product 1 and Product 4.',
    ],
  ])('of more than is left, what that is: %j', (left, words) => {
    const problem = new ApiProblem({ code: 'exceeds_purchase', status: 409, detail: '', left } as never)
    expect(formatRefused(problem, (productId) => `Product ${productId}`)).toEqual({
      title: 'Less is left of this purchase',
      message: `Some of it was refunded meanwhile. ${words}`,
    })
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

/** A purchase of so many pieces of each line, of which so many were refunded. */
function purchaseOf(lines: [quantity: number, refunded: number][], more: Partial<Purchase> = {}): Purchase {
  return {
    purchaseId: 'p',
    status: 'completed',
    lines: lines.map(([quantity, refunded], index) => ({ productId: `${index + 1}`, quantity, refunded })),
    refunds: [],
    steps: ['running', 'completed', 'refunding', 'partially_refunded'].map((state) => ({ step: 'purchase', state })),
    ...more,
  } as Purchase
}

describe('a purchase that is refunded in part', () => {
  const refund = { ...NOTHING_BACK, amount: 17, pointsReturned: 5, pointsTakenBack: 60, pointsSpent: 15 }
  const partly = purchaseOf(
    [
      [3, 2],
      [1, 0],
    ],
    { refund, award: 'booked', pointsIssued: 170, pointsKept: 85 },
  )

  test('says how much came back, for how many items', () => {
    expect(formatOutcome(partly)).toBe('Partly refunded: $17.00 and 5 points for 2 of 4 items.')
    const withoutPoints = { ...partly, refund: { ...refund, pointsReturned: 0 } }
    expect(formatOutcome(withoutPoints)).toBe('Partly refunded: $17.00 for 2 of 4 items.')
    expect(formatRefundedItems(partly)).toBe('2 of 4 items')
  })

  test('says what became of the points that it earned', () => {
    expect(formatTakenBack(partly)).toBe(
      'Of 170 points, for what was refunded: 60 points taken back, 15 points already spent and 10 points already expired.',
    )
    expect(formatTakenBack({ ...partly, pointsKept: 170 })).toBeUndefined()
    expect(formatTakenBack({ ...partly, status: 'refunding' })).toBe(
      'What was earned with the items that go back is being taken back.',
    )
  })

  test.each([
    [1, 0, undefined],
    [1, 1, 'refunded'],
    [3, 0, undefined],
    [3, 2, '2 of 3 refunded'],
    [3, 3, '3 of 3 refunded'],
  ])('shows of a line of %d, of which %d went back: %s', (quantity, refunded, words) => {
    const [line] = purchaseOf([[quantity, refunded]]).lines
    expect(line && formatRefundedLine(line)).toBe(words)
  })
})

describe('what goes back', () => {
  const lines = fc.array(
    fc.nat(1_000).chain((quantity) => fc.tuple(fc.constant(quantity), fc.nat(quantity))),
    { minLength: 1, maxLength: 20 },
  )
  const wanted = fc.dictionary(fc.integer({ min: 1, max: 25 }).map(String), fc.nat(1_000))

  test('is never more than is left, and all of it where nothing else is wanted', () => {
    fc.assert(
      fc.property(lines, wanted, (bought, quantities) => {
        const purchase = purchaseOf(bought)
        const left = leftOf(purchase)
        expect(countOf(left)).toBe(bought.reduce((sum, [quantity, refunded]) => sum + quantity - refunded, 0))
        expect(chosenOf(left, {})).toEqual(left)
        for (const { productId, quantity } of chosenOf(left, quantities)) {
          const [all = 0, refunded = 0] = bought[Number(productId) - 1] ?? []
          expect(quantity).toBeGreaterThan(0)
          expect(quantity).toBe(Math.min(all - refunded, quantities[productId] ?? all))
        }
      }),
    )
  })

  test('is asked for under one key until another refund is seen, whatever else was chosen has another one', () => {
    const choice = fc.tuple(wanted, fc.nat(3))
    fc.assert(
      fc.property(lines, choice, choice, (bought, ...choices) => {
        const [one, other] = choices.map(([quantities, seen]) => {
          const purchase = purchaseOf(bought, { refunds: Array(seen).fill({}) })
          const chosen = chosenOf(leftOf(purchase), quantities)
          return { key: refundKey(purchase, chosen), same: JSON.stringify([chosen, seen]) }
        })
        expect(one?.key === other?.key).toBe(one?.same === other?.same)
        expect(one?.key).toMatch(/^[\x21-\x7e]{1,255}$/)
      }),
    )
  })
})
