import { z } from '@hono/zod-openapi'
import { amountShown } from '#api/schemas/amounts.ts'
import { timestamp } from '#api/schemas/text.ts'
import type { PurchaseEvent } from '#db/purchases.ts'
import { majorFromMinor } from '#domain/money.ts'
import type { Outcome } from '#domain/purchase.ts'
import { campaignAwardSchema, showAward } from './award.ts'
import { refundSchema, showRefund } from './refund.ts'
import { refusalSchema, showRefusal } from './refusal.ts'

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
