import { createRoute, z } from '@hono/zod-openapi'
import {
  createWallet,
  listWalletEntries,
  listWallets,
  MAX_TOPPED_UP_MINOR,
  readWallet,
  readWalletOf,
  tagUser,
  topUpWallet,
  type Wallet,
  type WalletEntry,
  type WalletRefusal,
} from '#db/wallets.ts'
import type { Money } from '#domain/money.ts'
import { actorSchema, formatActor } from './actors.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { actorOf, CUSTOMERS, isOperator, OPERATORS, ownerOf, requireOwn, SERVICES } from './auth.ts'
import { idempotencyHeaders, keyedRequest, reference, requireDone } from './idempotency.ts'
import { numberPosition, page, pageOf, pageQuery, readCursor } from './paging.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, READING, replayedHeader, WRITING } from './responses.ts'
import {
  amountInput,
  amountOutput,
  labelsInput,
  labelsOutput,
  positiveAmountInput,
  resourceId,
  timestamp,
  userId,
  username,
  userPath,
} from './schemas.ts'

/** `/users`: users and their wallets. */
export function registerUsers(app: App, deps: AppDependencies): void {
  registerListUsers(app, deps)
  registerCreateUser(app, deps)
  registerGetBalance(app, deps)
  registerTopUp(app, deps)
  registerTagUser(app, deps)
  registerListWalletEntries(app, deps)
}

const TAGS = 'Words of the shop for the user. Rules of campaigns can look at them.'

const userSchema = z.object({ id: userId, username, balance: amountOutput }).openapi('User')

function formatUser({ userId, username, balanceMinor }: Wallet, { majorFromMinor }: Money): z.infer<typeof userSchema> {
  return { id: userId, username, balance: majorFromMinor(balanceMinor) }
}

/** As operators see them: the words are the shop's, and not for the user. */
const taggedUserSchema = userSchema
  .extend({ tags: labelsOutput.openapi({ description: TAGS, example: ['vip'] }) })
  .openapi('TaggedUser')

function formatTaggedUser(wallet: Wallet, money: Money): z.infer<typeof taggedUserSchema> {
  return { ...formatUser(wallet, money), tags: wallet.tags }
}

/** @throws Problem `unknown_user` */
async function requireUser(username: string, found: Promise<Wallet | undefined>): Promise<Wallet> {
  const wallet = await found
  if (!wallet) throw new Problem('unknown_user', `There is no user "${username}".`)
  return wallet
}

function userProblem(refusal: WalletRefusal, money: Money): Problem {
  switch (refusal.code) {
    case 'user_exists':
      return new Problem(refusal.code, 'Choose another name, or top up this user.')
    case 'identity_taken':
      return new Problem(refusal.code, 'Each subject is one user, and each user has one.')
    case 'account_exists':
      return new Problem(
        refusal.code,
        'Choose another name, or send "adopt": true: then what came in for the name before, with the points of it, is the new user\'s.',
      )
    case 'balance_too_large':
      return new Problem(refusal.code, `The maximum of a balance is ${money.format(MAX_TOPPED_UP_MINOR)}.`)
  }
}

const listUsersRoute = createRoute({
  method: 'get',
  path: '/users',
  ...OPERATORS,
  operationId: 'listUsers',
  tags: ['Users'],
  summary: 'List users',
  description: 'Ordered by username.',
  request: { query: pageQuery },
  responses: {
    200: { description: 'A page of users.', content: json(pageOf(taggedUserSchema).openapi('UserPage')) },
    ...problems(...READING),
  },
})

function registerListUsers(app: App, { sql, money }: AppDependencies): void {
  app.openapi(listUsersRoute, async (c) => {
    const { limit } = c.req.valid('query')
    const cursor = readCursor(c, resourceId)
    const wallets = await listWallets(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(
        c,
        wallets,
        limit,
        (wallet) => formatTaggedUser(wallet, money),
        (wallet) => wallet.username,
      ),
      200,
    )
  })
}

