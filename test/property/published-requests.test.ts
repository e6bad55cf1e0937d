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
    ['2026-12-01T00:00:00.123456+05:30', '2026-11-30T18:30:00.123Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('%s is taken', (given, parsed) => {
    expect(pattern.test(given)).toBe(true)
    expect(instantInput.parse(given)).toBe(parsed)
  })

  test.each([
    ['without seconds', '2026-12-01T00:00Z'],
    ['without an offset', '2026-12-01T00:00:00'],
    ['of a day alone', '2026-12-01'],
    ['in a year before 1970', '1969-12-31T23:59:59Z'],
    ['at a second that was inserted', '2026-12-31T23:59:60Z'],
    ['in small letters', '2026-12-01t00:00:00z'],
    ['at an hour that there is not', '2026-12-01T24:00:00Z'],
    ['with ten digits of a second', '2026-12-01T00:00:00.1234567890Z'],
  ])('%s is refused, and the pattern says so', (_, given) => {
    expect(pattern.test(given)).toBe(false)
    expect(instantInput.safeParse(given).success).toBe(false)
  })

  test('of a day that no calendar has is refused', () => {
    expect(instantInput.safeParse('2026-02-31T00:00:00Z').success).toBe(false)
  })
})

test('a position that is an id may have any version', () => {
  expect(idPosition.safeParse('00000000-0000-0000-0000-00000000000f').success).toBe(true)
  expect(idPosition.safeParse('00000000-0000-f000-0000-00000000000F').success).toBe(true)
  expect(idPosition.safeParse('00000000000000000000000000000000000f').success).toBe(false)
})
