import { jsonLanguage } from '@codemirror/lang-json'

/** The order of members in formatted rules. Postgres (`jsonb`) does not keep the order in which they were written. */
const MEMBER_ORDER = [
  'lines',
  'variable',
  'condition',
  'rule',
  'value',
  'all',
  'any',
  'not',
  'action',
  'command',
  'formula',
]
const MAX_WIDTH = 80

/** The array and each rule are always broken into lines; anything nested deeper only if it does not fit on one line. */
const MIN_INLINE_INDENT = 4

/** Formats rules, or any other JSON value: equal values have equal texts. */
export function formatRules(rules: unknown): string {
  return formatValue(rules, 0, 0)
}

/** One rule of the array, as `formatRules` writes it there. */
export function formatRuleJson(rule: unknown): string {
  return formatValue(rule, 2, 2)
}

/** @param used the characters that precede the value on its line */
function formatValue(value: unknown, indent: number, used: number): string {
  const line = formatInline(value)
  const parts = partsOf(value)
  const fits = indent >= MIN_INLINE_INDENT && used + line.length <= MAX_WIDTH
  if (parts.length === 0 || fits) return line
  const inner = indent + 2
  const lines = parts.map(
    ({ name, part }) => `${' '.repeat(inner)}${name}${formatValue(part, inner, inner + name.length)}`,
  )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`
}

function formatInline(value: unknown): string {
  const parts = partsOf(value)
  if (parts.length === 0) return JSON.stringify(value)
  const line = parts.map(({ name, part }) => name + formatInline(part)).join(', ')
  return Array.isArray(value) ? `[${line}]` : `{ ${line} }`
}

type Part = { /** With its colon; empty for an item of an array. */ name: string; part: unknown }

function partsOf(value: unknown): Part[] {
  if (Array.isArray(value)) return value.map((part) => ({ name: '', part }))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .sort(([a], [b]) => rankOf(a) - rankOf(b))
    .map(([name, part]) => ({ name: `${JSON.stringify(name)}: `, part }))
}

/** Unknown members come last, in their original order. */
function rankOf(name: string): number {
  const rank = MEMBER_ORDER.indexOf(name)
  return rank === -1 ? MEMBER_ORDER.length : rank
}

/** A range of characters of a text. */
export type Range = { from: number; to: number }

/**
 * A validation error in the rules. Its location is a range of the text, or a JSON Pointer (RFC 6901) into the array of
 * rules; `character` then is the position within a string, counted from 1.
 */
export type RulesError =
  | { message: string; location: Range }
  | { message: string; location: string; character?: number }

/** The range to mark in the text. */
export function rangeOf(error: RulesError, text: string): Range {
  if (typeof error.location !== 'string') return error.location
  return rangeOfPointer(text, error.location, 'character' in error ? error.character : undefined)
}

/** `Rule 1, condition, value (line 5)`. */
export function formatLocation(error: RulesError, text: string): string {
  const line = `line ${text.slice(0, rangeOf(error, text).from).split('\n').length}`
  if (typeof error.location !== 'string') return `L${line.slice(1)}`
  const [rule, ...members] = segmentsOf(error.location)
  if (rule === undefined) return 'The rules'
  return `${[`Rule ${Number(rule) + 1}`, ...members.map(formatSegment)].join(', ')} (${line})`
}

/** Items of an array are counted from 1. */
function formatSegment(segment: string): string {
  return /^\d+$/.test(segment) ? `item ${Number(segment) + 1}` : segment
}

/** The first JSON syntax error, or undefined if the text is valid JSON. */
export function findJsonError(text: string): RulesError | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return firstSyntaxError(text)
  }
}

const EXPECTED: Record<string, string> = {
  Object: 'Expected a name in double quotes, a comma or }.',
  Property: 'Expected a name in double quotes, a colon and a value.',
  Array: 'Expected a value, a comma or ].',
}

/** Found by CodeMirror's parser, because the messages of `JSON.parse` differ by browser and not all have a position. */
function firstSyntaxError(text: string): RulesError {
  if (text.trim() === '') return { message: 'Expected an array of rules: [ ].', location: { from: 0, to: 0 } }
  const cursor = jsonLanguage.parser.parse(text).cursor()
  do {
    if (cursor.type.isError) {
      const { from, to } = cursor
      const message = EXPECTED[cursor.node.parent?.name ?? ''] ?? 'Expected only an array of rules: [ ].'
      return { message, location: toVisible({ from, to }, text) }
    }
  } while (cursor.next())
  return {
    message: 'A string contains a character that must be escaped in JSON, such as a line break.',
    location: { from: 0, to: 1 },
  }
}

/** An error for missing text is empty: the character before it is marked instead. */
function toVisible({ from, to }: Range, text: string): Range {
  if (to > from) return { from, to }
  const before = text.slice(0, from).trimEnd().length
  return { from: Math.max(0, before - 1), to: before }
}

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode']

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'])

/**
 * The range of the value that a JSON Pointer (RFC 6901) refers to in a JSON text, up to the end of its first line.
 * If the value is missing: the start of the object or array that should contain it.
 *
 * @param character a position in a string value, counted from 1: the range is that character, or the word that starts
 * there; after the last character it is the closing quote
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

/** One character of a JSON string as it is written, which may be an escape sequence. */
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

/** If a name occurs several times, the last member counts, as for `JSON.parse`. */
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
