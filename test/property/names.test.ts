import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { line, lines } from '#api/schemas.ts'
import { LINE, LINES, nameKey } from '#domain/names.ts'

/** As Unicode says it; the patterns that are published have the numbers. */
const INVISIBLE =
  /\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}|[\u2800\ufff9-\ufffb\u{13430}-\u{1343f}\u{16fe4}\u{1d159}]/u
const JOINERS = ['\u200c', '\u200d', '\ufe0e', '\ufe0f']
/** Of scripts that need no joiners, and emoji that are one picture already. */
const PLAIN = [
  'a',
  'Z',
  '\u00e9',
  '\u0153',
  '\u0416',
  '\u03c9',
  '\u05d0',
  '\u72ec',
  '\u3042',
  '\ud55c',
  '1',
  '#',
  '-',
  '\u0301',
]
const CONTROL = /[\p{Cc}\p{Cs}]/u
const BREAK = /[\p{Zl}\p{Zp}]/u

const EVERY_CHARACTER = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
const isShown = (character: string) => !INVISIBLE.test(character)

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

  test('a line has no spaces around it', () => {
    expect(line(9).parse(' a b ')).toBe('a b')
  })
})

describe('joiners and selectors', () => {
  test.each([
    ['Persian', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['Persian, after a letter that joins no other', '\u06a9\u0627\u0631\u200c\u0647\u0627'],
    ['Persian, with vowels', '\u0646\u064e\u200c\u064e\u062e'],
    ['Devanagari', '\u0930\u093e\u091c\u094d\u200d\u092f'],
    ['Devanagari that does not join', '\u0915\u094d\u200c\u0937'],
    ['Devanagari at the end of a word', '\u0930\u0915\u094d\u200d \u0930'],
    ['Bengali', '\u09b0\u200d\u09cd\u09af\u09be\u09ac'],
    ['Sinhala', '\u0dc1\u0dca\u200d\u0dbb\u0dd3'],
    ['Malayalam', '\u0d28\u0d4d\u200d'],
    ['a pilot', '\u{1f469}\u200d\u{1f680}'],
    ['a family of many colours', '\u{1f469}\u{1f3fd}\u200d\u{2764}\ufe0f\u200d\u{1f468}\u{1f3fb}'],
    ['a rainbow flag', '\u{1f3f3}\ufe0f\u200d\u{1f308}'],
    ['an eye in a bubble', '\u{1f441}\ufe0f\u200d\u{1f5e8}\ufe0f'],
    ['a heart in a word', 'I\u2764\ufe0fyou'],
    ['a sign as text', '\u00a9\ufe0e'],
    ['a keycap', '1\ufe0f\u20e3 #\ufe0f\u20e3'],
  ])('stand where %s needs them', (_, name) => {
    expect(line(30).parse(name)).toBe(name.normalize('NFC'))
    expect(lines(30).parse(name)).toBe(name.normalize('NFC'))
  })

  test('that show nothing are refused: in front, after spaces, and between whatever needs none', () => {
    for (const joiner of JOINERS)
      for (const before of ['', ' ', ...PLAIN])
        for (const after of ['', ' ', ...PLAIN, '\u{1f680}', '\u062e'])
          expect(line(9).safeParse(`a${before}${joiner}${after}b`).success, `${before}, ${after}`).toBe(false)
  })

  test('that show nothing are refused beside those that show something, too', () => {
    for (const [before, joiner, after] of [
      ['\u06cc', '\u200c', '\u062e'],
      ['\u0915\u094d', '\u200d', '\u0937'],
      ['\u{1f469}', '\u200d', '\u{1f680}'],
      ['\u2764', '\ufe0f', ''],
    ]) {
      expect(line(9).safeParse(`${before}${joiner}${after}`).success).toBe(true)
      for (const more of JOINERS.filter((one) => !(joiner === '\ufe0f' && one === '\u200d')))
        expect(line(9).safeParse(`${before}${joiner}${more}${after}x`).success, `${before}${more}`).toBe(false)
    }
    expect(line(9).safeParse('\u06cc\u200d\u062e').success).toBe(false)
    expect(line(9).safeParse('\u{1f469}\u200c\u{1f680}').success).toBe(false)
  })

  test('are taken after every virama that Unicode has', () => {
    // Of the scripts that the appendix is about, by their names.
    const viramas = [
      '094d',
      '09cd',
      '0a4d',
      '0acd',
      '0b4d',
      '0bcd',
      '0c4d',
      '0ccd',
      '0d4d',
      '0dca',
      '0e3a',
      '0f84',
      '1039',
      '103a',
      '1b44',
      '11046',
      '11133',
    ]
    const taken = EVERY_CHARACTER.filter(
      (character) => /\p{M}/u.test(character) && line(9).safeParse(`a${character}\u200d`).success,
    )
    const codes = taken.map((character) => character.codePointAt(0)?.toString(16).padStart(4, '0'))
    expect(codes).toEqual(expect.arrayContaining(viramas))
    expect(codes.length).toBeLessThan(100)
    // Marks of every other class are none.
    for (const none of ['0301', '0345', '05b0', '064e', '093c', '0e38', '3099', '20dd'])
      expect(codes).not.toContain(none)
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
        // Where joiners belong a pattern cannot say.
        const isTaken =
          success || (JOINERS.some((joiner) => given.includes(joiner)) && new RegExp(pattern, 'u').test(given))
        expect(new RegExp(pattern, 'u').test(given)).toBe(isTaken)
        expect(new RegExp(pattern).test(given)).toBe(isTaken)
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
    // A mark that becomes a letter in capitals, and lets what stood around it compose.
    '\u0345',
    '\u034f',
    '\u212b',
  ]
  const letter = fc.oneof(fc.constantFrom(...LETTERS), fc.constantFrom(...EVERY_CHARACTER.slice(0x41, 0x180)))
  const name = fc.array(letter, { maxLength: 8 })
  const shownOf = (text: string) => text.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
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
    // U+0345 becomes a letter, which marks do not pass: its place is known only in a normal form, of what shows something (Unicode, D145).
    ['whichever case it is in', (text: string) => shownOf(text).normalize('NFC').toUpperCase()],
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

  test('is its own key with every character that there is, between marks that compose and one that becomes a letter', () => {
    const isKept = (text: string) =>
      [nameKey(text), [...text].join('\u034f')].every((other) => nameKey(other) === nameKey(text))
    const around = ['e', 'e\u0345', '\u1100']
    const changed = EVERY_CHARACTER.filter(
      (character) => !around.every((before) => isKept(`${before}${character}\u0301`)),
    )
    expect(changed.map((character) => character.codePointAt(0)?.toString(16))).toEqual([])
  })

  test.each([
    ['STRAẞE', 'Straße'],
    ['Straße', 'strasse'],
    ['cafe\u200d\u0301', 'café'],
    ['unicorn\ufe0f', 'Unicorn'],
    ['two  words', 'two words'],
    ['two\u00a0words\u3000', 'Two Words'],
  ])('%s is %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other))
  })
})
