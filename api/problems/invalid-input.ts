import type { z } from '@hono/zod-openapi'
import type { ProblemCode } from './catalogue.ts'
import { Problem } from './problem.ts'

type Validation = { target: string } & ({ success: true } | { success: false; error: z.ZodError })

/** Says what is wrong with a request that does not fit the schemas of its route. Every place at once, not one by one. */
export function refuseInvalidInput(result: Validation): void {
  if (result.success) return
  if (result.target === 'param') throw unknownResource(result.error)
  const errors = result.error.issues.flatMap(describeIssue)
  throw new Problem('invalid_request', summarise(PARTS[result.target] ?? 'request', errors), { errors })
}

const PARTS: Record<string, string> = { json: 'body', query: 'query', header: 'headers' }

type InvalidValue = { path: string; message: string }

function summarise(part: string, [first, ...others]: InvalidValue[]): string {
  const where = first?.path ? `In the ${part}, ${first.path}` : `In the ${part}`
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return `${where}: ${first?.message}${more}.`
}

/** An id in a path that cannot exist is as unknown as one that does not exist. See `pathId`. */
function unknownResource(error: z.ZodError): Problem {
  const [issue] = error.issues
  const code: ProblemCode = issue?.code === 'custom' ? issue.params?.unknown : 'unknown_route'
  return new Problem(code, 'No id of this form can exist.')
}

function describeIssue(issue: z.core.$ZodIssue): InvalidValue[] {
  if (issue.code === 'invalid_union') return describeClosest(issue)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
  }
  return [{ path: issue.path.join('.'), message: issue.message.replace(/^Invalid input: /, '') }]
}

/** Of the forms that a value may have, the one it comes closest to. */
function describeClosest(union: z.core.$ZodIssueInvalidUnion): InvalidValue[] {
  const branches = union.errors.map((issues) =>
    issues.flatMap((issue) => describeIssue({ ...issue, path: [...union.path, ...issue.path] } as z.core.$ZodIssue)),
  )
  return branches.toSorted((a, b) => a.length - b.length)[0] ?? [{ path: union.path.join('.'), message: union.message }]
}
