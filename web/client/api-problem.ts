import type { components } from './schema.d.ts'

type Schemas = components['schemas']

/** Every problem the API answers with, told apart by `code`: what has the members of one (RFC 9457), and ours. */
export type Problem = Extract<Schemas[keyof Schemas], { type: string; status: number; code: string; requestId: string }>
export type ProblemCode = Problem['code']
export type ProblemOf<Code extends ProblemCode> = Extract<Problem, { code: Code }>

/** The API said no: a refusal, bad input, or an outage behind it. Branch on `problem.code`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly problem: Problem
  /** When the API would like to be asked again. */
  readonly retryAfterMs: number | undefined

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem.detail)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer, or none of the API: it is not running, or something between it and the browser gave up. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** The problem of this code that an error is, if it is. */
export function problemOf<Code extends ProblemCode>(error: unknown, code: Code): ProblemOf<Code> | undefined {
  if (!(error instanceof ApiProblem) || error.problem.code !== code) return undefined
  return error.problem as ProblemOf<Code>
}

/** Says nothing about the request: sent again, with the same key, it can succeed. */
export function isTemporary(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.problem.status === 503)
}

/**
 * Whether the API has decided: what it refused stays refused, and did nothing. After anything else, a 500 or an answer that
 * broke off, nobody knows whether it was done; the same key finds out.
 */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status < 500
}

/** Turns an answer that is not a success into the error that stands for it. */
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
