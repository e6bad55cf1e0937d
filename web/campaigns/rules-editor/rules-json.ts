import { jsonLanguage } from '@codemirror/lang-json'

/** Members in the order in which a rule is thought: what is looked at, when, then what. The store keeps no order. */
const ORDER = ['variable', 'condition', 'rule', 'value', 'all', 'any', 'not', 'action', 'command', 'formula']
const WIDTH = 80

/** The list and its rules always take a line for each of their parts; deeper in, only what does not fit on one does. */
const FIRST_INLINE_INDENT = 4

/** Rules, or whatever else is JSON, as text for people: equal ones are spelled alike. */
export function formatRules(rules: unknown): string {
  return spell(rules, 0, 0)
}

/** @param used how much of the line is taken before it */
function spell(value: unknown, indent: number, used: number): string {
  const line = inline(value)
  const parts = partsOf(value)
  const fits = indent >= FIRST_INLINE_INDENT && used + line.length <= WIDTH
  if (parts.length === 0 || fits) return line
  const inner = indent + 2
  const lines = parts.map(({ name, part }) => `${' '.repeat(inner)}${name}${spell(part, inner, inner + name.length)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`
}

function inline(value: unknown): string {
  const parts = partsOf(value)
  if (parts.length === 0) return JSON.stringify(value)
  const line = parts.map(({ name, part }) => name + inline(part)).join(', ')
  return Array.isArray(value) ? `[${line}]` : `{ ${line} }`
}

type Part = { /** With its colon, or nothing in a list. */ name: string; part: unknown }

function partsOf(value: unknown): Part[] {
  if (Array.isArray(value)) return value.map((part) => ({ name: '', part }))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([name, part]) => ({ name: `${JSON.stringify(name)}: `, part }))
}

/** What is not known comes last, in the order in which it was. */
function placeOf(name: string): number {
  const place = ORDER.indexOf(name)
  return place === -1 ? ORDER.length : place
}

/**
 * What is wrong with rules, and where: at a place of the text, or at what a JSON Pointer leads to in the array of rules, of
 * which `character` may be the very one, from 1.
 */
export type RulesError = { message: string; place: Range } | { message: string; place: string; character?: number }

export function rangeOf(error: RulesError, text: string): Range {
  if (typeof error.place !== 'string') return error.place
  return rangeOfPointer(text, error.place, 'character' in error ? error.character : undefined)
}

/** `Rule 1, condition, value (line 5)`. */
export function formatLocation(error: RulesError, text: string): string {
  const line = `line ${text.slice(0, rangeOf(error, text).from).split('\n').length}`
  if (typeof error.place !== 'string') return `L${line.slice(1)}`
  const [rule, ...members] = segmentsOf(error.place)
  if (rule === undefined) return 'The rules'
  return `${[`Rule ${Number(rule) + 1}`, ...members.map(formatSegment)].join(', ')} (${line})`
}

/** Places in a list are counted from 1 by people. */
function formatSegment(segment: string): string {
  return /^\d+$/.test(segment) ? `no. ${Number(segment) + 1}` : segment
}

/** The error that keeps a text from being JSON, if there is one. What comes after it cannot be judged. */
export function findJsonError(text: string): RulesError | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return firstError(text)
  }
}

const EXPECTED: Record<string, string> = {
  Object: 'Expected a name in double quotes, a comma or }.',
  Property: 'Expected a name in double quotes, a colon and a value.',
  Array: 'Expected a value, a comma or ].',
}

/** Told in words of ours: each browser has its own, and not all of them say where. */
function firstError(text: string): RulesError {
  if (text.trim() === '') return { message: 'Expected an array of rules: [ ].', place: { from: 0, to: 0 } }
  const cursor = jsonLanguage.parser.parse(text).cursor()
  do {
    if (cursor.type.isError) {
      const { from, to } = cursor
      const message = EXPECTED[cursor.node.parent?.name ?? ''] ?? 'Expected nothing but an array of rules: [ ].'
      return { message, place: visible({ from, to }, text) }
    }
  } while (cursor.next())
  return {
    message: 'A text holds a character that JSON has only escaped, such as a line break.',
    place: { from: 0, to: 1 },
  }
}

/** What is missing has no width: the character before it stands for it. */
function visible({ from, to }: Range, text: string): Range {
  if (to > from) return { from, to }
  const before = text.slice(0, from).trimEnd().length
  return { from: Math.max(0, before - 1), to: before }
}

/** A range of a text, by its characters. */
export type Range = { from: number; to: number }

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode']

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'])

/**
 * Where in a JSON text the value is that a JSON Pointer (RFC 6901) leads to. Of a value that is not there, where it ought to
 * be: the object or array that lacks it. Never more than one line, so that a mark shows where to look.
 *
 * @param character which one of a text value is meant, from 1, or the word that begins with it; behind the last one is the
 * closing quote
 */
function rangeOfPointer(text: string, pointer: string, character?: number): Range {
  const root = jsonLanguage.parser.parse(text).topNode
  let node = valuesIn(root)[0] ?? root
  for (const segment of segmentsOf(pointer)) {
    const member = node.name === 'Array' ? valuesIn(node)[Number(segment)] : memberOf(node, segment, text)
    if (!member) return { from: node.from, to: Math.min(node.from + 1, node.to) }
    node = member
  }
  if (character !== undefined && node.name === 'String') return rangeOfCharacter(text, node, character)
  const lineEnd = text.indexOf('\n', node.from)
  return { from: node.from, to: lineEnd === -1 ? node.to : Math.min(node.to, lineEnd) }
}

/** Escaped characters are longer than what they stand for. */
const CHARACTER = /\\u[\da-f]{4}|\\?./gis

function rangeOfCharacter(text: string, { from, to }: Range, character: number): Range {
  const closingQuote = to - 1
  const written = [...text.slice(from + 1, closingQuote).matchAll(CHARACTER)][character - 1]
  if (!written) return { from: closingQuote, to }
  const start = from + 1 + written.index
  const [word] = /^\w*/.exec(text.slice(start)) ?? []
  return { from: start, to: start + (word || written[0]).length }
}

function segmentsOf(pointer: string): string[] {
  const unescaped = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~')
  return pointer.split('/').slice(1).map(unescaped)
}

/** As `JSON.parse` does, the last of several members of one name. */
function memberOf(node: Node, name: string, text: string): Node | undefined {
  const isNamed = (property: Node) => {
    const written = property.getChild('PropertyName')
    return written !== null && nameIn(text.slice(written.from, written.to)) === name
  }
  const property = node.getChildren('Property').findLast(isNamed)
  return property && valuesIn(property).at(-1)
}

function nameIn(written: string): string {
  try {
    return JSON.parse(written)
  } catch {
    return written
  }
}

function valuesIn(node: Node): Node[] {
  const values: Node[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (VALUES.has(child.name)) values.push(child)
  }
  return values
}
