import { MAX_LINES, MAX_QUANTITY } from '#domain/purchase.ts'
import { type Campaign, PURCHASE_COMPLETED, STORE_CLIENT } from './campaign.ts'
import type { CompiledCondition, NumericComparison } from './condition.ts'
import { Evaluation } from './evaluation.ts'
import { type ExactNumber, exactFromInteger, exactFromNumber } from './exact-number.ts'
import { evaluateFormula, type Formula } from './formula.ts'
import { type JsonPath, jsonCopy, pointer } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { CompiledRule, evaluateRule } from './rules.ts'
import { type Named, samplePurchases } from './sample-purchases.ts'

/** Something in a campaign that is allowed, and can hardly be meant. */
export type Warning = {
  /** As of errors: `rules` and a JSON Pointer, or the name of another term. */
  readonly path: string
  readonly message: string
}

/**
 * Rules that can never give anything: whose condition no event fulfils, whose formula looks at what no event has, divides by zero, or is
 * a constant that is not above zero, or above what a rule may give;
 * and types of events that never come. It is exact as far as it looks: what it says of conditions is true of every event that the
 * campaign runs for, and it only misses conditions of more alternatives than it goes through. That a formula divides by zero for some
 * purchase is found by trying: there is such a purchase, and others may be missed.
 */
export function warningsOf(campaign: Pick<Campaign, 'client' | 'eventTypes' | 'rules'>): Warning[] {
  const shape = shapeOf(campaign)
  const search = new Search(shape)
  const trial = new Trial()
  const warnings = campaign.rules.flatMap((rule, index): Warning[] => {
    const at = pointer('rules', index)
    const compiled = new CompiledRule(rule)
    const unmet = search.whyNever(compiled.condition)
    if (unmet !== undefined) {
      return [{ path: pointer(at, 'condition'), message: `can never hold: ${unmet}` }]
    }
    if (!compiled.formula.ok) return []
    const { formula } = compiled.formula
    const message = whyNothing(formula, shape) ?? (shape.isPurchase ? trial.whyDivides(compiled, formula) : undefined)
    return message === undefined ? [] : [{ path: pointer(pointer(at, 'action'), 'formula'), message }]
  })
  return [...warningsOfTypes(campaign), ...warnings].slice(0, LIMITS.errors)
}

function warningsOfTypes({ client, eventTypes }: Pick<Campaign, 'client' | 'eventTypes'>): Warning[] {
  const others = client === STORE_CLIENT ? eventTypes.filter((type) => type !== PURCHASE_COMPLETED) : []
  if (others.length === 0) return []
  return [
    { path: 'event_types', message: `nothing in the store is a ${others[0]}: other systems are clients of their own` },
  ]
}

// ---------------------------------------------------------------------------------------------------------------------
// What is known of the events of a campaign

/** Numbers between two ends, each of which may be left out, and may belong to them or not; whole ones between two that do. */
type Range = { readonly least?: End; readonly most?: End; readonly isWhole?: true }
type End = { readonly value: ExactNumber; readonly included: boolean }

/** What may stand at a path. */
type Known =
  | { readonly kind: 'number'; readonly range: Range }
  | { readonly kind: 'text'; readonly values?: readonly string[] }

type Shape = {
  /** Undefined: nothing is known of the path; null: there is neither a number nor a text. */
  readonly at: (path: JsonPath) => Known | null | undefined
  /** Whether purchases are all that the campaign runs for. */
  readonly isPurchase: boolean
}

const text: Known = { kind: 'text' }

function atLeast(value: number): Known {
  const least = exactFromNumber(value)
  return { kind: 'number', range: least ? { least: { value: least, included: true } } : {} }
}

function pieces(most: number): Known {
  const end = (value: number) => ({ value: exactFromInteger(BigInt(value)), included: true })
  return { kind: 'number', range: { least: end(1), most: end(most), isWhole: true } }
}

/** Members of a purchase, and of its lines: see `purchaseEvent` (db/campaign-past.ts). */
const PURCHASE: Readonly<Record<string, Known>> = {
  occurredAt: text,
  purchaseId: text,
  username: text,
  productId: text,
  amount: atLeast(0),
  total: atLeast(0),
  quantity: pieces(MAX_LINES * MAX_QUANTITY),
}
const LINE: Readonly<Record<string, Known>> = { productId: text, quantity: pieces(MAX_QUANTITY), price: atLeast(0) }

