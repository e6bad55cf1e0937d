import { z } from '@hono/zod-openapi'
import { amount } from '#api/schemas/amounts.ts'
import { productId, username } from '#api/schemas/identifiers.ts'
import type { PurchaseLine } from '#domain/purchase.ts'

const quantity = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(1000, 'must be at most 1000')
  .openapi({ example: 1 })

const buyer = {
  userId: username,
  expectedTotal: amount
    .optional()
    .openapi({ description: 'Buy for exactly this total, or refuse with `price_changed`.', example: 1700 }),
  redeemPoints: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(1_000_000_000, 'must be at most 1000000000')
    .optional()
    .openapi({ description: 'Pay a part, or all, with so many points.', example: 100 }),
}

const oneProduct = z.strictObject({ ...buyer, productId, quantity }).openapi('OneProductOrder')

const severalProducts = z
  .strictObject({
    ...buyer,
    lines: z
      .array(z.strictObject({ productId, quantity }))
      .min(1, 'must have at least 1 line')
      .max(20, 'must have at most 20 lines')
      .superRefine((lines, context) => {
        for (const [index, line] of lines.entries()) {
          const isFirst = lines.findIndex((other) => other.productId === line.productId) === index
          if (isFirst) continue
          context.addIssue({ code: 'custom', path: [index, 'productId'], message: 'must not be in two lines' })
        }
      })
      .openapi({ description: 'Distinct products. All of them are bought, or none.' }),
  })
  .openapi('SeveralProductsOrder')

/** What is to be bought. One product is short for one line. */
export const orderSchema = z.union([oneProduct, severalProducts])

export type Order = { username: string; lines: PurchaseLine[]; expectedTotalMinor?: number; redeemPoints?: number }

/** The one form of both: spelled either way, it is the same request. */
export function normaliseOrder(body: z.output<typeof orderSchema>): Order {
  return {
    username: body.userId,
    lines: 'lines' in body ? body.lines : [{ productId: body.productId, quantity: body.quantity }],
    ...(body.expectedTotal !== undefined && { expectedTotalMinor: body.expectedTotal }),
    ...(body.redeemPoints !== undefined && { redeemPoints: body.redeemPoints }),
  }
}
