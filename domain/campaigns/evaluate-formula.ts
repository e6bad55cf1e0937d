import { type Evaluation, EvaluationError } from './evaluation.ts'
import { type ExactNumber, exactFromInteger, isWithinBounds, roundHalfEven } from './exact-number.ts'
import type { Formula, FunctionName } from './formula.ts'
import type { Operator } from './formula-syntax.ts'
import { LIMITS } from './limits.ts'

/**
 * What a formula comes to on an event, exactly: nothing is rounded but by `floor`, `ceil` and `round` (half to even).
 * `%` is the rest of a division that truncates, with the sign of its left side, as in ECMA-262.
 *
 * @throws EvaluationError, and nothing else
 */
export function evaluateFormula(formula: Formula, evaluation: Evaluation): ExactNumber {
  evaluation.step()
  switch (formula.kind) {
    case 'number':
      return formula.value
    case 'path':
      return evaluation.numberAt(formula.path)
    case 'negation':
      return evaluateFormula(formula.operand, evaluation).neg()
    case 'operation': {
      const left = evaluateFormula(formula.left, evaluation)
      const right = evaluateFormula(formula.right, evaluation)
      return bounded(operate(formula.operator, left, right))
    }
    case 'call': {
      const [first, ...others] = formula.operands
      const value = evaluateFormula(first, evaluation)
      return call(
        formula.name,
        value,
        others.map((operand) => evaluateFormula(operand, evaluation)),
      )
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

/** Checked after every operation: what goes into the next one has at most `LIMITS.digits` digits. */
function bounded(number: ExactNumber): ExactNumber {
  if (isWithinBounds(number)) return number
  throw new EvaluationError('too_large', `a result has more than ${LIMITS.digits} digits`)
}
