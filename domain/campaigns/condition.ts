import { checkChoice, checkMembers, checkText, type ValidationErrors } from './check-values.ts'
import { type Evaluation, EvaluationError, type Reason, wrongType } from './evaluation.ts'
import { type ExactNumber, exactFromNumber } from './exact-number.ts'
import { isJsonArray, isJsonObject, type Json, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { numberOf, type Place, parseVariable, textOf, type Variable } from './variable.ts'

/** Comparisons of numbers, exact on their decimals. `numeric_greater_than` and `numeric_less_than` are strict. */
export const NUMERIC_COMPARISONS = [
  'numeric_greater_than',
  'numeric_greater_than_equals',
  'numeric_less_than',
  'numeric_less_than_equals',
  'numeric_equals',
] as const
export type NumericComparison = (typeof NUMERIC_COMPARISONS)[number]

/** A list to compare with, and two ends, of which both belong to what is between them: of texts, or of numbers. */
export type Texts = readonly string[]
export type Numbers = readonly number[]
export type Between = readonly [low: number, high: number] | readonly [low: string, high: string]

/**
 * Compares what `variable` leads to: a JSONPath or, to compare numbers, an aggregate such as `sum($.lines[*].quantity)`. A comparison
 * without a variable of its own looks at that of its rule; in `lines` each has its own, which begins with `@`.
 */
export type Comparison = { readonly variable?: string } & (
  | { readonly rule: NumericComparison; readonly value: number }
  | { readonly rule: 'string_equals' | 'string_not_equals'; readonly value: string }
  | { readonly rule: 'in' | 'not_in'; readonly value: Texts | Numbers }
  /** Texts by their code points, as suits dates. */
  | { readonly rule: 'between'; readonly value: Between }
  /** An array that has this text, or a text that has this part. */
  | { readonly rule: 'contains'; readonly value: string }
  /** Whether there is anything at all, or nothing. */
  | { readonly rule: 'exists'; readonly value: boolean }
)

export type Condition =
  | Comparison
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }

/**
 * A rule as operators write it: when the condition holds, or always, points are issued, as many as the formula says.
 *
 * `{"variable":"$.amount","condition":{"rule":"numeric_greater_than","value":100},
 *   "action":{"command":"issue","formula":"$.amount/10"}}`
 *
 * With `lines`, it is about those lines that fulfil that condition, and gives nothing where there are none:
 *
 * `{"lines":{"variable":"@.categories","rule":"contains","value":"unicorns"},
 *   "action":{"command":"issue","formula":"$.matched.total*0.2"}}`
 */
export type Rule = {
  readonly lines?: Condition
  readonly variable?: string
  readonly condition?: Condition
  readonly action: { readonly command: 'issue'; readonly formula: string }
}

/** What the conditions of one rule share while they are checked. */
export type ConditionScope = {
  readonly place: Place
  /** Of the rule, for comparisons that have none of their own: `given`, though it may be wrong. */
  readonly ofRule: { readonly given: boolean; readonly variable: Variable | undefined }
  readonly errors: ValidationErrors
  /** Conditions seen so far, of all of the rule. */
  readonly seen: { count: number }
}

const COMPARISONS = [
  ...NUMERIC_COMPARISONS,
  'string_equals',
  'string_not_equals',
  'in',
  'not_in',
  'between',
  'contains',
  'exists',
] as const
const COMPARISON_MEMBERS = { required: ['rule', 'value'], optional: ['variable'] } as const

