import { PROBLEMS, type ProblemCode, type ProblemMembers } from './catalogue.ts'

/**
 * What a handler throws to answer with a problem (RFC 9457). The one place that turns it into a response is
 * `answerError`, so that every problem has the same form.
 */
export class Problem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'Problem'
  readonly code: Code
  readonly members: ProblemMembers<Code> | undefined

  /** @param detail one or two sentences about this occurrence, safe to show to anyone */
  constructor(code: Code, detail: string, ...[members]: MembersArgument<Code>) {
    super(detail)
    this.code = code
    this.members = members
  }

  get status() {
    return PROBLEMS[this.code].status
  }
}

type MembersArgument<Code extends ProblemCode> =
  Record<never, never> extends ProblemMembers<Code> ? [members?: ProblemMembers<Code>] : [members: ProblemMembers<Code>]

/** The body of a problem. Its type is a name, not an address: what there is to read about it is in `/docs`. */
export function problemBody(problem: Problem, requestId: string) {
  const { title, status } = PROBLEMS[problem.code]
  return {
    type: problemType(problem.code),
    title,
    status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...problem.members,
  }
}

export function problemType(code: ProblemCode): string {
  return `urn:unicorn-store:problem:${code}`
}
