import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictJson, syntaxErrorAt } from '#domain/strict-json.ts'

function issuesOf(text: string): string[] {
  return parseStrictJson(text).issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('strict JSON', () => {
  test('takes whatever a program wrote that keeps numbers as doubles, and gives what it had', () => {
    const written = fc.jsonValue({ noUnicodeString: false }).filter((value) => !isRefused(value))
    fc.assert(
      fc.property(written, fc.constantFrom(0, 2), (value, indent) => {
        expect(parseStrictJson(JSON.stringify(value, null, indent))).toEqual({
          value: JSON.parse(JSON.stringify(value)),
          issues: [],
        })
      }),
    )
  })

  test('takes a decimal exactly when its digits come out again', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 22 })
    const exponent = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -330, max: 310 }).map((power) => `e${power}`),
    )
    fc.assert(
      fc.property(fc.constantFrom('', '-'), digits, digits, exponent, (sign, whole, fraction, power) => {
        const text = `${sign}${BigInt(whole)}.${fraction}${power}`
        const read = Number(text)
        const kept = Number.isFinite(read) && isSameDecimal(text, String(read))
        const isWholeAndUnsafe = Number.isInteger(read) && !Number.isSafeInteger(read)
        expect(issuesOf(text).length === 0).toBe(kept && !isWholeAndUnsafe)
      }),
      { numRuns: 2_000 },
    )
  })

  test('finds a member that is given twice wherever it is, and only there', () => {
    const twin = (json: string) => `{"a":1,"b":${json},"a":2}`
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x', 'y', '0', '__proto__')), (path) => {
        const text = path.reduceRight(
          (inner, name) => `{${JSON.stringify(name)}:${inner},"c":[{"a":1},{"a":1}]}`,
          twin('[]'),
        )
        const twice = `${[...path, 'a'].join('.')}: is given more than once`
        expect(issuesOf(text).filter((issue) => !issue.endsWith(': must have another name'))).toEqual([twice])
      }),
    )
  })

  test('finds a member that copies leave out wherever it is, and only there', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('x', 'proto__', '__proto__')), (path) => {
        const text = path.reduceRight((inner, name) => `{${JSON.stringify(name)}:${inner},"c":["__proto__"]}`, '[]')
        const found = path.flatMap((name, index) =>
          name === '__proto__' ? [`${path.slice(0, index + 1).join('.')}: must have another name`] : [],
        )
        expect(issuesOf(text)).toEqual(found)
      }),
    )
  })

  test.each([
    ['{"\\u005f_proto__":1}', '__proto__: must have another name'],
    ['{"a":1234567890123456789}', 'a: must be between -9007199254740991 and 9007199254740991, as a whole number'],
    ['[9007199254740992]', '0: must be between -9007199254740991 and 9007199254740991, as a whole number'],
    ['[1e20]', '0: must be between -9007199254740991 and 9007199254740991, as a whole number'],
    ['{"a":[1,{"b":1e400}]}', 'a.1.b: is too large a number'],
    ['[-1e400]', '0: is too large a number'],
    ['1e-400', ': is too small a number'],
    ['[0.12345678901234567890]', '0: must have at most 15 significant digits'],
    ['{"\\u0061":1,"a":1}', 'a: is given more than once'],
  ])('%s: %s', (text, issue) => {
    expect(issuesOf(text)).toEqual([issue])
  })

  test.each(['0.1', '-0', '0e5', '1.10', '100', '1e2', '9007199254740991', '0.30000000000000004', '5e-324'])(
    'takes %s as it is',
    (text) => expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text), issues: [] }),
  )

  test.each(['', '{', '[1,]', '{"a":1,}', '// x\n1', '\uFEFF1', 'NaN', "{'a':1}", '01', '1 2'])(
    'throws a SyntaxError at %j',
    (text) => expect(() => parseStrictJson(text)).toThrow(SyntaxError),
  )

  const PIECES = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '"',
    '\\',
    '0',
    '-',
    '1.5e3',
    'true',
    'nul',
    '\t',
    '\uFEFF',
  ]
  const broken = fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom(...PIECES, ''), fc.boolean())
      .map(([json, place, piece, replaces]) => {
        const at = place % (json.length + 1)
        return `${json.slice(0, at)}${piece}${json.slice(at + (replaces ? 1 : 0))}`
      }),
  )

  test('finds an error of syntax in what JSON.parse does not take, and only there', () => {
    fc.assert(
      fc.property(broken, (text) => {
        expect(syntaxErrorAt(text) === undefined).toBe(isJson(text))
      }),
      { numRuns: 5_000 },
    )
  })

  test('says where: up to there it could have been JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (json, place) => {
        const at = place % json.length
        // What is cut off ends too early, unless it is whole, such as 1 of 12, or ends within a text or a word.
        const cut = syntaxErrorAt(json.slice(0, at))
        expect(cut === undefined || cut <= at).toBe(true)
        // What is JSON goes wrong where something follows it.
        expect(syntaxErrorAt(`${json} ]`)).toBe(json.length + 1)
        expect(syntaxErrorAt(`[${json} ${json}]`)).toBe(json.length + 2)
        expect(syntaxErrorAt(`{"a":${json},}`)).toBe(json.length + 6)
        expect(syntaxErrorAt(`[${json}`)).toBe(json.length + 1)
      }),
    )
  })

  test.each([
    ['', 'it is empty'],
    [' \n ', 'it is empty'],
    ['\uFEFF{}', 'it begins with a byte order mark'],
    ['{', 'it ends too early, at line 1, column 2'],
    ['{"a":1,', 'it ends too early, at line 1, column 8'],
    ['{"a":1,}', 'it goes wrong at line 1, column 8'],
    ['{\n  "a": 1\n  "b": 2\n}', 'it goes wrong at line 3, column 3'],
    ['{"\u{1F984}": x}', 'it goes wrong at line 1, column 7'],
    ["{'a':1}", 'it goes wrong at line 1, column 2'],
    ['[01]', 'it goes wrong at line 1, column 3'],
    ['{"a":"b', 'it goes wrong at line 1, column 6'],
    ['// x\n1', 'it goes wrong at line 1, column 1'],
  ])('%j is not JSON: %s', (text, why) => {
    expect(() => parseStrictJson(text)).toThrow(new SyntaxError(`is not JSON: ${why}`))
  })

  test('reads what is nested as deep as may be, and not deeper', () => {
    const nested = (levels: number) => `{"a":{"payload":1},"payload":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(issuesOf(nested(32))).toEqual([])
    for (const levels of [33, 64, 80])
      expect(issuesOf(nested(levels))).toEqual(['payload: must not be nested deeper than 32 levels'])
  })

  test('reads what is nested endlessly without falling over', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
      expect(issuesOf(`${open.repeat(20_000)}1${close.repeat(20_000)}`)).toEqual([
        expect.stringContaining('must not be nested deeper than 32 levels'),
      ])
  })
})

/** Programs write these, too: whole numbers that are none of theirs any more, and a name that is no name. */
function isRefused(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (value === null || typeof value !== 'object') return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(isRefused)
}

/** By whole numbers that have as many digits as it takes. */
function isSameDecimal(one: string, other: string): boolean {
  const scaled = (text: string) => {
    const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
    const [whole = '', fraction = ''] = mantissa.split('.')
    return BigInt(whole.replace('-', '') + fraction) * 10n ** BigInt(Number(power) - fraction.length + 1_000)
  }
  return scaled(one) === scaled(other)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
