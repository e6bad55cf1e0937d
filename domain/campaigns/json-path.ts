import { JSONPath } from 'jsonpath-plus'
import { LIMITS } from './limits.ts'

export type Json = null | boolean | number | string | JsonArray | JsonObject
export type JsonArray = readonly Json[]
export type JsonObject = { readonly [name: string]: Json }

export function isJsonObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

export function isJsonArray(json: Json | undefined): json is JsonArray {
  return Array.isArray(json)
}

/** A member of an object's own, whatever its prototype, or a polluted one, would add. */
export function ownMember(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/**
 * A value as its JSON says (RFC 8259), sharing nothing with it: what rules look at can no longer change under them,
 * has no accessors to run and no prototype of its own. Each property is read once.
 *
 * @returns undefined for what has no JSON: a cycle, a bigint, a function, nesting beyond the stack
 */
export function jsonCopy(value: unknown): Json | undefined {
  try {
    const text: string | undefined = JSON.stringify(value)
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The place of a member as a JSON Pointer (RFC 6901): `/0/condition/value`; the whole document is `''`. */
export function pointer(parent: string, member: string | number): string {
  return `${parent}/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The segment `[*]`: each element of an array. No name is written like that. */
export const EACH = '*'

/**
 * A path of names and indexes (RFC 9535), which leads to one value or to none; or one with `[*]` in it, which leads to any number of them.
 * It begins at the event, `$`, or at a line, `@`.
 */
export class JsonPath {
  /** As its author wrote it. */
  readonly text: string
  #segments: readonly (string | number)[] | undefined

  /** @param text that the grammar below allows */
  constructor(text: string) {
    this.text = text
  }

  /** As the library reads them, when the path is followed for the first time: a path that is only checked needs none. */
  get segments(): readonly (string | number)[] {
    this.#segments ??= parseSegments(this.text)
    return this.#segments
  }

  get isOfLine(): boolean {
    return this.text.startsWith('@')
  }

  /** Where its first `[*]` is, from 0. */
  get eachAt(): number | undefined {
    const at = this.text.indexOf('[*]')
    return at === -1 ? undefined : at
  }
}

/** What is wrong with a text, and at which of its characters (from 0). */
export type InvalidSyntax = { readonly ok: false; readonly at: number; readonly message: string }

/** A path that was read from a text, and where the text goes on. */
export type ReadPath = { readonly ok: true; readonly path: JsonPath; readonly end: number } | InvalidSyntax

// The segments of RFC 9535 less slices, filters, functions and descendants. Names in brackets hold letters,
// digits, `_`, `-` and spaces, and no name is all digits: none of them means anything special to the library.
const NAME = /\.([\p{L}_][\p{L}\p{N}_]*)/uy
const QUOTED_NAME = /\[(['"])(?!\d*\1)([\p{L}\p{N}_ -]+)\1\]/uy
const INDEX = /\[(0|[1-9]\d{0,5})\]/y
const FORBIDDEN_NAMES = new Set(['constructor', 'prototype'])

/** Where a path may begin, and whether it may have `[*]` in it. */
export type PathGrammar = { readonly root: '$' | '@'; readonly each: boolean }
const ONE_VALUE: PathGrammar = { root: '$', each: false }

/** Reads a JSONPath that is the whole text, such as `$.lines[0]['unit price']`. */
export function parseJsonPath(text: string, grammar: PathGrammar = ONE_VALUE): ReadPath {
  const read = readJsonPath(text, 0, grammar)
  if (read.ok && read.end < text.length) return invalid(read.end, 'only names and indexes can follow: .name, [0]')
  return read
}

/** Reads the longest JSONPath that starts at a character of a text, as formulas hold them. */
export function readJsonPath(text: string, start: number, { root, each }: PathGrammar = ONE_VALUE): ReadPath {
  if (text[start] !== root) return invalid(start, root === '$' ? 'a path starts with $' : OF_LINE)
  let count = 0
  let end = start + 1
  while (text[end] === '.' || text[end] === '[') {
    if (text.startsWith('[*]', end) && !each) return invalid(end + 1, ONLY_AGGREGATES)
    const segment = readSegment(text, end)
    if (!segment) return invalid(end + 1, "expected a name or an index: .name, ['name'] or [0]")
    if (isForbidden(segment.name)) return invalid(end + 1, 'this name is not allowed')
    count += 1
    end = segment.end
    if (count > LIMITS.pathSegments) return invalid(end, `more than ${LIMITS.pathSegments} names and indexes`)
    if ([...text.slice(start, end)].length > LIMITS.pathLength)
      return invalid(end, `a path of more than ${LIMITS.pathLength} characters`)
  }
  if (count === 0) return invalid(end, `a name is missing, as in ${root === '$' ? '$.amount' : '@.productId'}`)
  return { ok: true, path: new JsonPath(text.slice(start, end)), end }
}

const OF_LINE = 'here a path starts with @, which is a line, as in @.productId'
export const ONLY_AGGREGATES =
  'expected a name or an index: [*] goes with sum, count, min and max only, as in sum($.lines[*].quantity)'

/** The value that a path without `[*]` leads to, or undefined where there is none. */
export function resolveJsonPath({ segments }: JsonPath, document: Json): Json | undefined {
  let value: Json | undefined = document
  for (const segment of segments) value = value === undefined ? undefined : childOf(value, segment)
  return value
}

/** What is at a segment: own members of objects and elements of arrays only. */
export function childOf(value: Json, segment: string | number): Json | undefined {
  if (isJsonArray(value))
    return typeof segment === 'number' && Object.hasOwn(value, segment) ? value[segment] : undefined
  return isJsonObject(value) ? ownMember(value, String(segment)) : undefined
}

/**
 * The segments of a path that the grammar here allows, as the library reads them. Of the library this is all that is used: it
 * evaluates nothing, and a name is never all digits, so digits are an index.
 */
function parseSegments(text: string): (string | number)[] {
  const [, ...segments] = JSONPath.toPathArray(`$${text.slice(1)}`)
  // The library keeps every path it has ever seen, for ever.
  JSONPath.clearCache()
  return segments.map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment))
}

/** Where the segment that starts at a character ends, and its name unless it is an index. */
function readSegment(text: string, at: number): { name?: string; end: number } | undefined {
  const name = matchAt(NAME, text, at)
  if (name) return { name: name[1] ?? '', end: at + name[0].length }
  const quoted = matchAt(QUOTED_NAME, text, at)
  if (quoted) return { name: quoted[2] ?? '', end: at + quoted[0].length }
  if (text.startsWith('[*]', at)) return { end: at + 3 }
  const index = matchAt(INDEX, text, at)
  return index ? { end: at + index[0].length } : undefined
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Own properties only are looked at anyhow: these names have no honest use, so they are refused on saving. */
function isForbidden(name = ''): boolean {
  return name.startsWith('__') || FORBIDDEN_NAMES.has(name)
}

function invalid(at: number, message: string): InvalidSyntax {
  return { ok: false, at, message }
}
