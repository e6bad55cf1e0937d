import { checkChoice, checkMembers, checkPath, checkText, Mistakes, type RulesMistake } from './check-values.ts'
import { checkCondition, evaluateCondition, type Rule } from './condition.ts'
import { Evaluation, EvaluationError, type Reason } from './evaluation.ts'
import { type ExactNumber, exactFromInteger } from './exact-number.ts'
import { evaluateFormula, parseFormula } from './formula.ts'
import { isJsonArray, type Json, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'

export type CheckedRules =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly mistakes: readonly RulesMistake[] }

/**
 * Reads the rules of a campaign as operators write them: an array, or JSON text of one. Answers for any value at all,
 * and what it accepts can be evaluated on any event; nothing is taken over but what was checked.
 *
 * @returns rules to store, or every mistake with its place, at most `LIMITS.mistakes` of them
 */
export function checkRules(input: unknown): CheckedRules {
  const mistakes = new Mistakes()
  const json = readJson(input, mistakes)
  const rules = json === undefined ? [] : checkAll(json, mistakes)
  return mistakes.list.length > 0 ? { ok: false, mistakes: mistakes.list } : { ok: true, rules }
}

/** An array is taken by way of its JSON, so that both forms have the same limit and neither holds anything but data. */
function readJson(input: unknown, mistakes: Mistakes): Json | undefined {
  try {
    const text: unknown = typeof input === 'string' ? input : JSON.stringify(input)
    if (typeof text !== 'string') return mistakes.add('', 'must be an array of rules, or JSON text of one')
    if (text.length <= LIMITS.rulesLength) return JSON.parse(text)
    return mistakes.add('', `longer than ${LIMITS.rulesLength} characters`)
  } catch (error) {
    return mistakes.add(
      '',
      error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'cannot be written as JSON',
    )
  }
}

function checkAll(json: Json, mistakes: Mistakes): Rule[] {
  if (!isJsonArray(json)) return mistakes.add('', 'must be an array of rules') ?? []
  if (json.length > LIMITS.rules) return mistakes.add('', `more than ${LIMITS.rules} rules`) ?? []
  return json.flatMap((rule, index) => checkRule(rule, pointer('', index), mistakes) ?? [])
}

function checkRule(json: Json, at: string, mistakes: Mistakes): Rule | undefined {
  const members = checkMembers(json, at, { required: ['condition', 'action'], optional: ['variable'] }, mistakes)
  if (!members) return undefined
  const variable = checkPath(members.variable, pointer(at, 'variable'), mistakes)
  const scope = { ruleHasVariable: members.variable !== undefined, mistakes, count: 0 }
  const condition = checkCondition(members.condition, pointer(at, 'condition'), 0, scope)
  const action = checkAction(members.action, pointer(at, 'action'), mistakes)
  return condition && action && { ...(variable === undefined ? {} : { variable }), condition, action }
}

function checkAction(json: Json | undefined, at: string, mistakes: Mistakes): Rule['action'] | undefined {
  const members = checkMembers(json, at, { required: ['command', 'formula'], optional: [] }, mistakes)
  const command = checkChoice(members?.command, pointer(at, 'command'), ['issue'], mistakes)
  const formula = checkFormula(members?.formula, pointer(at, 'formula'), mistakes)
  return command === undefined || formula === undefined ? undefined : { command, formula }
}

function checkFormula(json: Json | undefined, at: string, mistakes: Mistakes): string | undefined {
  const text = checkText(json, at, mistakes)
  if (text === undefined) return undefined
  const parsed = parseFormula(text)
  return parsed.ok ? text : mistakes.addSyntax(at, parsed)
}

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
