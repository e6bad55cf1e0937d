import jsep from 'jsep'
import { bounded, type Evaluation, EvaluationError } from './evaluation.ts'
import { type ExactNumber, exactFromInteger, exactFromText, operationSteps, roundHalfEven } from './exact-number.ts'
import { type InvalidSyntax, ONLY_AGGREGATES, type ReadPath, readJsonPath } from './json-path.ts'
import { LIMITS } from './limits.ts'
import {
  AGGREGATED,
  AGGREGATES,
  type Aggregate,
  needsEach,
  numberOf,
  onlyEach,
  type Place,
  toAggregate,
  toVariable,
  type Variable,
} from './variable.ts'

/** A node of jsep's tree, and the token that stands for a JSONPath in it. */
export type SyntaxNode = jsep.CoreExpression | PathNode
export type PathNode = { readonly type: 'JsonPath'; readonly read: ReadPath & { ok: true } }

/** The part of jsep's parser that its plugins are given, too, and that the grammar below changes. */
interface Parser {
  index: number
  readonly expr: string
  readonly char: string
  parse(): SyntaxNode
  gobbleSpaces(): void
  gobbleToken(): SyntaxNode | false
  gobbleTokenProperty(node: SyntaxNode): SyntaxNode
  gobbleNumericLiteral(): SyntaxNode
  gobbleStringLiteral(): SyntaxNode
  gobbleArray(): SyntaxNode
  gobbleArguments(closing: number): SyntaxNode[]
  gobbleExpression(): SyntaxNode | false
  gobbleExpressions(closing?: number): SyntaxNode[]
  gobbleBinaryOp(): string | false
  runHook<Node>(name: string, node: Node): Node
  searchHook(name: string): undefined
  throwError(message: string): never
}

const { Jsep } = jsep as unknown as { readonly Jsep: new (text: string) => Parser }

const OPERATORS = ['+', '-', '*', '/', '%'] as const
export type Operator = (typeof OPERATORS)[number]

function isOperator(text: string): text is Operator {
  return OPERATORS.some((operator) => operator === text)
}

/** Numbers, and whatever else was meant to be one: `0x10`, `1e3`, `12abc`. */
const NUMBER = /[\d.](?:[eE][+-]|[\p{L}\p{N}_.])*/uy

const CLOSING_PARENTHESIS = ')'.charCodeAt(0)

/** What jsep says of the grammar that is left, which is about JavaScript and its own methods, in words for who wrote the formula. */
const MESSAGES: [RegExp, string][] = [
  [/^Expected expression after (.+)$/, 'a value is missing after $1'],
  [/^missing unaryOp argument$/, 'a value is missing after the sign'],
  [/^Unexpected token (.)$/, 'a value is missing before $1'],
  [/^Expected comma$/, 'a value is missing'],
  [/^(?:Unclosed \(|Expected \))$/, '( is not closed'],
]

const POINT = 'decimals have a point, as in 0.2'

/**
 * jsep's grammar, narrowed by subclassing: its configuration is one object for the whole process, which others read
 * and write. What is left are numbers, our five operators, parentheses, calls, and JSONPaths by our own grammar.
 */
class FormulaSyntax extends Jsep {
  readonly place: Place
  readonly #starts = new Map<SyntaxNode, number>()
  #start = 0
  #depth = 0

  constructor(text: string, place: Place) {
    super(text)
    this.place = place
  }

  override throwError(message: string): never {
    const [pattern, ours] = MESSAGES.find(([pattern]) => pattern.test(message)) ?? []
    const shown = pattern && ours !== undefined ? message.replace(pattern, ours) : message
    return super.throwError(`${shown}${this.#hint(shown)}`)
  }

