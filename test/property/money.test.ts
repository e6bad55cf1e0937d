import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_REQUEST_MINOR, majorFromMinor, minorFromMajor } from '#domain/money.ts'

const requested = fc.integer({ min: 0, max: MAX_REQUEST_MINOR })

/** 2^46 major units: beyond them doubles lie further apart than cents. */
const LARGEST_SHOWN_MINOR = 2 ** 46 * 100

/** An amount in cents as people write it, by string alone. */
function written(minor: number): string {
  const digits = String(minor).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

test('every amount that can be asked for survives the way to the client and back, to the cent', () => {
  fc.assert(
    fc.property(requested, (minor) => {
      expect(minorFromMajor(majorFromMinor(minor))).toBe(minor)
      expect(minorFromMajor(JSON.parse(JSON.stringify(majorFromMinor(minor))))).toBe(minor)
    }),
    { numRuns: 2_000 },
  )
})

test('what a client writes with up to two decimals is taken to the cent', () => {
  fc.assert(
    fc.property(requested, (minor) => {
      expect(minorFromMajor(Number(written(minor)))).toBe(minor)
    }),
    { numRuns: 2_000 },
  )
})

test('an amount with a third decimal is never rounded into one that was not meant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 9 }), (minor, third) => {
      expect(minorFromMajor(Number(`${written(minor)}${third}`))).toBeUndefined()
    }),
    { numRuns: 2_000 },
  )
})

test('any number at all gives whole cents within bounds, or nothing', () => {
  fc.assert(
    fc.property(fc.double(), (major) => {
      const minor = minorFromMajor(major)
      if (minor === undefined) return
      expect(Number.isSafeInteger(minor)).toBe(true)
      expect(minor).toBeGreaterThanOrEqual(0)
      expect(minor).toBeLessThanOrEqual(MAX_REQUEST_MINOR)
    }),
    { numRuns: 2_000 },
  )
})

test('a balance, also one that no single request could make, is shown to the cent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LARGEST_SHOWN_MINOR }), (minor) => {
      expect(majorFromMinor(minor).toFixed(2)).toBe(written(minor))
      expect(String(majorFromMinor(minor))).toMatch(/^\d+(\.\d{1,2})?$/)
    }),
    { numRuns: 2_000 },
  )
})
