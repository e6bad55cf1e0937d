import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { openPurchase, type StoredPurchase } from '#db/purchases.ts'
import { quotePurchase } from '#db/quote.ts'
import { majorFromMinor } from '#domain/money.ts'
import type { PurchaseLine } from '#domain/purchase.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { idempotencyHeaders, keyedRequest, keyReused, markReplayed } from './idempotency.ts'
import { Problem } from './problems.ts'
import {
  awardOf,
  campaignAwardSchema,
  chargedMinor,
  purchaseId,
  purchaseStatusSchema,
  refusalProblem,
  requirePurchase,
  showAward,
  underWay,
  underWayHeaders,
} from './purchase-schemas.ts'
import { startPurchase, waitForOutcome } from './purchase-workflows.ts'
import { json, jsonBody, problems, READING, replayedHeader, WRITING } from './responses.ts'
import { amount, amountShown, productId, username } from './schemas.ts'

/** `POST /purchase` and `POST /purchase/quote`. */
export function registerCheckout(app: App, deps: AppDependencies): void {
  registerCreatePurchase(app, deps)
  registerQuotePurchase(app, deps)
}

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

/** What a buyer gets for a purchase that was completed. */
const receiptSchema = z
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
function showReceipt(purchase: StoredPurchase): z.infer<typeof receiptSchema> {
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

const createPurchaseRoute = createRoute({
  method: 'post',
  path: '/purchase',
  operationId: 'createPurchase',
  tags: ['Purchases'],
  summary: 'Buy',
  description:
    'Reserves the stock, charges the wallet and confirms the sale, or undoes it all. Once it is accepted it is carried ' +
    'out whatever happens to this request. Answers with the outcome; if that takes too long, or with ' +
    '`Prefer: respond-async`, with 202 and where to look for it. A purchase that ends other than with a sale is a 409 ' +
    'whose `code` says why; stock and money are then as they were. That goes for `purchase_failed` too: unlike after a 503 ' +
    'it is over, so buy again with a new key.',
  request: {
    headers: idempotencyHeaders.extend({
      Prefer: z.string().optional().openapi({ description: '`respond-async` (RFC 7240): answer 202 at once.' }),
    }),
    body: jsonBody(orderSchema),
  },
  responses: {
    200: {
      description: 'Bought.',
      headers: replayedHeader,
      content: json(receiptSchema),
    },
    202: {
      description: 'Under way.',
      headers: {
        ...underWayHeaders,
        ...replayedHeader,
        'Preference-Applied': {
          description: 'When 202 was preferred (RFC 7240).',
          schema: { type: 'string' as const, enum: ['respond-async'] },
        },
      },
      content: json(purchaseStatusSchema),
    },
    ...problems(
      ...WRITING,
      'unknown_user',
      'unknown_product',
      'out_of_stock',
      'insufficient_funds',
      'price_changed',
      'redeem_exceeds_total',
      'insufficient_points',
      'cancelled',
      'purchase_failed',
      'temporal_unavailable',
    ),
  },
})

function registerCreatePurchase(app: App, deps: AppDependencies): void {
  app.openapi(createPurchaseRoute, async (c) => {
    const purchaseId = await acceptOrder(c, deps, normaliseOrder(c.req.valid('json')))
    const respondAsync = prefers(c.req.header('Prefer'), 'respond-async')

    let purchase = await requirePurchase(deps.sql, purchaseId)
    if (purchase.settledAt === null) {
      const handle = await startPurchase(deps, purchase)
      if (respondAsync) c.header('Preference-Applied', 'respond-async')
      else await waitForOutcome(deps, handle, c.req.raw.signal)
      purchase = await requirePurchase(deps.sql, purchaseId)
    }
    if (purchase.settledAt !== null) return c.json(showReceipt(purchase), 200)
    underWay(c, purchase)
    return c.json({ purchaseId, status: purchase.status }, 202)
  })
}

/** Whether a `Prefer` header (RFC 7240) names a preference. */
function prefers(header: string | undefined, preference: string): boolean {
  const names = (header ?? '').split(',').map((item) => item.split(/[;=]/, 1)[0]?.trim().toLowerCase())
  return names.includes(preference)
}

/** Writes the order down, or finds the purchase that an earlier request of the same key made. */
async function acceptOrder(c: AppContext, { writes, pointValueMinor }: AppDependencies, order: Order): Promise<string> {
  const { scope, key, requestHash } = keyedRequest(c, order.username, order)
  const opened = await openPurchase(writes, {
    ...order,
    purchaseId: uuidv7(),
    scope,
    idempotencyKey: key,
    requestHash,
    pointValueMinor,
  })
  if (!opened.ok) throw opened.problem === 'key_reused' ? keyReused() : unknownParty(opened.problem, order)
  if (opened.replayed) markReplayed(c)
  c.set('purchaseId', opened.purchaseId)
  return opened.purchaseId
}

function unknownParty(problem: 'unknown_user' | 'unknown_product', order: Order): Problem {
  if (problem === 'unknown_user') return new Problem(problem, `There is no user "${order.username}".`)
  return new Problem(problem, 'At least one of the lines names a product that does not exist.')
}

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

const quotePurchaseRoute = createRoute({
  method: 'post',
  path: '/purchase/quote',
  operationId: 'quotePurchase',
  tags: ['Purchases'],
  summary: 'What a purchase would come to',
  description: 'Takes the body of a purchase. Nothing is written or held: price, points and campaigns may change.',
  request: { body: jsonBody(orderSchema) },
  responses: {
    200: { description: 'The quote.', content: json(quoteSchema) },
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

function registerQuotePurchase(app: App, { sql, pointValueMinor }: AppDependencies): void {
  app.openapi(quotePurchaseRoute, async (c) => {
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
