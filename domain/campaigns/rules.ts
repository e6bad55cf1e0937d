import { parseStrictJson } from '#domain/strict-json.ts'
import { checkChoice, checkMembers, checkText, type ValidationError, ValidationErrors } from './check-values.ts'
import {
  type CompiledCondition,
  type Condition,
  checkCondition,
  checkVariable,
  compileCondition,
  evaluateCondition,
  type Rule,
  type Truth,
} from './condition.ts'
import { type Evaluation, EvaluationError, type Reason, wrongType } from './evaluation.ts'
import { type ExactNumber, exactFromInteger } from './exact-number.ts'
import { evaluateFormula, type ParsedFormula, parseFormula } from './formula.ts'
import { isJsonArray, type Json, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { LINES, type Place } from './variable.ts'

export type CheckedRules =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly errors: readonly ValidationError[] }

/**
 * Reads the rules of a campaign as operators write them: an array, or JSON text of one. Answers for any value at all,
 * and what it accepts can be evaluated on any event; nothing is taken over but what was checked.
 *
 * @returns rules to store, or every validation error with its place, at most `LIMITS.errors` of them
 */
export function checkRules(input: unknown): CheckedRules {
  const errors = new ValidationErrors()
  const json = readJson(input, errors)
  const rules = json === undefined ? [] : checkAll(json, errors)
  return errors.list.length > 0 ? { ok: false, errors: errors.list } : { ok: true, rules }
}

/** An array is taken by way of its JSON, so that both forms have the same limit and neither holds anything but data. */
function readJson(input: unknown, errors: ValidationErrors): Json | undefined {
  try {
    const text: unknown = typeof input === 'string' ? input : JSON.stringify(input)
    if (typeof text !== 'string') return errors.add('', 'must be an array of rules, or JSON text of one')
    if ([...text].length > LIMITS.rulesLength)
      return errors.add('', `must not be longer than ${LIMITS.rulesLength} characters`)
    // What is nested too deep has a better name as a condition.
    const { value, issues } = parseStrictJson(text, { maxDepth: Infinity })
    for (const { path, message } of issues) errors.add(path.reduce<string>(pointer, ''), message)
    return issues.length > 0 ? undefined : (value as Json)
  } catch (error) {
    return errors.add('', error instanceof SyntaxError ? error.message : 'cannot be written as JSON')
  }
}

function checkAll(json: Json, errors: ValidationErrors): Rule[] {
  if (!isJsonArray(json)) return errors.add('', 'must be an array of rules') ?? []
  if (json.length > LIMITS.rules) return errors.add('', `must not be more than ${LIMITS.rules} rules`) ?? []
  return json.flatMap((rule, index) => checkRule(rule, pointer('', index), errors) ?? [])
}

const RULE_MEMBERS = { required: ['action'], optional: ['lines', 'variable', 'condition'] } as const

function checkRule(json: Json, at: string, errors: ValidationErrors): Rule | undefined {
  const members = checkMembers(json, at, RULE_MEMBERS, errors)
  if (!members) return undefined
  const seen = { count: 0 }
  const place = members.lines === undefined ? 'rule' : 'ruleWithLines'
  const ofLines = { place: 'lines', ofRule: { given: false, variable: undefined }, errors, seen } as const
  const lines =
    members.lines === undefined ? undefined : checkCondition(members.lines, pointer(at, 'lines'), 0, ofLines)
  const variable = checkVariable(members.variable, pointer(at, 'variable'), place, errors)
  const ofRule = { given: members.variable !== undefined, variable: variable?.variable }
  const condition =
    members.condition === undefined
      ? undefined
      : checkCondition(members.condition, pointer(at, 'condition'), 0, { place, ofRule, errors, seen })
  const action = checkAction(members.action, pointer(at, 'action'), place, errors)
  return (
    action && {
      ...(lines && { lines }),
      ...(variable && { variable: variable.text }),
      ...(condition && { condition }),
      action,
    }
  )
}

function checkAction(
  json: Json | undefined,
  at: string,
  place: Place,
  errors: ValidationErrors,
): Rule['action'] | undefined {
  const members = checkMembers(json, at, { required: ['command', 'formula'], optional: [] }, errors)
  const command = checkChoice(members?.command, pointer(at, 'command'), ['issue'], errors)
  const formula = checkFormula(members?.formula, pointer(at, 'formula'), place, errors)
  return command === undefined || formula === undefined ? undefined : { command, formula }
}

function checkFormula(json: Json | undefined, at: string, place: Place, errors: ValidationErrors): string | undefined {
  const text = checkText(json, at, errors)
  if (text === undefined) return undefined
  const parsed = parseFormula(text, place)
  return parsed.ok ? text : errors.addSyntax(at, parsed)
}

/**
 * A rule that is read once, for every event: its conditions when they are first evaluated, its formula when they first
 * hold. What it takes to evaluate campaigns for the first time is bounded by the steps of the award, too.
 */
export class CompiledRule {
  readonly #rule: Rule
  #lines: CompiledCondition | undefined
  #condition: CompiledCondition | undefined
  #formula: ParsedFormula | undefined

  constructor(rule: Rule) {
    this.#rule = rule
  }

