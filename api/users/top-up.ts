import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { positiveAmount } from '#api/schemas/amounts.ts'
import { userPath } from '#api/schemas/identifiers.ts'
import { topUpWallet } from '#db/wallets.ts'
import { requireUser, showUser, userRefused, userSchema } from './user.ts'

const topUp = z.strictObject({ amount: positiveAmount }).openapi('TopUp')

const route = createRoute({
  method: 'post',
  path: '/users/{username}/top-ups',
  operationId: 'topUp',
  tags: ['Users'],
  summary: 'Put money into a wallet',
  request: {
    params: userPath,
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: topUp } } },
  },
  responses: {
    200: {
      description: 'The user, with the balance as it stands now.',
      headers: replayedHeader,
      content: { 'application/json': { schema: userSchema } },
    },
    ...problems(...WRITING, 'unknown_user', 'balance_too_large'),
  },
})

export function registerTopUp(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { username } = c.req.valid('param')
    const body = c.req.valid('json')
    const answer = await topUpWallet(writes, keyedRequest(c, username, body), {
      username,
      amountMinor: body.amount,
      actor: DEMO_ACTOR,
    })
    requireDone(c, answer, { unknown: 'unknown_user', refused: userRefused })
    return c.json(showUser(await requireUser(sql, username)), 200)
  })
}
