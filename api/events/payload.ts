import { z } from '@hono/zod-openapi'

/** Levels of objects and arrays within each other. */
const DEPTH = 32

/** What rules look at: any JSON object that can be stored, which NUL and half a surrogate pair cannot. */
export const eventPayload = z
  .record(z.string(), z.unknown())
  .refine((payload) => isWithin(payload, DEPTH), `must not be nested deeper than ${DEPTH} levels`)
  .refine((payload) => !isWithin(payload, DEPTH) || isText(JSON.stringify(payload)), 'must not have NUL in its texts')
  .openapi({ description: 'What rules look at, beside type, client, accountId and occurredAt.', example: { stars: 5 } })

function isWithin(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') return true
  return depth > 0 && Object.values(value).every((member) => isWithin(member, depth - 1))
}

/** In JSON as `JSON.stringify` writes it, both are escapes; a backslash before them is escaped itself. */
function isText(json: string): boolean {
  return !/(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json)
}
