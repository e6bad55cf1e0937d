import { createRoute, z } from '@hono/zod-openapi'
import { readKeptPurchase } from '#db/campaign-past.ts'
import type { Sql } from '#db/client.ts'
import type { StoredAnswer } from '#db/points.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import {
  openRefund,
  type Refund,
  type RefundRefusal,
  readBookedAward,
  readRefundRefusal,
  type WantedRefund,
} from '#db/refunds.ts'
import { evaluateAsOf, NO_AWARD } from '#domain/campaigns/award.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import { MAX_LINES, type PurchaseLine } from '#domain/purchase.ts'
import {
  awardBackAtLedger,
  isNothing,
  type Payment,
  type Pieces,
  paymentBack,
  paymentBackAtLedger,
  piecesLeft,
  piecesOf,
  takeBackFrom,
} from '#domain/refund.ts'
import { foreseeAnswers } from '#ledger/ledger.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { actorOf, CUSTOMERS, isOperator, ownerOf } from './auth.ts'
import { turnsFor } from './caller-limits.ts'
import { idempotencyHeaders, keyedRequest, requireDone } from './idempotency.ts'
import { Problem } from './problems.ts'
import {
  acceptedHeaders,
  formatRefund,
  linesInput,
  purchaseId,
  purchaseStatusSchema,
  refundSchema,
  requirePurchase,
  setAcceptedHeaders,
} from './purchase-schemas.ts'
import { readPresent, startRefund, waitForOutcome } from './purchase-workflows.ts'
import { COSTLY } from './rate-limits.ts'
import { json, jsonBody, problems, READING, replayedHeader, WITH_BODY, WRITING } from './responses.ts'
import { purchasePath } from './schemas.ts'

/** Refunds of purchases, and what one would return. */
export function registerRefunds(app: App, deps: AppDependencies): void {
  registerGetRefundQuote(app, deps)
  registerCreateRefund(app, deps)
  registerRefundPurchase(app, deps)
}

// ---------------------------------------------------------------------------------------------------------------------
// Refunds

const WHAT_IT_RETURNS =
  'After any refunds, in any order, the books are as if only what was kept had been bought, at the prices, by the campaigns and with the ' +
  'value of points of its own time: the stock is returned; money and redeemed points, of each piece its share, which go back to the lots ' +
  'they came from; and of the awarded points, what the campaigns give less for what is kept. What was spent of these is withheld from the ' +
  'money, in whole points. What that does not cover is owed: it is withheld from the money of further refunds of the purchase, and from ' +
  'points that come back to the same lot. Campaigns that give more for what is kept than they gave before give nothing: a refund awards no ' +
  'points. Once accepted, a refund is executed. '

const refundInput = z
  .strictObject({
    lines: linesInput.optional().openapi({ description: 'What is given back. Left out: all that is left.' }),
  })
  .openapi('RefundRequest')

const refundedSchema = z
  .object({
    purchaseId,
    status: z.enum(['completed', 'refunding', 'refunded']).openapi({
      description:
        '`completed`: some of it is kept; `refunded`: nothing. `refunding`: another refund of it is in progress.',
    }),
    number: z.number().int().openapi({ description: 'Which refund of the purchase it is, from 1.', example: 1 }),
    lines: linesInput,
    refund: refundSchema,
  })
  .openapi('RefundedLines')

const createRefundRoute = createRoute({
  method: 'post',
  path: '/purchases/{id}/refunds',
  ...CUSTOMERS,
  operationId: 'createRefund',
  tags: ['Purchases'],
  summary: 'Refund a completed purchase, or a part of it',
  description: `${WHAT_IT_RETURNS}A purchase can be refunded in up to 200 parts; \`{}\` refunds all that is left.`,
  request: { params: purchasePath, headers: idempotencyHeaders, body: jsonBody(refundInput) },
  responses: {
    200: { description: 'Refunded.', headers: replayedHeader, content: json(refundedSchema) },
    202: { description: 'In progress.', headers: acceptedHeaders, content: json(purchaseStatusSchema) },
    ...problems(
      ...WRITING,
      'unknown_purchase',
      'not_refundable',
      'exceeds_purchase',
      'too_many_refunds',
      'refund_period_over',
      'user_erased',
    ),
  },
})

