import { describe, expect, test } from 'vitest'
import type { PurchaseStep } from '#web/client/purchases.ts'
import {
  isBeingCancelled,
  isCancellable,
  refundUnderWay,
  refusalOf,
  statusBy,
  stepsAhead,
  undoneSteps,
} from '#web/purchases/progress.ts'

/** `step state`, as tests of the server write them down. */
function stepsOf(...lines: string[]): PurchaseStep[] {
  return lines.map((line, index) => {
    const [step, state] = line.split(' ')
    return { seq: index + 1, step, state, at: '2026-01-31T12:00:00.000Z' } as PurchaseStep
  })
}

const charged = ['purchase running', 'reserveStock applied', 'chargeWallet applied']
const COMPLETED = [...charged, 'confirmPurchase applied', 'awardPoints applied', 'purchase completed']
/** A refund of a part. */
const PARTLY = [
  'purchase refunding',
  'awardPoints undone',
  'returnStock applied',
  'returnMoney applied',
  'purchase partially_refunded',
]

describe('where a purchase stands', () => {
  test.each([
    [['purchase running'], 'running'],
    [[...charged, 'purchase cancel_requested'], 'running'],
    [[...charged, 'purchase compensating'], 'compensating'],
    [[...charged, 'purchase compensating', 'chargeWallet undone', 'purchase cancelled'], 'cancelled'],
    [[], 'running'],
    [[...COMPLETED, 'purchase refunding'], 'refunding'],
    [[...COMPLETED, ...PARTLY], 'completed'],
    [[...COMPLETED, ...PARTLY, 'purchase refunding', 'returnStock applied'], 'refunding'],
    // A second refund was asked for while the first was carried out.
    [[...COMPLETED, 'purchase refunding', ...PARTLY], 'refunding'],
    [[...COMPLETED, 'purchase refunding', ...PARTLY, 'purchase partially_refunded'], 'completed'],
    [[...COMPLETED, ...PARTLY, 'purchase refunding', 'purchase refunded'], 'refunded'],
  ])('%j is %s', (lines, status) => {
    expect(statusBy(stepsOf(...lines))).toBe(status)
  })
})

