import { z } from '@hono/zod-openapi'
import type { AppContext } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { productId, username } from '#api/schemas/identifiers.ts'
import { orNull } from '#api/schemas/or-null.ts'
import { retryAfterHeader } from '#api/schemas/retry-after.ts'
import { timestamp } from '#api/schemas/text.ts'
import type { Database } from '#db/client.ts'
import { readPurchase, type StoredPurchase } from '#db/purchases.ts'
import { majorFromMinor } from '#domain/money.ts'
import { PURCHASE_STATUSES } from '#domain/purchase.ts'
import { awardOf, campaignAwardSchema } from './award.ts'
import { refundSchema, showRefund } from './refund.ts'
import { refusalSchema, showRefusal } from './refusal.ts'
import { showStep, stepSchema } from './step.ts'

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

/** Whether it has its outcome, and is not being given back. */
export function hasEnded({ settledAt, status }: StoredPurchase): boolean {
  return settledAt !== null && status !== 'refunding'
}

/** The `seq` of the last thing that happened to it. */
export function lastSeq({ events }: StoredPurchase): number {
  return events.at(-1)?.seq ?? 0
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
