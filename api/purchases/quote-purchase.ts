import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { productId } from '#api/schemas/identifiers.ts'
import { quotePurchase } from '#db/quote.ts'
import { majorFromMinor } from '#domain/money.ts'
import { campaignAwardSchema, showAward } from './award.ts'
import { normaliseOrder, orderSchema } from './order.ts'

const points = z.number().int()

const quoteSchema = z
  .object({
    lines: z.array(z.object({ productId, quantity: z.number().int(), unitPrice: amountShown })),
    total: amountShown.openapi({ description: 'The price of all lines now.' }),
    amount: amountShown.openapi({ description: 'What would be charged in money.' }),
    pointsRedeemed: points.openapi({ description: '`redeemPoints`, or `mostPoints` if that is less.' }),
    mostPoints: points.openapi({ description: 'The most points that can pay: what there is to spend, and the total.' }),
    pointsEarned: points.openapi({
      description: 'Points that it would earn by the campaigns of now, within their caps.',
    }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule would give them.' }),
  })
  .openapi('Quote')

const route = createRoute({
  method: 'post',
  path: '/purchase/quote',
  operationId: 'quotePurchase',
  tags: ['Purchases'],
  summary: 'What a purchase would come to',
  description: 'Takes the body of a purchase. Nothing is written or held: price, points and campaigns may change.',
  request: { body: { required: true, content: { 'application/json': { schema: orderSchema } } } },
  responses: {
    200: { description: 'The quote.', content: { 'application/json': { schema: quoteSchema } } },
    ...problems(
      ...READING,
      'invalid_request',
      'malformed_json',
      'foreign_request',
      'body_too_large',
      'unsupported_media_type',
      'unknown_user',
      'unknown_product',
    ),
  },
})

export function registerQuotePurchase(app: App, { sql, pointValueMinor }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const quote = await quotePurchase(sql, { ...normaliseOrder(c.req.valid('json')), pointValueMinor })
    if ('problem' in quote) throw new Problem(quote.problem, 'There can be no such purchase.')
    const { lines, totalMinor, amountMinor, pointsRedeemed, mostPoints, award } = quote
    return c.json(
      {
        lines: lines.map(({ unitPriceMinor, ...line }) => ({ ...line, unitPrice: majorFromMinor(unitPriceMinor) })),
        total: majorFromMinor(totalMinor),
        amount: majorFromMinor(amountMinor),
        pointsRedeemed,
        mostPoints,
        pointsEarned: award.points,
        campaigns: showAward(award),
      },
      200,
    )
  })
}
