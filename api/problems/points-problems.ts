import { z } from '@hono/zod-openapi'

/** Why points were not moved. Members of the points routes are spelled as their bodies are. */
export const pointsProblems = {
  insufficient_points: {
    status: 409,
    title: 'There are fewer points to spend',
    members: {
      available: z.number().int().openapi({ description: 'What could be spent when it was refused.', example: 750 }),
      points: z.number().int().optional().openapi({ description: 'Of a purchase: how many should have paid.' }),
      purchaseId: z.uuid().optional().openapi({ description: 'The purchase that was refused for it.' }),
      success: z.literal(false).optional(),
    },
  },
  balance_limit: { status: 409, title: 'The account would have been issued more points than can be counted' },
  already_reversed: {
    status: 409,
    title: 'The transaction is reversed already',
    members: { reversed_by: z.uuid().openapi({ description: 'The transaction that reversed it.' }) },
  },
  belongs_to_purchase: {
    status: 409,
    title: 'The transaction belongs to a purchase',
    members: { purchase_id: z.uuid().openapi({ description: 'The purchase to refund instead.' }) },
  },
  not_reversible: {
    status: 409,
    title: 'Only issues and redemptions can be reversed',
    members: { transaction_type: z.enum(['issue', 'redeem', 'expire', 'reverse']) },
  },
} as const
