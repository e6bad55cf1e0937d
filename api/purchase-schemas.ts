import { z } from '@hono/zod-openapi'
import type { Database } from '#db/client.ts'
import { type PurchaseEvent, type Refund, readPurchase, type StoredPurchase } from '#db/purchases.ts'
import type { Award, CampaignAward } from '#domain/campaigns/award.ts'
import { majorFromMinor } from '#domain/money.ts'
import { type Outcome, PURCHASE_STATUSES, type Refusal } from '#domain/purchase.ts'
import type { AppContext } from './app-types.ts'
import { Problem, shortLine } from './problems.ts'
import { retryAfterHeader } from './responses.ts'
import { amountShown, orNull, productId, timestamp, username } from './schemas.ts'

const exact = z.string().openapi({
  description: 'Before rounding: a decimal or, where that would not end, a fraction.',
  example: '170',
})

const ruleAwardSchema = z.object({
  rule: z.number().int().openapi({ description: 'Which of the rules of the campaign, from 0.', example: 0 }),
  exact: exact.optional(),
  notEvaluated: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({
      description: 'Why the rule could not be evaluated, and gave nothing.',
      example: { code: 'missing', message: '$.colour is not in the event' },
    }),
})

export const campaignAwardSchema = z
  .object({
    campaign: z.string().openapi({ example: '1' }),
    points: z.number().int().openapi({ description: 'What it gave.', example: 170 }),
    exact,
    limitedBy: z
      .enum(['totalPoints', 'pointsPerCustomer', 'pointsPerAward'])
      .nullable()
      .openapi({
        description:
          'What left less than was earned: a cap of the campaign, or `pointsPerAward`: all of it together would have been more ' +
          'points than one transaction takes, so nothing was given.',
      }),
    rules: z
      .array(ruleAwardSchema)
      .openapi({ description: 'Those that matched, and those that could not be evaluated.' }),
  })
  .openapi('CampaignAward')

/** Which campaign and rule gave what. Campaigns of which no rule matched are left out. */
export function showAward(award: Award): z.infer<typeof campaignAwardSchema>[] {
  return award.campaigns.map(showCampaign).filter(({ rules }) => rules.length > 0)
}

/** The same of a purchase, from its timeline; empty until the award is through. */
export function awardOf({ events }: StoredPurchase): z.infer<typeof campaignAwardSchema>[] {
  const last = events.findLast(({ step, state }) => step === 'awardPoints' && state !== 'undone')
  return last?.detail && 'award' in last.detail && last.detail.award ? showAward(last.detail.award) : []
}

function showCampaign({ campaign, points, exact, limitedBy, rules }: CampaignAward) {
  const shown = rules.flatMap((outcome, rule): z.infer<typeof ruleAwardSchema>[] => {
    if (outcome.outcome === 'gave') return [{ rule, exact: outcome.exact }]
    return outcome.outcome === 'not_evaluated' ? [{ rule, notEvaluated: outcome.reason }] : []
  })
  return { campaign, points, exact, limitedBy, rules: shown }
}

const points = z.number().int()

/** What a refund gave back. */
export const refundSchema = z
  .object({
    amount: amountShown.openapi({ description: 'Money that went back into the wallet.' }),
    withheld: amountShown.openapi({ description: 'Value of awarded points that were spent by then.' }),
    shortfall: amountShown.openapi({ description: 'What spent points were worth beyond the money to give back.' }),
    pointsReturned: points.openapi({ description: 'Points that had paid; back in the lots they came from.' }),
    pointsTakenBack: points.openapi({ description: 'Of the points that the purchase had earned.' }),
    pointsSpent: points.openapi({ description: 'Of the points that the purchase had earned; not taken back.' }),
  })
  .openapi('Refund')

export function showRefund(refund: Refund): z.infer<typeof refundSchema> {
  const { amountMinor, withheldMinor, shortfallMinor, ...points } = refund
  return {
    amount: majorFromMinor(amountMinor),
    withheld: majorFromMinor(withheldMinor),
    shortfall: majorFromMinor(shortfallMinor),
    ...points,
  }
}

