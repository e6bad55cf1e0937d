import { checkCondition } from './check-condition.ts'
import { checkChoice, checkMembers, checkPath, checkText, Mistakes, type RulesMistake } from './check-values.ts'
import { parseFormula } from './formula.ts'
import { isJsonArray, type Json, pointer } from './json.ts'
import { LIMITS } from './limits.ts'
import type { Rule } from './rule.ts'

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
