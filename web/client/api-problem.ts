import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import type { components } from './schema.d.ts'

/** Without the one that is anything. */
type Schemas = Omit<components['schemas'], 'EventValue'>

/** Every problem the API answers with, distinguished by `code`: what has the members of one (RFC 9457), and ours. */
export type Problem = Extract<Schemas[keyof Schemas], { type: string; status: number; code: string; requestId: string }>
export type ProblemCode = Problem['code']
export type ProblemOf<Code extends ProblemCode> = Extract<Problem, { code: Code }>

/** A problem that the API answered with: a refusal, a validation error, or a failure behind it. Branch on `problem.code`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly problem: Problem
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem.detail)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer, or one that is not from the API: it is not running, or something between it and the browser gave up. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** The problem of this code that an error is, if it is. */
export function problemOf<Code extends ProblemCode>(error: unknown, code: Code): ProblemOf<Code> | undefined {
  if (!(error instanceof ApiProblem) || error.problem.code !== code) return undefined
  return error.problem as ProblemOf<Code>
}

/** Whether the request can succeed when it is sent again with the same key. */
export function isTemporary(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && [429, 503].includes(error.problem.status))
}

/**
 * Whether the answer is final: what the API refused stays refused, and had no effect. After anything else, a 500 or a broken
 * connection, it is not known whether the request had an effect; sending it again with the same key finds out.
 */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status < 500
}

/** The error for an answer that is not a success. */
export async function errorOf(response: Response): Promise<ApiProblem | Unreachable> {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json')
  if (!isProblem) return new Unreachable(`The answer was ${response.status}, and not from the store.`)
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  try {
    const problem = (await response.json()) as Problem
    return new ApiProblem(problem, Number.isFinite(seconds) ? seconds * 1000 : undefined)
  } catch (error) {
    return new Unreachable('The answer broke off.', { cause: error })
  }
}

/** The validation errors of a request, by the paths of its values. */
export function fieldErrors(error: unknown): Partial<Record<string, string>> {
  const errors = problemOf(error, 'invalid_request')?.errors ?? []
  return Object.fromEntries(errors.map(({ path, message }) => [path, `It ${message}.`]))
}

export type Message = { title: string; message: string }

/** True of every change: it has an idempotency key, or is idempotent by itself. */
const TRY_AGAIN = 'Try again in a while. Repeating it has no second effect.'

/** Any error as a text for a person. Pages add what can be done about it. */
export function formatError(error: unknown): Message {
  if (error instanceof Unreachable) {
    return { title: 'The store cannot be reached', message: `It does not answer at the moment. ${TRY_AGAIN}` }
  }
  if (error instanceof ApiProblem) return formatProblem(error.problem)
  return { title: 'Something went wrong', message: 'This is an error of the store. Try again.' }
}

function formatProblem(problem: Problem): Message {
  switch (problem.code) {
    case 'insufficient_funds':
      return {
        title: `${money(problem.missing)} is missing`,
        message: 'Your wallet does not cover this purchase. Nothing was charged.',
      }
    case 'insufficient_points':
      return { title: 'Not enough points', message: `There are ${points(problem.available)} to spend.` }
    case 'account_exists':
      return { title: problem.title, message: 'Choose another name, or take its points over.' }
    case 'balance_left':
      return { title: problem.title, message: 'Pay it out first, or give it up.' }
    case 'cancelled':
      return { title: 'Cancelled', message: 'Nothing was bought, and the order was undone.' }
    case 'unknown_user':
    case 'unknown_product':
    case 'unknown_purchase':
    case 'unknown_campaign':
      return { title: problem.title, message: 'It may have been removed, or the address is wrong.' }
    case 'database_unavailable':
    case 'temporal_unavailable':
      return { title: 'A part of the store is not available', message: TRY_AGAIN }
    case 'too_many_requests':
      return { title: 'Too many requests', message: `Try again in ${problem.retryAfterSeconds} seconds.` }
    case 'internal_error':
      return { title: problem.title, message: `${TRY_AGAIN} ${howToReport(problem)}` }
    case 'invalid_request':
      return { title: problem.title, message: problem.errors.map(({ message }) => message).join('; ') }
    default:
      return formatOtherProblem(problem)
  }
}

/** The API's details of refusals are written for people. Everything else is a fault of the page or the API, to be reported. */
function formatOtherProblem(problem: Problem): Message {
  const { status, title, detail } = problem
  const isRefusal = status === 404 || status === 409 || status === 412
  return { title, message: isRefusal ? detail : `${detail} ${howToReport(problem)}` }
}

function howToReport({ requestId }: Problem): string {
  return `If trying again does not help, report the request number, ${requestId}.`
}
