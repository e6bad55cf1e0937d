import { z } from '@hono/zod-openapi'
import type { Database } from '#db/client.ts'
import { type PurchaseEvent, type PurchaseSummary, readPurchase, type StoredPurchase } from '#db/purchases.ts'
import type { Refund } from '#db/refunds.ts'
import type { Money } from '#domain/money.ts'
import { MAX_LINES, MAX_QUANTITY, type Outcome, PURCHASE_STATUSES, type Refusal } from '#domain/purchase.ts'
import { actorSchema, formatActor, formatRequest, operatorRequestSchema } from './actors.ts'
import type { AppContext } from './app-types.ts'
import { campaignPointsSchema } from './award-schemas.ts'
import { Problem, shortLine } from './problems.ts'
import { retryAfterHeader } from './responses.ts'
import { amountOutput, orNull, productId, timestamp, userId, username } from './schemas.ts'

const points = z.number().int()

export const quantity = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(MAX_QUANTITY, `must be at most ${MAX_QUANTITY}`)
  .openapi({ example: 1 })

/** Lines of a request: of an order, or of what is given back. */
export const linesInput = z
  .array(z.strictObject({ productId, quantity }))
  .min(1, 'must have at least 1 line')
  .max(MAX_LINES, `must have at most ${MAX_LINES} lines`)
  .superRefine((lines, context) => {
    for (const [index, line] of lines.entries()) {
      const isFirst = lines.findIndex((other) => other.productId === line.productId) === index
      if (isFirst) continue
      context.addIssue({ code: 'custom', path: [index, 'productId'], message: 'must not be in two lines' })
    }
  })

const linesOutput = z.array(z.object({ productId: z.string(), quantity: z.number().int() }))

/** What a refund returned. */
export const refundSchema = z
  .object({
    amount: amountOutput.openapi({ description: 'Money returned to the wallet.' }),
    withheld: amountOutput.openapi({
      description: 'Value of awarded points that had been spent, in whole points of the money to return; not returned.',
    }),
    shortfall: amountOutput.openapi({
      description:
        'Value of the other awarded points that had been spent. They are owed, and withheld when what they were spent on is ' +
        'reversed, or from the money of the next refund of the purchase: then it is below zero.',
    }),
    pointsReturned: points.openapi({ description: 'Redeemed points, back in the lots they came from.' }),
    pointsWithheld: points.openapi({
      description: 'Redeemed points that are not returned, since they were owed: their issue had been reversed.',
    }),
    pointsTakenBack: points.openapi({ description: 'Awarded points that were reversed.' }),
    pointsSpent: points.openapi({ description: 'Awarded points that had been spent, so they were not reversed.' }),
  })
  .openapi('Refund')

export function formatRefund(refund: Refund, { majorFromMinor }: Money): z.infer<typeof refundSchema> {
  return {
    amount: majorFromMinor(refund.amountMinor),
    withheld: majorFromMinor(refund.withheldMinor),
    shortfall: majorFromMinor(refund.shortfallMinor),
    pointsReturned: refund.pointsReturned,
    pointsWithheld: refund.pointsWithheld,
    pointsTakenBack: refund.pointsTakenBack,
    pointsSpent: refund.pointsSpent,
  }
}

/** Why a purchase was refused, with the amounts that the buyer needs to try again. */
const refusalSchema = z
  .object({
    code: z.enum([
      'out_of_stock',
      'price_changed',
      'redeem_exceeds_total',
      'insufficient_points',
      'insufficient_funds',
    ]),
    short: z.array(shortLine).optional(),
    expectedTotal: amountOutput.optional(),
    total: amountOutput.optional(),
    points: z.number().int().optional().openapi({ description: 'Points to redeem, as ordered.' }),
    mostPoints: z.number().int().optional().openapi({ description: 'Maximum of points that the total allows.' }),
    available: z.number().int().optional().openapi({ description: 'Points that were available.' }),
    missing: amountOutput.optional(),
  })
  .openapi('Refusal')

function formatRefusal(refusal: Refusal, { majorFromMinor }: Money): z.infer<typeof refusalSchema> {
  switch (refusal.code) {
    case 'out_of_stock':
      return { code: refusal.code, short: refusal.short }
    case 'price_changed':
      return {
        code: refusal.code,
        expectedTotal: majorFromMinor(refusal.expectedMinor),
        total: majorFromMinor(refusal.totalMinor),
      }
    case 'redeem_exceeds_total':
    case 'insufficient_points':
      return refusal
    case 'insufficient_funds':
      return { code: refusal.code, missing: majorFromMinor(refusal.missingMinor) }
  }
}

