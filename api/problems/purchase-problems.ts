import { z } from '@hono/zod-openapi'

const notBought = { purchaseId: z.uuid(), success: z.literal(false) }

export const shortLine = z.object({
  productId: z.string(),
  requested: z.number().int(),
  available: z.number().int().openapi({ description: 'What could be bought when the purchase was refused.' }),
})

/** How a purchase can end other than with a sale. In each case stock and money are as if it had not been tried. */
export const purchaseProblems = {
  out_of_stock: {
    status: 409,
    title: 'Not enough is in stock',
    members: {
      ...notBought,
      stock: z.literal(false),
      available: z.number().int().openapi({ description: 'Of the first product that is short.', example: 3 }),
      short: z.array(shortLine).openapi({ description: 'Every product that is short.' }),
    },
  },
  insufficient_funds: {
    status: 409,
    title: 'The balance does not cover the total',
    members: {
      ...notBought,
      stock: z.literal(true),
      balance: z.literal(false),
      restock: z.literal(true).openapi({ description: 'The reserved stock was given back.' }),
      missing: z.number().openapi({ description: 'What the balance lacks, in major units.', example: 100 }),
    },
  },
  price_changed: {
    status: 409,
    title: 'The total is not the expected one',
    members: { ...notBought, expectedTotal: z.number(), total: z.number() },
  },
  redeem_exceeds_total: {
    status: 409,
    title: 'The points are worth more than the total',
    members: { ...notBought, points: z.number().int(), mostPoints: z.number().int() },
  },
  cancelled: { status: 409, title: 'The purchase was cancelled', members: notBought },
  purchase_failed: {
    status: 409,
    title: 'The purchase failed, and everything was given back',
    members: {
      ...notBought,
      reason: z.enum(['step_unavailable', 'interrupted']).openapi({
        description:
          '`step_unavailable`: a step could not be carried out for ten minutes. `interrupted`: the workflow was lost.',
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
    title: 'Only a purchase that does not get on can be repaired',
    members: { purchaseId: z.uuid(), purchaseStatus: z.enum(['running']) },
  },
  not_refundable: {
    status: 409,
    title: 'Only a completed purchase can be refunded',
    members: {
      purchaseId: z.uuid(),
      purchaseStatus: z.enum(['running', 'compensating', 'refused', 'cancelled', 'failed']),
    },
  },
} as const
