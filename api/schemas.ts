import { z } from '@hono/zod-openapi'
import { MAX_REQUEST_MINOR, majorFromMinor, minorFromMajor } from '#domain/money.ts'
import type { ProblemCode } from './problems.ts'

/** Ids of products and names of users. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const ID_RULE = 'must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit'

export const resourceId = z.string().regex(ID, ID_RULE)
export const productId = resourceId.openapi({ example: '1' })
export const username = resourceId.openapi({ example: 'derick' })
export const accountId = username.openapi({ description: 'The name of the user whose points they are.' })

export const userId = resourceId.openapi({
  description: 'Means nothing, and never changes.',
  example: 'usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
})

export const productPath = z.object({ id: pathId((id) => ID.test(id), 'unknown_product', '1') })
export const userPath = z.object({ username: pathId((name) => ID.test(name), 'unknown_user', 'derick') })
export const purchasePath = uuidPath('unknown_purchase')
export const parkedPath = uuidPath('unknown_parked_award')
export const transactionPath = uuidPath('unknown_transaction')

/** In the one spelling that keys and references are made of (RFC 9562, section 4: letters of either case are taken). */
function uuidPath(unknown: ProblemCode) {
  const isPossible = (id: string) => z.uuid().safeParse(id).success
  return z.object({ id: pathId(isPossible, unknown, '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50').toLowerCase() })
}

/** An id in a path. One that cannot exist is answered like one that does not: 404. */
function pathId(isPossible: (id: string) => boolean, unknown: ProblemCode, example: string) {
  return z.string().refine(isPossible, { params: { unknown } }).openapi({ example })
}

/** An amount in a request: a JSON number in major units, which is read as integer minor units. */
export const amount = z
  .number()
  .min(0, 'must not be negative')
  .max(majorFromMinor(MAX_REQUEST_MINOR), 'must be at most 1000000000')
  .transform((major, context) => {
    const minor = minorFromMajor(major)
    if (minor !== undefined) return minor
    context.addIssue({ code: 'custom', message: 'must have at most two decimals' })
    return z.NEVER
  })
  .openapi({ description: 'In major units, with at most two decimals.', example: 1700 })

export const positiveAmount = amount.refine((minor) => minor > 0, 'must be at least 0.01')

/** An amount in an answer: a JSON number in major units. */
export const amountShown = z
  .number()
  .openapi({ description: 'In major units, with at most two decimals.', example: 1700 })

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

/**
 * A schema of the document or null. Not `.nullable()`: that says of the schema itself, wherever it is used, that it can be
 * null.
 */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()])
}

/** Query parameters of a list. The cursor is opaque to clients; what it means is up to the list. */
export function pageQuery(cursor: z.ZodType<string>) {
  return z.strictObject({
    cursor: cursor.optional().openapi({ description: '`nextCursor` (of points: `next_cursor`) of the page before.' }),
    limit: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(500, 'must be at most 500')
      .default(100)
      .openapi({ description: 'How many items to give at most.' }),
  })
}

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    count: z.number().int().openapi({ description: 'How many items this page has.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Where the next page starts; null when this is the last.', example: null }),
  })
}

/**
 * A page out of one row more than fits: the extra one tells that there is a next page.
 *
 * @param cursorOf of the last item of the page
 */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  render: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): { items: Item[]; count: number; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? cursorOf(last) : null
  return { items: shown.map(render), count: shown.length, nextCursor }
}

/** One page of a list of points, spelled as the bodies there are. */
export function pointsPageOf<Item extends z.ZodType>(item: Item) {
  const { nextCursor, ...shape } = pageOf(item).shape
  return z.object({ ...shape, next_cursor: nextCursor })
}

/** See `page`. */
export function pointsPage<Row, Item>(...given: Parameters<typeof page<Row, Item>>) {
  const { nextCursor, ...shown } = page(...given)
  return { ...shown, next_cursor: nextCursor }
}
