import { JSONPath } from 'jsonpath-plus'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Json, parseJsonPath, resolveJsonPath } from '#domain/campaigns/json-path.ts'

vi.mock('jsonpath-plus', async (original) => {
  const actual = await original<typeof import('jsonpath-plus')>()
  const toPathArray = vi.fn(actual.JSONPath.toPathArray)
  return { ...actual, JSONPath: Object.assign(vi.fn(actual.JSONPath), { toPathArray, clearCache: vi.fn() }) }
})

afterEach(() => vi.clearAllMocks())

/** What a path leads to, as JSON; undefined where there is nothing, or where the path is refused. */
function at(text: string, document: Json): Json | undefined {
  const read = parseJsonPath(text)
  return read.ok ? resolveJsonPath(read.path, document) : undefined
}

describe('a path leads to one value', () => {
  const document = {
    amount: 0,
    empty: '',
    none: null,
    lines: [{ productId: '1' }, { productId: '2', 'unit price': 5 }],
    grid: [[1, 2], [3]],
    größe: { 'x-y': true },
    $price: 1,
    '*': 'star',
    'a.b': 'dotted',
    deep: { amount: 7 },
  }

  test.each<[path: string, value: Json | undefined]>([
    ['$.amount', 0],
    ['$.empty', ''],
    ['$.none', null],
    ['$.lines[1].productId', '2'],
    ["$['lines'][1]['unit price']", 5],
    ['$["lines"][0]["productId"]', '1'],
    ['$.grid[0][1]', 2],
    ['$.größe["x-y"]', true],
    ['$.lines', document.lines],
    ['$.deep.amount', 7],
    ['$.lines[2]', undefined],
    ['$.none.amount', undefined],
    ['$.amount.amount', undefined],
    ['$.empty[0]', undefined],
    ['$.lines[0].productId[0]', undefined],
    ['$.lines.length', undefined],
    ['$.Amount', undefined],
  ])('%s', (path, value) => {
    expect(at(path, document)).toEqual(value)
  })

  test('even when the document is a value of its own', () => {
    for (const value of [null, 0, '', 'text', false, true, []]) expect(at('$.amount', value)).toBeUndefined()
  })
})

describe('a path is singular', () => {
  test.each([
    '$.*',
    '$[*]',
    '$..amount',
    '$..',
    '$.lines[0:1]',
    '$.lines[::1]',
    '$.lines[0,1]',
    "$['amount','total']",
    '$.lines[-1]',
    '$.lines[?(@.price)]',
    '$.lines[?@.price]',
    '$.lines[(@.length-1)]',
    '$.amount^',
    '$.amount~',
    '$.amount@number()',
    '$.lines[@]',
    '$.$',
    '$.`amount',
    "$['*']",
    "$['..']",
    "$['^']",
    "$['~']",
    "$['$']",
    "$['?(1)']",
    "$['(1)']",
    "$['@path']",
    "$['a.b']",
    "$['a,b']",
    "$['a;b']",
    "$['a#0']",
    "$['a\\'b']",
    "$['`a']",
    "$['0']",
    "$['']",
    '$.amount;$.total',
    '$.amount\n',
    '@.amount',
    'amount',
    '',
  ])('%j is refused', (path) => {
    expect(parseJsonPath(path).ok).toBe(false)
  })
})

describe('a path of a line, and one over all of them,', () => {
  const OF_LINE = { root: '@', each: false } as const
  const OVER_ALL = { root: '$', each: true } as const

  test.each([
    '@',
    '@.',
    '$.price',
    '.price',
    '@.lines[*]',
    '@@.price',
    '@price',
    '@.__proto__',
    '@.constructor',
    '@[?(1)]',
    '@..a',
  ])('%j is none of a line', (path) => {
    expect(parseJsonPath(path, OF_LINE).ok).toBe(false)
  })

  test.each([
    '$.*',
    '$.lines.*',
    '$[ * ]',
    "$['*']",
    '$.lines[**]',
    '$.lines[*',
    '$..[*]',
    '$[*].constructor',
    '@.a[*]',
  ])('%j is none over all', (path) => {
    expect(parseJsonPath(path, OVER_ALL).ok).toBe(false)
  })

  test('are read by the same grammar, and by the library', () => {
    const read = parseJsonPath("@.tags[0]['unit price']", OF_LINE)
    expect(read.ok && read.path.segments).toEqual(['tags', 0, 'unit price'])
    const all = parseJsonPath('$.lines[*].tags[*]', OVER_ALL)
    expect(all.ok && all.path.segments).toEqual(['lines', '*', 'tags', '*'])
  })
})

describe('the library reads paths that were checked, and evaluates none', () => {
  test('each once, whatever number of events it is followed in', () => {
    const read = parseJsonPath('$.lines[0]["unit price"]')
    if (!read.ok) throw new Error(read.message)
    for (const price of [5, 6]) expect(resolveJsonPath(read.path, { lines: [{ 'unit price': price }] })).toBe(price)
    expect(vi.mocked(JSONPath.toPathArray).mock.calls).toEqual([['$.lines[0]["unit price"]']])
    expect(JSONPath).not.toHaveBeenCalled()
  })

  test('and keeps none of them, or memory would grow with every path that is tried', () => {
    at('$.amount', { amount: 1 })
    expect(JSONPath.clearCache).toHaveBeenCalledOnce()
  })

  test('and is not asked at all for what is refused', () => {
    for (const path of ['$[?(@.a)]', '$..a', '$.constructor', "$['a']['__proto__']"]) at(path, { a: 1 })
    expect(JSONPath.toPathArray).not.toHaveBeenCalled()
    expect(JSONPath).not.toHaveBeenCalled()
  })
})

describe('no name reaches a prototype', () => {
  const inherited = [Object, Array, String, Number, Function].flatMap((type) =>
    Object.getOwnPropertyNames(type.prototype),
  )
  const document: Json = { object: {}, array: [1], text: 'text', number: 1, yes: true, none: null }

  test.each([...new Set(inherited)])('%s', (name) => {
    for (const parent of ['$', ...Object.keys(document).map((key) => `$.${key}`), '$.array[0]']) {
      expect(at(`${parent}.${name}`, document)).toBeUndefined()
      expect(at(`${parent}['${name}']`, document)).toBeUndefined()
    }
  })

  test.each(['__proto__', '__defineGetter__', '__lookupGetter__', 'constructor', 'prototype'])(
    '%s is refused on saving, even where an event has it of its own',
    (name) => {
      expect(parseJsonPath(`$.${name}`).ok).toBe(false)
      expect(parseJsonPath(`$['${name}']`).ok).toBe(false)
      expect(parseJsonPath(`$.a.${name}.b`).ok).toBe(false)
    },
  )

  test('not even a polluted one', () => {
    Object.assign(Object.prototype, { bonus: 1000 })
    try {
      expect(at('$.bonus', { amount: 1 })).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'bonus')
    }
  })
})
