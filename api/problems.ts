import { z } from '@hono/zod-openapi'
import { POLICY_NAMES } from '#config/rate-limits.ts'

/** The client closed the connection before its answer was ready. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** A handler throws it to answer with a problem (RFC 9457); `errorResponse` makes the response. */
export class Problem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'Problem'
  readonly code: Code
  readonly members: ProblemMembers<Code> | undefined

  /** @param detail one or two sentences about this occurrence, safe to show to anyone */
  constructor(code: Code, detail: string, ...[members]: MembersArgument<Code>) {
    super(detail)
    this.code = code
    this.members = members
  }

  get status() {
    return PROBLEMS[this.code].status
  }
}

type MembersArgument<Code extends ProblemCode> =
  Record<never, never> extends ProblemMembers<Code> ? [members?: ProblemMembers<Code>] : [members: ProblemMembers<Code>]

/** The body of a problem. Its type is a URN, not a URL: `/docs` has the documentation. */
export function problemBody(problem: Problem, requestId: string) {
  const { title, status } = PROBLEMS[problem.code]
  return {
    type: problemType(problem.code),
    title,
    status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...problem.members,
  }
}

export function problemType(code: ProblemCode): string {
  return `urn:unicorn-store:problem:${code}`
}

const notSold = { purchaseId: z.uuid(), success: z.literal(false) }

export const shortLine = z.object({
  productId: z.string(),
  requested: z.number().int(),
  available: z.number().int().openapi({ description: 'Available when the purchase was refused.' }),
})

/** Outcomes of a purchase without a sale, after which stock, money and points are as before it; and refused changes. */
const purchaseProblems = {
  out_of_stock: {
    status: 409,
    title: 'There is not enough stock',
    members: {
      ...notSold,
      stock: z.literal(false),
      available: z.number().int().openapi({ description: 'Of the first product with too little stock.', example: 3 }),
      short: z.array(shortLine).openapi({ description: 'Every product with too little stock.' }),
    },
  },
  insufficient_funds: {
    status: 409,
    title: 'The balance does not cover the total',
    members: {
      ...notSold,
      stock: z.literal(true),
      balance: z.literal(false),
      restock: z.literal(true).openapi({ description: 'The reserved stock was released.' }),
      missing: z.number().openapi({ description: 'Missing amount, in major units.', example: 100 }),
    },
  },
  price_changed: {
    status: 409,
    title: 'The total is not the expected one',
    members: { ...notSold, expectedTotal: z.number(), total: z.number() },
  },
  redeem_exceeds_total: {
    status: 409,
    title: 'The points are worth more than the total',
    members: { ...notSold, points: z.number().int(), mostPoints: z.number().int() },
  },
  cancelled: { status: 409, title: 'The purchase was cancelled', members: notSold },
  purchase_failed: {
    status: 409,
    title: 'The purchase failed and was undone',
    members: {
      ...notSold,
      reason: z.enum(['step_unavailable', 'interrupted']).openapi({
        description: '`step_unavailable`: a step kept failing for ten minutes. `interrupted`: the workflow was lost.',
      }),
    },
  },
  already_settled: {
    status: 409,
    title: 'The purchase has ended already',
    members: {
      purchaseId: z.uuid(),
      purchaseStatus: z.enum(['completed', 'refused', 'cancelled', 'failed', 'refunding', 'refunded']),
    },
  },
  not_repairable: {
    status: 409,
    title: 'Only a purchase that makes no progress can be repaired',
    members: { purchaseId: z.uuid(), purchaseStatus: z.enum(['running']) },
  },
  exceeds_purchase: {
    status: 409,
    title: 'It is more than is left of the purchase',
    members: {
      purchaseId: z.uuid(),
      left: z
        .array(z.object({ productId: z.string(), quantity: z.number().int() }))
        .openapi({ description: 'What can still be refunded.' }),
    },
  },
  refund_in_progress: { status: 409, title: 'Another refund of the purchase is in progress' },
  too_many_refunds: { status: 409, title: 'The purchase has been refunded in too many parts' },
  refund_period_over: { status: 409, title: 'The period for refunds is over' },
  user_erased: { status: 409, title: 'The user was erased' },
  not_refundable: {
    status: 409,
    title: 'Only a completed purchase can be refunded',
    members: {
      purchaseId: z.uuid(),
      purchaseStatus: z.enum(['running', 'compensating', 'refused', 'cancelled', 'failed']),
    },
  },
} as const

