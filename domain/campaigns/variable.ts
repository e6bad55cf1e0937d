import { bounded, type ChosenLines, type Evaluation, EvaluationError, shown } from './evaluation.ts'
import { type ExactNumber, exactFromInteger, operationSteps } from './exact-number.ts'
import { type InvalidSyntax, type JsonPath, type PathGrammar, parseJsonPath, readJsonPath } from './json-path.ts'
import { LIMITS } from './limits.ts'

/** What comes out of all that a path with `[*]` leads to. */
export const AGGREGATES = ['sum', 'count', 'min', 'max'] as const
export type Aggregate = (typeof AGGREGATES)[number]

/**
 * What a rule with `lines` knows of those that it chooses: their price times their quantity, the part of `$.amount` that goes to them,
 * their pieces, and how many lines they are.
 */
const MATCHED = ['total', 'amount', 'quantity', 'count'] as const
export type Matched = (typeof MATCHED)[number]

/** What a rule looks at, in a comparison or a formula. */
export type Variable =
  | { readonly kind: 'path'; readonly path: JsonPath }
  | { readonly kind: 'aggregate'; readonly name: Aggregate; readonly path: JsonPath }
  | { readonly kind: 'matched'; readonly name: Matched; readonly path: JsonPath }

/** Where a variable stands: in a rule, with or without `lines`, or in a comparison of its `lines`. */
export type Place = 'rule' | 'ruleWithLines' | 'lines'

export type ReadVariable = { readonly ok: true; readonly variable: Variable } | InvalidSyntax

