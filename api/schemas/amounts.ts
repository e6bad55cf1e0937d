import { z } from '@hono/zod-openapi'
import { MAX_REQUEST_MINOR, majorFromMinor, minorFromMajor } from '#domain/money.ts'

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