/** Why a purchase was refused, with what the buyer needs to try again. */
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
    expectedTotal: amountShown.optional(),
    total: amountShown.optional(),
    points: z.number().int().optional().openapi({ description: 'How many points should have paid.' }),
    mostPoints: z.number().int().optional().openapi({ description: 'How many points the total is worth.' }),
    available: z.number().int().optional().openapi({ description: 'How many points there were to spend.' }),
    missing: amountShown.optional(),
  })
  .openapi('Refusal')

function showRefusal(refusal: Refusal): z.infer<typeof refusalSchema> {
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

/** The 409 of a refused purchase. */
export function refusalProblem(purchaseId: string, refusal: Refusal): Problem {
  const notBought = { purchaseId, success: false } as const
  switch (refusal.code) {
    case 'out_of_stock': {
      const [first] = refusal.short
      const available = first?.available ?? 0
      const detail = `Of product ${first?.productId}, ${available} can be bought.`
      return new Problem(refusal.code, detail, { ...notBought, stock: false, available, short: refusal.short })
    }
    case 'price_changed': {
      const expectedTotal = majorFromMinor(refusal.expectedMinor)
      const total = majorFromMinor(refusal.totalMinor)
      return new Problem(refusal.code, `The total is ${total}.`, { ...notBought, expectedTotal, total })
    }
    case 'redeem_exceeds_total': {
      const { code, points, mostPoints } = refusal
      return new Problem(code, `The total takes ${mostPoints} points at most.`, { ...notBought, points, mostPoints })
    }
    case 'insufficient_points': {
      const { code, points, available } = refusal
      const detail = `${available} points can be spent. The reserved stock was given back.`
      return new Problem(code, detail, { ...notBought, points, available })
    }
    case 'insufficient_funds': {
      const missing = majorFromMinor(refusal.missingMinor)
      const detail = `${missing} is missing. The reserved stock was given back.`
      return new Problem(refusal.code, detail, { ...notBought, stock: true, balance: false, restock: true, missing })
    }
  }
}

const detailSchema = z
  .object({
    total: amountShown.optional(),
    amount: amountShown.optional().openapi({ description: 'What was charged, or given back.' }),
    lines: z
      .array(z.object({ productId: z.string(), quantity: z.number().int(), unitPrice: amountShown }))
      .optional()
      .openapi({ description: 'What was reserved, at which prices.' }),
    points: z.number().int().optional().openapi({ description: 'Redeemed, earned, given or taken back.' }),
    campaigns: z.array(campaignAwardSchema).optional().openapi({ description: 'What the points were earned by.' }),
    transactionId: z.uuid().optional().openapi({ description: 'In the statement of points.' }),
    attempt: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Of a step that is tried again: which attempt, at least.' }),
    undo: z.boolean().optional().openapi({ description: 'Whether it is the undo of the step that is tried again.' }),
    refund: refundSchema.optional(),
    outcome: z.enum(['completed', 'refused', 'cancelled', 'failed']).optional(),
    code: z.string().optional(),
    refusal: refusalSchema.optional(),
  })
  .openapi('PurchaseStepDetail')

/** One thing that happened to a purchase: it was written down together with its effect. */
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
          'Steps are `applied` or `undone`, an award also `nothing`, `parked` or `dismissed`; `retried` says that another attempt ' +
          'begins, of which not each is noted. The rest are states of the purchase.',
        example: 'applied',
      }),
    at: timestamp,
    detail: detailSchema.optional(),
  })
  .openapi('PurchaseStep')

export function showStep({ seq, step, state, at, detail }: PurchaseEvent): z.infer<typeof stepSchema> {
  return {
    seq,
    step,
    state,
    at: new Date(at).toISOString(),
    ...(detail && { detail: showDetail(detail) }),
  }
}

