import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { idempotencyHeaders, replayedHeader } from '#api/requests/idempotency.ts'
import { movePoints } from './move-points.ts'
import { movedPoints, showTransaction, transactionSchema } from './points-transaction.ts'

const common = {
  tags: ['Points'],
  summary: 'Redeem points',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: movedPoints } } },
  },
  responses: {
    200: {
      description: 'Redeemed.',
      headers: replayedHeader,
      content: { 'application/json': { schema: transactionSchema } },
    },
    ...problems(...WRITING, 'insufficient_points'),
  },
}

const route = createRoute({
  ...common,
  method: 'delete',
  path: '/points',
  operationId: 'redeemPoints',
  description:
    'Takes those that lapse soonest first. The same as `POST /points/redemptions`, for clients and proxies that drop ' +
    'the body of a DELETE.',
})

const alias = createRoute({
  ...common,
  method: 'post',
  path: '/points/redemptions',
  operationId: 'createRedemption',
  description: 'Takes those that lapse soonest first.',
})

export function registerRedeemPoints(app: App, deps: AppDependencies): void {
  for (const either of [route, alias]) {
    app.openapi(either, async (c) => {
      const body = c.req.valid('json')
      const command = { type: 'redeem', amount: body.amount } as const
      const answer = await movePoints(c, deps, { username: body.account_id, body, command })
      return c.json(showTransaction(body.account_id, answer), 200)
    })
  }
}
