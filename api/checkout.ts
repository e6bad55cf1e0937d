import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { type OpenedPurchase, openPurchase, type StoredPurchase } from '#db/purchases.ts'
import { pointsSpan } from '#domain/campaigns/campaign.ts'
import type { Money } from '#domain/money.ts'
import { MAX_POINTS } from '#domain/points/account.ts'
import { LANES, type Lane, type PurchaseLine } from '#domain/purchase.ts'
import type { PurchaseToStart } from '#workflows/contract.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { actorOf, CUSTOMERS, ownerOf, requireOwn } from './auth.ts'
import { campaignPointsSchema, limitedBy } from './award-schemas.ts'
import { limitPerCaller } from './caller-limits.ts'
import { idempotencyHeaders, keyedRequest, keyReusedProblem, markReplayed } from './idempotency.ts'
import { Problem } from './problems.ts'
import {
  acceptedHeaders,
  buyerName,
  lineName,
  linesInput,
  purchaseId,
  purchaseStatusSchema,
  quantity,
  refusalProblem,
  setAcceptedHeaders,
} from './purchase-schemas.ts'
import { readPresent, startAndWait, startPurchase } from './purchase-workflows.ts'
import { quotePurchase } from './quote.ts'
import { COSTLY } from './rate-limits.ts'
import { json, jsonBody, problems, replayedHeader, WITH_BODY, WRITING } from './responses.ts'
import { amountOutput, productId, timestamp, totalInput, username } from './schemas.ts'

/** `POST /purchase` and `POST /purchase/quote`. */
export function registerCheckout(app: App, deps: AppDependencies): void {
  registerCreatePurchase(app, deps)
  registerQuotePurchase(app, deps)
}

const buyer = (money: Money) => ({
  userId: username,
  expectedTotal: totalInput(money).optional().openapi({
    description: 'The only total that the buyer accepts; another is refused with `price_changed`.',
    example: 1700,
  }),
  redeemPoints: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_POINTS, `must be at most ${MAX_POINTS}`)
    .optional()
    .openapi({ description: 'Points to redeem for a part of the total, or all of it.', example: 100 }),
  lane: z
    .enum(LANES)
    .optional()
    .openapi({
      description:
        'How the purchase is executed. `fast`: all steps in one go. `visible`: each step is an activity of its own, which the ' +
        'Temporal Web UI draws; slower. Without it, as the installation is configured.',
    }),
  slowMotion: z.boolean().optional().openapi({
    description: 'In demo mode only: a second passes before each step, in the `visible` lane, so that one can watch.',
  }),
})

/** For the OpenAPI document: slow motion is in the visible lane. */
const NOT_FAST_IN_SLOW_MOTION = {
  not: {
    required: ['lane', 'slowMotion'],
    properties: { lane: { const: 'fast' }, slowMotion: { const: true } },
  },
}

const oneProduct = (money: Money) =>
  z.strictObject({ ...buyer(money), productId, quantity }).openapi('OneProductOrder', NOT_FAST_IN_SLOW_MOTION)

const severalProducts = (money: Money) =>
  z
    .strictObject({
      ...buyer(money),
      lines: linesInput.openapi({ description: 'Distinct products. All lines are bought, or none.' }),
    })
    .openapi('SeveralProductsOrder', NOT_FAST_IN_SLOW_MOTION)

/** An order. The form with one product is short for one line. */
export function orderSchema(money: Money) {
  return z.union([oneProduct(money), severalProducts(money)])
}

type Order = {
  username: string
  lines: PurchaseLine[]
  expectedTotalMinor?: number
  redeemPoints?: number
  lane?: Lane
  slowMotion?: true
}

/** The normal form of an order: both forms are the same request. */
export function normaliseOrder(body: z.output<ReturnType<typeof orderSchema>>): Order {
  return {
    username: body.userId,
    lines: 'lines' in body ? body.lines : [{ productId: body.productId, quantity: body.quantity }],
    ...(body.expectedTotal !== undefined && { expectedTotalMinor: body.expectedTotal }),
    ...(body.redeemPoints !== undefined && { redeemPoints: body.redeemPoints }),
    ...(body.lane !== undefined && { lane: body.lane }),
    ...(body.slowMotion && { slowMotion: true }),
  }
}

