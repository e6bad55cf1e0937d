import { z } from '@hono/zod-openapi'
import type { Database } from '#db/client.ts'
import {
  type PurchaseEvent,
  type PurchaseSummary,
  type Refund,
  readPurchase,
  type StoredPurchase,
} from '#db/purchases.ts'
import type { Award, CampaignAward } from '#domain/campaigns/award.ts'
import type { Money } from '#domain/money.ts'
import { type Outcome, PURCHASE_STATUSES, type Refusal } from '#domain/purchase.ts'
import type { AppContext } from './app-types.ts'
import { Problem, shortLine } from './problems.ts'
import { retryAfterHeader } from './responses.ts'
import { amountOutput, orNull, productId, timestamp, username } from './schemas.ts'

const exact = z.string().openapi({
  description: 'Points before rounding: a decimal, or a fraction where the decimal would not be finite.',
  example: '170',
})

const ruleAwardSchema = z.object({
  rule: z.number().int().openapi({ description: 'Index of the rule in its campaign, from 0.', example: 0 }),
  exact: exact.optional(),
  notEvaluated: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({
      description: 'Why the rule could not be evaluated and awarded nothing.',
      example: { code: 'missing', message: '$.colour is not in the event' },
    }),
})

export const limitedBy = z
  .enum(['totalPoints', 'pointsPerCustomer', 'pointsPerAward'])
  .nullable()
  .openapi({
    description:
      'Why fewer points are awarded than earned: a cap of the campaign, or `pointsPerAward`: the award as a whole exceeds the ' +
      'maximum of one transaction, so nothing is awarded.',
  })

const campaignAwardSchema = z
  .object({
    campaign: z.string().openapi({ example: '1' }),
    points: z.number().int().openapi({ description: 'Points awarded.', example: 170 }),
    exact,
    limitedBy,
    rules: z
      .array(ruleAwardSchema)
      .openapi({ description: 'Rules that matched, and rules that could not be evaluated.' }),
  })
  .openapi('CampaignAward')

/** Points by campaign. Only the evaluation of an award has which rules they came from. */
export const campaignPointsSchema = z
  .object({
    campaign: z.string().openapi({ example: '1' }),
    points: z.number().int().openapi({ description: 'Points awarded.', example: 170 }),
  })
  .openapi('CampaignPoints')

export const evaluationSchema = z
  .object({
    points: z.number().int().openapi({
      description:
        'Points awarded, within the caps; before them as long as the award was not booked. 0 until it is evaluated.',
      example: 170,
    }),
    campaigns: z.array(campaignAwardSchema).openapi({
      description: 'Points by campaign and rule. Campaigns of which no rule matched are left out.',
    }),
  })
  .openapi('AwardEvaluation')

/** An evaluation, without campaigns of which no rule matched. */
export function formatEvaluation(award: Award | null): z.infer<typeof evaluationSchema> {
  if (!award) return { points: 0, campaigns: [] }
  return {
    points: award.points,
    campaigns: award.campaigns.map(formatCampaignAward).filter(({ rules }) => rules.length > 0),
  }
}

function formatCampaignAward({ campaign, points, exact, limitedBy, rules }: CampaignAward) {
  const reported = rules.flatMap((outcome, rule): z.infer<typeof ruleAwardSchema>[] => {
    if (outcome.outcome === 'gave') return [{ rule, exact: outcome.exact }]
    return outcome.outcome === 'not_evaluated' ? [{ rule, notEvaluated: outcome.reason }] : []
  })
  return { campaign, points, exact, limitedBy, rules: reported }
}

const points = z.number().int()

