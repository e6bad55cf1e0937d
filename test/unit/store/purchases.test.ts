import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orderedLines } from '#web/buy/cart.ts'
import { type Intent, isOverdue, isUnsent, newIntent } from '#web/buy/intent.ts'
import type { Purchase, Refund } from '#web/client/purchases.ts'
import { duration } from '#web/format/dates.ts'
import { workflowsOf } from '#web/purchases/progress.ts'
import {
  formatLines,
  formatPointsOf,
  formatTakenBack,
  formatUndoReason,
  purchaseNumber,
} from '#web/purchases/purchase-text.ts'
import { NOTHING_BACK } from '#web/purchases/refund-choice.ts'
import { operationsSearch, purchasesSearch } from '#web/search-params.ts'

const nameOf = (productId: string) => `Product ${productId}`
const refundOf = (parts: Partial<Refund>) => ({ ...NOTHING_BACK, ...parts })
const purchase = (parts: object) =>
  ({
    purchaseId: 'p',
    award: null,
    pointsRedeemed: 0,
    refund: null,
    lines: [],
    refunds: [],
    steps: [],
    ...parts,
  }) as never

test.each([
  [['1'], 'Product 1'],
  [['1', '2', '3'], 'Product 1, Product 2 and Product 3'],
  [['1', '2', '3', '4'], 'Product 1, Product 2 and 2 more'],
])('lines %j are called %s', (ids, words) => {
  expect(
    formatLines(
      ids.map((productId) => ({ productId, quantity: 1, unitPrice: 1 })),
      nameOf,
    ),
  ).toBe(words)
})

test.each<[Partial<Purchase>, string | undefined]>([
  [{ status: 'completed', award: 'booked', pointsKept: 170 }, '+170 points'],
  [{ status: 'completed', award: 'booked', pointsKept: 160, pointsRedeemed: 1 }, '−1 point, +160 points'],
  [{ status: 'completed', award: 'parked', pointsKept: null }, 'points will follow'],
  [{ status: 'completed', award: 'nothing', pointsKept: 0 }, undefined],
  [{ status: 'refused', pointsRedeemed: 100 }, undefined],
  [{ status: 'refunded', award: 'booked', pointsKept: 0 }, undefined],
  [
    {
      status: 'completed',
      award: 'booked',
      pointsKept: 85,
      pointsRedeemed: 20,
      refund: refundOf({ pointsReturned: 10 }),
    },
    '−10 points, +85 points',
  ],
  [
    {
      status: 'completed',
      award: 'booked',
      pointsKept: 0,
      pointsRedeemed: 20,
      refund: refundOf({ pointsReturned: 5, pointsWithheld: 15 }),
    },
    undefined,
  ],
])('%j means %s', (parts, words) => {
  expect(formatPointsOf(purchase(parts))).toBe(words)
})

test.each<[string, [takenBack: number, spent: number] | undefined, string | undefined]>([
  ['completed', undefined, undefined],
  ['refunding', undefined, 'The points that are left are being taken back.'],
  ['refunded', [170, 0], 'The points were taken back with the refund.'],
  ['refunded', [120, 50], 'When the purchase was refunded: 120 points taken back and 50 points already spent.'],
  ['refunded', [0, 100], 'When the purchase was refunded: 100 points already spent and 70 points already expired.'],
])('of 170 points that a purchase earned, when it is %s and %j, one reads: %s', (status, numbers, words) => {
  const refund = numbers && refundOf({ pointsTakenBack: numbers[0], pointsSpent: numbers[1] })
  const pointsKept = status === 'completed' ? 170 : 0
  expect(formatTakenBack(purchase({ status, award: 'booked', pointsIssued: 170, pointsKept, refund }))).toBe(words)
})

describe('the workflows of a purchase', () => {
  const idsOf = (parts: object) => workflowsOf(purchase(parts)).map(({ id }) => id)

  test('are its own, and those that had to help', () => {
    expect(idsOf({ status: 'completed' })).toEqual(['purchase-p'])
    expect(idsOf({ status: 'failed', code: 'interrupted' })).toEqual(['purchase-p'])
    const steps = [{ step: 'awardPoints', state: 'parked' }]
    const refunds = [{ number: 1 }]
    expect(idsOf({ refunds, award: 'booked', steps })).toEqual(['purchase-p', 'award-p', 'refund-p'])
    expect(idsOf({ status: 'completed', award: 'parked', steps })).toEqual(['purchase-p'])
    expect(idsOf({ refunds, award: 'voided', steps })).toEqual(['purchase-p', 'refund-p'])
  })
})

