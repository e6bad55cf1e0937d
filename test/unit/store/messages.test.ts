import { describe, expect, test } from 'vitest'
import {
  ApiProblem,
  errorOf,
  formatError,
  isTemporary,
  type Problem,
  problemOf,
  Unreachable,
} from '#web/client/api-problem.ts'
import type { PurchaseStep, Refusal } from '#web/client/purchases.ts'
import { money, plus, times } from '#web/format/money.ts'
import { formatCampaigns, formatEarned, formatSpan, points } from '#web/format/points.ts'
import { formatNotBought } from '#web/purchases/purchase-text.ts'
import { formatStep } from '#web/purchases/step-text.ts'

const nameOf = (productId: string) => `Product ${productId}`
const messageFor = (refusal: Refusal) => formatNotBought({ status: 'refused', refusal }, nameOf)

describe('a refusal says what helps', () => {
  test.each<[Refusal, string]>([
    [{ code: 'out_of_stock', short: [{ productId: '1', requested: 5, available: 2 }] }, '2 left, you asked for 5'],
    [{ code: 'out_of_stock', short: [{ productId: '1', requested: 5, available: 0 }] }, 'Sold out'],
    [{ code: 'insufficient_funds', missing: 600 }, '$600.00 missing'],
    [{ code: 'price_changed', expectedTotal: 1700, total: 1800 }, 'The price has changed'],
    [{ code: 'redeem_exceeds_total', points: 9, mostPoints: 8 }, 'Too many points'],
    [{ code: 'insufficient_points', points: 9, available: 8 }, 'Not enough points'],
  ])('%j', (refusal, title) => {
    const words = messageFor(refusal)
    expect(words.title).toBe(title)
    expect(words.message).toContain('Nothing was charged.')
  })

  test('of every product that is short', () => {
    const short = [
      { productId: '1', requested: 5, available: 2 },
      { productId: '2', requested: 1, available: 0 },
    ]
    expect(messageFor({ code: 'out_of_stock', short }).message).toBe(
      'Product 1: 2 left, you asked for 5. Product 2: 0 left, you asked for 1. Nothing was charged.',
    )
  })

  test.each(['cancelled', 'failed'] as const)('when it was %s, that everything was undone', (status) => {
    expect(formatNotBought({ status, refusal: null }, nameOf).message).toMatch(/undone/)
  })
})

