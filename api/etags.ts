import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { AppContext } from './app-types.ts'
import { Problem } from './problems.ts'

// Entity tags (RFC 9110, section 8.8.3): the version of what is shown, and a hash of how it is shown, which has more in it than changes by
// hand: stock, points given. A change is based on the version alone, else every sale would come between a reader and his change.

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`
/** Of a list, elements may be empty (RFC 9110, section 5.6.1.2). */
const TAGS = new RegExp(`^(?:\\*|(?:,[ \\t]*)*${TAG}(?:[ \\t]*,(?:[ \\t]*${TAG})?)*)$`)
const tags = z.string().trim().regex(TAGS, 'must be *, or ETags such as "3"')

/** RFC 9110, section 13.1.1. */
export const ifMatchHeader = {
  'If-Match': tags.optional().openapi({
    description:
      'The ETag of what the change is based on, as it was read, or several; `*`: whichever version there is. What counts is the version, ' +
      'the part before the dot. Weak tags never match.',
    example: '"1"',
  }),
}

/** The same for a route that answers 428 to a request without it. */
export const requiredIfMatchHeader = {
  'If-Match': ifMatchHeader['If-Match'].openapi({ param: { required: true } }),
}

/** RFC 9110, section 13.1.2. */
export const ifNoneMatchHeader = {
  'If-None-Match': tags.optional().openapi({ description: 'ETags of what the client has already.', example: '"1"' }),
}

export const etagHeader = {
  ETag: {
    description: 'The version, a dot, and a hash of the answer. To be sent in If-Match and If-None-Match.',
    schema: { type: 'string' as const, example: '"1.5d41402abc4b2a76"' },
  },
}

/** A description in the OpenAPI document. */
export const notModified = { description: 'It is what the client has already.', headers: etagHeader }

/** The body of an answer, whose tag is set. Proxies that compress would weaken the tag, so they are told not to. */
export function withEtag<Body extends object>(c: AppContext, version: number, body: Body): Body {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)
  c.header('ETag', `"${version}.${hash}"`)
  c.header('Cache-Control', 'no-cache, no-transform')
  return body
}

/** Whether the client has what is about to be answered, whose tag is set. By weak comparison. */
export function isKnown(c: AppContext, ifNoneMatch: string | undefined): boolean {
  const etag = c.res.headers.get('ETag')
  const tags = readTags(ifNoneMatch ?? '')
  return tags === 'any' || tags.some(({ opaque }) => `"${opaque}"` === etag)
}

/**
 * Whether a change may be made to the present version. By strong comparison.
 *
 * @param ifMatch valid; left out, the change is not based on anything
 */
export function isBasedOn(version: number, ifMatch: string): boolean {
  const tags = readTags(ifMatch)
  return tags === 'any' || tags.some(({ weak, opaque }) => !weak && opaque.split('.')[0] === String(version))
}

/** An asterisk is any tag; in quotes it is one like others. */
function readTags(header: string): 'any' | { weak: boolean; opaque: string }[] {
  if (header.trim() === '*') return 'any'
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, opaque = '']) => ({ weak: weak !== undefined, opaque }))
}

/** @throws Problem `precondition_required` (RFC 6585, section 3) */
export function requireIfMatch(ifMatch: string | undefined): string {
  if (ifMatch !== undefined) return ifMatch
  throw new Problem('precondition_required', 'Read it first, and send its ETag in If-Match.')
}
