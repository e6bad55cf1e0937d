import { z } from '@hono/zod-openapi'
import { PROBLEMS, type ProblemCode, problemType } from './problems.ts'

/** What a probe may answer, and its address to another method. */
export const PROBE = [
  'invalid_request',
  'malformed_http',
  'method_not_allowed',
  'misdirected_request',
  'internal_error',
] as const
/** What any other route may answer. */
export const ANY = [...PROBE, 'too_many_requests'] as const
/** What a route that reads the database for anybody may answer. */
export const READING_FOR_ANYBODY = [...ANY, 'database_unavailable'] as const
/** What any other route may answer: all of them read the database, and ask who it is for. */
export const READING = [...READING_FOR_ANYBODY, 'unauthenticated', 'not_permitted', 'identity_unavailable'] as const
/** What any route that takes a body may answer, even if it is to be empty. */
export const WITH_BODY = [
  ...READING,
  'malformed_json',
  'foreign_request',
  'body_too_large',
  'unsupported_media_type',
] as const
/** What any route with an Idempotency-Key may answer. */
export const WRITING = [...WITH_BODY, 'idempotency_key_reused'] as const

/** A refusal, a resource that was deleted since, or a request on record that cannot go on now. */
const MAY_BE_REPLAYED = ['404', '409', '503']

type ProblemResponses<Code extends ProblemCode> = {
  [Status in (typeof PROBLEMS)[Code]['status']]: {
    description: string
    headers: Partial<typeof retryAfterHeader & typeof replayedHeader & typeof allowHeader>
    content: { 'application/problem+json': { schema: z.ZodType } }
  }
}

/** The `responses` of a route in the OpenAPI document for the problems it may answer with. */
export function problems<Code extends ProblemCode>(...codes: Code[]): ProblemResponses<Code> {
  const byStatus = Object.groupBy(codes, (code) => PROBLEMS[code].status)
  const isKeyed = codes.some((code) => code === 'idempotency_key_reused')
  const responses = Object.entries(byStatus).map(([status, sameStatus]) => {
    const description = sameStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n')
    const headers = {
      ...(status === '405' && allowHeader),
      ...((status === '503' || status === '429') && retryAfterHeader),
      ...(isKeyed && MAY_BE_REPLAYED.includes(status) && replayedHeader),
    }
    return [status, { description, headers, content: { 'application/problem+json': { schema: anyOf(sameStatus) } } }]
  })
  return Object.fromEntries(responses)
}

function anyOf(codes: ProblemCode[]): z.ZodType {
  const [first, ...rest] = codes.map((code) => schemas[code])
  if (!first) throw new Error('a response without a problem')
  return rest.length === 0 ? first : z.discriminatedUnion('code', [first, ...rest])
}

const schemas = Object.fromEntries(
  Object.keys(PROBLEMS).map((code) => [code, problemSchema(code as ProblemCode)]),
) as Record<ProblemCode, ReturnType<typeof problemSchema>>

function problemSchema(code: ProblemCode) {
  const kind = PROBLEMS[code]
  return z
    .object({
      type: z.literal(problemType(code)),
      title: z.literal(kind.title),
      status: z.literal(kind.status),
      detail: z.string(),
      code: z.literal(code),
      requestId: z.string().openapi({ description: 'Identifies this request in the logs.' }),
      ...('members' in kind ? kind.members : {}),
    })
    .openapi(`${pascalCase(code)}Problem`)
}

function pascalCase(code: string): string {
  return code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** OpenAPI description of the response header. */
export const replayedHeader = {
  'Idempotency-Replayed': {
    description: '`true` when an earlier request with the same key took effect.',
    schema: { type: 'string' as const, enum: ['true'] },
  },
}

/** OpenAPI description of the response header (RFC 9110, section 10.2.1). */
const allowHeader = {
  Allow: {
    description: 'The methods that this address takes.',
    schema: { type: 'string' as const, example: 'GET, HEAD, POST' },
  },
}

/** OpenAPI description of the response header (RFC 9110, section 10.2.3). */
export const retryAfterHeader = {
  'Retry-After': {
    description: 'Seconds to wait before the next request.',
    schema: { type: 'string' as const, example: '2' },
  },
}

/** The `content` of a JSON answer. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return { 'application/json': { schema } }
}

/** The `body` of a request that must have one. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true as const, content: json(schema) }
}
