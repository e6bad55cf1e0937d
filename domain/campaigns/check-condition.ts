import { checkChoice, checkMembers, checkPath, checkText, type Mistakes } from './check-values.ts'
import { exactFromNumber } from './exact-number.ts'
import { isJsonArray, isJsonObject, type Json, pointer } from './json.ts'
import { LIMITS } from './limits.ts'
import { type Comparison, type Condition, NUMERIC_COMPARISONS } from './rule.ts'

/** What the conditions of one rule share while they are checked. */
export type ConditionScope = {
  /** Whether the rule has a variable for comparisons that have none. */
  readonly ruleHasVariable: boolean
  readonly mistakes: Mistakes
  /** Conditions seen so far. */
  count: number
}

const COMPARISONS = [...NUMERIC_COMPARISONS, 'string_equals'] as const
const COMPARISON_MEMBERS = { required: ['rule', 'value'], optional: ['variable'] } as const

/** Checks a condition and those within it. @param depth levels of `all`, `any` and `not` around it */
export function checkCondition(
  json: Json | undefined,
  at: string,
  depth: number,
  scope: ConditionScope,
): Condition | undefined {
  const { mistakes } = scope
  scope.count += 1
  if (scope.count > LIMITS.conditions) {
    const isFirst = scope.count === LIMITS.conditions + 1
    return isFirst ? mistakes.add(at, `more than ${LIMITS.conditions} conditions in one rule`) : undefined
  }
  const kind = (['all', 'any', 'not'] as const).find((name) => isJsonObject(json) && Object.hasOwn(json, name))
  if (kind === undefined) return checkComparison(json, at, scope)
  if (depth === LIMITS.conditionDepth) return mistakes.add(at, `nested deeper than ${LIMITS.conditionDepth} levels`)
  const inner = checkMembers(json, at, { required: [kind], optional: [] }, mistakes)?.[kind]
  const place = pointer(at, kind)
  if (kind === 'not') {
    const negated = checkCondition(inner, place, depth + 1, scope)
    return negated && { not: negated }
  }
  if (!isJsonArray(inner) || inner.length === 0) return mistakes.add(place, 'must be an array with a condition or more')
  const conditions = inner.flatMap((one, index) => checkCondition(one, pointer(place, index), depth + 1, scope) ?? [])
  return kind === 'all' ? { all: conditions } : { any: conditions }
}

function checkComparison(json: Json | undefined, at: string, scope: ConditionScope): Comparison | undefined {
  const { mistakes } = scope
  const members = checkMembers(json, at, COMPARISON_MEMBERS, mistakes)
  if (!members) return undefined
  const variable = checkPath(members.variable, pointer(at, 'variable'), mistakes)
  if (members.variable === undefined && !scope.ruleHasVariable) {
    mistakes.add(pointer(at, 'variable'), 'is missing, here and on the rule')
  }
  const own = variable === undefined ? {} : { variable }
  const rule = checkChoice(members.rule, pointer(at, 'rule'), COMPARISONS, mistakes)
  if (rule === undefined) return undefined
  if (rule === 'string_equals') {
    const value = checkShortText(members.value, pointer(at, 'value'), mistakes)
    return value === undefined ? undefined : { ...own, rule, value }
  }
  const value = checkNumber(members.value, pointer(at, 'value'), mistakes)
  return value === undefined ? undefined : { ...own, rule, value }
}

function checkShortText(json: Json | undefined, at: string, mistakes: Mistakes): string | undefined {
  const text = checkText(json, at, mistakes)
  if (text === undefined) return undefined
  if (text.length > LIMITS.textLength) return mistakes.add(at, `longer than ${LIMITS.textLength} characters`)
  // Neither can be stored, and no event holds them.
  if (text.includes('\0') || !text.isWellFormed()) return mistakes.add(at, 'has NUL or half a surrogate pair in it')
  return text
}

/** A number that has an exact value: JSON text may hold one that is infinite as a float, such as 1e999. */
function checkNumber(json: Json | undefined, at: string, mistakes: Mistakes): number | undefined {
  if (json === undefined) return undefined
  if (typeof json !== 'number') return mistakes.add(at, 'must be a number')
  return exactFromNumber(json) ? json : mistakes.add(at, `a number of more than ${LIMITS.digits} digits`)
}
