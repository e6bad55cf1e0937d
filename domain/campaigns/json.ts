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