/** Refusals of the points routes. Their members are in snake case, like the bodies of these routes. */
const pointsProblems = {
  insufficient_points: {
    status: 409,
    title: 'There are not enough points',
    members: {
      available: z.number().int().openapi({ description: 'Points available when it was refused.', example: 750 }),
      points: z.number().int().optional().openapi({ description: 'Of a purchase: points to redeem, as ordered.' }),
      purchaseId: z.uuid().optional().openapi({ description: 'The refused purchase.' }),
      success: z.literal(false).optional(),
    },
  },
  balance_limit: { status: 409, title: 'The account would exceed the maximum of points issued' },
  already_reversed: {
    status: 409,
    title: 'The transaction is reversed already',
    members: {
      reversed_by: z.uuid().nullable().openapi({ description: 'The transaction that reversed it, or the last of it.' }),
    },
  },
  belongs_to_purchase: {
    status: 409,
    title: 'The transaction belongs to a purchase',
    members: { purchase_id: z.uuid().openapi({ description: 'The purchase to refund instead.' }) },
  },
  too_recent: {
    status: 409,
    title: 'The instant is too recent to be reported',
    members: {
      newest: z.iso
        .datetime()
        .nullable()
        .openapi({ description: 'The newest instant that can be reported now. Null: it is not known at the moment.' }),
    },
  },
  not_reversible: {
    status: 409,
    title: 'Only issues and redemptions can be reversed',
    members: { transaction_type: z.enum(['issue', 'redeem', 'expire', 'reverse']) },
  },
} as const

/** Problems of campaigns and their awards. */
const campaignProblems = {
  unknown_campaign: { status: 404, title: 'There is no such campaign' },
  unknown_parked_award: { status: 404, title: 'There is no such parked award' },
  unknown_discrepancy: { status: 404, title: 'There is no such discrepancy' },
  not_parked: {
    status: 409,
    title: 'Only an award that is parked can be dismissed',
    members: { awardStatus: z.enum(['booked', 'nothing', 'voided']) },
  },
  campaign_exists: { status: 409, title: 'The client has a campaign of this name already' },
  too_many_campaigns: { status: 409, title: 'The client has reached the maximum of campaigns' },
  campaign_moved_on: {
    status: 412,
    title: 'The campaign was changed since it was read',
    members: { version: z.number().int().openapi({ description: 'Its present version.', example: 4 }) },
  },
  too_many_at_once: { status: 429, title: 'The caller has too many of these requests open' },
  too_many_backtests: { status: 503, title: 'Too many backtests are running' },
  precondition_required: { status: 428, title: 'The request must have an If-Match header' },
} as const

type ProblemKind = {
  status:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 408
    | 409
    | 412
    | 413
    | 415
    | 417
    | 421
    | 422
    | 428
    | 429
    | 431
    | 500
    | 501
    | 503
  /** The same for every occurrence; `detail` describes the single one. */
  title: string
  /** Extension members (RFC 9457, section 3.2). */
  members?: z.ZodRawShape & { [Standard in 'type' | 'title' | 'status' | 'detail' | 'code' | 'requestId']?: never }
}

const invalidValue = z.object({
  path: z.string().openapi({
    description:
      'Path of the value in the body, or its query parameter or header. Within the rules of a campaign it continues as a ' +
      'JSON Pointer (RFC 6901): `rules/0/action/formula`.',
    example: 'lines.0.productId',
  }),
  message: z.string(),
  position: z
    .number()
    .int()
    .optional()
    .openapi({ description: 'In a formula or JSONPath: position of the error, from 1.', example: 10 }),
})

