import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { AppContext } from './app-types.ts'
import { invalidRequest } from './errors.ts'

// Lists come in pages. The cursor of the next one is the position of the last item and a seal over it and its list, so that one that was
// never given, or by another list, is refused and does not begin somewhere. The seal is no secret: whoever makes one sees no more.

const NOT_GIVEN = 'must be the cursor of an answer to the same request'

const CURSOR = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.[A-Za-z0-9_-]{12}$/
const CURSOR_PUBLISHED = { pattern: CURSOR.source, minLength: 14, maxLength: 77 }

/** Query parameters of a list. Where a page begins, `readCursor` says. */
export const pageQuery = z.strictObject({
  cursor: z
    .string()
    .regex(CURSOR, NOT_GIVEN)
    .optional()
    .openapi({
      ...CURSOR_PUBLISHED,
      description:
        '`nextCursor` (of points and campaigns: `next_cursor`) of the previous page, with the same address and filters. Any other is 400.',
    }),
  limit: z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,8})$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1, 'must be at least 1').max(500, 'must be at most 500'))
    .default(100)
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: 500,
      default: 100,
      description: 'Maximum number of items. A page has fewer where they would be more than a megabyte.',
    }),
})

/** Positions that are ids, and numbers of a sequence. */
export const idPosition = z.guid()
export const numberPosition = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)

/**
 * The position after which the page begins that is asked for; undefined: the first page.
 *
 * @throws Problem `invalid_request` unless this list gave the cursor
 */
export function readCursor<Position>(c: AppContext, position: z.ZodType<Position, string>): Position | undefined {
  const cursor = c.req.query('cursor')
  if (cursor === undefined) return undefined
  const given = cursor.slice(0, cursor.lastIndexOf('.'))
  const parsed = position.safeParse(given)
  if (cursor === sealed(c, given) && parsed.success) return parsed.data
  throw invalidRequest('query', [{ path: 'cursor', message: NOT_GIVEN }])
}

/** The cursor after a position in the list that is asked for: its address, and whatever filters it. */
function sealed({ req }: AppContext, position: string): string {
  const { cursor: _, limit: __, ...filters } = req.query()
  const list = [req.path, ...Object.entries(filters).toSorted(([one], [other]) => (one < other ? -1 : 1))]
  const seal = createHash('sha256')
    .update(JSON.stringify([list, position]))
    .digest('base64url')
    .slice(0, 12)
  return `${position}.${seal}`
}

/**
 * The most bytes of JSON that the items of an answer have together, or those of a line of an answer in lines: the page, or the
 * line, ends before. No item alone has as many.
 */
const MAX_ITEMS_BYTES = 1_000_000

/** The items, in parts that have at most `MAX_ITEMS_BYTES` each. */
export function* splitBySize<Item>(items: Iterable<Item>): Generator<Item[], void, void> {
  let part: Item[] = []
  let partBytes = 0
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1
    if (part.length > 0 && partBytes + bytes > MAX_ITEMS_BYTES) {
      yield part
      part = []
      partBytes = 0
    }
    part.push(item)
    partBytes += bytes
  }
  if (part.length > 0) yield part
}

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    count: z.number().int().openapi({ description: 'Number of items on this page.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Cursor of the next page; null on the last page.', example: null }),
  })
}

/**
 * Makes a page of rows that were read with a limit of `limit + 1`: the extra row means that there is a next page. It has fewer
 * than `limit` items where they would have more than `MAX_ITEMS_BYTES`.
 *
 * @param positionOf where a row stands, as `readCursor` has it
 */
export function page<Row, Item>(
  c: AppContext,
  rows: readonly Row[],
  limit: number,
  format: (row: Row) => Item,
  positionOf: (row: Row) => string | number,
): { items: Item[]; count: number; nextCursor: string | null } {
  const [items = []] = splitBySize(rows.slice(0, limit).map(format))
  const last = rows[items.length - 1]
  const nextCursor = rows.length > items.length && last !== undefined ? sealed(c, String(positionOf(last))) : null
  return { items, count: items.length, nextCursor }
}

/** `pageOf` in the snake case of the bodies of points and campaigns. */
export function snakeCasePageOf<Item extends z.ZodType>(item: Item) {
  const { nextCursor, ...shape } = pageOf(item).shape
  return z.object({ ...shape, next_cursor: nextCursor })
}

/** `page` in the same. */
export function snakeCasePage<Row, Item>(...input: Parameters<typeof page<Row, Item>>) {
  const { nextCursor, ...rest } = page(...input)
  return { ...rest, next_cursor: nextCursor }
}
