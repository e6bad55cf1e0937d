import { z } from '@hono/zod-openapi'

/**
 * A schema of the document or null. Not `.nullable()`: that says of the schema itself, wherever it is used, that it can be
 * null.
 */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()])
}
