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

/** A singular path in the sense of RFC 9535: names and indexes only, so that it leads to one value or to none. */
export type JsonPath = {
  /** As its author wrote it. */
  readonly text: string
  readonly segments: readonly (string | number)[]
}

/** What is wrong with a text, and at which of its characters (from 0). */
export type SyntaxMistake = { readonly ok: false; readonly at: number; readonly message: string }

/** A path that was read from a text, and where the text goes on. */
export type ReadPath = { readonly ok: true; readonly path: JsonPath; readonly end: number } | SyntaxMistake

// The segments of RFC 9535 less wildcards, slices, filters, functions and descendants. Names in brackets hold letters,
// digits, `_`, `-` and spaces, and no name is all digits: none of them means anything special to the library.
const NAME = /\.([\p{L}_][\p{L}\p{N}_]*)/uy
const QUOTED_NAME = /\[(['"])(?!\d*\1)([\p{L}\p{N}_ -]+)\1\]/uy
const INDEX = /\[(0|[1-9]\d{0,5})\]/y
const FORBIDDEN_NAMES = new Set(['constructor', 'prototype'])

/** Reads a JSONPath that is the whole text, such as `$.lines[0]['unit price']`. */
export function parseJsonPath(text: string): ReadPath {
  const read = readJsonPath(text, 0)
  if (read.ok && read.end < text.length) return mistake(read.end, 'only names and indexes can follow: .name, [0]')
  return read
}

/** Reads the longest JSONPath that starts at a character of a text, as formulas hold them. */
export function readJsonPath(text: string, start: number): ReadPath {
  if (text[start] !== '$') return mistake(start, 'a path starts with $')
  const segments: (string | number)[] = []
  let end = start + 1
  while (text[end] === '.' || text[end] === '[') {
    const segment = readSegment(text, end)
    if (!segment) return mistake(end + 1, "expected a name or an index: .name, ['name'] or [0]")
    if (isForbidden(segment.value)) return mistake(end + 1, 'this name is not allowed')
    segments.push(segment.value)
    end = segment.end
    if (segments.length > LIMITS.pathSegments) return mistake(end, `more than ${LIMITS.pathSegments} names and indexes`)
    if (end - start > LIMITS.pathLength) return mistake(end, `a path of more than ${LIMITS.pathLength} characters`)
  }
  if (segments.length === 0) return mistake(end, 'a name is missing, as in $.amount')
  return { ok: true, path: { text: text.slice(start, end), segments }, end }
}

/**
 * The value that a path leads to, or undefined where there is none. The library gets a path that is put together from
 * checked segments, with evaluation off; nothing that a person wrote reaches it.
 */
export function resolveJsonPath({ segments }: JsonPath, document: Json): Json | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  const path = `$${segments.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `['${segment}']`)).join('')}`
  const found = JSONPath({ path, json: document, eval: false, resultType: 'all' }) as Found[]
  // The library keeps every path it has ever seen, for ever.
  JSONPath.clearCache()
  const [first] = found
  return first && isMember(first.parent, segments.at(-1)) ? first.value : undefined
}

type Found = { readonly value: Json; readonly parent: Json }

/** To the library texts have characters, and arrays a length, as members; to RFC 9535 they have not. */
function isMember(parent: Json, segment: string | number | undefined): boolean {
  if (isJsonArray(parent)) return typeof segment === 'number'
  return typeof parent === 'object'
}

function readSegment(text: string, at: number): { value: string | number; end: number } | undefined {
  const name = matchAt(NAME, text, at)
  if (name) return { value: name[1] ?? '', end: at + name[0].length }
  const quoted = matchAt(QUOTED_NAME, text, at)
  if (quoted) return { value: quoted[2] ?? '', end: at + quoted[0].length }
  const index = matchAt(INDEX, text, at)
  return index ? { value: Number(index[1]), end: at + index[0].length } : undefined
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Own properties only are looked at anyhow: these names have no honest use, so they are refused on saving. */
function isForbidden(segment: string | number): boolean {
  return typeof segment === 'string' && (segment.startsWith('__') || FORBIDDEN_NAMES.has(segment))
}

function mistake(at: number, message: string): SyntaxMistake {
  return { ok: false, at, message }
}
