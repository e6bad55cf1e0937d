import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ApiProblem, type Problem, Unreachable } from './api-problem.ts'

export type Words = { title: string; message: string }

/** Any error as a person should read it. Pages add to this what can be done about it. */
export function sayInWords(error: unknown): Words {
  if (error instanceof Unreachable) {
    return { title: 'The store cannot be reached', message: 'We keep trying. Nothing you did is lost.' }
  }
  if (error instanceof ApiProblem) return sayProblem(error.problem)
  return { title: 'This page stumbled', message: 'That should not have happened. Trying again often helps.' }
}

function sayProblem(problem: Problem): Words {
  switch (problem.code) {
    case 'insufficient_funds':
      return {
        title: `${money(problem.missing)} is missing`,
        message: 'Your wallet does not cover this purchase. Nothing was charged, and the stock was given back.',
      }
    case 'insufficient_points':
      return { title: 'Not enough points', message: `There are ${points(problem.available)} to spend.` }
    case 'cancelled':
      return { title: 'Cancelled', message: 'Nothing was bought. Whatever had been taken was given back.' }
    case 'unknown_user':
    case 'unknown_product':
    case 'unknown_purchase':
    case 'unknown_campaign':
      return { title: problem.title, message: 'It may have been removed, or the address is not right.' }
    case 'database_unavailable':
    case 'temporal_unavailable':
      return { title: 'The store is catching its breath', message: 'A part of it is away. We keep trying.' }
    case 'invalid_request':
      return { title: problem.title, message: problem.errors.map(({ message }) => message).join('; ') }
    default:
      return { title: problem.title, message: problem.detail }
  }
}