/** Checks a condition and those within it. @param depth levels of `all`, `any` and `not` around it */
export function checkCondition(
  json: Json | undefined,
  at: string,
  depth: number,
  scope: ConditionScope,
): Condition | undefined {
  const { errors, seen } = scope
  seen.count += 1
  if (seen.count > LIMITS.conditions) {
    const isFirst = seen.count === LIMITS.conditions + 1
    return isFirst ? errors.add(at, `must not have more than ${LIMITS.conditions} conditions in one rule`) : undefined
  }
  const kind = (['all', 'any', 'not'] as const).find((name) => isJsonObject(json) && Object.hasOwn(json, name))
  if (kind === undefined) return checkComparison(json, at, scope)
  if (depth === LIMITS.conditionDepth)
    return errors.add(at, `must not be nested deeper than ${LIMITS.conditionDepth} levels`)
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

/**
 * The members of a comparison; also of one that is written as in a rule, `{"variable":"$.amount","condition":{"rule":...,"value":...}}`,
 * which is kept in the one form.
 */
function checkParts(json: Json | undefined, at: string, errors: ValidationErrors) {
  if (!isJsonObject(json) || !Object.hasOwn(json, 'condition')) {
    const members = checkMembers(json, at, COMPARISON_MEMBERS, errors)
    return members && { ...members, compared: at }
  }
  const members = checkMembers(json, at, { required: ['variable', 'condition'], optional: [] }, errors)
  const compared = pointer(at, 'condition')
  const condition = checkMembers(members?.condition, compared, { required: ['rule', 'value'], optional: [] }, errors)
  return members && condition && { ...condition, variable: members.variable, compared }
}

function checkComparison(json: Json | undefined, at: string, scope: ConditionScope): Comparison | undefined {
  const { errors, ofRule } = scope
  const members = checkParts(json, at, errors)
  if (!members) return undefined
  const own = checkVariable(members.variable, pointer(at, 'variable'), scope.place, errors)
  if (members.variable === undefined && !ofRule.given) {
    const where =
      scope.place === 'lines' ? 'each comparison of lines has its own, such as @.productId' : 'here and on the rule'
    errors.add(pointer(at, 'variable'), `is missing${scope.place === 'lines' ? ': ' : ', '}${where}`)
  }
  const compared = checkCompared(members, members.compared, errors)
  if (compared === undefined) return undefined
  const variable = members.variable === undefined ? ofRule.variable : own?.variable
  if (variable?.kind === 'aggregate' && !comparesNumbers(compared)) {
    const place = pointer(at, members.variable === undefined ? 'rule' : 'variable')
    return errors.add(
      place,
      `${variable.name}(${variable.path.text}) is a number, with which ${compared.rule} has nothing to do`,
    )
  }
  return own ? { variable: own.text, ...compared } : compared
}

/** A variable, in text and read. */
export function checkVariable(
  json: Json | undefined,
  at: string,
  place: Place,
  errors: ValidationErrors,
): { readonly text: string; readonly variable: Variable } | undefined {
  const text = checkText(json, at, errors)
  if (text === undefined) return undefined
  const read = parseVariable(text, place)
  return read.ok ? { text, variable: read.variable } : errors.addSyntax(at, read)
}

function comparesNumbers({ rule, value }: Comparison): boolean {
  return isNumeric(rule) || (Array.isArray(value) && typeof value[0] === 'number')
}

function isNumeric(rule: Comparison['rule']): rule is NumericComparison {
  return NUMERIC_COMPARISONS.some((one) => one === rule)
}

function checkCompared(
  members: { readonly rule: Json | undefined; readonly value: Json | undefined },
  at: string,
  errors: ValidationErrors,
): Comparison | undefined {
  const rule = checkChoice(members.rule, pointer(at, 'rule'), COMPARISONS, errors)
  const place = pointer(at, 'value')
  switch (rule) {
    case undefined:
      return undefined
    case 'string_equals':
    case 'string_not_equals':
    case 'contains': {
      const value = checkShortText(members.value, place, errors)
      return value === undefined ? undefined : { rule, value }
    }
    case 'in':
    case 'not_in': {
      const value = checkList(members.value, place, errors)
      return value && { rule, value }
    }
    case 'between': {
      const value = checkBetween(members.value, place, errors)
      return value && { rule, value }
    }
    case 'exists': {
      const { value } = members
      if (value === undefined) return undefined
      return typeof value === 'boolean' ? { rule, value } : errors.add(place, 'must be true or false')
    }
    default: {
      const value = checkNumber(members.value, place, errors)
      return value === undefined ? undefined : { rule, value }
    }
  }
}

function checkList(json: Json | undefined, at: string, errors: ValidationErrors): Texts | Numbers | undefined {
  if (json === undefined) return undefined
  if (!isJsonArray(json) || json.length === 0 || json.length > LIMITS.listLength)
    return errors.add(at, `must be an array of 1 to ${LIMITS.listLength} texts, or of as many numbers`)
  return checkAlike(json, at, errors)
}

function checkBetween(json: Json | undefined, at: string, errors: ValidationErrors): Between | undefined {
  if (json === undefined) return undefined
  if (!isJsonArray(json) || json.length !== 2)
    return errors.add(at, 'must be an array of two numbers or two texts: the least, and the most')
  return checkAlike(json, at, errors) as Between | undefined
}

/** Elements of which all are texts, or all numbers. */
function checkAlike(json: readonly Json[], at: string, errors: ValidationErrors): Texts | Numbers | undefined {
  const kinds = new Set(json.map((one) => typeof one))
  if (kinds.size > 1 && kinds.has('string') && kinds.has('number') && kinds.size === 2)
    return errors.add(at, 'must be texts only or numbers only')
  const checked = json.map((one, index) => {
    if (typeof one === 'string') return checkShortText(one, pointer(at, index), errors)
    return typeof one === 'number'
      ? checkNumber(one, pointer(at, index), errors)
      : errors.add(pointer(at, index), 'must be a text or a number')
  })
  return checked.every((one) => one !== undefined) ? (checked as Texts | Numbers) : undefined
}

function checkShortText(json: Json | undefined, at: string, errors: ValidationErrors): string | undefined {
  const text = checkText(json, at, errors)
  if (text === undefined) return undefined
  if ([...text].length > LIMITS.textLength)
    return errors.add(at, `must not be longer than ${LIMITS.textLength} characters`)
  // Neither can be stored, and no event holds them.
  if (text.includes('\0') || !text.isWellFormed()) return errors.add(at, 'has NUL or half a surrogate pair in it')
  return text
}

/** A number that has an exact value: JSON text may hold one that is infinite as a float, such as 1e999. */
function checkNumber(json: Json | undefined, at: string, errors: ValidationErrors): number | undefined {
  if (json === undefined) return undefined
  if (typeof json !== 'number') return errors.add(at, 'must be a number')
  return exactFromNumber(json) ? json : errors.add(at, `must not have more than ${LIMITS.digits} digits`)
}

/** A comparison that was read. */
export type CompiledComparison = { readonly variable: Variable } & (
  | { readonly kind: 'number'; readonly rule: NumericComparison; readonly value: ExactNumber }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'numberIn'; readonly values: readonly ExactNumber[]; readonly keys: ReadonlySet<string> }
  | { readonly kind: 'textIn'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'numberBetween'; readonly low: ExactNumber; readonly high: ExactNumber }
  | { readonly kind: 'textBetween'; readonly low: string; readonly high: string }
  | { readonly kind: 'contains'; readonly value: string }
  | { readonly kind: 'exists' }
)