  /** What was meant by a percentage, or by a comma within a number. */
  #hint(message: string): string {
    const before = this.expr.slice(0, this.index)
    const percent = /(\d+(?:\.\d+)?)\s*%\s*$/.exec(before)?.[1]
    if (percent !== undefined && message.endsWith('%'))
      return `, which is the rest of a division: for ${percent} percent of a number write * ${percent} / 100`
    return message === 'unexpected ,' && /\d$/.test(before) && /^,\d/.test(this.expr.slice(this.index))
      ? `: ${POINT}`
      : ''
  }

  /** Throws as jsep does, with the first character of a number, a path, a name, a sign or a call as its place, or one so many after it. */
  refuse(node: SyntaxNode, message: string, further = 0): never {
    this.index = (this.#starts.get(node) ?? 0) + further
    return this.throwError(message)
  }

  /** Plugins belong to the shared configuration: jsep itself comes with one, the conditional operator. */
  override runHook<Node>(_name: string, node: Node): Node {
    return node
  }

  override searchHook(): undefined {}

  /** Every level of nesting passes through here: parentheses, arguments, signs. */
  override gobbleToken(): SyntaxNode | false {
    this.gobbleSpaces()
    const start = this.index
    this.#start = start
    this.#depth += 1
    if (this.#depth > LIMITS.formulaDepth) this.throwError(`nested deeper than ${LIMITS.formulaDepth} levels`)
    if (this.char === '@')
      this.throwError('@ is a line, at which only the comparisons of lines look: here it is $.matched.total')
    const node = this.char === '$' ? this.#gobblePath() : super.gobbleToken()
    this.#depth -= 1
    if (node) this.#starts.set(node, start)
    return node
  }

  /** A name is there to be called. Members, and calls of what a call gives, are left for `gobbleExpression` to refuse. */
  override gobbleTokenProperty(node: SyntaxNode): SyntaxNode {
    this.gobbleSpaces()
    if (this.char === '(') {
      this.index += 1
      const called = { arguments: this.gobbleArguments(CLOSING_PARENTHESIS), callee: node } as jsep.CallExpression
      return { ...called, type: 'CallExpression' }
    }
    if (node.type !== 'Identifier') return node
    this.index = this.#start
    return this.throwError(`${node.name} is neither a path such as $.amount nor a function`)
  }

  /** All that could be meant as one number, for `parseFormula` to say what is wrong with it. */
  override gobbleNumericLiteral(): SyntaxNode {
    NUMBER.lastIndex = this.index
    const raw = NUMBER.exec(this.expr)?.[0] ?? this.char
    this.index += raw.length
    return { type: 'Literal', value: raw, raw }
  }

  override gobbleStringLiteral(): never {
    return this.throwError('a text is not a decimal such as 12 or 0.5')
  }

  override gobbleArray(): never {
    return this.throwError('unexpected [')
  }

  /** Where jsep would take `max(1 2)` for two arguments, an operator or a comma is missing. */
  override gobbleExpression(): SyntaxNode | false {
    const node = super.gobbleExpression()
    if (node && this.char !== '' && !'),'.includes(this.char)) this.throwError(`unexpected ${this.char}`)
    return node
  }

  /** One expression, for the whole text and for a group (which is `closing`), where jsep would read a list of them. */
  override gobbleExpressions(closing?: number): SyntaxNode[] {
    const node = this.gobbleExpression()
    if (!node) return this.throwError('a value is missing')
    if (this.char === ',' || (this.char === ')' && closing === undefined)) this.throwError(`unexpected ${this.char}`)
    return [node]
  }

  override gobbleBinaryOp(): string | false {
    const operator = super.gobbleBinaryOp()
    if (operator === false || isOperator(operator)) return operator
    this.index -= operator.length
    return this.throwError(`the operator ${operator} is not known, only ${OPERATORS.join(' ')}`)
  }

  #gobblePath(): PathNode {
    const read = readJsonPath(this.expr, this.index, AGGREGATED)
    this.index = read.ok ? read.end : read.at
    return read.ok ? { type: 'JsonPath', read } : this.throwError(read.message)
  }
}

/** Arithmetic over the members of an event: all that can be evaluated, so that evaluating needs no further checks. */
export type Formula =
  | { readonly kind: 'number'; readonly value: ExactNumber }
  | Variable
  | { readonly kind: 'negation'; readonly operand: Formula }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly [Formula, ...Formula[]] }