/** The answer for a completed purchase. */
const receiptSchema = z
  .object({
    purchaseId,
    status: z
      .enum(['completed', 'refunding', 'refunded'])
      .openapi({ description: '`completed` unless it was refunded since.' }),
    success: z.literal(true),
    stock: z.literal(true).openapi({ description: 'All lines were in stock.' }),
    balance: z.literal(true).openapi({ description: 'The balance was sufficient.' }),
    username: buyerName,
    productId: productId.openapi({ description: 'Product of the first line.' }),
    quantity: z.number().int().openapi({ description: 'Sum over all lines.', example: 1 }),
    lines: z.array(z.object({ productId, name: lineName, quantity: z.number().int(), unitPrice: amountOutput })),
    total: amountOutput.openapi({ description: 'Price of all lines.' }),
    amount: amountOutput.openapi({ description: 'Money that was charged.' }),
    pointsRedeemed: z.number().int().openapi({ description: 'Points redeemed for the rest.' }),
    pointsIssued: z.number().int().openapi({ description: 'Points awarded.' }),
    campaigns: z.array(campaignPointsSchema).openapi({ description: 'Points awarded, by campaign.' }),
  })
  .openapi('Receipt')

/** @throws Problem when the purchase ended without a sale */
function formatReceipt(purchase: StoredPurchase, money: Money): z.infer<typeof receiptSchema> {
  const { majorFromMinor } = money
  const { status } = purchase
  if (status !== 'completed' && status !== 'refunding' && status !== 'refunded') throw outcomeProblem(purchase, money)
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
    lines: purchase.lines.map(({ productId, name, quantity, unitPriceMinor }) => ({
      productId,
      name,
      quantity,
      unitPrice: majorFromMinor(unitPriceMinor ?? 0),
    })),
    total,
    amount: majorFromMinor(purchase.chargedMinor ?? 0),
    pointsRedeemed: purchase.redeemPoints,
    pointsIssued: purchase.pointsIssued ?? 0,
    campaigns: purchase.campaigns,
  }
}

function outcomeProblem({ purchaseId, status, code, detail }: StoredPurchase, money: Money): Problem {
  if (detail && 'code' in detail) return refusalProblem(purchaseId, detail, money)
  const members = { purchaseId, success: false } as const
  if (status === 'cancelled') return new Problem('cancelled', 'The purchase was cancelled and undone.', members)
  const reason = code === 'step_unavailable' ? code : 'interrupted'
  const why = reason === 'interrupted' ? 'The workflow was lost' : 'A step kept failing for ten minutes'
  return new Problem('purchase_failed', `${why}. The purchase was undone.`, { ...members, reason })
}

/** What can be asked for, or done, about the purchase of an answer. */
const purchaseLinks = Object.fromEntries(
  [
    'getPurchase',
    'getPurchaseEvaluation',
    'watchPurchase',
    'cancelPurchase',
    'getRefundQuote',
    'refundPurchase',
    'repairPurchase',
  ].map((operationId) => [operationId, { operationId, parameters: { id: '$response.body#/purchaseId' } }]),
)

