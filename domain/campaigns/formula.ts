import { type ExactNumber, exactFromText } from './exact-number.ts'
import { FormulaSyntax, isOperator, type Operator, type SyntaxNode } from './formula-syntax.ts'
import type { JsonPath, SyntaxMistake } from './json-path.ts'
import { LIMITS } from './limits.ts'

/** Arithmetic over the members of an event: all that can be evaluated, so that evaluating needs no further checks. */
export type Formula =
  | { readonly kind: 'number'; readonly value: ExactNumber }
  | { readonly kind: 'path'; readonly path: JsonPath }
  | { readonly kind: 'negation'; readonly operand: Formula }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly [Formula, ...Formula[]] }

/** The functions, and how many arguments each takes at most. */
const FUNCTIONS = { min: Infinity, max: Infinity, floor: 1, ceil: 1, round: 1 } as const
export type FunctionName = keyof typeof FUNCTIONS

export type ParsedFormula = { readonly ok: true; readonly formula: Formula } | SyntaxMistake

/**
 * Reads a formula such as `max(0, $.amount - 100) / 10`: decimal numbers, JSONPaths (singular ones of RFC 9535),
 * `+ - * / %`, parentheses, unary minus, and `min max floor ceil round`. jsep parses; of its tree only what is named
 * here is taken over into a tree of our own.
 *
 * @returns the formula, or the first mistake and its character (from 0)
 */
export function parseFormula(text: string): ParsedFormula {
  if (text.length > LIMITS.formulaLength) {
    return { ok: false, at: LIMITS.formulaLength, message: `longer than ${LIMITS.formulaLength} characters` }
  }
  const syntax = new FormulaSyntax(text)
  try {
    return { ok: true, formula: toFormula(syntax.parse(), syntax) }
  } catch (error) {
    const mistake = asMistake(error)
    if (!mistake) throw error
    return mistake
  }
}

/** jsep throws plain errors with two more properties; anything else that is thrown is a mistake of ours. */
function asMistake(error: unknown): SyntaxMistake | undefined {
  if (!(error instanceof Error)) return undefined
  const { index, description } = error as { index?: unknown; description?: unknown }
  if (typeof index !== 'number' || typeof description !== 'string') return undefined
  return { ok: false, at: index, message: description }
}

/** A sum of five hundred terms is a tree as deep: `LIMITS.formulaLength` is what bounds this recursion. */
function toFormula(node: SyntaxNode, syntax: FormulaSyntax): Formula {
  switch (node.type) {
    case 'JsonPath':
      return { kind: 'path', path: node.read.path }
    case 'Literal':
      return toNumber(node, syntax)
    case 'UnaryExpression':
      if (node.operator !== '-') syntax.refuse(node, `the sign ${node.operator} is not known`)
      return { kind: 'negation', operand: toFormula(node.argument as SyntaxNode, syntax) }
    case 'BinaryExpression':
      return toOperation(node, syntax)
    case 'CallExpression':
      return toCall(node, syntax)
    case 'Identifier':
      return syntax.refuse(node, `${node.name} is neither a path such as $.amount nor a function`)
    default:
      return syntax.refuse(node, 'not a number, a path, an operation or a call')
  }
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
  if (!isFunctionName(name)) return syntax.refuse(node, `only ${Object.keys(FUNCTIONS).join(', ')} can be called`)
  const [first, ...others] = node.arguments.map((argument) => toFormula(argument as SyntaxNode, syntax))
  if (!first) return syntax.refuse(node, `${name} needs an argument`)
  if (others.length >= FUNCTIONS[name]) return syntax.refuse(node, `${name} takes one argument`)
  return { kind: 'call', name, operands: [first, ...others] }
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name)
}
