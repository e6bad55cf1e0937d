import { jsonLanguage } from '@codemirror/lang-json'

/** A stretch of a text, by its characters. */
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
export function rangeOfPointer(text: string, pointer: string, character?: number): Range {
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

export function segmentsOf(pointer: string): string[] {
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