const createPurchaseRoute = (money: Money) =>
  createRoute({
    method: 'post',
    path: '/purchase',
    ...CUSTOMERS,
    operationId: 'createPurchase',
    tags: ['Purchases'],
    summary: 'Buy',
    description:
      'Reserves the stock, redeems points, charges the wallet and confirms the sale, or undoes all of it. Once accepted, the ' +
      'purchase is executed whatever happens to this request. Answers with the outcome; if that takes too long, while the ' +
      'workflow engine is unavailable, or with `Prefer: respond-async`, with 202 and the URL of the purchase. A purchase that ends without a sale is a 409 whose ' +
      '`code` has the reason; stock, money and points are then as before. This includes `purchase_failed`: unlike after a ' +
      '503, the purchase has ended, so buy again with a new key.',
    request: {
      headers: idempotencyHeaders.extend({
        Prefer: z
          .string()
          .max(1000, 'must have at most 1000 characters')
          .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII characters')
          .optional()
          .openapi({ description: '`respond-async` (RFC 7240): answer 202 at once.' }),
      }),
      body: jsonBody(orderSchema(money)),
    },
    responses: {
      200: { description: 'Bought.', headers: replayedHeader, content: json(receiptSchema), links: purchaseLinks },
      202: {
        description: 'In progress.',
        headers: {
          ...acceptedHeaders,
          ...replayedHeader,
          'Preference-Applied': {
            description: 'Present when `respond-async` was applied (RFC 7240).',
            schema: { type: 'string' as const, enum: ['respond-async'] },
          },
        },
        content: json(purchaseStatusSchema),
        links: purchaseLinks,
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
      ),
    },
  })

function registerCreatePurchase(app: App, deps: AppDependencies): void {
  app.openapi(createPurchaseRoute(deps.money), async (c) => {
    const order = normaliseOrder(c.req.valid('json'))
    requireOwn(c, order.username, 'unknown_user')
    if (order.slowMotion) checkSlowMotion(deps, order)
    const recorded = await recordOrder(c, deps, order)
    const { purchaseId } = recorded

    const known = recorded.replayed ? await readPresent(deps, purchaseId) : undefined
    const toStart = known ?? { ...recorded, status: 'running' as const }
    const purchase = known?.settledAt ? known : await carryOut(c, deps, toStart, order)
    if (purchase?.settledAt) return c.json(formatReceipt(purchase, deps.money), 200)
    setAcceptedHeaders(c, recorded)
    return c.json({ purchaseId, status: purchase?.status ?? toStart.status }, 202)
  })
}

/**
 * Has a purchase carried out that is on record, and waits for its outcome unless the client prefers not to.
 *
 * @returns the purchase as it is then; undefined while it cannot be read
 */
async function carryOut(
  c: AppContext,
  deps: AppDependencies,
  purchase: PurchaseToStart,
  order: Order,
): Promise<StoredPurchase | undefined> {
  const how = { lane: order.slowMotion ? 'visible' : order.lane, slowMotion: order.slowMotion } as const
  if (prefers(c.req.header('Prefer'), 'respond-async')) {
    c.header('Preference-Applied', 'respond-async')
    await startPurchase(deps, purchase, how)
    return await readPresent(deps, purchase.purchaseId)
  }
  const settled = await startAndWait(deps, purchase, how, c.req.raw.signal)
  return settled ?? (await readPresent(deps, purchase.purchaseId))
}

/** @throws Problem `invalid_request` when slow motion is not to be had */
function checkSlowMotion({ auth }: AppDependencies, { lane }: Order): void {
  const refuse = (path: string, message: string) => {
    throw new Problem('invalid_request', `In the body, ${path} ${message}.`, { errors: [{ path, message }] })
  }
  if (auth !== undefined) refuse('slowMotion', 'is for demo mode only')
  if (lane === 'fast') refuse('lane', 'must not be fast with slowMotion')
}

/** Whether a `Prefer` header (RFC 7240) names a preference. */
function prefers(header: string | undefined, preference: string): boolean {
  const names = (header ?? '').split(',').map((item) => item.split(/[;=]/, 1)[0]?.trim().toLowerCase())
  return names.includes(preference)
}

/** Records the order, or finds the purchase of an earlier request with the same key. */
async function recordOrder(
  c: AppContext,
  { writes, pointValueMinor }: AppDependencies,
  order: Order,
): Promise<Extract<OpenedPurchase, { ok: true }>> {
  const { scope, key, requestHash } = keyedRequest(c, order)
  const opened = await openPurchase(writes, {
    ...order,
    purchaseId: uuidv7(),
    scope,
    idempotencyKey: key,
    requestHash,
    pointValueMinor,
    actor: actorOf(c),
    owner: ownerOf(c),
  })
  if (!opened.ok)
    throw opened.problem === 'key_reused' ? keyReusedProblem() : unknownUserOrProduct(opened.problem, order)
  if (opened.replayed) markReplayed(c)
  c.set('purchaseId', opened.purchaseId)
  return opened
}