/** Of users who sign in with a provider, which publishes its keys. */
const subject = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII characters')
  .optional()
  .openapi({
    description: 'What the access tokens of the provider have as `sub`.',
    example: 'auth0|7c3a9b0e',
  })

/** @param isLinked whether there is such a provider */
function newUser(money: Money, isLinked: boolean) {
  return z
    .strictObject({
      username,
      balance: amountInput(money),
      // Where there is none, it is not known.
      ...((isLinked ? { subject } : {}) as { subject: typeof subject }),
      adopt: z.boolean().default(false).openapi({
        description: 'Whether the user gets the points that were booked to this name before there was such a user.',
      }),
    })
    .openapi('NewUser')
}

const createUserRoute = (money: Money, isLinked: boolean) =>
  createRoute({
    method: 'post',
    path: '/users',
    ...SERVICES,
    operationId: 'createUser',
    tags: ['Users'],
    summary: 'Add a user with an opening balance',
    description: 'Whichever case a name is written in, it is the same name.',
    request: { headers: idempotencyHeaders, body: jsonBody(newUser(money, isLinked)) },
    responses: {
      201: {
        description: 'The user in its present state.',
        headers: {
          Location: { description: 'URL of the balance.', schema: { type: 'string' as const } },
          ...replayedHeader,
        },
        content: json(userSchema),
      },
      ...problems(...WRITING, 'user_exists', 'account_exists', 'identity_taken'),
    },
  })

function registerCreateUser(app: App, { sql, writes, money, auth }: AppDependencies): void {
  app.openapi(createUserRoute(money, auth !== undefined && 'jwksUrl' in auth.keys), async (c) => {
    const body = c.req.valid('json')
    const { username, balance, adopt, subject } = body
    if (balance > 0 && !isOperator(c))
      throw new Problem('not_permitted', 'Only operators add money. Send "balance": 0.')
    const identity = auth && subject !== undefined ? { issuer: auth.issuer, subject } : undefined
    const wallet = { username, balanceMinor: balance, adopt, ...(identity && { identity }), actor: actorOf(c) }
    const answer = await createWallet(writes, keyedRequest(c, body), wallet)
    const created = requireDone(c, answer, {
      unknown: 'unknown_user',
      refused: (refusal) => userProblem(refusal, money),
    })
    const user = await requireUser(username, readWalletOf(sql, created))
    c.header('Location', `/users/balance/${user.username}`)
    return c.json(formatUser(user, money), 201)
  })
}

const getBalanceRoute = createRoute({
  method: 'get',
  path: '/users/balance/{username}',
  ...CUSTOMERS,
  operationId: 'getBalance',
  tags: ['Users'],
  summary: 'Get the balance of a user',
  description: 'The sum of all entries of the wallet.',
  request: { params: userPath },
  responses: {
    200: { description: 'The balance.', content: json(userSchema) },
    ...problems(...READING, 'unknown_user'),
  },
})

function registerGetBalance(app: App, { sql, money }: AppDependencies): void {
  app.openapi(getBalanceRoute, async (c) => {
    const { username } = c.req.valid('param')
    requireOwn(c, username, 'unknown_user')
    const wallet = await requireUser(username, readWallet(sql, username, ownerOf(c)))
    return c.json(formatUser(wallet, money), 200)
  })
}

function topUp(money: Money) {
  return z.strictObject({ amount: positiveAmountInput(money) }).openapi('TopUp')
}

const topUpRoute = (money: Money) =>
  createRoute({
    method: 'post',
    path: '/users/{username}/top-ups',
    ...OPERATORS,
    operationId: 'topUp',
    tags: ['Users'],
    summary: 'Top up a wallet',
    description: 'Adds an entry to the wallet.',
    request: { params: userPath, headers: idempotencyHeaders, body: jsonBody(topUp(money)) },
    responses: {
      200: { description: 'The user with the present balance.', headers: replayedHeader, content: json(userSchema) },
      ...problems(...WRITING, 'unknown_user', 'balance_too_large'),
    },
  })

