import { type Day, dayOf, type Instant } from '#domain/points/account.ts'
import {
  type Campaign,
  type CampaignTerms,
  inTimeZone,
  PURCHASE_COMPLETED,
  type PurchaseCompleted,
  STORE_CLIENT,
} from './campaign.ts'
import {
  type CompiledComparison,
  type CompiledCondition,
  type Condition,
  compileCondition,
  type Rule,
} from './condition.ts'
import { oddityOf, productsOf, Search, whyNo } from './condition-search.ts'
import { Evaluation } from './evaluation.ts'
import { type Shape, shapeOf, shapeWithProducts } from './event-shape.ts'
import { type ExactNumber, exactFromInteger } from './exact-number.ts'
import { evaluateFormula, type Formula } from './formula.ts'
import { EACH, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { CompiledRule, evaluateRule, type RuleResult } from './rules.ts'
import { largestPurchase, type Named, samplePurchases } from './sample-purchases.ts'
import type { Variable } from './variable.ts'

/** Something in a campaign that is allowed, and can hardly be meant. */
export type Warning = {
  /** As of errors: `rules` and a JSON Pointer, or the name of another term. */
  readonly path: string
  readonly message: string
}

/**
 * Warns of rules that can never give anything: no event fulfils their condition, or their formula reads what no event has, divides by zero,
 * or is a constant that is not above zero or is above what a rule may give. Warns also of types of events that never come, and of points
 * that end before they count. What it says of conditions is true of every event that the campaign runs for; conditions with more
 * alternatives than it goes through are not warned of. That a formula divides by zero for some purchases is found by trying sample
 * purchases, so some may be missed.
 *
 * @param since when the campaign got these terms: it awards nothing on them before
 */
export function warningsOf(campaign: Pick<Campaign, 'client'> & CampaignTerms, since: Instant): Warning[] {
  const ofEvents = shapeOf(campaign)
  const search = new Search(ofEvents)
  const rules = campaign.rules.map((rule, index) => {
    const compiled = new CompiledRule(rule)
    const products = compiled.lines && productsOf(compiled.lines)
    const shape = products ? shapeWithProducts(ofEvents, products.size) : ofEvents
    const at = pointer('rules', index)
    return { rule, compiled, shape, at, never: whyNeverGives(compiled, at, search.within(shape)) }
  })
  const trial = new Trial(campaign.timeZone, rules.filter(({ compiled }) => divides(compiled)).length)
  const warnings = rules.flatMap(({ rule, compiled, shape, at, never }) =>
    never
      ? [never]
      : [
          ...oddParts(rule, at, shape, search.within(shape)),
          ...warningsOfFormula(compiled, at, shape, trial),
          ...trial.warningsOfSteps(compiled, at, shape),
        ],
  )
  return [...warningsOfTypes(campaign), ...warningsOfExpiry(campaign, since), ...warnings].slice(0, LIMITS.errors)
}

const NO_LINE = 'no line can match'
const NEVER = 'can never hold'

function whyNeverGives({ lines, condition }: CompiledRule, at: string, search: Search): Warning | undefined {
  const noLine = lines && search.whyNever(lines)
  if (noLine !== undefined) return { path: pointer(at, 'lines'), message: `${NO_LINE}: ${noLine}` }
  const unmet = search.whyNever(condition)
  return unmet === undefined ? undefined : { path: pointer(at, 'condition'), message: `${NEVER}: ${unmet}` }
}

function warningsOfFormula(rule: CompiledRule, at: string, shape: Shape, trial: Trial): Warning[] {
  if (!rule.formula.ok) return []
  const { formula } = rule.formula
  const message = whyNothing(formula, shape) ?? (shape.isPurchase ? trial.whyDivides(rule, formula) : undefined)
  return message === undefined ? [] : [{ path: pointer(pointer(at, 'action'), 'formula'), message }]
}

/**
 * Values that are compared with and that can hardly be meant, and alternatives that no event fulfils, in a rule that may give something
 * nevertheless.
 */
function oddParts({ lines, condition, variable }: Rule, at: string, shape: Shape, search: Search): Warning[] {
  const place = lines ? 'ruleWithLines' : 'rule'
  const ofLines = { compile: (one: Condition) => compileCondition(one, 'lines', undefined), never: NO_LINE }
  const ofRule = { compile: (one: Condition) => compileCondition(one, place, variable), never: NEVER }
  return [
    ...(lines ? oddPartsOf(lines, pointer(at, 'lines'), true, { ...ofLines, shape, search }) : []),
    ...(condition ? oddPartsOf(condition, pointer(at, 'condition'), true, { ...ofRule, shape, search }) : []),
  ]
}

type OddityScope = {
  readonly compile: (condition: Condition) => CompiledCondition
  readonly never: string
  readonly shape: Shape
  readonly search: Search
}

/** @param holds whether the condition is to hold: within `not`, what no event fulfils may be meant */
function oddPartsOf(condition: Condition, at: string, holds: boolean, scope: OddityScope): Warning[] {
  if ('not' in condition) return oddPartsOf(condition.not, pointer(at, 'not'), !holds, scope)
  for (const kind of ['all', 'any'] as const) {
    if (!(kind in condition)) continue
    const inner = (condition as Record<typeof kind, readonly Condition[]>)[kind]
    return inner.flatMap((one, index) => {
      const place = pointer(pointer(at, kind), index)
      const odd = oddPartsOf(one, place, holds, scope)
      if (odd.length > 0 || kind === 'all' || !holds) return odd
      const why = scope.search.whyNever(scope.compile(one))
      return why === undefined ? [] : [{ path: place, message: `${scope.never}: ${why}` }]
    })
  }
  const [leaf] = comparisonsOf(scope.compile(condition))
  const message = leaf && oddityOf(leaf, scope.shape)
  return message === undefined ? [] : [{ path: pointer(at, 'value'), message }]
}

function warningsOfTypes({ client, eventTypes }: Pick<Campaign, 'client' | 'eventTypes'>): Warning[] {
  const others = client === STORE_CLIENT ? eventTypes.filter((type) => type !== PURCHASE_COMPLETED) : []
  if (others.length === 0) return []
  return [
    { path: 'event_types', message: `nothing in the store is a ${others[0]}: other systems are clients of their own` },
  ]
}

function warningsOfExpiry({ startsAt, endsAt, availableAfterDays, expiry }: CampaignTerms, since: Instant): Warning[] {
  if (expiry === null || !('on' in expiry)) return []
  const first = startsAt !== null && startsAt > since ? startsAt : since
  if (endsAt !== null && endsAt <= first) return []
  const soonest = dayAfter(first, availableAfterDays)
  if (isBefore(expiry.on, soonest)) {
    return [{ path: 'expiry', message: `ends before any points count, which is on ${soonest} at the earliest` }]
  }
  if (endsAt === null) return []
  const last = new Date(Date.parse(endsAt) - 1).toISOString()
  const latest = dayAfter(last, availableAfterDays)
  if (!isBefore(expiry.on, latest)) return []
  const message = `ends before some points count: those awarded on ${dayOf(last)}, from ${latest} on`
  return [{ path: 'expiry', message }]
}

/** The day that is so many days after that of an instant. A campaign may begin in 9999, so it can have a year of six digits. */
function dayAfter(instant: Instant, days: number): Day {
  const date = new Date(instant)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().split('T')[0] ?? ''
}

function isBefore(day: Day, other: Day): boolean {
  return Date.parse(day) < Date.parse(other)
}

// ---------------------------------------------------------------------------------------------------------------------
// Formulas

/** Why a formula can be evaluated on no event; undefined if it may be. */
function whyNothing(formula: Formula, shape: Shape): string | undefined {
  const misfit = variablesOf(formula)
    .map((variable) => whyNo('number', variable, shape))
    .find((why) => why !== undefined)
  if (misfit !== undefined) return `can never be evaluated: ${misfit}`
  if (divisorsOf(formula).some((divisor) => constantOf(divisor, shape)?.n === 0n)) return 'always divides by zero'
  const constant = constantOf(formula, shape)
  if (constant?.gt(MOST)) return `is always more than ${LIMITS.pointsPerRule} points, which no rule may give`
  return constant?.lte(NOTHING) ? 'never gives anything: it is not above zero' : undefined
}

function operandsOf(formula: Formula): readonly Formula[] {
  switch (formula.kind) {
    case 'operation':
      return [formula.left, formula.right]
    case 'negation':
      return [formula.operand]
    case 'call':
      return formula.operands
    default:
      return []
  }
}

function variablesOf(formula: Formula): Variable[] {
  switch (formula.kind) {
    case 'path':
    case 'aggregate':
    case 'matched':
      return [formula]
    default:
      return operandsOf(formula).flatMap(variablesOf)
  }
}

function divisorsOf(formula: Formula): Formula[] {
  const divides = formula.kind === 'operation' && (formula.operator === '/' || formula.operator === '%')
  return [...(divides ? [formula.right] : []), ...operandsOf(formula).flatMap(divisorsOf)]
}

const NOTHING = exactFromInteger(0n)
const MOST = exactFromInteger(BigInt(LIMITS.pointsPerRule))

/** What a formula comes to that looks at nothing of an event, or sums what is in none; undefined for another. */
function constantOf(formula: Formula, shape: Shape): ExactNumber | undefined {
  if (!variablesOf(formula).every((variable) => isOfNothing(variable, shape))) return undefined
  try {
    return evaluateFormula(formula, new Evaluation({}))
  } catch {
    // It divides by zero itself, or is too large: another divisor of the same formula, or nothing to be said.
    return undefined
  }
}

/** Whether a variable is the sum or the number of what is never there. */
function isOfNothing(variable: Variable, shape: Shape): boolean {
  const { known } = shape.at(variable)
  return variable.kind === 'aggregate' && known?.kind === 'number' && known.range.most?.value.n === 0n
}

/** The numbers that a formula reckons with: somewhere near them what it divides by may be zero. */
function numbersOf(formula: Formula): number[] {
  return formula.kind === 'number' ? [formula.value.valueOf()] : operandsOf(formula).flatMap(numbersOf)
}

/** What a rule names: what its conditions compare with, and for each path of its formula the numbers of that. */
function namedBy({ lines, condition }: CompiledRule, formula: Formula): Named[] {
  const numbers = numbersOf(formula)
  const reckoned = variablesOf(formula).flatMap((variable) => {
    const segments = placeOf(variable)
    return [{ segments, value: '' }, ...numbers.map((value) => ({ segments, value }))]
  })
  return [...(lines ? leavesOf(lines) : []), ...leavesOf(condition), ...reckoned]
}

/** Of what a number is, in an event: where all lines have something, counting that counts them. */
function placeOf({ path, ...variable }: Variable): readonly (string | number)[] {
  if (path.isOfLine) return ['lines', ...path.segments]
  const [first, second, ...others] = path.segments
  const areLines = variable.kind === 'aggregate' && variable.name === 'count' && first === 'lines' && second === EACH
  return areLines && !others.includes(EACH) ? [first, second] : path.segments
}

function leavesOf(condition: CompiledCondition): Named[] {
  return comparisonsOf(condition).flatMap((leaf) => {
    const segments = placeOf(leaf.variable)
    return valuesOf(leaf).map((value) => ({ segments, value: typeof value === 'string' ? value : value.valueOf() }))
  })
}

function comparisonsOf(condition: CompiledCondition): readonly CompiledComparison[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.conditions.flatMap(comparisonsOf)
    case 'not':
      return comparisonsOf(condition.condition)
    case 'invalid':
      return []
    default:
      return [condition]
  }
}