  /** Which lines it is about, if it chooses some. */
  get lines(): CompiledCondition | undefined {
    if (this.#rule.lines) this.#lines ??= compileCondition(this.#rule.lines, 'lines', undefined)
    return this.#lines
  }

  get condition(): CompiledCondition {
    const { condition = ALWAYS, variable } = this.#rule
    this.#condition ??= compileCondition(condition, this.#place, variable)
    return this.#condition
  }

  get formula(): ParsedFormula {
    this.#formula ??= parseFormula(this.#rule.action.formula, this.#place)
    return this.#formula
  }

  /** How many of them have been read: that it rises tells that there was something to read. */
  get partsRead(): number {
    return [this.#lines, this.#condition, this.#formula].filter((part) => part !== undefined).length
  }

  get #place(): Place {
    return this.#rule.lines ? 'ruleWithLines' : 'rule'
  }
}

/** The condition of a rule that has none. */
const ALWAYS: Condition = { all: [] }

/** Rules by the version of their campaign, compiled, as many as fit: what was used longest ago makes room. */
export class CompiledRulesCache {
  readonly #maxLength: number
  readonly #stored = new Map<string, { readonly rules: readonly CompiledRule[]; readonly length: number }>()
  /** Rules of no stored version: kept for as long as whoever evaluates them holds them. */
  readonly #others = new WeakMap<readonly Rule[], readonly CompiledRule[]>()
  #length = 0

  /** @param maxLength characters of all rules as JSON text */
  constructor(maxLength: number = LIMITS.compiledLength) {
    this.#maxLength = maxLength
  }

  /** @param version names rules that never change; left out, they are those of the array that is given */
  rulesOf(rules: readonly Rule[], version?: string): readonly CompiledRule[] {
    if (version === undefined) return this.#ofOthers(rules)
    const known = this.#stored.get(version)
    const entry = known ?? { rules: compile(rules), length: JSON.stringify(rules).length }
    this.#stored.delete(version)
    this.#stored.set(version, entry)
    if (!known) this.#makeRoom(entry.length)
    return entry.rules
  }

  #ofOthers(rules: readonly Rule[]): readonly CompiledRule[] {
    const compiled = this.#others.get(rules) ?? compile(rules)
    this.#others.set(rules, compiled)
    return compiled
  }

  /** The newest is last, and stays whatever its length. */
  #makeRoom(added: number): void {
    this.#length += added
    for (const [version, { length }] of this.#stored) {
      if (this.#length <= this.#maxLength || this.#stored.size === 1) return
      this.#stored.delete(version)
      this.#length -= length
    }
  }
}

function compile(rules: readonly Rule[]): readonly CompiledRule[] {
  return rules.map((rule) => new CompiledRule(rule))
}

/** What one rule makes of one event. */
export type RuleResult =
  | { readonly outcome: 'gave'; readonly amount: ExactNumber }
  | { readonly outcome: 'did_not_match' }
  | { readonly outcome: 'not_evaluated'; readonly reason: Reason }

const NOTHING = exactFromInteger(0n)
const MAX_AMOUNT = exactFromInteger(BigInt(LIMITS.pointsPerRule))

/**
 * Evaluates a rule. It gives zero or more: a formula that comes out below zero gives zero. It answers for every rule and
 * event of these types, also for rules that were never checked, within counted steps.
 */
export function evaluateRule(rule: CompiledRule, evaluation: Evaluation): RuleResult {
  try {
    const found = rule.lines ? findLines(rule.lines, evaluation) : YES
    const truth = found.ok && found.holds ? evaluateCondition(rule.condition, evaluation) : found
    if (!truth.ok) return { outcome: 'not_evaluated', reason: truth.reason }
    return truth.holds ? { outcome: 'gave', amount: amountOf(rule, evaluation) } : { outcome: 'did_not_match' }
  } catch (error) {
    if (error instanceof EvaluationError) return { outcome: 'not_evaluated', reason: error.reason }
    throw error
  }
}

const YES: Truth = { ok: true, holds: true }

/**
 * Chooses the lines that a rule is about, and whether there are any. If that cannot be said of one of them, it cannot be said which they
 * are; of several reasons one is given that does not depend on the order of the lines.
 */
function findLines(condition: CompiledCondition, evaluation: Evaluation): Truth {
  const all = evaluation.valueAt(LINES)
  if (!isJsonArray(all)) throw wrongType(LINES, all, 'an array')
  let open: Truth | undefined
  const chosen = all.filter((line) => {
    evaluation.line = line
    const truth = evaluateCondition(condition, evaluation)
    if (truth.ok) return truth.holds
    if (open?.ok !== false || truth.reason.message < open.reason.message) open = truth
    return false
  })
  if (open) return open
  evaluation.lines = { chosen, all }
  return { ok: true, holds: chosen.length > 0 }
}

function amountOf({ formula }: CompiledRule, evaluation: Evaluation): ExactNumber {
  if (!formula.ok) throw new EvaluationError('invalid_rule', `formula: ${formula.message}`)
  const amount = evaluateFormula(formula.formula, evaluation)
  if (amount.gt(MAX_AMOUNT)) throw new EvaluationError('too_large', `more than ${LIMITS.pointsPerRule} points`)
  return amount.lt(NOTHING) ? NOTHING : amount
}