/** The 409 problem of a refused purchase. */
export function refusalProblem(purchaseId: string, refusal: Refusal, { majorFromMinor, format }: Money): Problem {
  const notSold = { purchaseId, success: false } as const
  switch (refusal.code) {
    case 'out_of_stock': {
      const [first] = refusal.short
      const available = first?.available ?? 0
      const detail = `${available} of product ${first?.productId} are available.`
      return new Problem(refusal.code, detail, { ...notSold, stock: false, available, short: refusal.short })
    }
    case 'price_changed': {
      const expectedTotal = majorFromMinor(refusal.expectedMinor)
      const total = majorFromMinor(refusal.totalMinor)
      return new Problem(refusal.code, `The total is ${format(refusal.totalMinor)}.`, {
        ...notSold,
        expectedTotal,
        total,
      })
    }
    case 'redeem_exceeds_total': {
      const { code, points, mostPoints } = refusal
      return new Problem(code, `At most ${mostPoints} points can be redeemed for this total.`, {
        ...notSold,
        points,
        mostPoints,
      })
    }
    case 'insufficient_points': {
      const { code, points, available } = refusal
      const detail = `${available} points are available. The reserved stock was released.`
      return new Problem(code, detail, { ...notSold, points, available })
    }
    case 'insufficient_funds': {
      const missing = majorFromMinor(refusal.missingMinor)
      const detail = `${format(refusal.missingMinor)} is missing. The reserved stock was released.`
      return new Problem(refusal.code, detail, { ...notSold, stock: true, balance: false, restock: true, missing })
    }
  }
}

/** A refund of a purchase, and what it returned. */
const purchaseRefundSchema = z
  .object({
    number: z.number().int().openapi({ description: 'In the order in which they were requested, from 1.', example: 1 }),
    lines: linesOutput.openapi({ description: 'What is given back.' }),
    requestedAt: timestamp,
    refund: orNull(refundSchema).openapi({ description: 'Null while it is in progress.' }),
  })
  .openapi('PurchaseRefund')

const detailSchema = z
  .object({
    total: amountOutput.optional(),
    amount: amountOutput.optional().openapi({ description: 'Charged or returned.' }),
    lines: z
      .array(z.object({ productId: z.string(), quantity: z.number().int(), unitPrice: amountOutput.optional() }))
      .optional()
      .openapi({ description: 'Reserved products with their prices; of a refund, what is given back.' }),
    points: z.number().int().optional().openapi({ description: 'Points redeemed, awarded, returned or reversed.' }),
    pointsWithheld: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Redeemed points that were not returned, since they were owed.' }),
    transactionId: z.uuid().optional().openapi({ description: 'Id in the statement of points.' }),
    attempt: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Of a step that is retried: number of the attempt, or less.' }),
    undo: z.boolean().optional().openapi({ description: 'Whether the undo of the step is retried.' }),
    refundNumber: z.number().int().optional().openapi({ description: 'Which refund it is of.' }),
    refund: refundSchema.optional(),
    outcome: z.enum(['completed', 'refused', 'cancelled', 'failed']).optional(),
    code: z.string().optional(),
    refusal: refusalSchema.optional(),
  })
  .openapi('PurchaseStepDetail')

/** One event of a purchase, recorded together with its effect. */
export const stepSchema = z
  .object({
    seq: z.number().int().openapi({ example: 2 }),
    step: z
      .enum([
        'purchase',
        'reserveStock',
        'redeemPoints',
        'chargeWallet',
        'confirmPurchase',
        'awardPoints',
        'returnStock',
        'returnMoney',
      ])
      .openapi({ example: 'reserveStock' }),
    state: z
      .enum([
        'running',
        'applied',
        'undone',
        'nothing',
        'parked',
        'dismissed',
        'retried',
        'cancel_requested',
        'compensating',
        'completed',
        'refused',
        'cancelled',
        'failed',
        'refunding',
        'partially_refunded',
        'refunded',
      ])
      .openapi({
        description:
          'Steps are `applied` or `undone`, an award also `nothing`, `parked` or `dismissed`; `retried`: another attempt begins ' +
          '(not every attempt is recorded). The others are states of the purchase; after a refund of a part it is `completed` again.',
        example: 'applied',
      }),
    at: timestamp,
    detail: detailSchema.optional(),
    actor: actorSchema
      .optional()
      .openapi({ description: 'Of what somebody asked for: the order, its cancellation or refund, a dismissal.' }),
  })
  .openapi('PurchaseStep')