/** The functions of numbers, and how many arguments each takes at most. */
const FUNCTIONS = { min: Infinity, max: Infinity, floor: 1, ceil: 1, round: 1 } as const
export type FunctionName = keyof typeof FUNCTIONS

export type ParsedFormula = { readonly ok: true; readonly formula: Formula } | InvalidSyntax

/**
 * Reads a formula such as `max(0, $.amount - 100) / 10`: decimal numbers, JSONPaths (singular ones of RFC 9535),
 * `+ - * / %`, parentheses, unary minus, `min max floor ceil round`, and `sum count min max` of a path with `[*]`. jsep parses; of its
 * tree only what is named here is taken over into a tree of our own.
 *
 * @param place of the formula: in a rule with `lines`, it may look at `$.matched`
 * @returns the formula, or the first error and its character (from 0)
 */
export function parseFormula(text: string, place: Place = 'rule'): ParsedFormula {
  if ([...text].length > LIMITS.formulaLength) {
    return { ok: false, at: LIMITS.formulaLength, message: `longer than ${LIMITS.formulaLength} characters` }
  }
  const syntax = new FormulaSyntax(text, place)
  try {
    return { ok: true, formula: toFormula(syntax.parse(), syntax) }
  } catch (error) {
    const invalid = asInvalidSyntax(error)
    if (!invalid) throw error
    return invalid
  }
}

/** jsep throws plain errors with two more properties; anything else that is thrown is a bug. */
function asInvalidSyntax(error: unknown): InvalidSyntax | undefined {
  if (!(error instanceof Error)) return undefined
  const { index, description } = error as { index?: unknown; description?: unknown }
  if (typeof index !== 'number' || typeof description !== 'string') return undefined
  return { ok: false, at: index, message: description }
}

/** A sum of five hundred terms is a tree as deep: `LIMITS.formulaLength` is what bounds this recursion. */
function toFormula(node: SyntaxNode, syntax: FormulaSyntax): Formula {
  switch (node.type) {
    case 'JsonPath':
      return toPath(node, syntax)
    case 'Literal':
      return toNumber(node, syntax)
    case 'UnaryExpression':
      if (node.operator !== '-') syntax.refuse(node, `the sign ${node.operator} is not known`)
      return { kind: 'negation', operand: toFormula(node.argument as SyntaxNode, syntax) }
    case 'BinaryExpression':
      return toOperation(node, syntax)
    case 'CallExpression':
      return toCall(node, syntax)
    default:
      return syntax.refuse(node, 'not a number, a path, an operation or a call')
  }
}

function toPath(node: PathNode, syntax: FormulaSyntax): Formula {
  const { path } = node.read
  if (path.eachAt !== undefined) syntax.refuse(node, ONLY_AGGREGATES, path.eachAt + 1)
  const read = toVariable(path, syntax.place)
  return read.ok ? read.variable : syntax.refuse(node, read.message)
}

function toNumber(node: SyntaxNode & { type: 'Literal' }, syntax: FormulaSyntax): Formula {
  if (!/^\d+(\.\d+)?$/.test(node.raw)) syntax.refuse(node, `${node.raw} is not a decimal such as 12 or 0.5`)
  const value = exactFromText(node.raw)
  if (!value) return syntax.refuse(node, `a number of more than ${LIMITS.digits} digits`)
  return { kind: 'number', value }
}

function toOperation(node: SyntaxNode & { type: 'BinaryExpression' }, syntax: FormulaSyntax): Formula {
  const { operator } = node
  if (!isOperator(operator)) return syntax.refuse(node, `the operator ${operator} is not known`)
  const left = toFormula(node.left as SyntaxNode, syntax)
  return { kind: 'operation', operator, left, right: toFormula(node.right as SyntaxNode, syntax) }
}