function registerCreateRefund(app: App, deps: AppDependencies): void {
  app.openapi(createRefundRoute, async (c) => {
    const body = c.req.valid('json')
    const { purchase, number } = await carryOut(c, deps, {
      ...body,
      purchaseId: c.req.valid('param').id,
      request: keyedRequest(c, body),
    })
    const { purchaseId } = purchase
    const found = purchase.refunds.find((refund) => refund.number === number)
    if (found?.refund) {
      const status = z.enum(['completed', 'refunding', 'refunded']).parse(purchase.status)
      const refund = formatRefund(found.refund, deps.money)
      return c.json({ purchaseId, status, number, lines: found.lines, refund }, 200)
    }
    setAcceptedHeaders(c, purchase)
    return c.json({ purchaseId, status: purchase.status }, 202)
  })
}

const refundedPurchaseSchema = z
  .object({ purchaseId, status: z.literal('refunded'), refund: refundSchema })
  .openapi('RefundedPurchase')

const refundPurchaseRoute = createRoute({
  method: 'post',
  path: '/purchases/{id}/refund',
  ...CUSTOMERS,
  operationId: 'refundPurchase',
  tags: ['Purchases'],
  summary: 'Refund all that is left of a completed purchase',
  description:
    `Takes no body. ${WHAT_IT_RETURNS}It takes effect once: repeating the request returns the same answer, so no Idempotency-Key ` +
    'is needed.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'Refunded. `refund` is what the last refund returned.', content: json(refundedPurchaseSchema) },
    202: { description: 'In progress.', headers: acceptedHeaders, content: json(purchaseStatusSchema) },
    ...problems(...WITH_BODY, 'unknown_purchase', 'not_refundable', 'refund_period_over', 'user_erased'),
  },
})

function registerRefundPurchase(app: App, deps: AppDependencies): void {
  app.openapi(refundPurchaseRoute, async (c) => {
    const { purchase } = await carryOut(c, deps, { purchaseId: c.req.valid('param').id })
    const { purchaseId, status } = purchase
    const last = purchase.refunds.at(-1)?.refund
    if (status === 'refunded' && last)
      return c.json({ purchaseId, status, refund: formatRefund(last, deps.money) }, 200)
    setAcceptedHeaders(c, purchase)
    return c.json({ purchaseId, status }, 202)
  })
}

/** How long customers, and services for them, may give back what was bought; operators always may. */
const REFUND_DAYS = 30

function periodFor(c: AppContext): Pick<WantedRefund, 'withinDays'> {
  return isOperator(c) ? {} : { withinDays: REFUND_DAYS }
}

/** A purchase as far as it can be read now. */
type Present = Pick<StoredPurchase, 'purchaseId' | 'status' | 'refunds'>

/** Records a refund, has it carried out, and waits for it as long as purchases are waited for. @throws Problem */
async function carryOut(
  c: AppContext,
  deps: AppDependencies,
  wanted: Pick<WantedRefund, 'purchaseId' | 'request'> & { lines?: PurchaseLine[] | undefined },
): Promise<{ purchase: Present; number: number }> {
  const { purchaseId, lines, request } = wanted
  c.set('purchaseId', purchaseId)
  const owner = ownerOf(c)
  const found = await readPresent(deps, purchaseId, owner)
  const opened = await openRefund(deps.writes, {
    purchaseId,
    ...(request && { request }),
    ...(lines && { lines }),
    actor: actorOf(c),
    ...(owner && { owner }),
    ...periodFor(c),
  })
  // Without a key there is none that was used before.
  const answer = request === undefined && 'replayed' in opened ? { ...opened, replayed: false } : opened
  const number = Number(
    requireDone(c, answer, {
      unknown: 'unknown_purchase',
      refused: (refusal) => refusalProblem(found?.purchaseId ?? purchaseId, refusal),
    }),
  )
  // When it cannot be read, it is at least on record.
  const recorded = { purchaseId, status: opened.status ?? 'refunding', refunds: [] }
  const purchase = found ? await refundRecorded(deps, found, number, c.req.raw.signal) : recorded
  return { purchase, number }
}

/** Has a refund carried out that is on record. @returns the purchase as it is then */
async function refundRecorded(
  deps: AppDependencies,
  found: StoredPurchase,
  number: number,
  client: AbortSignal,
): Promise<Present> {
  if (found.refunds.some((known) => known.number === number && known.refund)) return found
  const purchase = { ...found, status: 'refunding' as const }
  const handle = await startRefund(deps, purchase, number)
  if (handle === undefined) return (await readPresent(deps, purchase.purchaseId)) ?? purchase
  return await waitForOutcome(deps, purchase, client)
}

