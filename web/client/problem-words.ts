import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ApiProblem, type Problem, Unreachable } from './api-problem.ts'

export type Words = { title: string; message: string }

/** Changes have keys, or happen once anyway. */
const TRY_AGAIN = 'Try again in a while: what came through already is not done twice.'

/** Any error as a person should read it. Pages add to this what can be done about it. */
export function sayInWords(error: unknown): Words {
  if (error instanceof Unreachable) {
    return { title: 'The store cannot be reached', message: `It does not answer at the moment. ${TRY_AGAIN}` }
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
      return { title: 'The store is catching its breath', message: `A part of it is away for the moment. ${TRY_AGAIN}` }
    case 'internal_error':
      return { title: problem.title, message: `${TRY_AGAIN} ${sayHowToReport(problem)}` }
    case 'invalid_request':
      return { title: problem.title, message: problem.errors.map(({ message }) => message).join('; ') }
    default:
      return sayOther(problem)
  }
}

/** What people run into the API says well. Everything else is between it and this page, and somebody should know of it. */
function sayOther(problem: Problem): Words {
  const { status, title, detail } = problem
  const isRefusal = status === 404 || status === 409 || status === 412
  return { title, message: isRefusal ? detail : `${detail} ${sayHowToReport(problem)}` }
}

function sayHowToReport({ requestId }: Problem): string {
  return `If it does not help to try again, report it with the number of the request, ${requestId}.`
}