function shapeOf({ client, eventTypes }: Pick<Campaign, 'client' | 'eventTypes'>): Shape {
  const own: Readonly<Record<string, Known>> = {
    type: { kind: 'text', values: eventTypes },
    client: { kind: 'text', values: [client] },
    occurredAt: text,
  }
  const isPurchase = client === STORE_CLIENT && eventTypes.every((type) => type === PURCHASE_COMPLETED)
  return { at: (path) => (isPurchase ? atPurchase(path, own) : atAny(path, own)), isPurchase }
}

function atPurchase({ segments }: JsonPath, own: Readonly<Record<string, Known>>): Known | null {
  const [first = '', index, member = '', ...others] = segments
  if (segments.length === 1) return memberOf(own, first) ?? memberOf(PURCHASE, first) ?? null
  const isInLine = first === 'lines' && typeof index === 'number' && index < MAX_LINES && others.length === 0
  return (isInLine && segments.length === 3 && memberOf(LINE, member)) || null
}

/** An event of another system has what its payload has, beside what we put into it. */
function atAny({ segments }: JsonPath, own: Readonly<Record<string, Known>>): Known | null | undefined {
  const [first = '', ...others] = segments
  const known = memberOf(own, first)
  return known && others.length > 0 ? null : known
}

function memberOf(members: Readonly<Record<string, Known>>, name: string | number): Known | undefined {
  return Object.hasOwn(members, name) ? members[String(name)] : undefined
}

// ---------------------------------------------------------------------------------------------------------------------
// Conditions: whether any event fulfils them

/** What is left of the values at a path after some comparisons; a text that `is` one is not any other. */
type Left =
  | { readonly kind: 'number'; readonly range: Range; readonly not: readonly ExactNumber[] }
  | { readonly kind: 'text'; readonly is?: string; readonly among?: readonly string[]; readonly not: readonly string[] }

type Values = ReadonlyMap<string, Left>
type Leaf = CompiledCondition & { kind: 'number' | 'text' }
/** A condition, and whether it is to hold or not to hold. What cannot be said of an event is neither. */
type Wanted = { readonly condition: CompiledCondition; readonly holds: boolean }

/** Alternatives that are gone through for the rules of a campaign: far more than what people write has. */
const MAX_ALTERNATIVES = 20_000

class Search {
  readonly #shape: Shape
  #left = MAX_ALTERNATIVES

  constructor(shape: Shape) {
    this.#shape = shape
  }

