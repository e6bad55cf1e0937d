import { type CompiledComparison, type CompiledCondition, codePointOrder, type NumericComparison } from './condition.ts'
import type { End, Known, Range, Shape, TextForm } from './event-shape.ts'
import { type ExactNumber, exactFromInteger, exactToText } from './exact-number.ts'
import { LIMITS } from './limits.ts'
import type { Variable } from './variable.ts'

/** What is left of the values at a place after some comparisons, by kind; a kind of which nothing is left is not there. */
type Left = {
  /** Whether there may be nothing at all. */
  readonly nothing: boolean
  readonly number?: NumberLeft
  readonly text?: TextLeft
  readonly array?: ArrayLeft
  /** Whether there may be something of another kind: of it only its existence is ever looked at. */
  readonly other: boolean
}
type NumberLeft = {
  readonly range: Range
  readonly among?: readonly ExactNumber[]
  readonly not: readonly ExactNumber[]
}
type TextLeft = {
  readonly form: TextForm | undefined
  readonly among?: readonly string[]
  readonly not: readonly string[]
  readonly least?: TextEnd
  readonly most?: TextEnd
  readonly has: readonly string[]
  readonly lacks: readonly string[]
}
type TextEnd = { readonly value: string; readonly included: boolean }
/** What an array has, and has not. */
type ArrayLeft = {
  readonly of: Known | undefined
  readonly most: number
  readonly has: readonly string[]
  readonly lacks: readonly string[]
}

type Values = ReadonlyMap<string, Left>
/** A condition, and whether it is to hold or not to hold. What cannot be said of an event is neither. */
type Wanted = { readonly condition: CompiledCondition; readonly holds: boolean }

/** Finds out whether any event fulfils a condition. What it says is true of every event; it may find nothing to say. */
export class Search {
  readonly #budget: { left: number }
  readonly #shape: Shape

  /** @param budget alternatives to go through, which searches may share */
  constructor(shape: Shape, budget: { left: number } = { left: LIMITS.alternatives }) {
    this.#shape = shape
    this.#budget = budget
  }

