import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { productId, username } from '#api/schemas/identifiers.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import { majorFromMinor } from '#domain/money.ts'
import { awardOf, campaignAwardSchema } from './award.ts'
import { chargedMinor, purchaseId } from './purchase.ts'
import { refusalProblem } from './refusal.ts'

/** What a buyer gets for a purchase that was completed. */
export const receiptSchema = z
  .object({
    purchaseId,
    status: z
      .enum(['completed', 'refunding', 'refunded'])
      .openapi({ description: '`completed`, unless it was refunded since.' }),
    success: z.literal(true),
    stock: z.literal(true).openapi({ description: 'Everything was in stock.' }),
    balance: z.literal(true).openapi({ description: 'The balance covered it.' }),
    username,
    productId: productId.openapi({ description: 'Of the first line.' }),
    quantity: z.number().int().openapi({ description: 'Over all lines.', example: 1 }),
    lines: z.array(z.object({ productId, quantity: z.number().int(), unitPrice: amountShown })),
    total: amountShown.openapi({ description: 'The price of all lines.' }),
    amount: amountShown.openapi({ description: 'What was charged in money.' }),
    pointsRedeemed: z.number().int().openapi({ description: 'Points that paid the rest.' }),
    pointsIssued: z.number().int().openapi({ description: 'Points that it earned.' }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule gave them.' }),
  })
  .openapi('Receipt')

/**
 * The answer for a purchase that has ended.
 *
 * @throws Problem when it ended other than with a sale
 */
export function showReceipt(purchase: StoredPurchase): z.infer<typeof receiptSchema> {
  const { status } = purchase
  if (status !== 'completed' && status !== 'refunding' && status !== 'refunded') throw notBought(purchase)
  const [first] = purchase.lines
  if (!first || purchase.totalMinor === null)
    throw new Error(`purchase ${purchase.purchaseId} has no lines or no total`)
  const total = majorFromMinor(purchase.totalMinor)
  return {
    purchaseId: purchase.purchaseId,
    status,
    success: true,
    stock: true,
    balance: true,
    username: purchase.username,
    productId: first.productId,
    quantity: purchase.lines.reduce((sum, line) => sum + line.quantity, 0),
    lines: purchase.lines.map(({ productId, quantity, unitPriceMinor }) => ({
      productId,
      quantity,
      unitPrice: majorFromMinor(unitPriceMinor ?? 0),
    })),
    total,
    amount: majorFromMinor(chargedMinor(purchase) ?? 0),
    pointsRedeemed: purchase.redeemPoints,
    pointsIssued: purchase.pointsIssued ?? 0,
    campaigns: awardOf(purchase),
  }
}

function notBought({ purchaseId, status, code, detail }: StoredPurchase): Problem {
  if (detail && 'code' in detail) return refusalProblem(purchaseId, detail)
  const members = { purchaseId, success: false } as const
  if (status === 'cancelled')
    return new Problem('cancelled', 'Nothing was bought, and everything was given back.', members)
  const reason = code === 'step_unavailable' ? code : 'interrupted'
  const why = reason === 'interrupted' ? 'The workflow was lost' : 'A step could not be carried out for ten minutes'
  return new Problem('purchase_failed', `${why}. Everything was given back.`, { ...members, reason })
}