const AGGREGATE = /^(sum|count|min|max)\(/

/** Reads the variable of a comparison: `$.amount`, `sum($.lines[*].quantity)`, or `@.productId` in `lines`. */
export function parseVariable(text: string, place: Place): ReadVariable {
  const [opening, name] = AGGREGATE.exec(text) ?? []
  if (opening !== undefined && place !== 'lines') {
    if ([...text].length > LIMITS.pathLength)
      return { ok: false, at: LIMITS.pathLength, message: `longer than ${LIMITS.pathLength} characters` }
    return parseAggregate(text, opening.length, name as Aggregate, place)
  }
  const read = parseJsonPath(text, { root: place === 'lines' ? '@' : '$', each: false })
  return read.ok ? toVariable(read.path, place) : read
}

function parseAggregate(text: string, start: number, name: Aggregate, place: Place): ReadVariable {
  const read = readJsonPath(text, start, AGGREGATED)
  if (!read.ok) return read
  if (text.slice(read.end) !== ')')
    return {
      ok: false,
      at: read.end,
      message: `${name}( ends with its path and a ): it is over one path and nothing else`,
    }
  const found = read.path.eachAt === undefined ? refused(needsEach(name)) : toAggregate(name, read.path, place)
  return found.ok ? found : { ...found, at: start }
}

/** What a sum, or another aggregate, is over, of a path with `[*]` in it. */
export function toAggregate(name: Aggregate, path: JsonPath, place: Place): ReadVariable {
  return isOfMatched(path, place) ? refused(ONLY_MATCHED) : { ok: true, variable: { kind: 'aggregate', name, path } }
}

/** Of the paths over which there are sums. */
export const AGGREGATED: PathGrammar = { root: '$', each: true }

export function needsEach(name: string): string {
  const example = name === 'count' ? '$.lines[*]' : '$.lines[*].total'
  return `${name} is over a path with [*] in it, one path and nothing else, as in ${name}(${example})`
}

/** Of `min` and `max`, which take numbers as well. */
export function onlyEach(name: string): string {
  return `${name} over a path with [*] takes that path and nothing else: with others, it is ${name}(${name}($.lines[*].price), 5)`
}

/** What a path of a rule means there: only where lines are chosen, `$.matched` is not a member of the event. */
export function toVariable(path: JsonPath, place: Place): ReadVariable {
  if (!isOfMatched(path, place)) return { ok: true, variable: { kind: 'path', path } }
  const [, member, ...others] = path.segments
  const name = MATCHED.find((one) => one === member)
  if (name !== undefined && others.length === 0) return { ok: true, variable: { kind: 'matched', name, path } }
  return refused(ONLY_MATCHED)
}

function isOfMatched(path: JsonPath, place: Place): boolean {
  // The library is asked for segments only where it may matter.
  return place === 'ruleWithLines' && path.text.includes('matched') && path.segments[0] === 'matched'
}

const ONLY_MATCHED = `$.matched has ${MATCHED.join(', ')}, each of all the lines that match, and nothing else`

function refused(message: string): InvalidSyntax {
  return { ok: false, at: 0, message }
}

/** The number that a variable is, or comes to. @throws EvaluationError */
export function numberOf(variable: Variable, evaluation: Evaluation): ExactNumber {
  switch (variable.kind) {
    case 'path':
      return evaluation.numberAt(variable.path)
    case 'aggregate':
      return aggregate(variable.name, variable.path, evaluation)
    case 'matched':
      return ofMatched(variable.name, evaluation)
  }
}

/** The text that a variable is. @throws EvaluationError */
export function textOf({ kind, path }: Variable, evaluation: Evaluation): string {
  if (kind === 'path') return evaluation.textAt(path)
  throw new EvaluationError('wrong_type', `${shown(path)} is a number, not a text`)
}

function aggregate(name: Aggregate, path: JsonPath, evaluation: Evaluation): ExactNumber {
  if (name === 'count') return exactFromInteger(BigInt(evaluation.valuesAt(path).length))
  const numbers = evaluation.numbersAt(path)
  if (name === 'sum') return sumOf(numbers, evaluation)
  evaluation.step(numbers.length)
  const [first, ...others] = numbers
  if (!first) throw new EvaluationError('missing', `${shown(path)} leads to nothing`)
  const isCloser =
    name === 'min' ? (a: ExactNumber, b: ExactNumber) => a.lt(b) : (a: ExactNumber, b: ExactNumber) => a.gt(b)
  return others.reduce((closest, other) => (isCloser(other, closest) ? other : closest), first)
}

/**
 * The sum, and the steps of it: those of each number, not of what they have come to. Only the whole is held against the bounds, so
 * that it makes no difference which is added first. Their denominators are powers of ten, so what is on the way is hardly longer.
 */
function sumOf(numbers: readonly ExactNumber[], evaluation: Evaluation): ExactNumber {
  for (const number of numbers) evaluation.step(operationSteps(number))
  return bounded(numbers.reduce((sum, number) => sum.add(number), exactFromInteger(0n)))
}

function ofMatched(name: Matched, evaluation: Evaluation): ExactNumber {
  const { chosen, all } = linesOf(evaluation)
  switch (name) {
    case 'count':
      evaluation.step()
      return exactFromInteger(BigInt(chosen.length))
    case 'quantity':
      return sumOf(evaluation.numbersOf(chosen, QUANTITY), evaluation)
    case 'total':
      return totalOf(chosen, evaluation)
    case 'amount': {
      const whole = totalOf(all, evaluation)
      const part = totalOf(chosen, evaluation)
      const amount = evaluation.numberAt(AMOUNT)
      evaluation.step(operationSteps(whole, part, amount))
      if (whole.n === 0n)
        throw new EvaluationError('division_by_zero', '$.matched.amount: all lines together cost nothing')
      return bounded(amount.mul(part).div(whole))
    }
  }
}

function totalOf(lines: ChosenLines['all'], evaluation: Evaluation): ExactNumber {
  const prices = evaluation.numbersOf(lines, PRICE)
  const quantities = evaluation.numbersOf(lines, QUANTITY)
  const totals = prices.map((price, index) => {
    const quantity = quantities[index] ?? exactFromInteger(0n)
    evaluation.step(operationSteps(price, quantity))
    return price.mul(quantity)
  })
  return sumOf(totals, evaluation)
}

function linesOf({ lines }: Evaluation): ChosenLines {
  if (lines) return lines
  throw new EvaluationError('invalid_rule', '$.matched is of lines that are not chosen')
}

/** A path of ours, which is right. */
function known(text: string, root: '$' | '@'): JsonPath {
  const read = parseJsonPath(text, { root, each: false })
  if (!read.ok) throw new Error(`${text}: ${read.message}`)
  return read.path
}

const AMOUNT = known('$.amount', '$')
const PRICE = known('@.price', '@')
const QUANTITY = known('@.quantity', '@')
export const LINES = known('$.lines', '$')
