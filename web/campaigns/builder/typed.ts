import { type NumberKind, numberOf, typedNumber } from '#web/format/numbers.ts'

/**
 * A value of a rule while it is edited. What was typed and means nothing is kept in the rule as it is, as no rule of the API can be
 * written: so the rules are the only state, nothing that was typed is lost on the way to the JSON and back, and none of it is saved.
 */
export type Typed<Value> = Value | Unreadable

/** A text that means nothing; empty for what is not filled in yet. */
export type Unreadable = { readonly typed: string }

export const EMPTY: Unreadable = { typed: '' }

/** Said at a field that is empty. */
export const UNFILLED = 'Not filled in yet.'

export function isUnreadable(value: unknown): value is Unreadable {
  return isObject(value) && Object.keys(value).length === 1 && typeof value.typed === 'string'
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two values are the same JSON, whatever the order of their members. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSameJson(item, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return Object.is(a, b)
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameJson(a[name], b[name]))
  )
}

/** A number that a field of this kind can show; undefined for any other value. */
export function readNumber(value: unknown, kind: NumberKind): Typed<number> | undefined {
  if (isUnreadable(value)) return value
  if (typeof value !== 'number' || Object.is(value, -0)) return undefined
  return numberOf(typedNumber(value), kind) === value ? value : undefined
}

/** What a field has in it, as a value of a rule. */
export function typedValue(text: string, kind: NumberKind): Typed<number> {
  return numberOf(text, kind) ?? { typed: text }
}

/** A value of a rule, as the text of a field. */
export function typedText(value: Typed<number>): string {
  return isUnreadable(value) ? value.typed : typedNumber(value)
}
