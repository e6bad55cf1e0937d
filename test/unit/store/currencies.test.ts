import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The formats of a page that the server wrote for a currency. */
async function formatsOf(currency: string, minorDigits: number, locale: string) {
  vi.resetModules()
  const dataset = { currency, minorDigits: String(minorDigits), locale }
  vi.stubGlobal('document', { documentElement: { dataset } })
  return { ...(await import('#web/format/money.ts')), ...(await import('#web/format/numbers.ts')) }
}

describe('the store shows', () => {
  test.each([
    ['USD', 2, 'en-US', 1_700.5, '$1,700.50'],
    ['EUR', 2, 'de-DE', 1_700.5, '1.700,50\u00a0€'],
    ['JPY', 0, 'ja-JP', 1_700, '￥1,700'],
    ['KWD', 3, 'en-US', 19.995, 'KWD\u00a019.995'],
  ] as const)('%s with %d minor digits in %s', async (currency, digits, locale, major, shown) => {
    expect((await formatsOf(currency, digits, locale)).money(major)).toBe(shown)
  })

  test('sums that are exact in each of them', async () => {
    const dinars = await formatsOf('KWD', 3, 'en-US')
    expect([dinars.times(19.995, 3), dinars.plus(0.001, 0.002), dinars.ratio(1, 0.005)]).toEqual([59.985, 0.003, 200])
    const yen = await formatsOf('JPY', 0, 'ja-JP')
    expect([yen.times(1_700, 3), yen.plus(1, 2)]).toEqual([5_100, 3])
  })
})

describe('a typed amount', () => {
  test.each([
    ['JPY', 0, 'ja-JP', ['1700', '1,700'], ['1700.5', '1700.0', '1.700']],
    ['KWD', 3, 'en-US', ['1700.005', '1,700.005'], ['1700.0005', '1.700.005']],
    ['EUR', 2, 'de-DE', ['1700,5', '1.700,50', '1.700'], ['1,700.50', '1700.50', '1,7000']],
    ['EUR', 2, 'fr-FR', ['1700,5', '1 700,50', '1\u202f700'], ['1700.50', '17 00']],
    ['INR', 2, 'en-IN', ['1234567', '12,34,567'], ['1,234,567']],
  ] as const)(
    'of %s (%d digits, %s) is read as it is written there',
    async (currency, digits, locale, right, wrong) => {
      const { MONEY, numberOf, numberError } = await formatsOf(currency, digits, locale)
      for (const typed of right) expect(numberOf(typed, MONEY), typed).toBeGreaterThan(1_000)
      for (const typed of wrong) {
        expect(numberOf(typed, MONEY), typed).toBeUndefined()
        expect(numberError(typed, MONEY)).toMatch(/^Enter a (whole )?number from 0 to /)
      }
    },
  )

  test.each([
    ['en-US', 1700.5, '1700.5'],
    ['de-DE', 1700.5, '1700,5'],
    ['de-DE', 1700, '1700'],
  ] as const)('in %s is written into a field as it is read there', async (locale, number, text) => {
    const { MONEY, numberOf, typedNumber } = await formatsOf('EUR', 2, locale)
    expect(typedNumber(number)).toBe(text)
    expect(numberOf(text, MONEY)).toBe(number)
  })

  test('has an example of its own where it is none', async () => {
    const { MONEY, numberError } = await formatsOf('KWD', 3, 'de-DE')
    expect(numberError('x', MONEY)).toBe(
      'Enter a number from 0 to 100.000.000, with at most three decimals, such as 1.700,500.',
    )
  })
})
