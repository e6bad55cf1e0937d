import { createHash, randomUUID } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { KeyedAnswer, KeyedRequest } from '#db/idempotency-keys.ts'
import type { AppContext } from './app-types.ts'
import { scopeOf } from './auth.ts'
import { Problem, type ProblemCode } from './problems.ts'

const idempotencyKey = z
  .string('is missing')
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/, 'must be 1 to 255 printable ASCII characters')
  .openapi({ minLength: 1, maxLength: 255 })

const EFFECT =
  'The request takes effect once, however often it is sent with this key. Repeating it returns the present state of what ' +
  'the first one did; the same key with a different request, of whatever user: 422. '

/** Which routes share keys, and how long these are kept: said in one way wherever keys are spoken of. */
export const KEY_SPACES =
  'Keys of purchases (`POST /purchase`), of points (`/points` and whatever is below it) and of events (`POST /events`, of each client) ' +
  'do not collide with each other, nor with those of all other routes, which share theirs. Those of purchases, points and events are kept ' +
  'for ever, the others for at least a week. '

/** Of an entry in an answer. */
export const reference = z.string().openapi({
  description: 'Id of the purchase or event; of a request, the SHA-256 of its Idempotency-Key in hexadecimal digits.',
})

/** Request headers of every route that changes something. */
export const idempotencyHeaders = z.object({
  'Idempotency-Key': idempotencyKey.optional().openapi({
    description: `${EFFECT}Without a key every request takes effect. ${KEY_SPACES}A random UUID is a good key.`,
  }),
})

/** The same for a route whose clients have no other way to find out what they have sent already. */
export const requiredIdempotencyHeaders = z.object({
  'Idempotency-Key': idempotencyKey.openapi({
    description: `${EFFECT}${KEY_SPACES}The id that the event has in the other system is a good key, if it is unique there.`,
  }),
})

/**
 * What is kept of a key: people put words into keys, and books that are never changed refer to them. Whoever has the key can tell which
 * entry is of which request.
 */
export function keyDigest(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/**
 * The key of a request, digested, with a hash of what it asks for, so that a key is never accepted for a different request.
 *
 * @param body as validated: the same body in another form is the same request
 * @param options.scope whose keys these are: by default, of who asks
 */
export function keyedRequest(
  c: AppContext,
  body: unknown,
  { scope = scopeOf(c) }: { scope?: string } = {},
): KeyedRequest {
  const key = keyDigest(c.req.header('Idempotency-Key') ?? randomUUID())
  return { scope, key, requestHash: requestHash(`${c.req.method} ${c.req.path}`, body) }
}

/** @param operation identifies it: several routes may do the same */
export function requestHash(operation: string, asked: unknown): string {
  return createHash('sha256')
    .update(canonicalJson([operation, asked]))
    .digest('hex')
}

/** JSON with the members of every object sorted by name. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

export function keyReusedProblem(): Problem {
  return new Problem('idempotency_key_reused', 'Use a new key for a new request.')
}

export function markReplayed(c: AppContext): void {
  c.header('Idempotency-Replayed', 'true')
}

/** For requests that the store does not refuse. */
export function neverRefused(refusal: never): never {
  return refusal
}

/**
 * Returns only if the request took effect, now or earlier with the same key.
 *
 * @returns the id of the resource that was changed
 * @throws Problem otherwise
 */
export function requireDone<Refusal>(
  c: AppContext,
  answer: KeyedAnswer<Refusal>,
  otherwise: { unknown: ProblemCode; refused: (refusal: Refusal) => Problem },
): string {
  if (answer.result === 'key_reused') throw keyReusedProblem()
  if (answer.result === 'unknown') throw new Problem(otherwise.unknown, 'It does not exist, so nothing was done.')
  if (answer.replayed) markReplayed(c)
  if (answer.result === 'refused') throw otherwise.refused(answer.refusal)
  return answer.resource
}
