import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createMoney, isCurrency, isLocale } from '#domain/money.ts'

const { maxRequestMinor, majorFromMinor, minorFromMajor } = createMoney('USD', 'en-US')

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
    expect(minorFromMajor(1e9)).toBe(maxRequestMinor)
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

describe('a currency', () => {
  test.each([
    ['JPY', 0, 1_000_000_000, 1],
    ['USD', 2, 100_000_000_000, 0.01],
    ['EUR', 2, 100_000_000_000, 0.01],
    ['BHD', 3, 100_000_000_000, 0.001],
    ['KWD', 3, 100_000_000_000, 0.001],
    ['CLF', 4, 100_000_000_000, 0.0001],
  ])('%s has %d minor digits, and so its bounds', (code, digits, most, least) => {
    const money = createMoney(code, 'en-US')
    expect(money).toMatchObject({ currency: code, digits, maxRequestMinor: most })
    expect(money.minorFromMajor(least)).toBe(1)
    expect(money.majorFromMinor(1)).toBe(least)
    expect(money.minorFromMajor(least / 10)).toBeUndefined()
    // The price of twenty lines of a thousand of the dearest pieces is a safe integer.
    expect(Number.isSafeInteger(most * 20 * 1_000)).toBe(true)
  })

  test('has the minor digits of ISO 4217, and not those of Intl, which differ for these', () => {
    const differing = Intl.supportedValuesOf('currency').filter((currency) => {
      const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
      return maximumFractionDigits !== createMoney(currency, 'en').digits
    })
    expect(differing).toEqual('AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SLL SOS SYP YER'.split(' '))
    expect(readFileSync('docs/money.md', 'utf8')).toContain(
      `${differing.slice(0, -1).join(', ')} and ${differing.at(-1)}`,
    )
    expect(createMoney('IQD', 'en').digits).toBe(3)
    expect(differing.filter((currency) => createMoney(currency, 'en').digits !== 2)).toEqual(['IQD'])
  })

  test.each([
    ['HUF', 'hu-HU', 170_050, '1700,50\u00a0Ft'],
    ['IQD', 'en-US', 1_700_005, 'IQD\u00a01,700.005'],
    ['USD', 'en-US', 170_050, '$1,700.50'],
    ['EUR', 'de-DE', 170_050, '1.700,50\u00a0\u20ac'],
    ['JPY', 'ja-JP', 1_700, '\uffe51,700'],
    ['KWD', 'en-US', 1_700_005, 'KWD\u00a01,700.005'],
  ])('%s in %s shows %d as %s', (code, locale, minor, shown) => {
    expect(createMoney(code, locale).format(minor)).toBe(shown)
  })

  test('is one of ISO 4217, in capitals, and a locale a language tag', () => {
    expect(['USD', 'JPY', 'KWD'].map(isCurrency)).toEqual([true, true, true])
    expect(['usd', 'XYZ', 'US', 'dollar', ''].map(isCurrency)).toEqual([false, false, false, false, false])
    expect(['en-US', 'de', 'ar-EG', 'zh-Hant-TW'].map(isLocale)).toEqual([true, true, true, true])
    expect(['', 'en_US', 'english please', 'xx-QQ', '1'].map(isLocale)).toEqual([false, false, false, false, false])
  })
})
