import { checkChoice, checkMembers, checkPath, checkText, type Mistakes } from './check-values.ts'
import { type Evaluation, EvaluationError, type Reason } from './evaluation.ts'
import { exactFromNumber } from './exact-number.ts'
import { isJsonArray, isJsonObject, type Json, type JsonPath, parseJsonPath, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'

/** Comparisons of numbers, exact on their decimals. `numeric_greater_than` and `numeric_less_than` are strict. */
export const NUMERIC_COMPARISONS = [
  'numeric_greater_than',
  'numeric_greater_than_equals',
  'numeric_less_than',
  'numeric_less_than_equals',
  'numeric_equals',
] as const
export type NumericComparison = (typeof NUMERIC_COMPARISONS)[number]

/** Compares what `variable` leads to, a JSONPath; one without a variable of its own looks at that of its rule. */
export type Comparison =
  | { readonly variable?: string; readonly rule: NumericComparison; readonly value: number }
  | { readonly variable?: string; readonly rule: 'string_equals'; readonly value: string }

export type Condition =
  | Comparison
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }

/**
 * A rule as operators write it: when the condition holds, points are issued, as many as the formula says.
 *
 * `{"variable":"$.amount","condition":{"rule":"numeric_greater_than","value":100},
 *   "action":{"command":"issue","formula":"$.amount/10"}}`
 */
export type Rule = {
  readonly variable?: string
  readonly condition: Condition
  readonly action: { readonly command: 'issue'; readonly formula: string }
}

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

/**
 * Whether a condition holds on an event, or why that cannot be said. `all`, `any` and `not` follow Kleene's logic of
 * three values, so the order of conditions makes no difference: `any` holds when one of its conditions does, whatever
 * is missing for the others, and `not` of what cannot be said cannot be said either.
 */
export type Truth = { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly reason: Reason }

/**
 * @param variable of the rule, for comparisons without one of their own
 * @param depth levels of `all`, `any` and `not` around the condition
 * @throws EvaluationError when the steps are used up, or the nesting is deeper than what is ever saved: no other
 *   condition can change that
 */
export function evaluateCondition(
  condition: Condition,
  variable: string | undefined,
  evaluation: Evaluation,
  depth = 0,
): Truth {
  evaluation.step()
  if (depth > LIMITS.conditionDepth) throw new EvaluationError('invalid_rule', 'conditions are nested too deep')
  const truthOf = (inner: Condition): Truth => evaluateCondition(inner, variable, evaluation, depth + 1)
  if ('all' in condition) return combine(condition.all.map(truthOf), false)
  if ('any' in condition) return combine(condition.any.map(truthOf), true)
  if ('not' in condition) return negate(truthOf(condition.not))
  try {
    return { ok: true, holds: compare(condition, condition.variable ?? variable, evaluation) }
  } catch (error) {
    if (!(error instanceof EvaluationError) || error.reason.code === 'too_many_steps') throw error
    return { ok: false, reason: error.reason }
  }
}

/** One truth decides: a false one `all`, a true one `any`. If none does, the first unknown one leaves it open. */
function combine(truths: readonly Truth[], deciding: boolean): Truth {
  const decided = truths.find((truth) => truth.ok && truth.holds === deciding)
  return decided ?? truths.find((truth) => !truth.ok) ?? { ok: true, holds: !deciding }
}

function negate(truth: Truth): Truth {
  return truth.ok ? { ok: true, holds: !truth.holds } : truth
}

function compare(comparison: Comparison, variable: string | undefined, evaluation: Evaluation): boolean {
  const path = pathOf(variable)
  if (comparison.rule === 'string_equals') return evaluation.textAt(path) === comparison.value
  const bound = exactFromNumber(comparison.value)
  if (!bound) throw new EvaluationError('invalid_rule', `${comparison.value} cannot be compared with`)
  return holds(comparison.rule, evaluation.numberAt(path).compare(bound))
}

/** @param order of the variable to the value: below zero, zero or above */
function holds(rule: NumericComparison, order: number): boolean {
  switch (rule) {
    case 'numeric_greater_than':
      return order > 0
    case 'numeric_greater_than_equals':
      return order >= 0
    case 'numeric_less_than':
      return order < 0
    case 'numeric_less_than_equals':
      return order <= 0
    case 'numeric_equals':
      return order === 0
  }
}

function pathOf(variable: string | undefined): JsonPath {
  if (variable === undefined) throw new EvaluationError('invalid_rule', 'a condition has no variable')
  const read = parseJsonPath(variable)
  if (!read.ok) throw new EvaluationError('invalid_rule', `variable: ${read.message}`)
  return read.path
}
