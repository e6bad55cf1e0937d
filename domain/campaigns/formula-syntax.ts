import jsep from 'jsep'
import { type ReadPath, readJsonPath } from './json-path.ts'
import { LIMITS } from './limits.ts'

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

export function isOperator(text: string): text is Operator {
  return OPERATORS.some((operator) => operator === text)
}

/**
 * jsep's grammar, narrowed by subclassing: its configuration is one object for the whole process, which others read
 * and write. What is left are numbers, our five operators, parentheses, calls, and JSONPaths by our own grammar; what
 * jsep still parses beyond that (texts, arrays, members) `parseFormula` does not take over.
 */
export class FormulaSyntax extends Jsep {
  readonly #starts = new Map<SyntaxNode, number>()
  #depth = 0

  /** Throws as jsep does, with the first character of a number, a path, a name, a sign or a call as its place. */
  refuse(node: SyntaxNode, message: string): never {
    this.index = this.#starts.get(node) ?? 0
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
    this.#depth += 1
    if (this.#depth > LIMITS.formulaDepth) this.throwError(`nested deeper than ${LIMITS.formulaDepth} levels`)
    const node = this.char === '$' ? this.#gobblePath() : super.gobbleToken()
    this.#depth -= 1
    if (node) this.#starts.set(node, start)
    return node
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
    const read = readJsonPath(this.expr, this.index)
    this.index = read.ok ? read.end : read.at
    return read.ok ? { type: 'JsonPath', read } : this.throwError(read.message)
  }
}
