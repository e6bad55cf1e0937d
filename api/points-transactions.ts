import { createRoute, z } from '@hono/zod-openapi'
import type { Database } from '#db/client.ts'
import type { PointsAnswer } from '#db/points/ledger.ts'
import { readTransactionOrigin } from '#db/points/read.ts'
import { findUser, openUser } from '#db/wallets.ts'
import type { Answer } from '#domain/points/answer.ts'
import { type Issue, MAX_POINTS, type Redeem, type Reverse } from '#domain/points/command.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { DEMO_ACTOR, idempotencyHeaders, keyedRequest, keyReused, markReplayed } from './idempotency.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, READING, replayedHeader, WRITING } from './responses.ts'
import { accountId, timestamp, transactionPath } from './schemas.ts'

/** Routes that move points. */
export function registerPointsTransactions(app: App, deps: AppDependencies): void {
  registerIssuePoints(app, deps)
  registerRedeemPoints(app, deps)
  registerReverseTransaction(app, deps)
}

export const transactionId = z.uuid().openapi({ example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' })

/** The account of a user of this name; of a name that nobody has, one that nothing has happened to. */
export async function findAccount(sql: Database, username: string): Promise<string> {
  return (await findUser(sql, username)) ?? ''
}

/** How many points there are of something, in an answer. */
export const pointsShown = z.number().int().openapi({ example: 750 })

/** How many points to move. */
const pointsMoved = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(MAX_POINTS, `must be at most ${MAX_POINTS}`)
  .openapi({ description: 'Whole points.', example: 250 })

const movedPoints = z.strictObject({ account_id: accountId, amount: pointsMoved }).openapi('MovedPoints')

/** What is told of a transaction both when it is made and in the statement. */
export const transactionShape = {
  id: transactionId,
  date_time: timestamp,
  account_id: accountId,
  transaction_type: z.enum(['issue', 'redeem', 'expire', 'reverse']),
  amount: pointsShown.openapi({ description: 'How many points were moved; its type says which way.', example: 250 }),
  balance: pointsShown.openapi({ description: 'What could be spent after it.' }),
}

const transactionSchema = z.object(transactionShape).openapi('PointsTransaction')

const reversalSchema = z
  .object({
    ...transactionShape,
    reverses: transactionId.openapi({ description: 'The transaction that it reversed.' }),
    not_taken_back: z
      .object({ spent: pointsShown, expired: pointsShown })
      .openapi({ description: 'What of issued points was gone by then.', example: { spent: 40, expired: 0 } }),
  })
  .openapi('PointsReversal')

/** The answer of the ledger. Member by member: what the database kept of it may have more, and in another order. */
function showTransaction(username: string, answer: Answer): z.infer<typeof transactionSchema> {
  const { id, dateTime, transactionType, amount, balance } = answer
  return {
    id,
    date_time: dateTime,
    account_id: username,
    transaction_type: transactionType,
    amount,
    balance,
  }
}

function showReversal(username: string, answer: Answer): z.infer<typeof reversalSchema> {
  if (!answer.reversal) throw new Error(`transaction ${answer.id} is not a reversal`)
  const { reverses, notTakenBack } = answer.reversal
  const { spent, expired } = notTakenBack
  return { ...showTransaction(username, answer), reverses: reverses.transactionId, not_taken_back: { spent, expired } }
}

const issuePointsRoute = createRoute({
  method: 'post',
  path: '/points',
  operationId: 'issuePoints',
  tags: ['Points'],
  summary: 'Issue points',
  description: 'They can be spent at once, and lapse at the end of their lifetime, at midnight UTC.',
  request: {
    headers: idempotencyHeaders,
    body: jsonBody(movedPoints),
  },
  responses: {
    200: {
      description: 'Issued.',
      headers: replayedHeader,
      content: json(transactionSchema),
    },
    ...problems(...WRITING, 'balance_limit'),
  },
})

function registerIssuePoints(app: App, deps: AppDependencies): void {
  app.openapi(issuePointsRoute, async (c) => {
    const body = c.req.valid('json')
    const wish = { type: 'issue', amount: body.amount, ttlDays: deps.pointsTtlDays } as const
    const answer = await movePoints(c, deps, { username: body.account_id, body, wish })
    return c.json(showTransaction(body.account_id, answer), 200)
  })
}

const common = {
  tags: ['Points'],
  summary: 'Redeem points',
  request: {
    headers: idempotencyHeaders,
    body: jsonBody(movedPoints),
  },
  responses: {
    200: {
      description: 'Redeemed.',
      headers: replayedHeader,
      content: json(transactionSchema),
    },
    ...problems(...WRITING, 'insufficient_points'),
  },
}

const redeemPointsRoute = createRoute({
  ...common,
  method: 'delete',
  path: '/points',
  operationId: 'redeemPoints',
  description:
    'Takes those that lapse soonest first. The same as `POST /points/redemptions`, for clients and proxies that drop ' +
    'the body of a DELETE.',
})

const createRedemptionRoute = createRoute({
  ...common,
  method: 'post',
  path: '/points/redemptions',
  operationId: 'createRedemption',
  description: 'Takes those that lapse soonest first.',
})

function registerRedeemPoints(app: App, deps: AppDependencies): void {
  for (const either of [redeemPointsRoute, createRedemptionRoute]) {
    app.openapi(either, async (c) => {
      const body = c.req.valid('json')
      const wish = { type: 'redeem', amount: body.amount } as const
      const answer = await movePoints(c, deps, { username: body.account_id, body, wish })
      return c.json(showTransaction(body.account_id, answer), 200)
    })
  }
}

const reversePointsTransactionRoute = createRoute({
  method: 'post',
  path: '/points/transactions/{id}/reversal',
  operationId: 'reversePointsTransaction',
  tags: ['Points'],
  summary: 'Reverse an issue or a redemption',
  description:
    'Takes no body. Redeemed points go back to where they were taken from, and lapse when they would have. Issued ' +
    'points are taken back as far as they are there; the answer says what was not. Each transaction is reversed once. Those of a ' +
    'purchase go back with its refund only, which also settles what cannot be taken back.',
  request: { params: transactionPath, headers: idempotencyHeaders },
  responses: {
    200: {
      description: 'Reversed.',
      headers: replayedHeader,
      content: json(reversalSchema),
    },
    ...problems(
      ...READING,
      'invalid_request',
      'foreign_request',
      'idempotency_key_reused',
      'unknown_transaction',
      'already_reversed',
      'not_reversible',
      'belongs_to_purchase',
    ),
  },
})

function registerReverseTransaction(app: App, deps: AppDependencies): void {
  app.openapi(reversePointsTransactionRoute, async (c) => {
    const { id: reverses } = c.req.valid('param')
    const origin = await readTransactionOrigin(deps.sql, reverses)
    if (origin === undefined) throw unknownTransaction()
    if (origin.reason === 'purchase') throw belongsToPurchase(origin.reference)
    const { username } = origin
    const answer = await movePoints(c, deps, { username, body: reverses, wish: { type: 'reverse', reverses } })
    return c.json(showReversal(username, answer), 200)
  })
}

/** Reversed by hand, an award that was spent would be nobody's to pay for: the refund withholds its value from the money. */
function belongsToPurchase(purchaseId: string): Problem {
  return new Problem('belongs_to_purchase', `Refund purchase ${purchaseId} instead.`, { purchase_id: purchaseId })
}

type Wish =
  | Pick<Issue, 'type' | 'amount' | 'ttlDays'>
  | Pick<Redeem, 'type' | 'amount'>
  | Pick<Reverse, 'type' | 'reverses'>

/**
 * Has the ledger do what a request asks for, once per Idempotency-Key. The ledger keeps the keys of all its callers; those
 * of requests begin with `api/`, and neither a scope nor the keys of sagas can reach into each other.
 *
 * @param moved.body as validated
 * @throws Problem for everything but an answer
 */
async function movePoints(
  c: AppContext,
  { writes, pointsLedger }: AppDependencies,
  moved: { username: string; body: unknown; wish: Wish },
): Promise<Answer> {
  const { username, body, wish } = moved
  const { scope, key, requestHash } = keyedRequest(c, username, body, `points ${wish.type}`)
  const answer = await pointsLedger.execute({
    accountId: await openUser(writes, username),
    key: `api/${scope}/${key}`,
    requestHash,
    wish: { ...wish, reason: 'manual', reference: key, actor: DEMO_ACTOR },
  })
  if (answer.replayed) markReplayed(c)
  if (!answer.ok) throw refusalProblem(answer)
  if (answer.answer === null) throw new Error('the ledger undid what no request asks it to undo')
  return answer.answer
}

function refusalProblem({ refusal }: Extract<PointsAnswer, { ok: false }>): Problem {
  switch (refusal.code) {
    case 'key_reused':
      return keyReused()
    case 'insufficient_points': {
      const { available } = refusal
      return new Problem(refusal.code, `${available} points can be spent. None were taken.`, { available })
    }
    case 'balance_limit':
      return new Problem(refusal.code, 'An account may be issued 9007199254740991 points in all.')
    case 'unknown_transaction':
      return unknownTransaction()
    case 'already_reversed':
      return new Problem(refusal.code, 'A transaction is reversed once.', { reversed_by: refusal.reversedBy })
    case 'not_reversible': {
      const { transactionType } = refusal
      const detail = `Of the type "${transactionType}" transactions stand.`
      return new Problem(refusal.code, detail, { transaction_type: transactionType })
    }
    case 'invalid_amount':
    case 'nothing_to_expire':
    case 'tombstoned':
    case 'over_cap':
    case 'award_closed':
      throw new Error(`no request can be refusalProblem as ${refusal.code}`)
  }
}

function unknownTransaction(): Problem {
  return new Problem('unknown_transaction', 'No transaction has this id, so nothing was done.')
}