/**
 * A condition with its variables parsed and its numbers exact. `invalid` stands for what was never checked; one that is nested too
 * deep ends its rule, for no other condition can change that.
 */
export type CompiledCondition =
  | { readonly kind: 'all' | 'any'; readonly conditions: readonly CompiledCondition[] }
  | { readonly kind: 'not'; readonly condition: CompiledCondition }
  | CompiledComparison
  | { readonly kind: 'invalid'; readonly message: string; readonly endsRule: boolean }

/**
 * Reads a condition once, for every event.
 *
 * @param place of the condition
 * @param variable of the rule, for comparisons without one of their own
 * @param depth levels of `all`, `any` and `not` around the condition
 */
export function compileCondition(
  condition: Condition,
  place: Place,
  variable: string | undefined,
  depth = 0,
): CompiledCondition {
  if (depth > LIMITS.conditionDepth) return invalid('conditions are nested too deep', true)
  const compiled = (inner: Condition) => compileCondition(inner, place, variable, depth + 1)
  if ('all' in condition) return { kind: 'all', conditions: condition.all.map(compiled) }
  if ('any' in condition) return { kind: 'any', conditions: condition.any.map(compiled) }
  if ('not' in condition) return { kind: 'not', condition: compiled(condition.not) }
  return compileComparison(condition, place, condition.variable ?? variable)
}