/** What a refund returned. */
export const refundSchema = z
  .object({
    amount: amountOutput.openapi({ description: 'Money returned to the wallet.' }),
    withheld: amountOutput.openapi({
      description: 'Value of awarded points that had been spent, in whole points of the money to return; not returned.',
    }),
    shortfall: amountOutput.openapi({
      description:
        'Value of the other awarded points that had been spent. They are owed, and withheld when what they were spent on is reversed.',
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
  const { amountMinor, withheldMinor, shortfallMinor, ...points } = refund
  return {
    amount: majorFromMinor(amountMinor),
    withheld: majorFromMinor(withheldMinor),
    shortfall: majorFromMinor(shortfallMinor),
    ...points,
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

const detailSchema = z
  .object({
    total: amountOutput.optional(),
    amount: amountOutput.optional().openapi({ description: 'Charged or returned.' }),
    lines: z
      .array(z.object({ productId: z.string(), quantity: z.number().int(), unitPrice: amountOutput }))
      .optional()
      .openapi({ description: 'Reserved products with their prices.' }),
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
        'refunded',
      ])
      .openapi({
        description:
          'Steps are `applied` or `undone`, an award also `nothing`, `parked` or `dismissed`; `retried`: another attempt begins ' +
          '(not every attempt is recorded). The others are states of the purchase.',
        example: 'applied',
      }),
    at: timestamp,
    detail: detailSchema.optional(),
  })
  .openapi('PurchaseStep')

export function formatStep({ seq, step, state, at, detail }: PurchaseEvent, money: Money): z.infer<typeof stepSchema> {
  return {
    seq,
    step,
    state,
    at: new Date(at).toISOString(),
    ...(detail && { detail: formatDetail(detail, money) }),
  }
}

function formatDetail(detail: NonNullable<PurchaseEvent['detail']>, money: Money): z.infer<typeof detailSchema> {
  const { majorFromMinor } = money
  if ('status' in detail) return formatOutcome(detail, money)
  if ('attempt' in detail) return detail
  if ('withheldMinor' in detail) return { refund: formatRefund(detail, money) }
  if ('points' in detail) {
    const { points, transactionId, pointsWithheld } = detail
    return { points, ...(transactionId && { transactionId }), ...(pointsWithheld && { pointsWithheld }) }
  }
  if ('actor' in detail) return {}
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
    '`running` and `compensating` (being undone) are in progress; `refunding`: completed, with a refund in progress; the others are final.',
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
  })
  .openapi('PurchaseLine')

/** What a list has of a purchase. */
export const purchaseSummarySchema = z
  .object({
    purchaseId,
    status: purchaseStatus,
    code: z.string().nullable().openapi({ description: 'Code of the refusal or failure.', example: null }),
    refusal: orNull(refusalSchema),
    username,
    lines: z.array(lineSchema),
    total: amountOutput.nullable().openapi({ description: 'Null until the stock is reserved.' }),
    amount: amountOutput.nullable().openapi({ description: 'Part of the total that is paid in money.' }),
    pointsRedeemed: z.number().int().openapi({ description: 'Points redeemed for the rest.', example: 0 }),
    pointValue: amountOutput.openapi({ description: 'Value of one point when it was ordered.', example: 0.1 }),
    pointsIssued: z.number().int().nullable().openapi({ description: 'Points awarded; null until then.' }),
    award: z
      .enum(['booked', 'nothing', 'parked', 'dismissed', 'voided'])
      .nullable()
      .openapi({
        description:
          'State of its award. `parked`: it waits for an operator; `dismissed`: an operator decided against it; `voided`: it ' +
          'was parked when the purchase was refunded.',
      }),
    refund: orNull(refundSchema),
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
    steps: z.array(stepSchema).openapi({ description: 'Its events so far, in order.' }),
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
    username: purchase.username,
    lines: purchase.lines.map(({ productId, name, quantity, unitPriceMinor }) => ({
      productId,
      name,
      quantity,
      unitPrice: majorOrNull(unitPriceMinor),
    })),
    total: majorOrNull(purchase.totalMinor),
    amount: majorOrNull(purchase.chargedMinor),
    pointsRedeemed: purchase.redeemPoints,
    pointValue: money.majorFromMinor(purchase.pointValueMinor),
    pointsIssued: purchase.pointsIssued,
    award: purchase.award,
    refund: purchase.refund && formatRefund(purchase.refund, money),
    expectedTotal: majorOrNull(purchase.expectedTotalMinor),
    createdAt: purchase.createdAt.toISOString(),
    cancelRequestedAt: purchase.cancelRequestedAt?.toISOString() ?? null,
    settledAt: purchase.settledAt?.toISOString() ?? null,
  }
}

export function formatPurchase(purchase: StoredPurchase, money: Money): z.infer<typeof purchaseSchema> {
  const { campaigns, events } = purchase
  return {
    ...formatPurchaseSummary(purchase, money),
    campaigns,
    steps: events.map((event) => formatStep(event, money)),
  }
}

/** @throws Problem `unknown_purchase` */
/** @param owner whose it must be; left out: anybody's */
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