function showDetail(detail: NonNullable<PurchaseEvent['detail']>): z.infer<typeof detailSchema> {
  if ('status' in detail) return showOutcome(detail)
  if ('attempt' in detail) return detail
  if ('withheldMinor' in detail) return { refund: showRefund(detail) }
  if ('points' in detail) {
    const { points, award, transactionId } = detail
    return { points, ...(award && { campaigns: showAward(award) }), ...(transactionId && { transactionId }) }
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

function showOutcome(outcome: Outcome): z.infer<typeof detailSchema> {
  switch (outcome.status) {
    case 'refused':
      return { outcome: outcome.status, code: outcome.refusal.code, refusal: showRefusal(outcome.refusal) }
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
    '`running` and `compensating` (being undone) are under way; `refunding` is completed and being given back; the others are final.',
})

/** What is known of a purchase that is under way. */
export const purchaseStatusSchema = z.object({ purchaseId, status: purchaseStatus }).openapi('PurchaseStatus')

const lineSchema = z
  .object({
    productId,
    quantity: z.number().int().openapi({ example: 1 }),
    unitPrice: amountShown.nullable().openapi({ description: 'Frozen when the stock was reserved; null before that.' }),
  })
  .openapi('PurchaseLine')

export const purchaseSchema = z
  .object({
    purchaseId,
    status: purchaseStatus,
    code: z.string().nullable().openapi({ description: 'Why it was refused or failed.', example: null }),
    refusal: orNull(refusalSchema),
    username,
    lines: z.array(lineSchema),
    total: amountShown.nullable().openapi({ description: 'Known once the stock was reserved.' }),
    amount: amountShown.nullable().openapi({ description: 'What of the total is paid in money.' }),
    pointsRedeemed: z.number().int().openapi({ description: 'Points that pay the rest.', example: 0 }),
    pointsIssued: z.number().int().nullable().openapi({ description: 'Points that it earned; null until then.' }),
    award: z
      .enum(['booked', 'nothing', 'parked', 'dismissed', 'voided'])
      .nullable()
      .openapi({
        description:
          'How its award ended. `parked`: it waits for an operator; `dismissed`: one decided against it; `voided`: it waited ' +
          'when the purchase was given back, and never comes.',
      }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule gave what.' }),
    refund: orNull(refundSchema),
    expectedTotal: amountShown.nullable().openapi({ description: 'The buyer pays this total or none.' }),
    createdAt: timestamp,
    cancelRequestedAt: timestamp.nullable(),
    settledAt: timestamp.nullable().openapi({ description: 'When it ended; null while it is under way.' }),
    steps: z.array(stepSchema).openapi({ description: 'Everything that happened to it so far, in order.' }),
  })
  .openapi('Purchase')

export function showPurchase(purchase: StoredPurchase): z.infer<typeof purchaseSchema> {
  const { detail } = purchase
  return {
    purchaseId: purchase.purchaseId,
    status: purchase.status,
    code: purchase.code,
    refusal: detail && 'code' in detail ? showRefusal(detail) : null,
    username: purchase.username,
    lines: purchase.lines.map(({ productId, quantity, unitPriceMinor }) => ({
      productId,
      quantity,
      unitPrice: majorOrNull(unitPriceMinor),
    })),
    total: majorOrNull(purchase.totalMinor),
    amount: majorOrNull(chargedMinor(purchase)),
    pointsRedeemed: purchase.redeemPoints,
    pointsIssued: purchase.pointsIssued,
    award: purchase.award,
    campaigns: awardOf(purchase),
    refund: purchase.refund && showRefund(purchase.refund),
    expectedTotal: majorOrNull(purchase.expectedTotalMinor),
    createdAt: purchase.createdAt.toISOString(),
    cancelRequestedAt: purchase.cancelRequestedAt?.toISOString() ?? null,
    settledAt: purchase.settledAt?.toISOString() ?? null,
    steps: purchase.events.map(showStep),
  }
}

/** What of the total is paid in money; null while the total is not known. */
export function chargedMinor({ totalMinor, redeemPoints, pointValueMinor }: StoredPurchase): number | null {
  return totalMinor === null ? null : totalMinor - redeemPoints * pointValueMinor
}

/** @throws Problem `unknown_purchase` */
export async function requirePurchase(sql: Database, id: string): Promise<StoredPurchase> {
  const purchase = await readPurchase(sql, id)
  if (!purchase) throw new Problem('unknown_purchase', `There is no purchase "${id}".`)
  return purchase
}

/** For the description of an answer that `underWay` completes. */
export const underWayHeaders = {
  Location: { description: 'Address of the purchase.', schema: { type: 'string' as const } },
  ...retryAfterHeader,
}

/** Says where to look for the outcome. */
export function underWay(c: AppContext, { purchaseId }: StoredPurchase): void {
  c.header('Location', `/purchases/${purchaseId}`)
  c.header('Retry-After', '1')
}

function majorOrNull(minor: number | null): number | null {
  return minor === null ? null : majorFromMinor(minor)
}
