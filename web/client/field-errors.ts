import { problemOf } from './api-problem.ts'

/** What the API has against single values of a request, by their paths in it. */
export function fieldErrors(error: unknown): Partial<Record<string, string>> {
  const errors = problemOf(error, 'invalid_request')?.errors ?? []
  return Object.fromEntries(errors.map(({ path, message }) => [path, `It ${message}.`]))
}