function refusalProblem(purchaseId: string, refusal: RefundRefusal): Problem {
  switch (refusal.code) {
    case 'not_refundable':
      return notRefundableProblem(purchaseId, refusal.status)
    case 'exceeds_purchase': {
      const { left } = refusal
      const rest = left.map(({ productId, quantity }) => `${quantity} of product ${productId}`).join(', ')
      const detail = left.length > 0 ? `What is left of it: ${rest}.` : 'Nothing is left of it.'
      return new Problem(refusal.code, detail, { purchaseId, left })
    }
    case 'too_many_refunds':
      return new Problem(refusal.code, 'What is left of it can still be refunded as a whole.')
    case 'refund_period_over':
      return new Problem(refusal.code, `A purchase can be refunded for ${REFUND_DAYS} days. Ask an operator.`)
    case 'user_erased':
      return new Problem(refusal.code, 'There is nobody any more to whom anything could be returned.')
  }
}

function notRefundableProblem(purchaseId: string, status: string): Problem {
  const purchaseStatus = z.enum(['running', 'compensating', 'refused', 'cancelled', 'failed']).parse(status)
  return new Problem('not_refundable', `The purchase is ${status}.`, { purchaseId, purchaseStatus })
}

// ---------------------------------------------------------------------------------------------------------------------
// The quote

const LINE = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}:(?:1000|[1-9][0-9]{0,2})'
const LINES = new RegExp(`^${LINE}(?:,${LINE}){0,${MAX_LINES - 1}}$`)

const quoteQuery = z.strictObject({
  lines: z
    .string()
    .regex(
      LINES,
      `must be 1 to ${MAX_LINES} times the id of a product, a colon and a quantity, with commas between them`,
    )
    .transform((text) =>
      text.split(',').map((line) => {
        const colon = line.lastIndexOf(':')
        return { productId: line.slice(0, colon), quantity: Number(line.slice(colon + 1)) }
      }),
    )
    .pipe(linesInput)
    .optional()
    .openapi({
      type: 'string',
      pattern: LINES.source,
      description:
        'What would be given back: ids of distinct products with their quantities. Left out: all that is left.',
      example: '1:2,4:1',
    }),
})

const getRefundQuoteRoute = createRoute({
  method: 'get',
  path: '/purchases/{id}/refund-quote',
  ...CUSTOMERS,
  ...COSTLY,
  operationId: 'getRefundQuote',
  tags: ['Purchases'],
  summary: 'Calculate what the refund of a purchase, or of a part of it, returns',
  description:
    'As things stand now it is what `POST /purchases/{id}/refunds` would return, or why that would be refused. It is not binding, since ' +
    'points can still be spent. While another refund of the purchase is in progress it waits for that, as long as purchases are waited ' +
    'for. Nothing is written.',
  request: { params: purchasePath, query: quoteQuery },
  responses: {
    200: {
      description: 'What it would return or, if nothing is left, what the last refund returned.',
      content: json(refundSchema),
    },
    ...problems(
      ...READING,
      'foreign_request',
      'unknown_purchase',
      'not_refundable',
      'exceeds_purchase',
      'refund_in_progress',
      'too_many_refunds',
      'refund_period_over',
      'user_erased',
    ),
  },
})

function registerGetRefundQuote(app: App, deps: AppDependencies): void {
  app.openapi(getRefundQuoteRoute, async (c) => {
    const { sql, money } = deps
    const { lines } = c.req.valid('query')
    const client = c.req.raw.signal
    const found = await requirePurchase(sql, c.req.valid('param').id, ownerOf(c))
    // What the other returns decides what is left of the award, and what is owed.
    const purchase = found.status === 'refunding' ? await waitForOutcome(deps, found, client) : found
    const { purchaseId } = purchase
    if (purchase.status === 'refunding')
      throw new Problem('refund_in_progress', 'What this one would return is known when that has ended.')
    const isOver = purchase.status === 'refunded' && !lines
    const refusal = isOver
      ? null
      : await readRefundRefusal(sql, { purchaseId, ...(lines && { lines }), ...periodFor(c) })
    if (refusal) throw refusalProblem(purchaseId, refusal)
    return c.json(formatRefund(await quoteRefund(sql, purchase, lines, client), money), 200)
  })
}