function valuesOf(leaf: CompiledComparison): readonly (string | ExactNumber)[] {
  switch (leaf.kind) {
    case 'number':
    case 'text':
    case 'contains':
      return [leaf.value]
    case 'numberIn':
    case 'textIn':
      return [...leaf.values]
    case 'numberBetween':
    case 'textBetween':
      return [leaf.low, leaf.high]
    case 'exists':
      return ['']
  }
}

function divides({ formula }: CompiledRule): boolean {
  return formula.ok && divisorsOf(formula.formula).some((divisor) => variablesOf(divisor).length > 0)
}

/** Finds purchases for which rules divide by zero. */
class Trial {
  readonly #timeZone: string
  #rulesLeft: number
  #left: number = LIMITS.samples
  #stepsLeft: number = LIMITS.sampleSteps

  /** @param rules that divide: they share what is tried, and leave to the others what they do not need of it */
  constructor(timeZone: string, rules: number) {
    this.#timeZone = timeZone
    this.#rulesLeft = rules
  }

  /** Steps are counted alike wherever a rule stops, so the largest purchase takes most of them, as far as it is let through. */
  warningsOfSteps(rule: CompiledRule, at: string, { isPurchase }: Shape): Warning[] {
    if (!isPurchase || this.#stepsLeft <= 0) return []
    const result = this.#evaluate(rule, largestPurchase())
    if (result.outcome !== 'not_evaluated' || result.reason.code !== 'too_many_steps') return []
    return [
      {
        path: at,
        message: `takes more than ${LIMITS.steps} steps for the largest purchases, and gives nothing for them`,
      },
    ]
  }

  #evaluate(rule: CompiledRule, event: PurchaseCompleted): RuleResult {
    const evaluation = new Evaluation(inTimeZone(event)(this.#timeZone) ?? null)
    const result = evaluateRule(rule, evaluation)
    this.#stepsLeft -= evaluation.steps
    return result
  }

  /** Why a rule gives nothing for some purchase that its condition lets through; undefined if none is found. */
  whyDivides(rule: CompiledRule, formula: Formula): string | undefined {
    if (!divides(rule)) return undefined
    const end = this.#left - Math.min(LIMITS.samplesPerRule, Math.ceil(this.#left / this.#rulesLeft))
    const endOfSteps = this.#stepsLeft - this.#stepsLeft / this.#rulesLeft
    this.#rulesLeft -= 1
    for (const { event, description } of samplePurchases(namedBy(rule, formula), this.#timeZone)) {
      if (this.#left <= end || this.#stepsLeft <= endOfSteps) return undefined
      this.#left -= 1
      const result = this.#evaluate(rule, event)
      if (result.outcome === 'not_evaluated' && result.reason.code === 'division_by_zero')
        return `divides by zero, as for a purchase ${description}`
    }
    return undefined
  }
}
