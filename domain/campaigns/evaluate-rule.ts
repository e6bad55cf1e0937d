import { evaluateCondition } from './evaluate-condition.ts'
import { evaluateFormula } from './evaluate-formula.ts'
import { Evaluation, EvaluationError, type Reason } from './evaluation.ts'
import { type ExactNumber, exactFromInteger } from './exact-number.ts'
import { parseFormula } from './formula.ts'
import type { Json } from './json.ts'
import { LIMITS } from './limits.ts'
import type { Rule } from './rule.ts'

/** What one rule makes of one event. */
export type RuleResult =
  | { readonly outcome: 'gave'; readonly amount: ExactNumber }
  | { readonly outcome: 'did_not_match' }
  | { readonly outcome: 'not_evaluated'; readonly reason: Reason }

const NOTHING = exactFromInteger(0n)
const MOST = exactFromInteger(BigInt(LIMITS.pointsPerRule))

/**
 * Evaluates a rule on the JSON of an event. It gives zero or more: a formula that comes out below zero gives zero.
 * It answers for every rule and event of these types, also for rules that were never checked, within counted steps.
 */
export function evaluateRule(rule: Rule, event: Json, evaluation: Evaluation = new Evaluation(event)): RuleResult {
  try {
    const truth = evaluateCondition(rule.condition, rule.variable, evaluation)
    if (!truth.ok) return { outcome: 'not_evaluated', reason: truth.reason }
    return truth.holds ? { outcome: 'gave', amount: amountOf(rule, evaluation) } : { outcome: 'did_not_match' }
  } catch (error) {
    if (error instanceof EvaluationError) return { outcome: 'not_evaluated', reason: error.reason }
    throw error
  }
}

function amountOf(rule: Rule, evaluation: Evaluation): ExactNumber {
  const parsed = parseFormula(rule.action.formula)
  if (!parsed.ok) throw new EvaluationError('invalid_rule', `formula: ${parsed.message}`)
  const amount = evaluateFormula(parsed.formula, evaluation)
  if (amount.gt(MOST)) throw new EvaluationError('too_large', `more than ${LIMITS.pointsPerRule} points`)
  return amount.lt(NOTHING) ? NOTHING : amount
}
