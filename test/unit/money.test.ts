import { describe, expect, test } from 'vitest'
import { MAX_REQUEST_MINOR, majorFromMinor, minorFromMajor } from '#domain/money.ts'

describe('an amount in major units', () => {
  test.each([
    [0, 0],
    [-0, 0],
    [0.01, 1],
    [0.1, 10],
    [1, 100],
    [19.9, 1_990],
    [19.99, 1_999],
    [1700, 170_000],
    // Each of these times 100 is not a whole number in binary: 1.15 * 100 is 114.99999999999999.
    [1.15, 115],
    [4.35, 435],
    [1.005e3, 100_500],
    [999_999_999.99, 99_999_999_999],
  ])('%d is %d cents, whatever binary makes of it', (major, minor) => {
    expect(minorFromMajor(major)).toBe(minor)
  })

  test.each([0.001, 1.005, 19.999, 0.1 + 0.2, 1e-7])(
    'with more than two decimals is refused, not rounded: %d',
    (major) => {
      expect(minorFromMajor(major)).toBeUndefined()
    },
  )

  test('is taken up to 10^9, and not a cent further', () => {
    expect(minorFromMajor(1e9)).toBe(MAX_REQUEST_MINOR)
    expect(minorFromMajor(1_000_000_000.01)).toBeUndefined()
  })

  test.each([1e10, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE])(
    'so large that sums could leave the safe integers is refused: %d',
    (major) => {
      expect(minorFromMajor(major)).toBeUndefined()
    },
  )

  test.each([-0.01, -1, -1e9])('below zero is refused: %d', (major) => {
    expect(minorFromMajor(major)).toBeUndefined()
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'that is no number is refused: %d',
    (major) => {
      expect(minorFromMajor(major)).toBeUndefined()
    },
  )
})

test.each([
  [0, '0'],
  [1, '0.01'],
  [10, '0.1'],
  [1_999, '19.99'],
  [-1_999, '-19.99'],
  [170_000, '1700'],
  [99_999_999_999, '999999999.99'],
])('%d cents are shown as %s', (minor, shown) => {
  expect(JSON.stringify(majorFromMinor(minor))).toBe(shown)
})
