import { type ExactNumber, exactFromNumber } from './exact-number.ts'
import { isJsonArray, type Json, type JsonPath, resolveJsonPath } from './json-path.ts'
import { LIMITS } from './limits.ts'

/** Why a rule could not be evaluated on an event. Programs read the code, people the message. */
export type Reason = {
  readonly code:
    | 'missing'
    | 'wrong_type'
    | 'division_by_zero'
    | 'too_large'
    | 'too_many_steps'
    /** The rule was never checked: saved ones are. */
    | 'invalid_rule'
    | 'invalid_event'
  readonly message: string
}

/** What ends the evaluation of a rule. It never leaves this folder: `evaluateRule` makes it a value. */
export class EvaluationError extends Error {
  readonly reason: Reason

  constructor(code: Reason['code'], message: string) {
    super(message)
    this.name = 'EvaluationError'
    this.reason = { code, message }
  }
}

/** One rule on one event: what it looks at, and the count of its steps. */
export class Evaluation {
  readonly #event: Json
  readonly #limit: number
  #steps = 0

  constructor(event: Json, limit: number = LIMITS.steps) {
    this.#event = event
    this.#limit = limit
  }

  get steps(): number {
    return this.#steps
  }

  /** @throws EvaluationError `too_many_steps` */
  step(count = 1): void {
    this.#steps += count
    if (this.#steps > this.#limit) throw new EvaluationError('too_many_steps', `more than ${this.#limit} steps`)
  }

  /** The number that a path leads to, by its shortest decimal. A text is none, whatever its digits. @throws EvaluationError */
  numberAt(path: JsonPath): ExactNumber {
    const value = this.#valueAt(path)
    if (typeof value !== 'number') throw wrongType(path, value, 'a number')
    const number = exactFromNumber(value)
    if (!number) throw new EvaluationError('too_large', `${path.text} has more than ${LIMITS.digits} digits`)
    return number
  }

  /** The text that a path leads to. @throws EvaluationError */
  textAt(path: JsonPath): string {
    const value = this.#valueAt(path)
    if (typeof value !== 'string') throw wrongType(path, value, 'a text')
    return value
  }

  #valueAt(path: JsonPath): Json {
    this.step(path.segments.length)
    const value = resolveJsonPath(path, this.#event)
    if (value === undefined) throw new EvaluationError('missing', `${path.text} is not in the event`)
    return value
  }
}

function wrongType(path: JsonPath, value: Json, wanted: string): EvaluationError {
  return new EvaluationError('wrong_type', `${path.text} is ${typeName(value)}, not ${wanted}`)
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (isJsonArray(value)) return 'an array'
  return typeof value === 'string' ? 'a text' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
