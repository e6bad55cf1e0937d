import { type InvalidSyntax, isJsonObject, type Json, ownMember, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'

/** What is wrong in rules, and where. */
export type ValidationError = {
  /** JSON Pointer (RFC 6901) from the array of rules: `/0/condition/value`; `''` is the array itself. */
  readonly path: string
  readonly message: string
  /** In a formula or a JSONPath, the character that is wrong, from 1; `message` says it, too. */
  readonly position?: number
}

export class ValidationErrors {
  readonly list: ValidationError[] = []

  /** Returns nothing, so that a check can end with its error. */
  add(path: string, message: string): undefined {
    this.#push({ path, message })
  }

  addSyntax(path: string, { at, message }: InvalidSyntax): undefined {
    const position = at + 1
    this.#push({ path, message: `character ${position}: ${message}`, position })
  }

  #push(error: ValidationError): void {
    if (this.list.length < LIMITS.errors) this.list.push(error)
  }
}

// Each check below takes what is at `at`, or undefined for what is not there and was reported as missing. It gives the
// value, typed, or undefined when there was an error.

/** An object's members by name. Reports those that are missing and those that do not belong there. */
export function checkMembers<Name extends string>(
  json: Json | undefined,
  at: string,
  names: { readonly required: readonly Name[]; readonly optional: readonly Name[] },
  errors: ValidationErrors,
): Record<Name, Json | undefined> | undefined {
  if (json === undefined) return undefined
  if (!isJsonObject(json)) return errors.add(at, 'must be an object')
  const known = [...names.required, ...names.optional]
  for (const name of Object.keys(json)) {
    if (!known.some((other) => other === name)) errors.add(pointer(at, name), `is not known, only ${known.join(', ')}`)
  }
  for (const name of names.required) {
    if (!Object.hasOwn(json, name)) errors.add(pointer(at, name), 'is missing')
  }
  return Object.fromEntries(known.map((name) => [name, ownMember(json, name)])) as Record<Name, Json | undefined>
}

export function checkText(json: Json | undefined, at: string, errors: ValidationErrors): string | undefined {
  if (json === undefined) return undefined
  return typeof json === 'string' ? json : errors.add(at, 'must be a text')
}

export function checkChoice<Choice extends string>(
  json: Json | undefined,
  at: string,
  choices: readonly Choice[],
  errors: ValidationErrors,
): Choice | undefined {
  if (json === undefined) return undefined
  return choices.find((choice) => choice === json) ?? errors.add(at, `must be one of ${choices.join(', ')}`)
}
