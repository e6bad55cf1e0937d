import { type ExactNumber, exactFromNumber, isWithinBounds } from './exact-number.ts'
import { childOf, EACH, isJsonArray, type Json, type JsonArray, type JsonPath, resolveJsonPath } from './json-path.ts'
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

/** Checked after every operation: what goes into the next one has at most `LIMITS.digits` digits. @throws EvaluationError */
export function bounded(number: ExactNumber): ExactNumber {
  if (isWithinBounds(number)) return number
  throw new EvaluationError('too_large', `a result has more than ${LIMITS.digits} digits`)
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

/** The lines of an event that a rule chooses, and all of them. */
export type ChosenLines = { readonly chosen: JsonArray; readonly all: JsonArray }

/** One rule on one event: what it looks at, and the count of its steps. */
export class Evaluation {
  readonly #event: Json
  readonly #limit: number
  readonly #award: AwardWork
  #steps = 0
  /** What paths that begin with `@` begin at. */
  line: Json = null
  /** Of a rule with `lines`, once they are chosen. */
  lines: ChosenLines | undefined

  constructor(event: Json, limit: number = LIMITS.steps, award: AwardWork = new AwardWork()) {
    this.#event = event
    this.#limit = limit
    this.#award = award
  }

  /** No more than the rule has: what is beyond them is not done. */
  get steps(): number {
    return this.#steps
  }

  /** @throws EvaluationError `too_many_steps` */
  step(count = 1): void {
    const most = Math.min(this.#limit, this.#award.left)
    this.#steps += count
    if (this.#steps <= most) return
    // So that it makes no difference to the rules after this one in which order it counted.
    this.#steps = most
    throw this.#limit <= this.#award.left
      ? new EvaluationError('too_many_steps', `more than ${this.#limit} steps`)
      : new EvaluationError(NO_STEPS_LEFT.code, NO_STEPS_LEFT.message)
  }

  /** The number that a path leads to, by its shortest decimal. A text is none, whatever its digits. @throws EvaluationError */
  numberAt(path: JsonPath): ExactNumber {
    const value = this.valueAt(path)
    if (typeof value !== 'number') throw wrongType(path, value, 'a number')
    return this.#exact(value, path)
  }

  /** The text that a path leads to. @throws EvaluationError */
  textAt(path: JsonPath): string {
    const value = this.valueAt(path)
    if (typeof value !== 'string') throw wrongType(path, value, 'a text')
    return value
  }

  /** What a path leads to. @throws EvaluationError */
  valueAt(path: JsonPath): Json {
    const value = this.findAt(path)
    const where = path.isOfLine ? 'line' : 'event'
    if (value === undefined) throw new EvaluationError('missing', `${shown(path)} is not in the ${where}`)
    return value
  }

  /** What a path leads to, if anything. */
  findAt(path: JsonPath): Json | undefined {
    this.step(path.segments.length)
    return resolveJsonPath(path, path.isOfLine ? this.line : this.#event)
  }

  // Of what follows, nothing depends on the order of the elements: neither values nor reasons, nor what it takes to come to them.

  /** All values that a path with `[*]` leads to. What an element has not, it leaves out. @throws EvaluationError */
  valuesAt(path: JsonPath): JsonArray {
    let values: JsonArray = [this.#event]
    let isEachArray = true
    for (const segment of path.segments) {
      values = values.flatMap((value): JsonArray => {
        this.step()
        if (segment === EACH) {
          isEachArray &&= isJsonArray(value)
          if (!isJsonArray(value)) return []
          this.step(value.length)
          return value
        }
        const child = childOf(value, segment)
        return child === undefined ? [] : [child]
      })
    }
    if (isEachArray) return values
    throw new EvaluationError('wrong_type', `${shown(path)} is not over arrays only`)
  }

  /** All numbers that a path with `[*]` leads to. @throws EvaluationError */
  numbersAt(path: JsonPath): ExactNumber[] {
    return this.#numbers(this.valuesAt(path), path)
  }

  /** A member of each of some lines, all of which must have it. @throws EvaluationError */
  numbersOf(lines: JsonArray, path: JsonPath): ExactNumber[] {
    const values = lines.map((line) => {
      this.step(path.segments.length)
      return resolveJsonPath(path, line)
    })
    const found = values.filter((value) => value !== undefined)
    if (found.length === values.length) return this.#numbers(found, path)
    throw new EvaluationError('missing', `${shown(path)} is not in every line`)
  }

  #numbers(values: JsonArray, path: JsonPath): ExactNumber[] {
    const numbers = values.filter((value) => typeof value === 'number')
    if (numbers.length < values.length) {
      throw new EvaluationError('wrong_type', `${shown(path)} is not always a number`)
    }
    return numbers.map((number) => this.#exact(number, path))
  }

  #exact(value: number, path: JsonPath): ExactNumber {
    const number = this.#award.exact(value)
    if (!number) throw new EvaluationError('too_large', `${shown(path)} has more than ${LIMITS.digits} digits`)
    return number
  }
}

/** As much of a path as a reason repeats. There may be a reason for each rule, and all of them are one answer of the API. */
export function shown({ text }: JsonPath): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(LIMITS.reasonPathBytes))
  return read === text.length ? text : `${text.slice(0, read)}…`
}

export function wrongType(path: JsonPath, value: Json, wanted: string): EvaluationError {
  return new EvaluationError('wrong_type', `${shown(path)} is ${typeName(value)}, not ${wanted}`)
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (isJsonArray(value)) return 'an array'
  return typeof value === 'string' ? 'a text' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