function registerTopUp(app: App, { sql, writes, money }: AppDependencies): void {
  app.openapi(topUpRoute(money), async (c) => {
    const { username } = c.req.valid('param')
    const body = c.req.valid('json')
    const answer = await topUpWallet(writes, keyedRequest(c, body), {
      username,
      amountMinor: body.amount,
      actor: actorOf(c),
    })
    const topped = requireDone(c, answer, {
      unknown: 'unknown_user',
      refused: (refusal) => userProblem(refusal, money),
    })
    return c.json(formatUser(await requireUser(username, readWalletOf(sql, topped)), money), 200)
  })
}

const userChanges = z
  .strictObject({ tags: labelsInput.openapi({ description: TAGS, example: ['vip'] }) })
  .openapi('UserChanges')

const tagUserRoute = createRoute({
  method: 'patch',
  path: '/users/{username}',
  ...OPERATORS,
  operationId: 'tagUser',
  tags: ['Users'],
  summary: 'Change the tags of a user',
  description: 'In place of those that there are. Campaigns evaluate a purchase by the tags of when it was confirmed.',
  request: { params: userPath, headers: idempotencyHeaders, body: jsonBody(userChanges) },
  responses: {
    200: { description: 'The user in its present state.', headers: replayedHeader, content: json(taggedUserSchema) },
    ...problems(...WRITING, 'unknown_user'),
  },
})

function registerTagUser(app: App, { sql, writes, money }: AppDependencies): void {
  app.openapi(tagUserRoute, async (c) => {
    const { username } = c.req.valid('param')
    const body = c.req.valid('json')
    const answer = await tagUser(writes, keyedRequest(c, body), { username, tags: body.tags, actor: actorOf(c) })
    const tagged = requireDone(c, answer, {
      unknown: 'unknown_user',
      refused: (refusal) => userProblem(refusal, money),
    })
    return c.json(formatTaggedUser(await requireUser(username, readWalletOf(sql, tagged)), money), 200)
  })
}

const walletEntrySchema = z
  .object({
    id: z.number().int(),
    amount: amountOutput.openapi({ description: 'Credit; negative: debit.', example: -1700 }),
    reason: z.enum(['opening', 'top_up', 'charge', 'charge_undone', 'refund']),
    reference,
    actor: actorSchema.openapi({
      description: 'Who caused the entry; the part of the store that moved it, of a purchase.',
    }),
    at: timestamp,
  })
  .openapi('WalletEntry')

const listWalletEntriesRoute = createRoute({
  method: 'get',
  path: '/users/{username}/wallet-entries',
  ...CUSTOMERS,
  operationId: 'listWalletEntries',
  tags: ['Users'],
  summary: 'List the entries of a wallet',
  description: 'Newest first. The balance is the sum of all entries.',
  request: { params: userPath, query: pageQuery },
  responses: {
    200: { description: 'A page of entries.', content: json(pageOf(walletEntrySchema).openapi('WalletEntryPage')) },
    ...problems(...READING, 'unknown_user'),
  },
})

function registerListWalletEntries(app: App, { sql, money }: AppDependencies): void {
  app.openapi(listWalletEntriesRoute, async (c) => {
    const { username } = c.req.valid('param')
    requireOwn(c, username, 'unknown_user')
    const { userId } = await requireUser(username, readWallet(sql, username, ownerOf(c)))
    const { limit } = c.req.valid('query')
    const cursor = readCursor(c, numberPosition)
    const entries = await listWalletEntries(sql, {
      userId,
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    return c.json(
      page(
        c,
        entries,
        limit,
        (entry) => formatWalletEntry(c, entry, money),
        (entry) => String(entry.id),
      ),
      200,
    )
  })
}

function formatWalletEntry(
  c: AppContext,
  { id, amountMinor, reason, reference, actor, recordedAt }: WalletEntry,
  { majorFromMinor }: Money,
): z.infer<typeof walletEntrySchema> {
  return {
    id,
    amount: majorFromMinor(amountMinor),
    reason,
    reference,
    actor: formatActor(c, actor),
    at: recordedAt.toISOString(),
  }
}
