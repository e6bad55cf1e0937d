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

/** Of each rule that the steps of an award do not reach. */
export const NO_STEPS_LEFT: Reason = {
  code: 'too_many_steps',
  message: `the campaigns have ${LIMITS.stepsPerAward} steps together for one event, and they are used up`,
}

/**
 * What ends the evaluation of a condition or a rule. It never leaves this folder: `evaluateRule` makes it a value. It is thrown so
 * often, for whatever an event has not, that taking the stack of an `Error` would be most of the work.
 */
export class EvaluationError {
  readonly reason: Reason

  constructor(code: Reason['code'], message: string) {
    this.reason = { code, message }
  }
}

/** What the rules of all campaigns share for one event: the steps that are left, and its numbers, each made exact once. */
export class AwardWork {
  #left: number = LIMITS.stepsPerAward
  #sincePause = 0
  readonly #numbers = new Map<number, ExactNumber | undefined>()

  get left(): number {
    return this.#left
  }

  /** A number of the event, unless it has too many digits. */
  exact(number: number): ExactNumber | undefined {
    if (!this.#numbers.has(number)) this.#numbers.set(number, exactFromNumber(number))
    return this.#numbers.get(number)
  }

  spend(steps: number): void {
    this.#left = Math.max(0, this.#left - steps)
    this.#sincePause += steps
  }

  /** Whether it is time for a pause; if so, the steps to the next one begin. */
  isPauseDue(): boolean {
    if (this.#sincePause < LIMITS.stepsPerSlice) return false
    this.#sincePause = 0
    return true
  }
}

/** Work that pauses now and then, so that whoever runs it can let others run. The pauses change nothing of its result. */
export type Sliced<Result> = Generator<void, Result, void>

/**
 * Runs sliced work to its end.
 *
 * @param pause lets others run, as `setImmediate` of `node:timers/promises` does; what it throws ends the work
 */
export async function runSliced<Result>(work: Sliced<Result>, pause: () => Promise<unknown>): Promise<Result> {
  for (;;) {
    const slice = work.next()
    if (slice.done) return slice.value
    await pause()
  }
}

/** One rule on one event: what it looks at, and the count of its steps. */
export class Evaluation {
  readonly #event: Json
  readonly #limit: number
  readonly #award: AwardWork
  #steps = 0

  constructor(event: Json, limit: number = LIMITS.steps, award: AwardWork = new AwardWork()) {
    this.#event = event
    this.#limit = limit
    this.#award = award
  }

  get steps(): number {
    return this.#steps
  }

  /** @throws EvaluationError `too_many_steps` */
  step(count = 1): void {
    this.#steps += count
    if (this.#steps > this.#limit) throw new EvaluationError('too_many_steps', `more than ${this.#limit} steps`)
    if (this.#steps > this.#award.left) throw new EvaluationError(NO_STEPS_LEFT.code, NO_STEPS_LEFT.message)
  }

  /** The number that a path leads to, by its shortest decimal. A text is none, whatever its digits. @throws EvaluationError */
  numberAt(path: JsonPath): ExactNumber {
    const value = this.#valueAt(path)
    if (typeof value !== 'number') throw wrongType(path, value, 'a number')
    const number = this.#award.exact(value)
    if (!number) throw new EvaluationError('too_large', `${shown(path)} has more than ${LIMITS.digits} digits`)
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
    if (value === undefined) throw new EvaluationError('missing', `${shown(path)} is not in the event`)
    return value
  }
}

/** As much of a path as a reason repeats. There may be a reason for each rule, and all of them are one answer of the API. */
function shown({ text }: JsonPath): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(LIMITS.reasonPathBytes))
  return read === text.length ? text : `${text.slice(0, read)}…`
}

function wrongType(path: JsonPath, value: Json, wanted: string): EvaluationError {
  return new EvaluationError('wrong_type', `${shown(path)} is ${typeName(value)}, not ${wanted}`)
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (isJsonArray(value)) return 'an array'
  return typeof value === 'string' ? 'a text' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
