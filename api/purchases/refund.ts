import { z } from '@hono/zod-openapi'
import { amountShown } from '#api/schemas/amounts.ts'
import type { Refund } from '#db/purchases.ts'
import { majorFromMinor } from '#domain/money.ts'

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