function compileComparison(comparison: Comparison, place: Place, text: string | undefined): CompiledCondition {
  if (text === undefined) return invalid('a condition has no variable')
  const read = parseVariable(text, place)
  if (!read.ok) return invalid(`variable: ${read.message}`)
  const { variable } = read
  if (variable.kind === 'aggregate' && !comparesNumbers(comparison)) return invalid(`variable: ${text} is a number`)
  switch (comparison.rule) {
    case 'string_equals':
      return { kind: 'text', variable, value: comparison.value }
    case 'string_not_equals':
      return not({ kind: 'text', variable, value: comparison.value })
    case 'in':
      return compileList(comparison.value, variable)
    case 'not_in':
      return not(compileList(comparison.value, variable))
    case 'between':
      return compileBetween(comparison.value, variable)
    case 'contains':
      return { kind: 'contains', variable, value: comparison.value }
    case 'exists':
      return comparison.value ? { kind: 'exists', variable } : not({ kind: 'exists', variable })
    default: {
      const value = exactFromNumber(comparison.value)
      if (!value) return invalid(`${comparison.value} cannot be compared with`)
      return { kind: 'number', variable, rule: comparison.rule, value }
    }
  }
}

function compileList(list: Texts | Numbers, variable: Variable): CompiledCondition {
  const texts = list.filter((one) => typeof one === 'string')
  if (texts.length === list.length) return { kind: 'textIn', variable, values: new Set(texts) }
  const values = list.flatMap((one) => (typeof one === 'number' && exactFromNumber(one)) || [])
  if (values.length < list.length) return invalid('a list cannot be compared with')
  return { kind: 'numberIn', variable, values, keys: new Set(values.map((value) => value.toFraction())) }
}

function compileBetween([low, high]: Between, variable: Variable): CompiledCondition {
  if (typeof low === 'string' && typeof high === 'string') return { kind: 'textBetween', variable, low, high }
  const [least, most] = [low, high].map((end) => (typeof end === 'number' ? exactFromNumber(end) : undefined))
  if (!least || !most) return invalid(`${low} and ${high} cannot be compared with`)
  return { kind: 'numberBetween', variable, low: least, high: most }
}

function not(condition: CompiledCondition): CompiledCondition {
  return { kind: 'not', condition }
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

function compare(comparison: CompiledComparison, evaluation: Evaluation): Truth {
  try {
    return { ok: true, holds: isTrue(comparison, evaluation) }
  } catch (error) {
    if (!(error instanceof EvaluationError) || error.reason.code === 'too_many_steps') throw error
    return { ok: false, reason: error.reason }
  }
}

/** @throws EvaluationError */
function isTrue(comparison: CompiledComparison, evaluation: Evaluation): boolean {
  const { variable } = comparison
  switch (comparison.kind) {
    case 'number':
      return holds(comparison.rule, numberOf(variable, evaluation).compare(comparison.value))
    case 'text':
      return textOf(variable, evaluation) === comparison.value
    case 'numberIn':
      return comparison.keys.has(numberOf(variable, evaluation).toFraction())
    case 'textIn':
      return comparison.values.has(textOf(variable, evaluation))
    case 'numberBetween': {
      const number = numberOf(variable, evaluation)
      return number.gte(comparison.low) && number.lte(comparison.high)
    }
    case 'textBetween': {
      const text = textOf(variable, evaluation)
      return codePointOrder(text, comparison.low) >= 0 && codePointOrder(text, comparison.high) <= 0
    }
    case 'contains':
      return contains(comparison, evaluation)
    case 'exists':
      return variable.kind !== 'path' || evaluation.findAt(variable.path) !== undefined
  }
}

function contains({ variable, value }: CompiledComparison & { kind: 'contains' }, evaluation: Evaluation): boolean {
  const whole = variable.kind === 'path' ? evaluation.valueAt(variable.path) : textOf(variable, evaluation)
  if (isJsonArray(whole)) {
    evaluation.step(whole.length)
    return whole.includes(value)
  }
  if (typeof whole !== 'string') throw wrongType(variable.path, whole, 'an array or text')
  // What a search takes at worst: an event may have a text of all the length that a request takes.
  evaluation.step(Math.floor((whole.length * value.length) / LIMITS.searchPerStep))
  return whole.includes(value)
}

/** Below zero, zero or above, as a text is before, at or after another by code points: those beyond U+FFFF are last. */
export function codePointOrder(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length)
  let at = 0
  while (at < shorter && one[at] === other[at]) at += 1
  // Where they differ in the second half of a character, they differ in that character.
  const start = at > 0 && /[\ud800-\udbff]/.test(one[at - 1] ?? '') ? at - 1 : at
  return (one.codePointAt(start) ?? -1) - (other.codePointAt(start) ?? -1)
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