test.each([
  [{ outcome: 'refused', refusal: { code: 'insufficient_funds', missing: 600 } }, 'Refused: $600.00 missing.'],
  [{ outcome: 'cancelled' }, 'The buyer cancelled it.'],
  [{ outcome: 'failed', code: 'interrupted' }, 'Its workflow was lost before it was confirmed.'],
  [{ outcome: 'failed', code: 'step_unavailable' }, 'One of its steps failed for ten minutes.'],
])('the reason %j is shown to operators as %s', (detail, words) => {
  const steps = [{ step: 'purchase', state: 'compensating', detail }]
  expect(formatUndoReason(purchase({ steps }), nameOf)).toBe(words)
})

test.each([
  ['customer', 'The buyer cancelled it.'],
  ['demo', 'The buyer cancelled it.'],
  ['service', 'It was cancelled by a service.'],
  ['operator', 'It was cancelled by operator olga.'],
])('a cancellation by the role %s is shown to operators as %s', (role, words) => {
  const actor = { role, id: null, client: null, name: role === 'operator' ? 'olga' : null }
  const steps = [
    { step: 'purchase', state: 'cancel_requested', actor },
    { step: 'purchase', state: 'compensating', detail: { outcome: 'cancelled' } },
  ]
  expect(formatUndoReason(purchase({ steps }), nameOf)).toBe(words)
})

test.each([
  [-5, '0 seconds'],
  [59_999, '59 seconds'],
  [60_000, '1 minute'],
  [7_300_000, '2 hours'],
  [200_000_000, '2 days'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('addresses that say nonsense say nothing', () => {
  expect(purchasesSearch({ status: 'stolen', other: 1 })).toEqual({})
  expect(operationsSearch({ panel: 'parked', user: 'amara' })).toEqual({})
  expect(operationsSearch({ panel: 'users', user: 'amara' })).toEqual({ panel: 'users', user: 'amara' })
})

describe('a cart', () => {
  test('is the same order however it was filled', () => {
    const line = fc.record({ productId: fc.string({ minLength: 1 }), quantity: fc.integer({ min: 1, max: 9 }) })
    const carts = fc
      .uniqueArray(line, { selector: ({ productId }) => productId, maxLength: 20 })
      .chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })))
    fc.assert(
      fc.property(carts, ([lines, shuffled]) => {
        expect(orderedLines(shuffled)).toEqual(orderedLines(lines))
      }),
    )
  })
})

describe('an order', () => {
  const order = { userId: 'derick', lines: [{ productId: '1', quantity: 1 }] }
  const made = newIntent(order, {})

  test.each<[string, Partial<Intent>, boolean]>([
    ['that was made just now', {}, true],
    ['that was sent', { sent: true }, false],
    ['of which there is a purchase', { purchaseId: '1' }, false],
    ['that was refused', { refused: {} as never }, false],
  ])('%s was not sent yet: %s', (_, known, unsent) => {
    expect(isUnsent({ ...made, ...known })).toBe(unsent)
  })

  test.each([
    [0, false],
    [2.9, false],
    [3, true],
    [60, true],
    [-60, false],
    [Number.NaN, true],
  ])('after %d minutes is old: %s', (minutes, old) => {
    expect(isOverdue(made, made.at + minutes * 60_000)).toBe(old)
  })
})

describe('the number of a purchase', () => {
  test.each([
    ['0199d6a4-7f1e-7c3a-9b0e-000000000000', '0000-0000'],
    ['0199d6a4-7f1e-7c3a-9b0e-00ffffffffff', 'ZZZZ-ZZZZ'],
    ['0199d6a4-7f1e-7c3a-9b0e-5a0000000001', '0000-0001'],
  ])('%s is %s', (id, number) => {
    expect(purchaseNumber(id)).toBe(number)
  })

  test('can be said: none of its digits is taken for another one', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), (id) => {
        expect(purchaseNumber(id)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
      }),
    )
  })
})
