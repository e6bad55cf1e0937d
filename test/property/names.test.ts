import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { line, lines } from '#api/schemas.ts'
import { LINE, LINES, nameKey } from '#domain/names.ts'

/** As Unicode says it; the patterns that are published have the numbers. */
const INVISIBLE = /\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}/u
const JOINERS = ['\u200c', '\u200d', '\ufe0e', '\ufe0f']
const CONTROL = /[\p{Cc}\p{Cs}]/u
const BREAK = /[\p{Zl}\p{Zp}]/u

const EVERY_CHARACTER = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
const isShown = (character: string) => !INVISIBLE.test(character) || JOINERS.includes(character)

/** Written as `U+00AD`, for those that differ. */
function differing(schema: ReturnType<typeof line>, expected: (character: string) => boolean): string[] {
  return EVERY_CHARACTER.filter((character) => schema.safeParse(`a${character}b`).success !== expected(character)).map(
    (character) => `U+${character.codePointAt(0)?.toString(16)}`,
  )
}

describe('of all characters that there are', () => {
  test('a line takes those that show something, but no controls and no line breaks', () => {
    const taken = (character: string) => !CONTROL.test(character) && !BREAK.test(character) && isShown(character)
    expect(differing(line(9), taken)).toEqual([])
  })

  test('text of several lines takes line breaks and tabs, too', () => {
    const taken = (character: string) => '\n\t'.includes(character) || (!CONTROL.test(character) && isShown(character))
    expect(differing(lines(9), taken)).toEqual([])
  })

  test('joiners belong to the word before them, and spaces around a line are not kept', () => {
    expect(line(9).parse(' a\u200d b\ufe0f ')).toBe('a\u200d b\ufe0f')
    for (const joiner of JOINERS) {
      expect(line(9).safeParse(`${joiner}a`).success).toBe(false)
      expect(line(9).safeParse(`a ${joiner}b`).success).toBe(false)
    }
  })
})

const SOME = ['a', 'b', '\u00e4', '\u200d', '\u200b', '\u00ad', ' ', '\t', '\n', '\u00a0', '\u{1f984}']
const word = fc.array(fc.constantFrom(...SOME), { maxLength: 12 }).map((characters) => characters.join(''))

describe('what is published', () => {
  test.each([
    ['LINE', LINE, line(99)],
    ['LINES', LINES, lines(99)],
  ])('as %s is what is taken, with the flag that JSON Schema asks for and without', (_, pattern, schema) => {
    let taken = 0
    fc.assert(
      fc.property(word, (given) => {
        const { success } = schema.safeParse(given)
        expect(new RegExp(pattern, 'u').test(given)).toBe(success)
        expect(new RegExp(pattern).test(given)).toBe(success)
        if (success) taken += 1
      }),
      { numRuns: 3_000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  test('needs no time that grows faster than the text', () => {
    for (const hard of ['a '.repeat(5_000), ' '.repeat(10_000), 'a'.repeat(10_000), 'a\u200d'.repeat(5_000)])
      for (const pattern of [LINE, LINES]) expect(new RegExp(pattern, 'u').test(`${hard}\u200b`)).toBe(false)
  })
})

describe('the length', () => {
  test('is counted in characters, as JSON Schema does, not in halves of them', () => {
    expect(line(3).safeParse('\u{1f984}\u{1f984}\u{1f984}').success).toBe(true)
    expect(line(3).safeParse('\u{1f984}\u{1f984}\u{1f984}a').error?.issues).toMatchObject([
      { message: 'must have at most 3 characters' },
    ])
  })

  test('holds for what is given, with the spaces around it, and for what is stored', () => {
    expect(line(3).safeParse('a   ').success).toBe(false)
    // A composition that NFC does not make.
    expect('\u0958'.normalize('NFC')).toHaveLength(2)
    expect(line(3).safeParse('\u0958\u0958').success).toBe(false)
    expect(line(4).safeParse('\u0958\u0958').success).toBe(true)
  })
})

describe('the key of names that people cannot tell apart', () => {
  const LETTERS = [
    'a',
    'e\u0301',
    '\u0301',
    'ß',
    'ẞ',
    'ſ',
    'İ',
    'ı',
    'Σ',
    'ς',
    'ﬁ',
    'ŉ',
    '\u200d',
    '\ufe0f',
    '\u00ad',
    'Å',
    '\u212b',
  ]
  const name = fc.array(fc.constantFrom(...LETTERS, ...EVERY_CHARACTER.slice(0x41, 0x180)), { maxLength: 8 })
  const given = name.map((letters) => letters.join(''))

  test('is its own key', () => {
    fc.assert(
      fc.property(given, (text) => {
        expect(nameKey(nameKey(text))).toBe(nameKey(text))
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['whichever case it is in', (text: string) => text.toUpperCase()],
    ['composed or not', (text: string) => text.normalize('NFD')],
    ['with what shows nothing in between', (text: string) => [...text].join('\u200d')],
  ])('is the same %s', (_, written) => {
    fc.assert(
      fc.property(given, (text) => {
        expect(nameKey(written(text))).toBe(nameKey(text))
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['STRAẞE', 'Straße'],
    ['Straße', 'strasse'],
    ['cafe\u200d\u0301', 'café'],
    ['unicorn\ufe0f', 'Unicorn'],
  ])('%s is %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other))
  })
})