export function formatStep(
  c: AppContext,
  { seq, step, state, at, detail, actor }: PurchaseEvent,
  money: Money,
): z.infer<typeof stepSchema> {
  return {
    seq,
    step,
    state,
    at: new Date(at).toISOString(),
    ...(detail && { detail: formatDetail(detail, money) }),
    ...(actor && { actor: formatActor(c, actor) }),
  }
}

function formatDetail(detail: NonNullable<PurchaseEvent['detail']>, money: Money): z.infer<typeof detailSchema> {
  const { majorFromMinor } = money
  if ('status' in detail) return formatOutcome(detail, money)
  if ('attempt' in detail) return detail
  const refundNumber = 'refund' in detail && { refundNumber: detail.refund }
  if ('withheldMinor' in detail) return { ...refundNumber, refund: formatRefund(detail, money) }
  if ('points' in detail) {
    const { points, transactionId, pointsWithheld } = detail
    return {
      ...refundNumber,
      points,
      ...(transactionId && { transactionId }),
      ...(pointsWithheld && { pointsWithheld }),
    }
  }
  if ('refund' in detail) return { ...refundNumber, ...(detail.lines && { lines: detail.lines }) }
  if ('amountMinor' in detail) return { amount: majorFromMinor(detail.amountMinor) }
  return {
    total: majorFromMinor(detail.totalMinor),
    lines: detail.lines.map(({ productId, quantity, unitPriceMinor }) => ({
      productId,
      quantity,
      unitPrice: majorFromMinor(unitPriceMinor),
    })),
  }
}

function formatOutcome(outcome: Outcome, money: Money): z.infer<typeof detailSchema> {
  switch (outcome.status) {
    case 'refused':
      return { outcome: outcome.status, code: outcome.refusal.code, refusal: formatRefusal(outcome.refusal, money) }
    case 'failed':
      return { outcome: outcome.status, code: outcome.code }
    case 'completed':
    case 'cancelled':
      return { outcome: outcome.status }
  }
}

export const purchaseId = z.uuid().openapi({ example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' })
export const purchaseStatus = z.enum(PURCHASE_STATUSES).openapi({
  description:
    '`running` and `compensating` (being undone) are in progress; `refunding`: completed, with a refund in progress; `completed`: parts of it ' +
    'may have been refunded; `refunded`: all of it. The others are final.',
})

/** A purchase in progress. */
export const purchaseStatusSchema = z.object({ purchaseId, status: purchaseStatus }).openapi('PurchaseStatus')

export const lineName = z.string().openapi({
  description: 'Name of the product when it was ordered.',
  example: 'Unicorn Air',
})

const lineSchema = z
  .object({
    productId,
    name: lineName,
    quantity: z.number().int().openapi({ example: 1 }),
    unitPrice: amountOutput.nullable().openapi({ description: 'Frozen when the stock is reserved; null before that.' }),
    refunded: z
      .number()
      .int()
      .openapi({ description: 'How many of them were refunded, or are being refunded.', example: 0 }),
  })
  .openapi('PurchaseLine')

/** Whose it is. */
export const buyerName = orNull(username).openapi({ description: 'Null: the user was erased.' })

/** What a list has of a purchase. */
export const purchaseSummarySchema = z
  .object({
    purchaseId,
    status: purchaseStatus,
    code: z.string().nullable().openapi({ description: 'Code of the refusal or failure.', example: null }),
    refusal: orNull(refusalSchema),
    userId,
    username: buyerName,
    lines: z.array(lineSchema),
    total: amountOutput.nullable().openapi({ description: 'Null until the stock is reserved.' }),
    amount: amountOutput.nullable().openapi({ description: 'Part of the total that is paid in money.' }),
    pointsRedeemed: z.number().int().openapi({ description: 'Points redeemed for the rest.', example: 0 }),
    pointValue: amountOutput.openapi({ description: 'Value of one point when it was ordered.', example: 0.1 }),
    pointsIssued: z.number().int().nullable().openapi({ description: 'Points awarded; null until then.' }),
    pointsKept: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'Points awarded, without those that refunds have asked back; null until then.' }),
    award: z
      .enum(['booked', 'nothing', 'parked', 'dismissed', 'voided'])
      .nullable()
      .openapi({
        description:
          'State of its award. `parked`: it waits for an operator; `dismissed`: an operator decided against it; `voided`: it ' +
          'was parked when the purchase was refunded.',
      }),
    refund: orNull(refundSchema).openapi({ description: 'What all its refunds returned so far; null without one.' }),
    expectedTotal: amountOutput.nullable().openapi({ description: 'The only total that the buyer accepts.' }),
    createdAt: timestamp,
    cancelRequestedAt: timestamp.nullable(),
    settledAt: timestamp.nullable().openapi({ description: 'When it ended; null while it is in progress.' }),
  })
  .openapi('PurchaseSummary')

