import { checkChoice, checkMembers, checkPath, checkText, type ValidationErrors } from './check-values.ts'
import { type Evaluation, EvaluationError, type Reason } from './evaluation.ts'
import { type ExactNumber, exactFromNumber } from './exact-number.ts'
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
  readonly errors: ValidationErrors
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
  const { errors } = scope
  scope.count += 1
  if (scope.count > LIMITS.conditions) {
    const isFirst = scope.count === LIMITS.conditions + 1
    return isFirst ? errors.add(at, `more than ${LIMITS.conditions} conditions in one rule`) : undefined
  }
  const kind = (['all', 'any', 'not'] as const).find((name) => isJsonObject(json) && Object.hasOwn(json, name))
  if (kind === undefined) return checkComparison(json, at, scope)
  if (depth === LIMITS.conditionDepth) return errors.add(at, `nested deeper than ${LIMITS.conditionDepth} levels`)
  const inner = checkMembers(json, at, { required: [kind], optional: [] }, errors)?.[kind]
  const place = pointer(at, kind)
  if (kind === 'not') {
    const negated = checkCondition(inner, place, depth + 1, scope)
    return negated && { not: negated }
  }
  if (!isJsonArray(inner) || inner.length === 0) return errors.add(place, 'must be an array with a condition or more')
  const conditions = inner.flatMap((one, index) => checkCondition(one, pointer(place, index), depth + 1, scope) ?? [])
  return kind === 'all' ? { all: conditions } : { any: conditions }
}

function checkComparison(json: Json | undefined, at: string, scope: ConditionScope): Comparison | undefined {
  const { errors } = scope
  const members = checkMembers(json, at, COMPARISON_MEMBERS, errors)
  if (!members) return undefined
  const variable = checkPath(members.variable, pointer(at, 'variable'), errors)
  if (members.variable === undefined && !scope.ruleHasVariable) {
    errors.add(pointer(at, 'variable'), 'is missing, here and on the rule')
  }
  const own = variable === undefined ? {} : { variable }
  const rule = checkChoice(members.rule, pointer(at, 'rule'), COMPARISONS, errors)
  if (rule === undefined) return undefined
  if (rule === 'string_equals') {
    const value = checkShortText(members.value, pointer(at, 'value'), errors)
    return value === undefined ? undefined : { ...own, rule, value }
  }
  const value = checkNumber(members.value, pointer(at, 'value'), errors)
  return value === undefined ? undefined : { ...own, rule, value }
}

function checkShortText(json: Json | undefined, at: string, errors: ValidationErrors): string | undefined {
  const text = checkText(json, at, errors)
  if (text === undefined) return undefined
  if ([...text].length > LIMITS.textLength) return errors.add(at, `longer than ${LIMITS.textLength} characters`)
  // Neither can be stored, and no event holds them.
  if (text.includes('\0') || !text.isWellFormed()) return errors.add(at, 'has NUL or half a surrogate pair in it')
  return text
}

/** A number that has an exact value: JSON text may hold one that is infinite as a float, such as 1e999. */
function checkNumber(json: Json | undefined, at: string, errors: ValidationErrors): number | undefined {
  if (json === undefined) return undefined
  if (typeof json !== 'number') return errors.add(at, 'must be a number')
  return exactFromNumber(json) ? json : errors.add(at, `a number of more than ${LIMITS.digits} digits`)
}

/**
 * A condition with its paths parsed and its numbers exact. `invalid` stands for what was never checked; one that is nested too
 * deep ends its rule, for no other condition can change that.
 */
export type CompiledCondition =
  | { readonly kind: 'all' | 'any'; readonly conditions: readonly CompiledCondition[] }
  | { readonly kind: 'not'; readonly condition: CompiledCondition }
  | { readonly kind: 'number'; readonly path: JsonPath; readonly rule: NumericComparison; readonly value: ExactNumber }
  | { readonly kind: 'text'; readonly path: JsonPath; readonly value: string }
  | { readonly kind: 'invalid'; readonly message: string; readonly endsRule: boolean }

/**
 * Reads a condition once, for every event.
 *
 * @param variable of the rule, for comparisons without one of their own
 * @param depth levels of `all`, `any` and `not` around the condition
 */
export function compileCondition(condition: Condition, variable: string | undefined, depth = 0): CompiledCondition {
  if (depth > LIMITS.conditionDepth) return invalid('conditions are nested too deep', true)
  const compiled = (inner: Condition) => compileCondition(inner, variable, depth + 1)
  if ('all' in condition) return { kind: 'all', conditions: condition.all.map(compiled) }
  if ('any' in condition) return { kind: 'any', conditions: condition.any.map(compiled) }
  if ('not' in condition) return { kind: 'not', condition: compiled(condition.not) }
  return compileComparison(condition, condition.variable ?? variable)
}

function compileComparison(comparison: Comparison, variable: string | undefined): CompiledCondition {
  if (variable === undefined) return invalid('a condition has no variable')
  const read = parseJsonPath(variable)
  if (!read.ok) return invalid(`variable: ${read.message}`)
  const { path } = read
  if (comparison.rule === 'string_equals') return { kind: 'text', path, value: comparison.value }
  const value = exactFromNumber(comparison.value)
  if (!value) return invalid(`${comparison.value} cannot be compared with`)
  return { kind: 'number', path, rule: comparison.rule, value }
}

function invalid(message: string, endsRule = false): CompiledCondition {
  return { kind: 'invalid', message, endsRule }
}

/**
 * Whether a condition holds on an event, or why that cannot be said. `all`, `any` and `not` follow Kleene's logic of
 * three values, so the order of conditions makes no difference: `any` holds when one of its conditions does, whatever
 * is missing for the others, and `not` of what cannot be said cannot be said either.
 */
export type Truth = { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly reason: Reason }

/** @throws EvaluationError when the steps are used up, or the nesting is deeper than what is ever saved */
export function evaluateCondition(condition: CompiledCondition, evaluation: Evaluation): Truth {
  evaluation.step()
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const truths = condition.conditions.map((inner) => evaluateCondition(inner, evaluation))
      return combine(truths, condition.kind === 'any')
    }
    case 'not':
      return negate(evaluateCondition(condition.condition, evaluation))
    case 'invalid': {
      const error = new EvaluationError('invalid_rule', condition.message)
      if (condition.endsRule) throw error
      return { ok: false, reason: error.reason }
    }
    default:
      return compare(condition, evaluation)
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

function compare(comparison: CompiledCondition & { kind: 'number' | 'text' }, evaluation: Evaluation): Truth {
  const { path } = comparison
  try {
    if (comparison.kind === 'text') return { ok: true, holds: evaluation.textAt(path) === comparison.value }
    return { ok: true, holds: holds(comparison.rule, evaluation.numberAt(path).compare(comparison.value)) }
  } catch (error) {
    if (!(error instanceof EvaluationError) || error.reason.code === 'too_many_steps') throw error
    return { ok: false, reason: error.reason }
  }
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