describe('an answer that is not a success', () => {
  const answerOf = (body: object, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/problem+json', ...headers } })

  test('is the problem that it says, with the time to wait', async () => {
    const error = await errorOf(answerOf({ code: 'temporal_unavailable', status: 503 }, { 'Retry-After': '2' }))
    expect(error).toMatchObject({ problem: { code: 'temporal_unavailable' }, retryAfterMs: 2_000 })
    expect(isTemporary(error)).toBe(true)
  })

  test('of somebody else than the store counts as none', async () => {
    const error = await errorOf(new Response('<h1>Bad gateway</h1>', { status: 502 }))
    expect(error).toBeInstanceOf(Unreachable)
    expect(isTemporary(error)).toBe(true)
  })

  test('is known by its code, and a refusal is for good', async () => {
    const error = await errorOf(answerOf({ code: 'campaign_moved_on', status: 412, version: 4 }))
    expect(problemOf(error, 'campaign_moved_on')?.version).toBe(4)
    expect(problemOf(error, 'campaign_exists')).toBeUndefined()
    expect(isTemporary(error)).toBe(false)
  })

  /** A problem may be of a version of the API that this store does not know. */
  const messageOf = (code: string, status: number) => {
    const problem: object = { code, status, title: 'A title', detail: 'A detail.', requestId: '7f' }
    return formatError(new ApiProblem(problem as Problem))
  }

  test('is put in words, those of the API where there are no better ones', () => {
    expect(messageOf('stock_too_large', 409)).toEqual({ title: 'A title', message: 'A detail.' })
    expect(formatError(new Unreachable()).title).toBe('The store cannot be reached')
    expect(formatError(new Error('x is not a function')).message).not.toContain('function')
  })

  test.each([
    ['internal_error', 500],
    ['unsupported_media_type', 415],
    ['of_a_later_version', 503],
  ])('and is a fault of the store, %s, says how to report it', (code, status) => {
    expect(messageOf(code, status).message).toContain('report the request number, 7f')
  })

  test('of the log of the server says nothing', () => {
    expect(messageOf('internal_error', 500).message).toMatch(/^Try again in a while/)
  })
})

describe('a step has a text in plain words', () => {
  const step = (step: string, state: string, detail?: object) => formatStep({ step, state, detail } as PurchaseStep)

  test.each([
    [step('reserveStock', 'applied', { total: 1700 }), 'Stock reserved', '$1,700.00'],
    [step('chargeWallet', 'undone', { amount: 1700 }), 'Charge undone', '$1,700.00'],
    [step('awardPoints', 'applied', { points: 170 }), 'Points earned', '170 points'],
    [step('awardPoints', 'parked', { points: 1 }), 'Points will follow', '1 point'],
    [step('awardPoints', 'undone', { points: 98 }), 'Earned points taken back', '98 points'],
    [step('awardPoints', 'undone', { points: 0 }), 'No earned points were left to take back', undefined],
    [step('redeemPoints', 'undone', { points: 50 }), 'Points returned', '50 points'],
    [
      step('redeemPoints', 'undone', { points: 50, pointsWithheld: 950 }),
      'Points returned',
      '50 points, 950 points withheld',
    ],
    [step('purchase', 'refused'), 'Refused', undefined],
    [step('purchase', 'refunding', { refundNumber: 1, lines: [{ quantity: 1 }] }), 'Refund requested', '1 item'],
    [
      step('purchase', 'refunding', { refundNumber: 2, lines: [{ quantity: 2 }, { quantity: 1 }] }),
      'Refund 2 requested',
      '3 items',
    ],
    [step('purchase', 'partially_refunded', { refundNumber: 2 }), 'Partly refunded', undefined],
    [step('returnStock', 'applied', { refundNumber: 1 }), 'Stock returned', undefined],
    [step('returnMoney', 'applied', { refundNumber: 2, refund: { amount: 5 } }), 'Refund 2: money returned', '$5.00'],
    [step('awardPoints', 'undone', { refundNumber: 3, points: 9 }), 'Refund 3: earned points taken back', '9 points'],
    [step('chargeWallet', 'retried', { attempt: 4, undo: false }), 'Wallet not charged yet, tried again', 'attempt 4'],
    [step('chargeWallet', 'retried', { attempt: 2, undo: true }), 'Charge not undone yet, tried again', 'attempt 2'],
  ])('%j', (words, text, detail) => {
    expect(words.text).toBe(text)
    expect(words.detail).toBe(detail)
  })
})

describe('amounts', () => {
  test('of money are exact', () => {
    expect(times(19.99, 3)).toBe(59.97)
    expect(plus(0.1, 0.2)).toBe(0.3)
    expect(money(1234567.8)).toBe('$1,234,567.80')
  })

  test('of points are counted', () => {
    expect([points(0), points(1), points(1700)]).toEqual(['0 points', '1 point', '1,700 points'])
  })

  test('say where they come from, if from anywhere', () => {
    const from = (...campaigns: [string, number][]) =>
      formatCampaigns(
        campaigns.map(([campaign, points]) => ({ campaign, points, exact: '', limitedBy: null, rules: [] })),
      )
    expect(from(['1', 170], ['spring', 20], ['empty', 0])).toBe('by campaigns “1” and “spring”')
    expect(from(['empty', 0])).toBe('')
  })

  test.each<[string, [number, string | null][], string]>([
    ['all at once', [[170, null]], ''],
    ['none', [[0, '2026-12-14']], ''],
    ['all later', [[170, '2026-12-14']], '. They can be spent from 14 Dec 2026.'],
    [
      'all later at once',
      [
        [170, '2026-12-14'],
        [5, '2026-12-14'],
      ],
      '. They can be spent from 14 Dec 2026.',
    ],
    [
      'some later',
      [
        [170, null],
        [1_050, '2026-12-14'],
      ],
      '. 1,050 of them can be spent from 14 Dec 2026.',
    ],
    [
      'all at different times',
      [
        [20, '2027-01-01'],
        [50, '2026-12-14'],
        [0, null],
        [7, '2027-01-01'],
      ],
      '. 50 of them can be spent from 14 Dec 2026 and 27 from 1 Jan 2027.',
    ],
  ])('say when they can be spent that cannot be at once: %s', (_, parts, words) => {
    const campaigns = parts.map(([points, day]) => ({
      campaign: 'x',
      points,
      availableAt: day === null ? null : `${day}T00:00:00.000Z`,
    }))
    const before = Date.parse('2026-12-13T23:59:59Z')
    expect(formatEarned(campaigns, before)).toBe(`${formatCampaigns(campaigns)}${words}`)
    expect(formatEarned(campaigns, Date.parse('2027-01-01T00:00:00Z'))).toBe(formatCampaigns(campaigns))
  })

  test('say from when until when they can be spent', () => {
    const [from, until] = ['2026-12-14T00:00:00.000Z', '2027-02-01T00:00:00.000Z']
    expect(formatSpan(from, until)).toBe('They can be spent from 14 Dec 2026 until 31 Jan 2027 (UTC).')
    expect(formatSpan(null, until)).toBe('They can be spent until 31 Jan 2027 (UTC).')
  })
})