describe('what is still to come', () => {
  test('is the rest of the sale, with points only where they pay', () => {
    const steps = stepsOf('purchase running', 'reserveStock applied')
    expect(stepsAhead(steps, false)).toEqual(['chargeWallet', 'confirmPurchase', 'awardPoints'])
    expect(stepsAhead(steps, true)).toEqual(['redeemPoints', 'chargeWallet', 'confirmPurchase', 'awardPoints'])
  })

  test('is what is being tried again, too', () => {
    const trying = ['purchase running', 'reserveStock applied', 'chargeWallet retried']
    expect(stepsAhead(stepsOf(...trying), false)[0]).toBe('chargeWallet')
    expect(statusBy(stepsOf(...trying))).toBe('running')
    const undoing = [...trying, 'chargeWallet applied', 'purchase compensating', 'chargeWallet retried']
    expect(stepsAhead(stepsOf(...undoing), false)[0]).toBe('chargeWallet')
  })

  test.each(['applied', 'nothing', 'parked'])('no award once it is %s', (state) => {
    expect(stepsAhead(stepsOf(...charged, 'confirmPurchase applied', `awardPoints ${state}`), false)).toEqual([])
  })

  test('is nothing of the sale once somebody asked in time to cancel it', () => {
    const asked = ['purchase running', 'reserveStock applied', 'purchase cancel_requested']
    expect(stepsAhead(stepsOf(...asked), false)).toEqual([])
    expect(isBeingCancelled(stepsOf(...asked))).toBe(true)
    const tooLate = [...charged, 'confirmPurchase applied', 'purchase cancel_requested']
    expect(stepsAhead(stepsOf(...tooLate), false)).toEqual(['awardPoints'])
    expect(isBeingCancelled(stepsOf(...tooLate))).toBe(false)
  })

  test('of an undo is what was done and not given back, last in first out', () => {
    const undoing = [...charged, 'purchase compensating']
    expect(stepsAhead(stepsOf(...undoing), false)).toEqual(['chargeWallet', 'reserveStock'])
    expect(stepsAhead(stepsOf(...undoing, 'chargeWallet undone'), false)).toEqual(['reserveStock'])
  })

  test('of a refund is the way of goods and money back', () => {
    const refunding = [
      ...charged,
      'confirmPurchase applied',
      'awardPoints applied',
      'purchase completed',
      'purchase refunding',
    ]
    expect(stepsAhead(stepsOf(...refunding, 'awardPoints undone'), false)).toEqual(['returnStock', 'returnMoney'])
    expect(stepsAhead(stepsOf(...refunding, 'awardPoints undone', 'returnStock applied'), false)).toEqual([
      'returnMoney',
    ])
  })

  test('of a further refund are its own steps, whatever the one before it did', () => {
    const second = [...COMPLETED, ...PARTLY, 'purchase refunding']
    expect(refundUnderWay(stepsOf(...second))).toBe(2)
    expect(stepsAhead(stepsOf(...second), true)).toEqual(['returnStock', 'returnMoney'])
    expect(stepsAhead(stepsOf(...second, 'returnStock retried'), true)).toEqual(['returnStock', 'returnMoney'])
    expect(stepsAhead(stepsOf(...second, 'returnStock applied'), true)).toEqual(['returnMoney'])
    const waiting = [...COMPLETED, 'purchase refunding', 'purchase refunding', 'returnStock applied']
    expect(refundUnderWay(stepsOf(...waiting))).toBe(1)
    expect(stepsAhead(stepsOf(...waiting), true)).toEqual(['returnMoney'])
    expect(stepsAhead(stepsOf(...COMPLETED, ...PARTLY), true)).toEqual([])
  })

  test('is nothing once it is settled', () => {
    expect(stepsAhead(stepsOf(...charged, 'purchase completed'), false)).toEqual([])
  })
})

test('what was undone is known by its step', () => {
  const steps = stepsOf(...charged, 'purchase compensating', 'chargeWallet undone')
  expect([...undoneSteps(steps)]).toEqual(['chargeWallet'])
})

test('a refund undoes no step of the sale: it has steps of its own', () => {
  expect([...undoneSteps(stepsOf(...COMPLETED, ...PARTLY))]).toEqual([])
  expect(isCancellable(stepsOf(...COMPLETED, ...PARTLY))).toBe(false)
})

describe('a purchase can be cancelled', () => {
  test('until its sale is confirmed', () => {
    expect(isCancellable(stepsOf(...charged))).toBe(true)
    expect(isCancellable(stepsOf(...charged, 'confirmPurchase applied'))).toBe(false)
  })

  test('also while its confirmation is tried again', () => {
    expect(isCancellable(stepsOf(...charged, 'confirmPurchase retried'))).toBe(true)
  })

  test('once', () => {
    expect(isCancellable(stepsOf(...charged, 'purchase cancel_requested'))).toBe(false)
  })

  test('not while it is being undone', () => {
    expect(isCancellable(stepsOf(...charged, 'purchase compensating'))).toBe(false)
  })
})

test.each([
  ['out_of_stock', 'reserveStock'],
  ['price_changed', 'reserveStock'],
  ['redeem_exceeds_total', 'redeemPoints'],
  ['insufficient_points', 'redeemPoints'],
  ['insufficient_funds', 'chargeWallet'],
])('a purchase refused for %s was refused by %s, where it turned', (code, step) => {
  const [first, ...others] = stepsOf('purchase running', 'purchase compensating', 'purchase refused')
  const refused = others.map((entry) => ({ ...entry, detail: { refusal: { code } } })) as PurchaseStep[]
  expect(refusalOf([first as PurchaseStep, ...refused])).toEqual({ step, code, entry: refused[0] })
  expect(refusalOf([first as PurchaseStep])).toBeUndefined()
})
