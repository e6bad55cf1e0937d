import { z } from '@hono/zod-openapi'

/** One line of text. */
export function line(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((given) => !hasControlCharacters(given), 'must not have control characters')
}

/** Text of any number of lines; it may be empty. */
export function lines(maxLength: number) {
  return z
    .string()
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((given) => !hasControlCharacters(given.replace(/[\n\t]/g, '')), 'must not have control characters')
}

/** Half a surrogate pair counts too: neither it nor NUL is text to Postgres. */
function hasControlCharacters(text: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(text)
}

/** An RFC 3339 instant in a request; as ISO 8601 in UTC, in the years that databases and dates agree on. */
export const instantGiven = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date.getTime() >= 0 && date.getUTCFullYear() <= 9999, 'must be in the years 1970 to 9999')
  .transform((date) => date.toISOString())

export const timestamp = z.iso.datetime().openapi({ description: 'UTC.', example: '2026-01-31T12:00:00.000Z' })
