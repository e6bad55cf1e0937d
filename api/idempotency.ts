import { createHash, randomUUID } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { KeyedAnswer, KeyedRequest } from '#db/idempotency-keys.ts'
import type { AppContext } from './app-types.ts'
import { Problem, type ProblemCode } from './problems.ts'

const idempotencyKey = z
  .string('is missing')
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/, 'must be 1 to 255 printable ASCII characters')

const ONCE =
  'Makes the request happen once, however often it is sent. The same key with the same request gets the answer ' +
  'for what the first one did, as things stand now; with another request: 422. '

/** The request headers of every route that moves something. */
export const idempotencyHeaders = z.object({
  'Idempotency-Key': idempotencyKey.optional().openapi({
    description:
      `${ONCE}Without a key each request counts. ` +
      'Purchases have a space of keys of their own, and so have points. A fresh UUID will do.',
  }),
})

/** Those of a route whose clients have no other way to know what they sent already. */
export const requiredIdempotencyHeaders = z.object({
  'Idempotency-Key': idempotencyKey.openapi({
    description: `${ONCE}What the other system calls the event will do, if that is its own.`,
  }),
})

/**
 * The request as its key stands for it. What it does is part of it, so that a key is never answered for another
 * thing.
 *
 * @param scope whose keys these are
 * @param body as validated: spelling it differently does not make it another request
 * @param does what the request does, where several routes do the same
 */
export function keyedRequest(
  c: AppContext,
  scope: string,
  body: unknown,
  does = `${c.req.method} ${c.req.path}`,
): KeyedRequest {
  const key = c.req.header('Idempotency-Key') ?? randomUUID()
  const requestHash = createHash('sha256')
    .update(canonicalJson([does, body]))
    .digest('hex')
  return { scope, key, requestHash }
}

/** JSON with the members of every object in the order of their names. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

export function keyReused(): Problem {
  return new Problem('idempotency_key_reused', 'Use a new key for a new request.')
}

export function markReplayed(c: AppContext): void {
  c.header('Idempotency-Replayed', 'true')
}

/**
 * Goes on only if what was asked for was done, now or by an earlier request of the same key.
 *
 * @returns the id of what it was done to
 * @throws Problem for everything else
 */
export function requireDone<Refusal>(
  c: AppContext,
  answer: KeyedAnswer<Refusal>,
  otherwise: { unknown: ProblemCode; refused: (refusal: Refusal) => Problem },
): string {
  if (answer.result === 'key_reused') throw keyReused()
  if (answer.result === 'unknown') throw new Problem(otherwise.unknown, 'It does not exist, so nothing was done.')
  if (answer.replayed) markReplayed(c)
  if (answer.result === 'refused') throw otherwise.refused(answer.refusal)
  return answer.resource
}

/**
 * Who asks. In demo mode nobody signs in: a request about a user is taken as the user's own, one about products as the
 * operator's.
 */

/** Whose idempotency keys the keys of product routes are. */
export const OPERATOR_SCOPE = 'operator'

/** Who is named in entries and movements. */
export const DEMO_ACTOR = 'demo'
