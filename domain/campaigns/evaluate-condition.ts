import { type Evaluation, EvaluationError, type Reason } from './evaluation.ts'
import { exactFromNumber } from './exact-number.ts'
import { type JsonPath, parseJsonPath } from './json-path.ts'
import { LIMITS } from './limits.ts'
import type { Comparison, Condition, NumericComparison } from './rule.ts'

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