  /** For another shape, within the same budget. */
  within(shape: Shape): Search {
    return new Search(shape, this.#budget)
  }

  /** Why no event fulfils a condition; undefined if one does, or it would take too long to find out. */
  whyNever(condition: CompiledCondition): string | undefined {
    if (this.#isPossible([{ condition, holds: true }], new Map())) return undefined
    return this.#impossibleLeaf({ condition, holds: true }) ?? 'its comparisons contradict each other'
  }

  /** Whether there are values that make all conditions hold, or not hold, as it is wanted of each. */
  #isPossible([first, ...others]: readonly Wanted[], values: Values): boolean {
    if (this.#budget.left <= 0) return true
    this.#budget.left -= 1
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
        const key = keyOf(condition)
        const before = values.get(key) ?? unrestricted(condition, this.#shape)
        return narrowed(before, condition, holds).some((left) => {
          this.#budget.left -= Math.floor(sizeOf(left) / LIMITS.valuesPerAlternative)
          return !isEmpty(left) && this.#isPossible(others, new Map(values).set(key, left))
        })
      }
    }
  }

  /** Why one comparison never comes out as wanted, whatever is said beside it, where that alone makes all of it impossible. */
  #impossibleLeaf({ condition, holds }: Wanted): string | undefined {
    switch (condition.kind) {
      case 'all':
      case 'any': {
        const found = condition.conditions.map((inner) => this.#impossibleLeaf({ condition: inner, holds }))
        const areAlternatives = (condition.kind === 'any') === holds
        return areAlternatives && found.includes(undefined) ? undefined : found.find((why) => why !== undefined)
      }
      case 'not':
        return this.#impossibleLeaf({ condition: condition.condition, holds: !holds })
      case 'invalid':
        return condition.message
      default: {
        if (narrowed(unrestricted(condition, this.#shape), condition, holds).some((left) => !isEmpty(left)))
          return undefined
        return (
          misfitOf(condition, this.#shape) ??
          oddityOf(condition, this.#shape) ??
          beyond(condition.variable, this.#shape.at(condition.variable).known)
        )
      }
    }
  }
}

/** The products that a line may have for a condition over lines to hold, or not to hold, where it names them all; undefined: any. */
export function productsOf(condition: CompiledCondition, holds = true): ReadonlySet<string> | undefined {
  switch (condition.kind) {
    case 'not':
      return productsOf(condition.condition, !holds)
    case 'all':
    case 'any': {
      const found = condition.conditions.map((inner) => productsOf(inner, holds))
      const named = found.filter((products) => products !== undefined)
      if ((condition.kind === 'all') === holds) {
        const [first, ...others] = named
        return first && new Set([...first].filter((product) => others.every((products) => products.has(product))))
      }
      return named.length < found.length ? undefined : new Set(named.flatMap((products) => [...products]))
    }
    case 'text':
    case 'textIn': {
      const [first, ...others] = condition.variable.path.segments
      if (!holds || first !== 'productId' || others.length > 0) return undefined
      return condition.kind === 'text' ? new Set([condition.value]) : condition.values
    }
    default:
      return undefined
  }
}

function keyOf({ variable }: CompiledComparison): string {
  const { kind, path } = variable
  return JSON.stringify([kind, kind === 'path' ? '' : variable.name, path.isOfLine, path.segments])
}

/** Everything that may be at the place that a comparison looks at. */
function unrestricted({ variable }: CompiledComparison, shape: Shape): Left {
  const { known, isAlways } = shape.at(variable)
  const nothing = !isAlways
  if (known === undefined) {
    const array = { of: undefined, most: Infinity, has: [], lacks: [] }
    return { nothing, number: { range: {}, not: [] }, text: NO_TEXT, array, other: true }
  }
  switch (known?.kind) {
    case undefined:
      return { nothing: true, other: false }
    case 'number':
      return { nothing, number: { range: known.range, not: [] }, other: false }
    case 'text':
      return {
        nothing,
        text: { ...NO_TEXT, form: known.form, ...(known.values && { among: known.values }) },
        other: false,
      }
    case 'array':
      return { nothing, array: { of: known.of, most: known.most, has: [], lacks: [] }, other: false }
    case 'object':
      return { nothing, other: true }
  }
}

const NO_TEXT: TextLeft = { form: undefined, not: [], has: [], lacks: [] }
const NEITHER = { nothing: false, other: false }

/** The values for which a comparison comes out as wanted, in alternatives; others than those it can be said of are not among them. */
function narrowed(before: Left, leaf: CompiledComparison, holds: boolean): Left[] {
  const { number, text, array } = before
  switch (leaf.kind) {
    case 'exists':
      return [holds ? { ...before, nothing: false } : { nothing: before.nothing, other: false }]
    case 'number':
    case 'numberIn':
    case 'numberBetween':
      return number ? narrowNumber(number, leaf, holds).map((left) => ({ ...NEITHER, number: left })) : []
    case 'text':
    case 'textIn':
    case 'textBetween':
      return text ? narrowText(text, leaf, holds).map((left) => ({ ...NEITHER, text: left })) : []
    case 'contains': {
      const part = holds ? 'has' : 'lacks'
      return [
        ...(text ? [{ ...NEITHER, text: { ...text, [part]: [...text[part], leaf.value] } }] : []),
        ...(array ? [{ ...NEITHER, array: { ...array, [part]: [...array[part], leaf.value] } }] : []),
      ]
    }
  }
}

function narrowNumber(
  before: NumberLeft,
  leaf: CompiledComparison & { kind: 'number' | 'numberIn' | 'numberBetween' },
  holds: boolean,
): NumberLeft[] {
  const within = (range: Range) => ({ ...before, range: intersection(before.range, range) })
  switch (leaf.kind) {
    case 'number':
      if (leaf.rule === 'numeric_equals' && !holds) return [{ ...before, not: [...before.not, leaf.value] }]
      return [within(rangeOf(leaf.rule, leaf.value, holds))]
    case 'numberIn': {
      if (!holds) return [{ ...before, not: [...before.not, ...leaf.values] }]
      const among = before.among?.filter((one) => leaf.keys.has(one.toFraction())) ?? leaf.values
      return [{ ...before, among }]
    }
    case 'numberBetween': {
      const { low, high } = leaf
      if (holds) return [within({ least: { value: low, included: true }, most: { value: high, included: true } })]
      return [within({ most: { value: low, included: false } }), within({ least: { value: high, included: false } })]
    }
  }
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

function narrowText(
  before: TextLeft,
  leaf: CompiledComparison & { kind: 'text' | 'textIn' | 'textBetween' },
  holds: boolean,
): TextLeft[] {
  if (leaf.kind === 'textBetween') {
    const end = (value: string, included: boolean) => ({ value, included })
    const above = (least: TextEnd) => ({ least: stricterText(before.least, least, 1) })
    const below = (most: TextEnd) => ({ most: stricterText(before.most, most, -1) })
    if (holds) return [{ ...before, ...above(end(leaf.low, true)), ...below(end(leaf.high, true)) }]
    return [
      { ...before, ...below(end(leaf.low, false)) },
      { ...before, ...above(end(leaf.high, false)) },
    ]
  }
  const values = leaf.kind === 'text' ? new Set([leaf.value]) : leaf.values
  if (!holds) return [{ ...before, not: [...before.not, ...values] }]
  return [{ ...before, among: before.among?.filter((one) => values.has(one)) ?? [...values] }]
}

function stricterText(one: TextEnd | undefined, other: TextEnd, direction: 1 | -1): TextEnd {
  if (!one) return other
  const order = codePointOrder(one.value, other.value) * direction
  if (order === 0) return one.included ? other : one
  return order > 0 ? one : other
}

/** How many values, or pairs of them, are gone through to find out whether anything is left; long texts are several. */
function sizeOf({ number, text, array }: Left): number {
  const ofNumbers = number ? (number.among?.length ?? 0) + number.not.length : 0
  return ofNumbers + (text ? sizeOfTexts(text) : 0) + (array ? array.has.length * array.lacks.length : 0)
}

function sizeOfTexts({ among = [], not, least, most, has, lacks }: TextLeft): number {
  const ends = [least, most].flatMap((end) => end?.value ?? [])
  const parts = [...has, ...lacks]
  const compared = ends.length * lengthOf(among) + lengthOf(ends)
  const searched = lengthOf(among) * lengthOf(parts) + lengthOf(has) * lengthOf(lacks)
  return (
    among.length * (1 + parts.length) +
    not.length +
    has.length * lacks.length +
    compared / LIMITS.charactersPerValue +
    searched / LIMITS.searchPerStep
  )
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length, 0)
}

function isEmpty({ nothing, number, text, array, other }: Left): boolean {
  if (nothing || other) return false
  return !(number && !isNoNumber(number)) && !(text && !isNoText(text)) && !(array && !isNoArray(array))
}

function isNoNumber({ range, among, not }: NumberLeft): boolean {
  const { least, most, isWhole } = range
  if (among) {
    const excluded = new Set(not.map((one) => one.toFraction()))
    return among.every((one) => !isWithin(one, range) || excluded.has(one.toFraction()))
  }
  if (!least || !most) return false
  if (isWhole) return !hasWhole(least, most, not)
  const order = least.value.compare(most.value)
  if (order !== 0) return order > 0
  // Between different numbers there are always others; this is a single one.
  return !least.included || !most.included || not.some((one) => one.compare(least.value) === 0)
}

function isWithin(number: ExactNumber, { least, most, isWhole }: Range): boolean {
  if (isWhole && number.d !== 1n) return false
  const fromLeast = least ? number.compare(least.value) : 1
  const fromMost = most ? number.compare(most.value) : -1
  return (
    (fromLeast > 0 || (fromLeast === 0 && least?.included === true)) &&
    (fromMost < 0 || (fromMost === 0 && most?.included === true))
  )
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

function isNoText(left: TextLeft): boolean {
  const { form, among, not, least, most, has, lacks } = left
  const excluded = new Set(not)
  const isLeft = (text: string) => {
    const fromLeast = least ? codePointOrder(text, least.value) : 1
    const fromMost = most ? codePointOrder(text, most.value) : -1
    return (
      (form?.isOne(text) ?? true) &&
      !excluded.has(text) &&
      (fromLeast > 0 || (fromLeast === 0 && least?.included === true)) &&
      (fromMost < 0 || (fromMost === 0 && most?.included === true)) &&
      has.every((part) => text.includes(part)) &&
      !lacks.some((part) => text.includes(part))
    )
  }
  if (among) return !among.some(isLeft)
  if (lacks.some((part) => has.some((other) => other.includes(part)) || part === '')) return true
  if (!least || !most) return false
  const order = codePointOrder(least.value, most.value)
  // Between different texts there are others, nearly always; this is a single one.
  return order > 0 || (order === 0 && !isLeft(least.value))
}

function isNoArray({ of, most, has, lacks }: ArrayLeft): boolean {
  const form = of?.kind === 'text' ? of.form : undefined
  const elements = new Set(has)
  if (of && of.kind !== 'text' && elements.size > 0) return true
  return elements.size > most || has.some((one) => lacks.includes(one) || form?.isOne(one) === false)
}

// ---------------------------------------------------------------------------------------------------------------------
// Words

/** Why a comparison is never of what stands at its place; undefined if it may be. */
function misfitOf(leaf: CompiledComparison, shape: Shape): string | undefined {
  const { variable } = leaf
  switch (leaf.kind) {
    case 'number':
    case 'numberIn':
    case 'numberBetween':
      return whyNo('number', variable, shape)
    case 'text':
    case 'textIn':
    case 'textBetween':
      return whyNo('text', variable, shape)
    case 'contains': {
      const { known } = shape.at(variable)
      if (known === null) return absence(variable, shape)
      const isFit = known === undefined || known.kind === 'array' || known.kind === 'text'
      return isFit ? undefined : `${variable.path.text} is neither a list nor a text`
    }
    case 'exists': {
      const { known, isAlways } = shape.at(variable)
      if (known === null) return absence(variable, shape)
      return isAlways ? `${variable.path.text} is always there` : undefined
    }
  }
}

/** Why what stands at a place is never a number, or a text; undefined if it may be. */
export function whyNo(kind: 'number' | 'text', variable: Variable, shape: Shape): string | undefined {
  const { known } = shape.at(variable)
  if (known === undefined || known?.kind === kind) return undefined
  const { text } = variable.path
  switch (known?.kind) {
    case undefined:
      return absence(variable, shape)
    case 'object':
      return `${text} is neither a number nor a text`
    case 'array':
      return `${text} is a list, not a ${kind}${known.of?.kind === 'text' ? ': contains looks into it' : ''}`
    case 'number':
      return `${text} is a number, not a text`
    case 'text':
      return `${text} is a text, not a number`
  }
}

/** What there is at a place, for a comparison with what is never there; undefined if anything of its kind may be. */
function beyond(variable: Variable, known: Known | null | undefined): string | undefined {
  const { kind, path } = variable
  const name = kind === 'aggregate' ? `${variable.name}(${path.text})` : path.text
  if (known?.kind === 'text' && known.values)
    return known.values.length === 1
      ? `${name} is always ${known.values[0]}`
      : `${name} is one of ${known.values.join(', ')}`
  if (known?.kind !== 'number' || !known.range.least) return undefined
  const { least, most, isWhole } = known.range
  const from = exactToText(least.value)
  if (most?.value.equals(least.value)) return `${name} is always ${from}`
  return `${name} is a ${isWhole ? 'whole number' : 'number'} ${most ? `from ${from} to ${exactToText(most.value)}` : `of ${from} or more`}`
}

/** Says of a place that there is nothing. */
function absence({ path }: Variable, { isPurchase }: Shape): string {
  const [first] = path.segments
  if (isPurchase && !path.isOfLine && first === 'matched') return `${path.text} is only in a rule that chooses lines`
  return `${path.text} is not in ${path.isOfLine ? 'a line of a purchase' : isPurchase ? 'a purchase' : 'these events'}`
}

/**
 * What is odd about the values that a comparison names, whatever is said beside it: nothing is between them, or what stands at the place
 * never looks like one of them.
 */
export function oddityOf(leaf: CompiledComparison, shape: Shape): string | undefined {
  if (leaf.kind === 'numberBetween' && leaf.low.gt(leaf.high))
    return `nothing is between ${exactToText(leaf.low)} and ${exactToText(leaf.high)}: the least comes first`
  if (leaf.kind === 'textBetween' && codePointOrder(leaf.low, leaf.high) > 0)
    return `nothing is between “${leaf.low}” and “${leaf.high}”: the least comes first`
  const { known } = shape.at(leaf.variable)
  if (leaf.kind === 'contains' && leaf.value === '' && known?.kind === 'text')
    return 'every text has an empty one in it'
  const texts = known?.kind === 'array' ? known.of : known
  const form = texts?.kind === 'text' ? texts.form : undefined
  const odd = form && namedTexts(leaf, known?.kind === 'array').find((text) => !form.isOne(text))
  return odd === undefined ? undefined : `“${odd}” is never in ${leaf.variable.path.text}: that is ${form?.words}`
}

/** The texts that have to be whole texts at the place of a comparison, or beside which they are. */
function namedTexts(leaf: CompiledComparison, isList: boolean): readonly string[] {
  switch (leaf.kind) {
    case 'text':
      return [leaf.value]
    case 'textIn':
      return [...leaf.values]
    case 'textBetween':
      return [leaf.low, leaf.high]
    case 'contains':
      return isList ? [leaf.value] : []
    default:
      return []
  }
}
