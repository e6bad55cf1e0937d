import { z } from '@hono/zod-openapi'
import { campaignProblems } from './campaign-problems.ts'
import { pointsProblems } from './points-problems.ts'
import { purchaseProblems } from './purchase-problems.ts'

type ProblemKind = {
  status: 400 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 421 | 422 | 428 | 500 | 503
  /** The same for every occurrence; what is special about this one goes into `detail`. */
  title: string
  /** Extension members (RFC 9457, section 3.2). */
  members?: z.ZodRawShape & { [Standard in 'type' | 'title' | 'status' | 'detail' | 'code' | 'requestId']?: never }
}

const invalidValue = z.object({
  path: z.string().openapi({
    description:
      'Which value: its path in the body, its query parameter or header. Within the rules of a campaign it goes on as a ' +
      'JSON Pointer (RFC 6901): `rules/0/action/formula`.',
    example: 'lines.0.productId',
  }),
  message: z.string(),
  position: z
    .number()
    .int()
    .optional()
    .openapi({ description: 'In a formula or JSONPath: the character that is wrong, from 1.', example: 10 }),
})

export const readinessCheck = z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })

/** Every problem that the API answers with, by its code. Clients branch on codes, so a code never changes its meaning. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid', members: { errors: z.array(invalidValue) } },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_http: { status: 400, title: 'The request is not HTTP as it should be' },

  foreign_request: { status: 403, title: 'Another site may not do this' },

  unknown_route: { status: 404, title: 'There is nothing at this address' },
  unknown_product: { status: 404, title: 'There is no such product' },
  unknown_user: { status: 404, title: 'There is no such user' },
  unknown_purchase: { status: 404, title: 'There is no such purchase' },
  unknown_transaction: { status: 404, title: 'There is no such transaction of points' },
  unknown_image: { status: 404, title: 'There is no such image' },

  method_not_allowed: { status: 405, title: 'This address does not take this method' },

  product_exists: { status: 409, title: 'A product of this id exists already' },
  insufficient_stock: {
    status: 409,
    title: 'Less is in stock than should be taken out',
    members: { available: z.number().int().openapi({ description: 'What is neither sold nor reserved.' }) },
  },
  stock_too_large: { status: 409, title: 'The stock would be too large' },
  user_exists: { status: 409, title: 'A user of this name exists already' },
  balance_too_large: { status: 409, title: 'The balance would be too large' },
  ...purchaseProblems,
  ...pointsProblems,
  ...campaignProblems,

  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not of a type that is understood here' },
  misdirected_request: { status: 421, title: 'The request is meant for another server' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request' },

  internal_error: { status: 500, title: 'Something went wrong on the server' },
  database_unavailable: { status: 503, title: 'The database cannot be used at the moment' },
  temporal_unavailable: {
    status: 503,
    title: 'The workflow engine cannot be reached',
    members: {
      purchaseId: z.uuid().optional().openapi({ description: 'The purchase that may still be carried out.' }),
    },
  },
  unhealthy: { status: 503, title: 'This process cannot use its database' },
  too_many_viewers: { status: 503, title: 'This server watches as many purchases as it can' },
  store_not_built: { status: 503, title: 'The store was not built' },
  not_ready: {
    status: 503,
    title: 'The server is not ready for requests',
    members: { checks: z.array(readinessCheck) },
  },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof PROBLEMS

/** The extension members of a problem, as they go into its body. */
export type ProblemMembers<Code extends ProblemCode> = (typeof PROBLEMS)[Code] extends {
  members: infer Shape extends z.ZodRawShape
}
  ? z.input<z.ZodObject<Shape>>
  : Record<never, never>