  /** Why no event fulfils a condition; undefined if one does, or it would take too long to find out. */
  whyNever(condition: CompiledCondition): string | undefined {
    if (this.#isPossible([{ condition, holds: true }], new Map())) return undefined
    return this.#impossibleLeaf(condition) ?? 'its comparisons contradict each other'
  }

  /** Whether there are values that make all conditions hold, or not hold, as it is wanted of each. */
  #isPossible([first, ...others]: readonly Wanted[], values: Values): boolean {
    if (this.#left <= 0) return true
    this.#left -= 1
    if (!first) return true
    const { condition, holds } = first
    switch (condition.kind) {
      case 'not':
        return this.#isPossible([{ condition: condition.condition, holds: !holds }, ...others], values)
      case 'all':
      case 'any': {
        const wanted = condition.conditions.map((inner) => ({ condition: inner, holds }))
        if ((condition.kind === 'all') === holds) return this.#isPossible([...wanted, ...others], values)
        return wanted.some((one) => this.#isPossible([one, ...others], values))
      }
      case 'invalid':
        return false
      default: {
        const next = this.#narrowed(condition, holds, values)
        return next !== undefined && this.#isPossible(others, next)
      }
    }
  }

  /** The values without those for which a comparison does not come out as wanted; undefined if none are left. */
  #narrowed(leaf: Leaf, holds: boolean, values: Values): Values | undefined {
    const key = JSON.stringify(leaf.path.segments)
    const before = values.get(key) ?? unrestricted(leaf, this.#shape.at(leaf.path))
    if (!before || before.kind !== leaf.kind) return undefined
    const left =
      leaf.kind === 'number'
        ? narrowNumber(before as NumberLeft, leaf, holds)
        : narrowText(before as TextLeft, leaf, holds)
    return isEmpty(left) ? undefined : new Map(values).set(key, left)
  }

  /** The first comparison that no event fulfils, whatever is said beside it. */
  #impossibleLeaf(condition: CompiledCondition): string | undefined {
    switch (condition.kind) {
      case 'all':
      case 'any':
        for (const inner of condition.conditions) {
          const found = this.#impossibleLeaf(inner)
          if (found !== undefined) return found
        }
        return undefined
      case 'not':
        return this.#impossibleLeaf(condition.condition)
      case 'invalid':
        return condition.message
      default:
        return misfitOf(condition.path, condition.kind, this.#shape)
    }
  }
}

type NumberLeft = Left & { kind: 'number' }
type TextLeft = Left & { kind: 'text' }

/** Everything that a comparison can be true or false of, as far as it is known what there is. */
function unrestricted({ kind }: Leaf, known: Known | null | undefined): Left | undefined {
  if (known === null || (known !== undefined && known.kind !== kind)) return undefined
  if (kind === 'number') return { kind, range: known?.kind === 'number' ? known.range : {}, not: [] }
  return { kind, ...(known?.kind === 'text' && known.values && { among: known.values }), not: [] }
}

function narrowNumber(before: NumberLeft, { rule, value }: Leaf & { kind: 'number' }, holds: boolean): NumberLeft {
  if (rule === 'numeric_equals' && !holds) return { ...before, not: [...before.not, value] }
  return { ...before, range: intersection(before.range, rangeOf(rule, value, holds)) }
}

function rangeOf(rule: NumericComparison, value: ExactNumber, holds: boolean): Range {
  switch (rule) {
    case 'numeric_greater_than':
      return holds ? { least: { value, included: false } } : { most: { value, included: true } }
    case 'numeric_greater_than_equals':
      return holds ? { least: { value, included: true } } : { most: { value, included: false } }
    case 'numeric_less_than':
      return holds ? { most: { value, included: false } } : { least: { value, included: true } }
    case 'numeric_less_than_equals':
      return holds ? { most: { value, included: true } } : { least: { value, included: false } }
    case 'numeric_equals':
      return { least: { value, included: true }, most: { value, included: true } }
  }
}

function intersection(one: Range, other: Range): Range {
  const least = stricter(one.least, other.least, 1)
  const most = stricter(one.most, other.most, -1)
  const isWhole = one.isWhole ?? other.isWhole
  return { ...(least && { least }), ...(most && { most }), ...(isWhole && { isWhole }) }
}

/** @param direction in which an end excludes more: 1 of the least numbers, -1 of the most */
function stricter(one: End | undefined, other: End | undefined, direction: 1 | -1): End | undefined {
  if (!one || !other) return one ?? other
  const order = one.value.compare(other.value) * direction
  if (order === 0) return one.included ? other : one
  return order > 0 ? one : other
}

function narrowText(before: TextLeft, { value }: Leaf & { kind: 'text' }, holds: boolean): TextLeft {
  if (!holds) return { ...before, not: [...before.not, value] }
  const among = before.among?.filter((one) => one === value)
  if (before.is !== undefined && before.is !== value) return { ...before, among: [] }
  return { ...before, is: value, ...(among && { among }) }
}

function isEmpty(left: Left): boolean {
  if (left.kind === 'text') {
    if (left.is !== undefined && left.not.includes(left.is)) return true
    return left.among?.every((one) => left.not.includes(one)) ?? false
  }
  const { least, most, isWhole } = left.range
  if (!least || !most) return false
  if (isWhole) return !hasWhole(least, most, left.not)
  const order = least.value.compare(most.value)
  if (order !== 0) return order > 0
  // Between different numbers there are always others; this is a single one.
  return !least.included || !most.included || left.not.some((one) => one.compare(least.value) === 0)
}

/** Whether there is a whole number between two ends that is none of some. */
function hasWhole(least: End, most: End, not: readonly ExactNumber[]): boolean {
  const one = exactFromInteger(1n)
  const excluded = new Set(not.map((number) => number.toFraction()))
  const ceiling = least.value.ceil()
  let number = !least.included && ceiling.equals(least.value) ? ceiling.add(one) : ceiling
  while (excluded.has(number.toFraction())) number = number.add(one)
  const order = number.compare(most.value)
  return order < 0 || (order === 0 && most.included)
}

/** Why what stands at a path is never of a kind; undefined if it may be. */
function misfitOf(path: JsonPath, kind: 'number' | 'text', shape: Shape): string | undefined {
  const known = shape.at(path)
  if (known === null) return `${path.text} is not in a ${PURCHASE_COMPLETED}, or neither a number nor a text`
  if (known === undefined || known.kind === kind) return undefined
  return kind === 'number' ? `${path.text} is a text, not a number` : `${path.text} is a number, not a text`
}

// ---------------------------------------------------------------------------------------------------------------------
// Formulas

/** Why a formula can be evaluated on no event; undefined if it may be. */
function whyNothing(formula: Formula, shape: Shape): string | undefined {
  const misfit = pathsOf(formula)
    .map((path) => misfitOf(path, 'number', shape))
    .find((why) => why !== undefined)
  if (misfit !== undefined) return `can never be evaluated: ${misfit}`
  if (divisorsOf(formula).some(isConstantZero)) return 'always divides by zero'
  const constant = constantOf(formula)
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

function pathsOf(formula: Formula): JsonPath[] {
  return formula.kind === 'path' ? [formula.path] : operandsOf(formula).flatMap(pathsOf)
}

function divisorsOf(formula: Formula): Formula[] {
  const divides = formula.kind === 'operation' && (formula.operator === '/' || formula.operator === '%')
  return [...(divides ? [formula.right] : []), ...operandsOf(formula).flatMap(divisorsOf)]
}

const NOTHING = exactFromInteger(0n)
const MOST = exactFromInteger(BigInt(LIMITS.pointsPerRule))

function isConstantZero(formula: Formula): boolean {
  return constantOf(formula)?.n === 0n
}

/** What a formula without paths comes to; undefined if it has some. */
function constantOf(formula: Formula): ExactNumber | undefined {
  if (pathsOf(formula).length > 0) return undefined
  try {
    return evaluateFormula(formula, new Evaluation(null))
  } catch {
    // It divides by zero itself, or is too large: another divisor of the same formula, or nothing to be said.
    return undefined
  }
}

/** The numbers that a formula reckons with: somewhere near them what it divides by may be zero. */
function numbersOf(formula: Formula): number[] {
  return formula.kind === 'number' ? [formula.value.valueOf()] : operandsOf(formula).flatMap(numbersOf)
}

/** What a rule names: what its condition compares with, and for each path of its formula the numbers of that. */
function namedBy(condition: CompiledCondition, formula: Formula): Named[] {
  const numbers = numbersOf(formula)
  const reckoned = pathsOf(formula).flatMap(({ segments }) => [
    { segments, value: '' },
    ...numbers.map((value) => ({ segments, value })),
  ])
  return [...leavesOf(condition), ...reckoned]
}

function leavesOf(condition: CompiledCondition): Named[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.conditions.flatMap(leavesOf)
    case 'not':
      return leavesOf(condition.condition)
    case 'invalid':
      return []
    default: {
      const { path, value } = condition
      return [{ segments: path.segments, value: typeof value === 'string' ? value : value.valueOf() }]
    }
  }
}

/** Purchases that a rule is tried on at most, and all rules of a campaign together. */
const MAX_SAMPLES_OF_RULE = 1_000
const MAX_SAMPLES = 4_000

/** Finds purchases for which rules divide by zero. */
class Trial {
  #left = MAX_SAMPLES

  /** Why a rule gives nothing for some purchase that its condition lets through; undefined if none is found. */
  whyDivides(rule: CompiledRule, formula: Formula): string | undefined {
    if (divisorsOf(formula).every((divisor) => pathsOf(divisor).length === 0)) return undefined
    const samples = samplePurchases(namedBy(rule.condition, formula))
    const end = this.#left - MAX_SAMPLES_OF_RULE
    for (const { event, description } of samples) {
      if (this.#left <= Math.max(end, 0)) return undefined
      this.#left -= 1
      const result = evaluateRule(rule, new Evaluation(jsonCopy(event) ?? null))
      if (result.outcome === 'not_evaluated' && result.reason.code === 'division_by_zero') {
        return `divides by zero, as for a purchase ${description}`
      }
    }
    return undefined
  }
}
