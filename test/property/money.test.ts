import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minorUnits } from '#domain/money.ts'

const RUNS = { numRuns: 1_000 }

/**
 * As many minor digits as currencies have: yen, dollars, dinars, and units of account; and up to which power of two of major units
 * doubles lie closer together than minor units.
 */
describe.each([
  [0, 53],
  [2, 46],
  [3, 43],
  [4, 39],
])('in a currency of %d minor digits', (digits, power) => {
  const { maxRequestMinor, maxTotalMinor, majorFromMinor, minorFromMajor } = minorUnits(digits)
  const requested = fc.integer({ min: 0, max: maxRequestMinor })
  const total = fc.oneof(
    fc.integer({ min: 0, max: maxTotalMinor }),
    fc.integer({ min: maxTotalMinor - 1_000, max: maxTotalMinor }),
  )

  const largestShown = 2 ** power * 10 ** digits - 1

  /** An amount in minor units as people write it, by string alone. */
  function written(minor: number): string {
    const text = String(minor).padStart(digits + 1, '0')
    return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
  }

  test('every amount that can be asked for survives the way to the client and back, exactly', () => {
    fc.assert(
      fc.property(requested, (minor) => {
        expect(minorFromMajor(majorFromMinor(minor))).toBe(minor)
        expect(minorFromMajor(JSON.parse(JSON.stringify(majorFromMinor(minor))))).toBe(minor)
      }),
      RUNS,
    )
  })

  test('so does every total, and a minor unit more than the largest one is none', () => {
    expect(Number.isSafeInteger(maxTotalMinor)).toBe(true)
    expect(minorFromMajor(majorFromMinor(maxTotalMinor + 1), maxTotalMinor)).toBeUndefined()
    fc.assert(
      fc.property(total, (minor) => {
        expect(minorFromMajor(majorFromMinor(minor), maxTotalMinor)).toBe(minor)
        expect(minorFromMajor(Number(written(minor)), maxTotalMinor)).toBe(minor)
      }),
      RUNS,
    )
  })

  test('what a client writes with up to so many decimals is taken as it is', () => {
    fc.assert(
      fc.property(requested, (minor) => {
        expect(minorFromMajor(Number(written(minor)))).toBe(minor)
      }),
      RUNS,
    )
  })

  test('an amount with one decimal more is never rounded into one that was not meant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 9 }), (minor, more) => {
        const point = digits === 0 ? '.' : ''
        expect(minorFromMajor(Number(`${written(minor)}${point}${more}`))).toBeUndefined()
      }),
      RUNS,
    )
  })

  test('any number at all gives whole minor units within bounds, or nothing', () => {
    fc.assert(
      fc.property(fc.double(), (major) => {
        const minor = minorFromMajor(major)
        if (minor === undefined) return
        expect(Number.isSafeInteger(minor)).toBe(true)
        expect(minor).toBeGreaterThanOrEqual(0)
        expect(minor).toBeLessThanOrEqual(maxRequestMinor)
      }),
      RUNS,
    )
  })

  test('a balance, also one that no single request could make, is shown exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: largestShown }), (minor) => {
        expect(majorFromMinor(minor).toFixed(digits)).toBe(written(minor))
        const [, decimals = ''] = String(majorFromMinor(minor)).split('.')
        expect(decimals.length).toBeLessThanOrEqual(digits)
      }),
      RUNS,
    )
  })
})