function unknownUserOrProduct(problem: 'unknown_user' | 'unknown_product', order: Order): Problem {
  if (problem === 'unknown_user') return new Problem(problem, `There is no user "${order.username}".`)
  return new Problem(problem, 'At least one line has a product that does not exist.')
}

const points = z.number().int()
const expiresAt = timestamp.openapi({ description: 'When they end.', example: '2027-01-31T00:00:00.000Z' })

const quoteSchema = z
  .object({
    lines: z.array(z.object({ productId, quantity: z.number().int(), unitPrice: amountOutput })),
    total: amountOutput.openapi({ description: 'Price of all lines now.' }),
    amount: amountOutput.openapi({ description: 'Money that would be charged.' }),
    pointsRedeemed: points.openapi({ description: '`redeemPoints`, or `mostPoints` if that is less.' }),
    mostPoints: points.openapi({
      description:
        'Maximum of points that can be redeemed, by the available points, the maximum of one transaction and the total, of which ' +
        'the last may be worth less.',
    }),
    pointsEarned: points.openapi({
      description: 'Points that the present campaigns would award, within their caps.',
    }),
    campaigns: z
      .array(z.object({ ...campaignPointsSchema.shape, limitedBy, expiresAt }).openapi('QuotedPoints'))
      .openapi({ description: 'Points that would be awarded, by campaign.' }),
  })
  .openapi('Quote')

const quotePurchaseRoute = (money: Money) =>
  createRoute({
    method: 'post',
    path: '/purchase/quote',
    ...CUSTOMERS,
    ...COSTLY,
    operationId: 'quotePurchase',
    tags: ['Purchases'],
    summary: 'Quote a purchase',
    description:
      'Takes the body of a purchase, of which `expectedTotal`, `lane` and `slowMotion` make no difference. Nothing is written or ' +
      'reserved: prices, points and campaigns may change.',
    request: { body: jsonBody(orderSchema(money)) },
    responses: {
      200: { description: 'The quote.', content: json(quoteSchema) },
      ...problems(...WITH_BODY, 'unknown_user', 'unknown_product', 'too_many_at_once'),
    },
  })

/** A page of the shop asks for one for each product that comes into sight. */
const MAX_QUOTES_PER_CALLER = 32

function registerQuotePurchase(app: App, deps: AppDependencies): void {
  const { sql, money, pointValueMinor, pointsTtlDays } = deps
  const { majorFromMinor } = money
  const count = limitPerCaller('quotes', MAX_QUOTES_PER_CALLER)
  app.openapi(quotePurchaseRoute(money), async (c) => {
    const order = normaliseOrder(c.req.valid('json'))
    requireOwn(c, order.username, 'unknown_user')
    if (order.slowMotion) checkSlowMotion(deps, order)
    const end = count(c)
    const asked = { ...order, owner: ownerOf(c), money, pointValueMinor }
    const quote = await quotePurchase(sql, asked, c.req.raw.signal).finally(end)
    if ('problem' in quote) throw new Problem(quote.problem, 'The user or a product of the order does not exist.')
    const { now, lines, totalMinor, amountMinor, pointsRedeemed, mostPoints, award } = quote
    return c.json(
      {
        lines: lines.map(({ unitPriceMinor, ...line }) => ({ ...line, unitPrice: majorFromMinor(unitPriceMinor) })),
        total: majorFromMinor(totalMinor),
        amount: majorFromMinor(amountMinor),
        pointsRedeemed,
        mostPoints,
        pointsEarned: award.points,
        campaigns: award.campaigns
          .filter(({ points, limitedBy }) => points > 0 || limitedBy !== null)
          .map(({ campaign, points, limitedBy, ...terms }) => ({
            campaign,
            points,
            limitedBy,
            ...pointsSpan(terms, now, pointsTtlDays),
          })),
      },
      200,
    )
  })
}