export const purchaseSchema = z
  .object({
    ...purchaseSummarySchema.shape,
    campaigns: z.array(campaignPointsSchema).openapi({ description: 'Points awarded, by campaign.' }),
    refunds: z
      .array(purchaseRefundSchema)
      .openapi({ description: 'Its refunds, in the order in which they were requested.' }),
    steps: z.array(stepSchema).openapi({ description: 'Its events so far, in order.' }),
    requests: z.array(operatorRequestSchema).openapi({
      description: 'The last repairs, retries of its award and resolutions that operators asked for.',
    }),
  })
  .openapi('Purchase')

export function formatPurchaseSummary(purchase: PurchaseSummary, money: Money): z.infer<typeof purchaseSummarySchema> {
  const majorOrNull = (minor: number | null) => (minor === null ? null : money.majorFromMinor(minor))
  const { detail } = purchase
  return {
    purchaseId: purchase.purchaseId,
    status: purchase.status,
    code: purchase.code,
    refusal: detail && 'code' in detail ? formatRefusal(detail, money) : null,
    userId: purchase.userId,
    username: purchase.username,
    lines: purchase.lines.map(({ productId, name, quantity, unitPriceMinor, refunded }) => ({
      productId,
      name,
      quantity,
      unitPrice: majorOrNull(unitPriceMinor),
      refunded,
    })),
    total: majorOrNull(purchase.totalMinor),
    amount: majorOrNull(purchase.chargedMinor),
    pointsRedeemed: purchase.redeemPoints,
    pointValue: money.majorFromMinor(purchase.pointValueMinor),
    pointsIssued: purchase.pointsIssued,
    pointsKept: purchase.pointsKept,
    award: purchase.award,
    refund: purchase.refund && formatRefund(purchase.refund, money),
    expectedTotal: majorOrNull(purchase.expectedTotalMinor),
    createdAt: purchase.createdAt.toISOString(),
    cancelRequestedAt: purchase.cancelRequestedAt?.toISOString() ?? null,
    settledAt: purchase.settledAt?.toISOString() ?? null,
  }
}

export function formatPurchase(c: AppContext, purchase: StoredPurchase, money: Money): z.infer<typeof purchaseSchema> {
  const { campaigns, events, refunds, requests } = purchase
  return {
    ...formatPurchaseSummary(purchase, money),
    campaigns,
    refunds: refunds.map(({ number, lines, requestedAt, refund }) => ({
      number,
      lines,
      requestedAt: new Date(requestedAt).toISOString(),
      refund: refund && formatRefund(refund, money),
    })),
    steps: events.map((event) => formatStep(c, event, money)),
    requests: requests.map((request) => formatRequest(c, request)),
  }
}

/** @param owner whose it must be; left out: anybody's. @throws Problem `unknown_purchase` */
export async function requirePurchase(sql: Database, id: string, owner?: string): Promise<StoredPurchase> {
  const purchase = await readPurchase(sql, id, owner)
  if (!purchase) throw unknownPurchaseProblem(id)
  return purchase
}

export function unknownPurchaseProblem(id: string): Problem {
  return new Problem('unknown_purchase', `There is no purchase "${id}".`)
}

/** OpenAPI description of the headers that `setAcceptedHeaders` sets. */
export const acceptedHeaders = {
  Location: { description: 'URL of the purchase.', schema: { type: 'string' as const } },
  ...retryAfterHeader,
}

/** Headers of a 202: where and when to ask for the outcome. */
export function setAcceptedHeaders(c: AppContext, { purchaseId }: Pick<StoredPurchase, 'purchaseId'>): void {
  c.header('Location', `/purchases/${purchaseId}`)
  c.header('Retry-After', '1')
}
