import { HTTPException } from 'hono/http-exception'
import type { AppContext } from '#api/app-types.ts'
import { Problem, problemBody } from './problem.ts'
import { unavailability } from './unavailable.ts'

const RETRY_AFTER_SECONDS = '2'

/** Answers whatever a handler or middleware threw, as `application/problem+json`. Nothing internal leaves. */
export function answerError(error: unknown, c: AppContext): Response {
  return answerProblem(c, problemOf(error))
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
function answerProblem(c: AppContext, problem: Problem): Response {
  if (problem.status === 503) c.header('Retry-After', RETRY_AFTER_SECONDS)
  c.header('Content-Type', 'application/problem+json')
  return c.body(JSON.stringify(problemBody(problem, c.get('requestId'))), problem.status)
}

/** The problem that an error is answered with. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return problemOfFramework(error)
  return unavailability(error) ?? internalError()
}

/** What Hono and its OpenAPI layer throw by themselves. */
function problemOfFramework(error: HTTPException): Problem {
  if (error.status === 400) return new Problem('malformed_json', 'The body could not be parsed as JSON.')
  if (error.status === 415) {
    return new Problem('unsupported_media_type', 'Send the body as application/json, and say so in Content-Type.')
  }
  return internalError()
}

function internalError(): Problem {
  return new Problem('internal_error', 'The error was logged under the requestId of this answer.')
}