/**
 * What a refund of a purchase would return now: what the ledger says to what the refund asks it for (activities/refunds.ts), which the same
 * functions of domain/refund.ts work out. `return_money` (db/functions/refunds.sql) adds up the same sums.
 *
 * @param given what is given back; left out: all that is left or, where that is nothing, what the last refund is of
 * @param client who no longer waits for it when this is aborted
 */
export async function quoteRefund(
  sql: Sql,
  purchase: StoredPurchase,
  given?: PurchaseLine[],
  client: AbortSignal = new AbortController().signal,
): Promise<Refund> {
  const left = purchase.lines.flatMap(({ productId, quantity, refunded }) =>
    quantity > refunded ? [{ productId, quantity: quantity - refunded }] : [],
  )
  const last = left.length === 0 && !given ? purchase.refunds.at(-1) : undefined
  if (last?.refund) return last.refund
  const { number, lines } = last ?? { number: purchase.refunds.length + 1, lines: given ?? left }
  const { purchaseId, userId, redeemPoints, pointValueMinor } = purchase
  const before = purchase.refunds
    .filter((earlier) => earlier.number < number)
    .reduce((kept, earlier) => piecesLeft(kept, earlier.lines), piecesOf(purchase.lines))
  const after = piecesLeft(before, lines)
  const priced = purchase.lines.map((line) => ({ ...line, unitPriceMinor: line.unitPriceMinor ?? 0 }))
  const back = paymentBack({ lines: priced, redeemPoints, pointValueMinor }, before, after)
  const { award, answered } = await awardBack(sql, purchaseId, { number, lines, after, back, pointValueMinor }, client)
  const payment = back.points > 0 ? [paymentBackAtLedger(purchaseId, number, back.points)] : []
  const asked = [...(award ? [award] : []), ...payment]
  const answers = asked.length > 0 ? await foreseeAnswers(sql, userId, asked) : []
  const takenBack = answered ?? (award && answers[0])
  const returned = payment.length > 0 ? answers.at(-1) : undefined
  const { amount: pointsTakenBack, reversal } = reversedBy(takenBack)
  const { spent, owed } = reversal?.notTakenBack ?? { spent: 0, owed: 0 }
  const withheldMinor = (spent - owed) * pointValueMinor
  const pointsWithheld = reversedBy(returned).reversal?.withheld ?? 0
  return {
    amountMinor: back.amountMinor - withheldMinor,
    withheldMinor,
    shortfallMinor: owed * pointValueMinor,
    pointsReturned: back.points - pointsWithheld,
    pointsWithheld,
    pointsTakenBack,
    pointsSpent: spent,
  }
}

/** What a refund would ask the ledger for of the award, if anything, or was answered. */
async function awardBack(
  sql: Sql,
  purchaseId: string,
  refund: { number: number; lines: PurchaseLine[]; after: Pieces; back: Payment; pointValueMinor: number },
  client: AbortSignal,
): Promise<{ award?: ReturnType<typeof awardBackAtLedger>; answered?: StoredAnswer }> {
  const { number, lines, after, back, pointValueMinor } = refund
  const { answered, ...award } = await readBookedAward(sql, purchaseId, number)
  if (answered) return { answered }
  const before = { id: purchaseId, refund: number - 1 }
  const kept = isNothing(after)
    ? NO_AWARD
    : await runSliced(evaluateAsOf(await readKeptPurchase(sql, before, piecesOf(lines))), turnsFor(client))
  const part = takeBackFrom(award, kept, { back, pointValueMinor })
  return part ? { award: awardBackAtLedger(purchaseId, number, part) } : {}
}

type LedgerAnswer = StoredAnswer | Awaited<ReturnType<typeof foreseeAnswers>>[number]

/** What an undo reverses; one that finds nothing, or nothing any more, reverses no points. */
function reversedBy(answer: LedgerAnswer | undefined) {
  if (answer?.ok && answer.answer) return answer.answer
  if (!answer || answer.ok || answer.refusal.code === 'already_reversed') return { amount: 0, reversal: undefined }
  throw new Error(`the ledger would not undo a step of a refund: ${JSON.stringify(answer.refusal)}`)
}
