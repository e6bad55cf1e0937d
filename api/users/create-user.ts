import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { amount } from '#api/schemas/amounts.ts'
import { username } from '#api/schemas/identifiers.ts'
import { createWallet } from '#db/wallets.ts'
import { requireUser, showUser, userRefused, userSchema } from './user.ts'

/** `/users/balance/...` are the balances: a user of that name could not be reached. */
const newUsername = username.refine((name) => name !== 'balance', 'is reserved')

const newUser = z.strictObject({ username: newUsername, balance: amount }).openapi('NewUser')

const route = createRoute({
  method: 'post',
  path: '/users',
  operationId: 'createUser',
  tags: ['Users'],
  summary: 'Add a user with an opening balance',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: newUser } } },
  },
  responses: {
    201: {
      description: 'The user, as it stands now.',
      headers: {
        Location: { description: 'Address of the balance.', schema: { type: 'string' as const } },
        ...replayedHeader,
      },
      content: { 'application/json': { schema: userSchema } },
    },
    ...problems(...WRITING, 'user_exists'),
  },
})

export function registerCreateUser(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json')
    const wallet = { username: body.username, balanceMinor: body.balance, actor: DEMO_ACTOR }
    const answer = await createWallet(writes, keyedRequest(c, body.username, body), wallet)
    const created = requireDone(c, answer, { unknown: 'unknown_user', refused: userRefused })
    c.header('Location', `/users/balance/${created}`)
    return c.json(showUser(await requireUser(sql, created)), 201)
  })
}
