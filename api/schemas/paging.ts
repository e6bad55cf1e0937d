import { z } from '@hono/zod-openapi'

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