export const readinessCheck = z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })

/** Every problem of the API by its code. Clients branch on codes, so the meaning of a code never changes. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid', members: { errors: z.array(invalidValue) } },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_http: { status: 400, title: 'The request is not valid HTTP' },

  unauthenticated: { status: 401, title: 'The request needs a valid access token' },

  not_permitted: { status: 403, title: 'The token does not permit this request' },
  foreign_request: { status: 403, title: 'Requests from other sites are not allowed' },

  unknown_route: { status: 404, title: 'There is nothing at this address' },
  unknown_product: { status: 404, title: 'There is no such product' },
  unknown_account: { status: 404, title: 'There is no such account' },
  unknown_user: { status: 404, title: 'There is no such user' },
  unknown_purchase: { status: 404, title: 'There is no such purchase' },
  unknown_event: { status: 404, title: 'There is no such event' },
  unknown_transaction: { status: 404, title: 'There is no such transaction of points' },
  unknown_image: { status: 404, title: 'There is no such image' },

  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  expectation_failed: { status: 417, title: 'The expectation of the request cannot be met' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  not_implemented: { status: 501, title: 'This server does not implement what the request needs' },

  method_not_allowed: { status: 405, title: 'This address does not take this method' },

  product_moved_on: {
    status: 412,
    title: 'The product was changed since it was read',
    members: { version: z.number().int().openapi({ description: 'Its present version.', example: 4 }) },
  },
  product_exists: { status: 409, title: 'A product of this id exists already' },
  insufficient_stock: {
    status: 409,
    title: 'There is less stock than is to be removed',
    members: { available: z.number().int().openapi({ description: 'Stock on hand that is not reserved.' }) },
  },
  stock_too_large: { status: 409, title: 'The stock would be too large' },
  account_exists: { status: 409, title: 'The name was used before there was such a user' },
  identity_taken: { status: 409, title: 'The identity belongs to another user' },
  user_exists: { status: 409, title: 'A user of this name exists already' },
  balance_too_large: { status: 409, title: 'The balance would be too large' },
  under_way: {
    status: 409,
    title: 'Purchases or awards of the user have not ended',
    members: {
      purchases: z
        .array(z.uuid())
        .openapi({ description: 'Purchases that are in progress or being refunded, at most 20.' }),
      awards: z
        .array(z.uuid())
        .openapi({ description: 'Ids of the purchases and events whose award is pending or parked, at most 20.' }),
    },
  },
  balance_left: {
    status: 409,
    title: 'The user has money or points left',
    members: {
      balance: z.number().openapi({ description: 'Money in the wallet.', example: 100 }),
      points: z.number().int().openapi({ description: 'Points that can be redeemed.', example: 750 }),
    },
  },
  ...purchaseProblems,
  ...pointsProblems,
  ...campaignProblems,

  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type of the body is not supported' },
  misdirected_request: { status: 421, title: 'The request is meant for another server' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request' },

  too_many_requests: {
    status: 429,
    title: 'The caller sends too many requests',
    members: {
      policy: z.enum(POLICY_NAMES).openapi({ description: 'The limit, as in `RateLimit-Policy`.' }),
      retryAfterSeconds: z.number().int().openapi({ description: 'As in `Retry-After`.', example: 12 }),
    },
  },

  internal_error: { status: 500, title: 'Something went wrong on the server' },
  database_unavailable: { status: 503, title: 'The database is unavailable' },
  identity_unavailable: { status: 503, title: 'The provider of identities cannot be reached' },
  temporal_unavailable: {
    status: 503,
    title: 'The workflow engine cannot be reached',
    members: {
      purchaseId: z.uuid().optional().openapi({ description: 'The purchase that is on record, if there is one.' }),
    },
  },
  unhealthy: { status: 503, title: 'This process cannot use its database' },
  too_many_viewers: { status: 503, title: 'This server has reached the maximum of event streams' },
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