function toCall(node: SyntaxNode & { type: 'CallExpression' }, syntax: FormulaSyntax): Formula {
  const name = node.callee.type === 'Identifier' ? String(node.callee.name) : ''
  const operands = node.arguments as SyntaxNode[]
  const [only] = operands.length === 1 ? operands : []
  if (isAggregate(name) && only?.type === 'JsonPath' && only.read.path.eachAt !== undefined) {
    const read = toAggregate(name, only.read.path, syntax.place)
    return read.ok ? read.variable : syntax.refuse(only, read.message)
  }
  if (!isFunctionName(name))
    return syntax.refuse(node, isAggregate(name) ? needsEach(name) : `only ${CALLED} can be called`)
  const each = isAggregate(name) && operands.map(pathWithEach).find((path) => path !== undefined)
  if (each) syntax.refuse(each, onlyEach(name), (each.read.path.eachAt ?? 0) + 1)
  const [first, ...others] = operands.map((operand) => toFormula(operand, syntax))
  if (!first) return syntax.refuse(node, `${name} needs an argument`)
  if (others.length >= FUNCTIONS[name])
    return syntax.refuse(node, `${name} takes one argument${/\d,\d/.test(syntax.expr) ? `, and ${POINT}` : ''}`)
  return { kind: 'call', name, operands: [first, ...others] }
}

/** A path with `[*]` in an argument, but for those of calls within it. */
function pathWithEach(node: SyntaxNode): PathNode | undefined {
  switch (node.type) {
    case 'JsonPath':
      return node.read.path.eachAt === undefined ? undefined : node
    case 'UnaryExpression':
      return pathWithEach(node.argument as SyntaxNode)
    case 'BinaryExpression':
      return pathWithEach(node.left as SyntaxNode) ?? pathWithEach(node.right as SyntaxNode)
    default:
      return undefined
  }
}

const CALLED = [...new Set([...Object.keys(FUNCTIONS), ...AGGREGATES])].join(', ')

function isAggregate(name: string): name is Aggregate {
  return AGGREGATES.some((one) => one === name)
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name)
}

/**
 * What a formula comes to on an event, exactly: nothing is rounded but by `floor`, `ceil` and `round` (half to even).
 * `%` is the rest of a division that truncates, with the sign of its left side, as in ECMA-262.
 *
 * @throws EvaluationError, and nothing else
 */
export function evaluateFormula(formula: Formula, evaluation: Evaluation): ExactNumber {
  switch (formula.kind) {
    case 'number':
      evaluation.step()
      return formula.value
    case 'path':
    case 'aggregate':
    case 'matched':
      evaluation.step()
      return numberOf(formula, evaluation)
    case 'negation': {
      const operand = evaluateFormula(formula.operand, evaluation)
      evaluation.step(operationSteps(operand))
      return operand.neg()
    }
    case 'operation': {
      const left = evaluateFormula(formula.left, evaluation)
      const right = evaluateFormula(formula.right, evaluation)
      evaluation.step(operationSteps(left, right))
      return bounded(operate(formula.operator, left, right))
    }
    case 'call': {
      const [first, ...others] = formula.operands
      const value = evaluateFormula(first, evaluation)
      const rest = others.map((operand) => evaluateFormula(operand, evaluation))
      evaluation.step(rest.length > 0 ? 1 : operationSteps(value))
      return call(formula.name, value, rest)
    }
  }
}

function operate(operator: Operator, left: ExactNumber, right: ExactNumber): ExactNumber {
  switch (operator) {
    case '+':
      return left.add(right)
    case '-':
      return left.sub(right)
    case '*':
      return left.mul(right)
    case '/':
      return left.div(notZero(right))
    case '%':
      return left.mod(notZero(right))
  }
}

function call(name: FunctionName, first: ExactNumber, others: readonly ExactNumber[]): ExactNumber {
  switch (name) {
    case 'min':
      return others.reduce((least, other) => (other.lt(least) ? other : least), first)
    case 'max':
      return others.reduce((most, other) => (other.gt(most) ? other : most), first)
    case 'floor':
      return first.floor()
    case 'ceil':
      return first.ceil()
    case 'round':
      return exactFromInteger(roundHalfEven(first))
  }
}

function notZero(divisor: ExactNumber): ExactNumber {
  if (divisor.n === 0n) throw new EvaluationError('division_by_zero', 'division by zero')
  return divisor
}
