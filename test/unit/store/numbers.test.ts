import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventOf, FIRST_TRIAL, type Trial } from '#web/campaigns/preview/trial.ts'
import { inputErrors, NEW_DRAFT, termsOf } from '#web/campaigns/terms/draft.ts'
import type { Product } from '#web/client/products.ts'
import { UNREADABLE } from '#web/format/dates.ts'
import { MONEY, numberError, numberOf, POSITIVE_MONEY, QUANTITY } from '#web/format/numbers.ts'

describe('a number that is typed', () => {
  test.each([
    ['1700', 1700],
    ['1,700.50', 1700.5],
    [' 12 ', 12],
    ['1,000,000', 1_000_000],
  ])('as “%s” is %d', (typed, number) => {
    expect(numberOf(typed, MONEY)).toBe(number)
    expect(numberError(typed, MONEY)).toBeUndefined()
  })

  test.each(['1.234,56', '1,5', '12,34', '12.345', '1e3', '0x10', '-1', '-', '.', '5.', '1 000', '١٢', 'ten', '1e400'])(
    'as “%s” is none',
    (typed) => {
      expect(numberOf(typed, MONEY)).toBeUndefined()
      expect(numberError(typed, MONEY)).toMatch(/^Enter a number from 0 to 1,000,000,000/)
    },
  )

  test('has no decimals where only whole ones count', () => {
    expect(numberOf('1.0', QUANTITY)).toBeUndefined()
    expect(numberError('1001', QUANTITY)).toBe('Enter a whole number from 1 to 1,000.')
  })

  test('is no price or payment below the smallest amount', () => {
    expect(['0', '0.00', '0.01'].map((typed) => numberOf(typed, POSITIVE_MONEY))).toEqual([undefined, undefined, 0.01])
    expect(numberError('0', POSITIVE_MONEY)).toMatch(/^Enter a number from 0.01 to 1,000,000,000,/)
  })

  test('is not 0 where that would change nothing', () => {
    const kind = { min: -5, max: 5, decimals: 0, nonzero: true } as const
    expect(['-5', '0', '-0', '5'].map((typed) => numberOf(typed, kind))).toEqual([-5, undefined, undefined, 5])
    expect(numberError('0', kind)).toBe('Enter a whole number from -5 to 5, but not 0.')
  })

  test('is never another one than what is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 11 }), fc.boolean(), (minor, grouped) => {
        const whole = Math.trunc(minor / 100)
        const cents = String(minor % 100).padStart(2, '0')
        const typed = `${grouped ? whole.toLocaleString('en') : whole}.${cents}`
        expect(numberOf(typed, MONEY)).toBe(Number(`${whole}.${cents}`))
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,-e ') }), (typed) => {
        const number = numberOf(typed, MONEY)
        if (number !== undefined) expect(Number(typed.trim().replaceAll(',', ''))).toBe(number)
      }),
    )
  })
})

describe('terms that cannot be read', () => {
  test.each([
    ['startsAt', UNREADABLE],
    ['endsAt', UNREADABLE],
    ['capTotal', '1e3'],
    ['capPerCustomer', '1.5'],
    ['countAfter', '1.5'],
    ['end', 'days 1e3'],
    ['end', `on ${UNREADABLE}`],
  ] as const)('%s: %s', (input, text) => {
    const draft = { ...NEW_DRAFT, [input]: text }
    expect(Object.keys(inputErrors(draft))).toEqual([input])
  })

  test('an end without a start is no error', () => {
    const draft = { ...NEW_DRAFT, endsAt: '2026-12-24T12:00', capTotal: '1,000' }
    expect(inputErrors(draft)).toEqual({})
    expect(termsOf(draft)).toMatchObject({ cap_total_points: 1_000, starts_at: null })
  })
})

describe('a cart that is tried', () => {
  const labels = { categories: ['unicorns'], tags: ['new'] }
  const products = [
    { id: 'a', price: 19.99, ...labels },
    { id: 'b', price: 1_000_000_000, ...labels },
  ] as unknown as Product[]
  const trial = (...lines: [string, string][]): Trial => ({
    lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
    username: '',
    at: '',
  })

  test('costs what its products cost so many times', () => {
    expect(eventOf(trial(['a', '3'], ['b', '1']), products)).toEqual({
      amount: 1_000_000_059.97,
      total: 1_000_000_059.97,
      quantity: 4,
      productId: 'a',
      lines: [
        { productId: 'a', quantity: 3, price: 19.99, total: 59.97, ...labels },
        { productId: 'b', quantity: 1, price: 1_000_000_000, total: 1_000_000_000, ...labels },
      ],
    })
    expect(eventOf(trial(['b', '1000']), products)).toMatchObject({ total: 10 ** 12, quantity: 1_000 })
  })

  test('is one piece of the first product to begin with, bought now by somebody new', () => {
    expect(eventOf(FIRST_TRIAL, products)).toMatchObject({ total: 19.99, quantity: 1 })
    expect(eventOf(FIRST_TRIAL, [])).toBeUndefined()
    expect(eventOf({ ...FIRST_TRIAL, username: 'ann' }, products)).toMatchObject({ username: 'ann' })
  })

  test('is none while it is empty, or a quantity, a product or the time means nothing', () => {
    for (const wrong of [
      trial(),
      trial(['a', 'x']),
      trial(['a', '1'], ['gone', '1']),
      { ...FIRST_TRIAL, at: UNREADABLE },
    ])
      expect(eventOf(wrong, products)).toBeUndefined()
  })
})
