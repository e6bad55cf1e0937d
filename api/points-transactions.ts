import { createRoute, z } from '@hono/zod-openapi'
import type { Database } from '#db/client.ts'
import { readTransactionOrigin } from '#db/points.ts'
import { findUser, openUser } from '#db/wallets.ts'
import { type Issue, MAX_POINTS, NOBODY, oneLot, type Redeem, type Reverse } from '#domain/points/account.ts'
import type { Answer } from '#domain/points/decide.ts'
import { foreseeAnswers, type PointsAnswer, type PointsRequest } from '#ledger/ledger.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { actorOf, clientsOf, requireClient, SERVICES } from './auth.ts'
import { clientName } from './campaign-schemas.ts'
import { invalidRequest } from './errors.ts'
import { idempotencyHeaders, keyedRequest, keyReusedProblem, markReplayed, requestHash } from './idempotency.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, replayedHeader, WRITING } from './responses.ts'
import { accountId, timestamp, transactionPath } from './schemas.ts'

/** Moving points: issue, redeem and reverse. */
export function registerPointsTransactions(app: App, deps: AppDependencies): void {
  registerIssuePoints(app, deps)
  registerRedeemPoints(app, deps)
  registerReverseTransaction(app, deps)
}

export const transactionId = z.uuid().openapi({ example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' })

/** The account of the user of this name; of an unknown user, an account without events. */
export async function findAccount(sql: Database, username: string): Promise<string> {
  return (await findUser(sql, username)) ?? ''
}

/** A number of points in an answer. */
export const pointsOutput = z.number().int().openapi({ example: 750 })

/** A number of points to move. */
const pointsInput = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(MAX_POINTS, `must be at most ${MAX_POINTS}`)
  .openapi({ description: 'Whole points.', example: 250 })

/** @param hasClients whether callers are for some clients only, as nobody is in demo mode */
function movedPoints(hasClients: boolean) {
  const client = clientName.optional().openapi({
    description: 'The client that it is done for. A service may leave it out when it is for one client only.',
    example: 'reviewsite',
  })
  return z
    .strictObject({
      account_id: accountId,
      amount: pointsInput,
      // Where there is none, it is not known.
      ...((hasClients ? { client } : {}) as { client: typeof client }),
    })
    .openapi('MovedPoints')
}

type MovedPoints = z.infer<ReturnType<typeof movedPoints>>

/** Members of a transaction both in the answer to its request and in the statement. */
export const transactionShape = {
  id: transactionId,
  date_time: timestamp,
  account_id: accountId,
  transaction_type: z.enum(['issue', 'redeem', 'expire', 'reverse']),
  amount: pointsOutput.openapi({ description: 'Points moved; the type gives the direction.', example: 250 }),
  balance: pointsOutput.openapi({ description: 'Points available after it.' }),
}

const transactionSchema = z.object(transactionShape).openapi('PointsTransaction')

const reversalSchema = z
  .object({
    ...transactionShape,
    reverses: transactionId.openapi({ description: 'The reversed transaction.' }),
    not_taken_back: z.object({ spent: pointsOutput, expired: pointsOutput }).openapi({
      description: 'Issued points that were spent or expired by then. The spent ones are owed.',
      example: { spent: 40, expired: 0 },
    }),
    withheld: pointsOutput.openapi({
      description: 'Redeemed points that were not returned, since they were owed: their issue had been reversed.',
      example: 0,
    }),
  })
  .openapi('PointsReversal')

/** Member by member: the answer that the database has stored may have more members, in another order. */
function formatTransaction(username: string, answer: Answer): z.infer<typeof transactionSchema> {
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

function formatReversal(username: string, answer: Answer): z.infer<typeof reversalSchema> {
  if (!answer.reversal) throw new Error(`transaction ${answer.id} is not a reversal`)
  const { reverses, notTakenBack, withheld } = answer.reversal
  const { spent, expired } = notTakenBack
  return {
    ...formatTransaction(username, answer),
    reverses: reverses.transactionId,
    not_taken_back: { spent, expired },
    withheld,
  }
}

const issuePointsRoute = (hasClients: boolean) =>
  createRoute({
    method: 'post',
    path: '/points',
    ...SERVICES,
    operationId: 'issuePoints',
    tags: ['Points'],
    summary: 'Issue points',
    description: 'They can be redeemed at once, and expire at the end of their lifetime, at midnight UTC.',
    request: { headers: idempotencyHeaders, body: jsonBody(movedPoints(hasClients)) },
    responses: {
      200: { description: 'Issued.', headers: replayedHeader, content: json(transactionSchema) },
      ...problems(...WRITING, 'unknown_account', 'balance_limit'),
    },
  })

function registerIssuePoints(app: App, deps: AppDependencies): void {
  app.openapi(issuePointsRoute(deps.auth !== undefined), async (c) => {
    const body = c.req.valid('json')
    const command = { type: 'issue', ...oneLot(body.amount, deps.pointsTtlDays) } as const
    const answer = await movePoints(c, deps, { ...bodyOf(c, body), command })
    return c.json(formatTransaction(body.account_id, answer), 200)
  })
}

const redemption = (hasClients: boolean) => ({
  ...SERVICES,
  tags: ['Points'],
  summary: 'Redeem points',
  request: { headers: idempotencyHeaders, body: jsonBody(movedPoints(hasClients)) },
  responses: {
    200: { description: 'Redeemed.', headers: replayedHeader, content: json(transactionSchema) },
    ...problems(...WRITING, 'unknown_account', 'insufficient_points'),
  },
})

const redeemPointsRoute = (hasClients: boolean) =>
  createRoute({
    ...redemption(hasClients),
    method: 'delete',
    path: '/points',
    operationId: 'redeemPoints',
    description:
      'Points that expire soonest are redeemed first. Clients and proxies that drop the body of a DELETE use ' +
      '`POST /points/redemptions`, which does the same.',
  })

const createRedemptionRoute = (hasClients: boolean) =>
  createRoute({
    ...redemption(hasClients),
    method: 'post',
    path: '/points/redemptions',
    operationId: 'createRedemption',
    description: 'Points that expire soonest are redeemed first.',
  })

function registerRedeemPoints(app: App, deps: AppDependencies): void {
  const hasClients = deps.auth !== undefined
  for (const route of [redeemPointsRoute(hasClients), createRedemptionRoute(hasClients)]) {
    app.openapi(route, async (c) => {
      const body = c.req.valid('json')
      const command = { type: 'redeem', amount: body.amount } as const
      const answer = await movePoints(c, deps, { ...bodyOf(c, body), command })
      return c.json(formatTransaction(body.account_id, answer), 200)
    })
  }
}

const reversePointsTransactionRoute = createRoute({
  method: 'post',
  path: '/points/transactions/{id}/reversal',
  ...SERVICES,
  operationId: 'reversePointsTransaction',
  tags: ['Points'],
  summary: 'Reverse an issue or a redemption',
  description:
    'Takes no body. Redeemed points go back to their lots with the original expiry. Issued points are withdrawn as far as they ' +
    'are left; the answer has the rest, and those that are spent are owed: they are withheld when their redemption is reversed. All of ' +
    'a transaction is reversed, once. Transactions of a purchase are reversed by its refund only, which also withholds the value of ' +
    'points that cannot be withdrawn.',
  request: { params: transactionPath, headers: idempotencyHeaders },
  responses: {
    200: { description: 'Reversed.', headers: replayedHeader, content: json(reversalSchema) },
    ...problems(...WRITING, 'unknown_transaction', 'already_reversed', 'not_reversible', 'belongs_to_purchase'),
  },
})

function registerReverseTransaction(app: App, deps: AppDependencies): void {
  app.openapi(reversePointsTransactionRoute, async (c) => {
    const { id: reverses } = c.req.valid('param')
    const origin = await readTransactionOrigin(deps.sql, reverses)
    if (origin === undefined || !isForCaller(c, origin.client)) throw unknownTransaction()
    if (origin.reason === 'purchase') throw belongsToPurchase(origin.reference)
    const { username } = origin
    const answer = await movePoints(c, deps, {
      username,
      asked: reverses,
      command: { type: 'reverse', reverses },
      client: clientsOf(c) && (origin.client ?? undefined),
    })
    return c.json(formatReversal(username, answer), 200)
  })
}

/** What was booked for a client is for that client to take back. @param client null: it was for none */
function isForCaller(c: AppContext, client: string | null): boolean {
  const clients = clientsOf(c)
  return clients === undefined || (client !== null && clients.includes(client))
}

/**
 * What a body asks for, and for which client.
 *
 * @throws Problem `not_permitted` for a client that is not the caller's, or a service without one; `invalid_request` if it must be said
 */
function bodyOf(c: AppContext, { account_id: username, amount, client }: MovedPoints) {
  const clients = clientsOf(c)
  if (client !== undefined) requireClient(c, client)
  else if (clients?.length === 0)
    throw new Problem('not_permitted', 'The token is for no client, so it moves no points.')
  else if (clients && clients.length > 1)
    throw invalidRequest('body', [{ path: 'client', message: 'must say for which of the clients of the token it is' }])
  return { username, asked: client === undefined ? amount : [amount, client], client: client ?? clients?.[0] }
}

/** Reversed directly, an award that was spent would be lost to the store; the refund withholds its value from the money. */
function belongsToPurchase(purchaseId: string): Problem {
  return new Problem('belongs_to_purchase', `Refund purchase ${purchaseId} instead.`, { purchase_id: purchaseId })
}

type CommandInput =
  | Pick<Issue, 'type' | 'amount' | 'lots'>
  | Pick<Redeem, 'type' | 'amount'>
  | Pick<Reverse, 'type' | 'reverses'>

/** `asked`: what of the request, beside its kind and its account, the key stands for. */
type Movement = { username: string; asked: unknown; command: CommandInput; client: string | undefined }

/**
 * Executes a command in the ledger, once per Idempotency-Key. The ledger has one space of keys for all its callers: those
 * of requests begin with `api/` and the scope, so that they collide neither with each other nor with the keys of sagas.
 *
 * @throws Problem when the ledger refuses the command
 */
async function movePoints(
  c: AppContext,
  deps: AppDependencies,
  { username, asked, command, client }: Movement,
): Promise<Answer> {
  const { scope, key } = keyedRequest(c, asked)
  const answer = await executeFor(deps, username, {
    key: `api/${scope}/${key}`,
    // What is kept for ever has the id of the user in it, not the name.
    hashFor: (account) => requestHash(`points ${command.type}`, [account, asked]),
    command: {
      ...command,
      reason: 'manual',
      reference: key,
      actor: client === undefined ? actorOf(c) : `${actorOf(c)}:${client}`,
    },
  })
  if (answer.replayed) markReplayed(c)
  if (!answer.ok) throw refusalProblem(answer)
  if (answer.answer === null) throw new Error('the ledger answered a command of the API with an undo')
  return answer.answer
}

/**
 * Executes a command for the user of a name. In demo mode, whoever is not there yet is added for a command that succeeds, not for one
 * that is refused: that leaves nothing behind but the answer to its key.
 *
 * @throws Problem `unknown_account`, where people sign in and points are for who was added
 */
async function executeFor(
  { writes, pointsLedger, auth }: AppDependencies,
  username: string,
  { hashFor, ...asked }: Pick<PointsRequest, 'key' | 'command'> & { hashFor: (account: string) => string },
): Promise<PointsAnswer> {
  const hashOfNobodys = hashFor(`the name ${username}`)
  const request = { ...asked, requestHash: hashOfNobodys }
  const executeAs = (accountId: string) =>
    pointsLedger.execute({ ...asked, accountId, requestHash: hashFor(accountId), hashOfNobodys })
  const known = await findUser(writes, username)
  if (known !== undefined) return await executeAs(known)
  if (auth) throw new Problem('unknown_account', `There is no user "${username}". POST /users adds one.`)
  const [foreseen] = await foreseeAnswers(writes, NOBODY, [request])
  // Refused also because a repeat of it, which came first, has added the user.
  const accountId = foreseen?.ok ? await openUser(writes, username) : await findUser(writes, username)
  if (accountId !== undefined) return await executeAs(accountId)
  return await pointsLedger.execute({ ...request, accountId: NOBODY })
}

function refusalProblem({ refusal }: Extract<PointsAnswer, { ok: false }>): Problem {
  switch (refusal.code) {
    case 'key_reused':
      return keyReusedProblem()
    case 'insufficient_points': {
      const { available } = refusal
      return new Problem(refusal.code, `${available} points are available. None were redeemed.`, { available })
    }
    case 'balance_limit':
      return new Problem(refusal.code, 'The maximum of points issued to an account is 9007199254740991.')
    case 'unknown_transaction':
      return unknownTransaction()
    case 'account_erased':
      return new Problem('unknown_account', 'The user was erased in between.')
    case 'already_reversed':
      return new Problem(refusal.code, 'Nothing of the transaction is left to reverse.', {
        reversed_by: refusal.reversedBy,
      })
    case 'not_reversible': {
      const { transactionType } = refusal
      const detail = `Transactions of type "${transactionType}" cannot be reversed.`
      return new Problem(refusal.code, detail, { transaction_type: transactionType })
    }
    case 'invalid_amount':
    case 'nothing_to_expire':
    case 'tombstoned':
    case 'caps_changed':
    case 'award_closed':
    case 'award_changed':
      throw new Error(`no request can be refused as ${refusal.code}`)
  }
}

function unknownTransaction(): Problem {
  return new Problem('unknown_transaction', 'There is no transaction of this id, so nothing was done.')
}
