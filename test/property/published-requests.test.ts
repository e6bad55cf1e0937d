import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idPosition } from '#api/paging.ts'
import { instantInput, positiveAmountInput } from '#api/schemas.ts'
import { createMoney } from '#domain/money.ts'
import { openApiDocument } from '#scripts/web-client.ts'
import { type OpenApiDocument, publishedContract } from '#test/support/published-contract.ts'

/** What the document says of a value in a request is what the API takes. */

const contract = publishedContract((await openApiDocument()) as OpenApiDocument)

const amount = fc.oneof(
  fc.integer({ min: -10, max: 200_000 }).map((minor) => minor / 100),
  fc.integer({ min: 99_999_999_900, max: 100_000_000_100 }).map((minor) => minor / 100),
  fc.integer({ min: -10, max: 200_000 }).map((thousandths) => thousandths / 1_000),
)

test('an amount of money is a multiple of a cent, above nothing, up to a billion', () => {
  const published = contract.schema('TopUp')
  const input = positiveAmountInput(createMoney('USD', 'en-US'))
  let taken = 0
  fc.assert(
    fc.property(amount, (given) => {
      const { success } = input.safeParse(given)
      expect(published.safeParse({ amount: given }).success).toBe(success)
      if (success) taken += 1
    }),
    { numRuns: 3_000 },
  )
  expect(taken).toBeGreaterThan(500)
})

describe('an instant', () => {
  const { components } = contract.document
  const { properties } = components.schemas.Backtest as unknown as { properties: { from: { pattern: string } } }
  const pattern = new RegExp(properties.from.pattern)

  test.each([
    ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T00:00:00.123000+05:30', '2026-11-30T18:30:00.123Z'],
    ['2026-12-01T00:00:00.000000Z', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T00:00:00.5Z', '2026-12-01T00:00:00.500Z'],
    ['2026-12-01T00:00:00.120000000Z', '2026-12-01T00:00:00.120Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('%s is taken', (given, parsed) => {
    expect(pattern.test(given)).toBe(true)
    expect(instantInput.parse(given)).toBe(parsed)
  })

  const FORM = 'must be an RFC 3339 instant, such as 2026-12-01T00:00:00Z'
  const YEARS = 'must be in the years 1970 to 9999'
  const FINE = 'must be a whole number of milliseconds'

  test.each([
    ['without seconds', '2026-12-01T00:00Z', FORM],
    ['without an offset', '2026-12-01T00:00:00', FORM],
    ['of a day alone', '2026-12-01', 'must have a time, such as 2026-12-01T00:00:00Z'],
    ['of nothing', '', FORM],
    ['in a year before 1970', '1969-12-31T23:59:59Z', YEARS],
    ['of the year 0', '0000-01-01T00:00:00Z', YEARS],
    ['of a year with five digits', '10000-01-01T00:00:00Z', FORM],
    ['at a second that was inserted', '2026-12-31T23:59:60Z', FORM],
    ['in small letters', '2026-12-01t00:00:00z', FORM],
    ['at an hour that there is not', '2026-12-01T24:00:00Z', FORM],
    ['with ten digits of a second', '2026-12-01T00:00:00.1234567890Z', FINE],
    ['of nine tenths of a millisecond', '2026-12-01T00:00:00.0009Z', FINE],
    ['of a microsecond', '2026-12-01T00:00:00.000001+05:30', FINE],
    ['of a nanosecond', '2026-12-01T00:00:00.123000001Z', FINE],
  ])('%s is refused, says why once, and the pattern says so', (_, given, message) => {
    expect(pattern.test(given)).toBe(false)
    expect(messagesOf(given)).toEqual([message])
  })

  // As UTC, they are of other years. No pattern can tell.
  test.each([
    ['2026-02-31T00:00:00Z', 'must be a day that there is'],
    ['2027-02-29T00:00:00Z', 'must be a day that there is'],
    ['1970-01-01T00:00:00+01:00', YEARS],
    ['9999-12-31T23:59:59-23:59', YEARS],
  ])('%s is refused, and says why once', (given, message) => {
    expect(messagesOf(given)).toEqual([message])
  })

  test('is kept to the millisecond, or refused', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'00000019'), minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(digits, (fraction) => {
        const given = `2026-12-01T00:00:00.${fraction}Z`
        const isKept = /^0*$/.test(fraction.slice(3))
        expect([pattern.test(given), messagesOf(given)]).toEqual([isKept, isKept ? [] : [FINE]])
        if (isKept)
          expect(instantInput.parse(given)).toBe(`2026-12-01T00:00:00.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
      }),
    )
  })

  test('stands in the document wherever a request may have one, with the same pattern', () => {
    const found = [...datesOf(components.schemas)].filter(({ pattern }) => pattern !== undefined)
    expect(found.length).toBeGreaterThan(5)
    for (const date of found) expect(date.pattern).toBe(properties.from.pattern)
  })
})

function messagesOf(given: string): string[] {
  return instantInput.safeParse(given).error?.issues.map(({ message }) => message) ?? []
}

function* datesOf(schema: unknown): Generator<{ pattern?: string }> {
  if (schema === null || typeof schema !== 'object') return
  if ('format' in schema && schema.format === 'date-time') yield schema as { pattern?: string }
  for (const member of Object.values(schema)) yield* datesOf(member)
}

test('a position that is an id may have any version', () => {
  expect(idPosition.safeParse('00000000-0000-0000-0000-00000000000f').success).toBe(true)
  expect(idPosition.safeParse('00000000-0000-f000-0000-00000000000F').success).toBe(true)
  expect(idPosition.safeParse('00000000000000000000000000000000000f').success).toBe(false)
})
