import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { idempotencyHeaders, replayedHeader } from '#api/requests/idempotency.ts'
import { movePoints } from './move-points.ts'
import { movedPoints, showTransaction, transactionSchema } from './points-transaction.ts'

const route = createRoute({
  method: 'post',
  path: '/points',
  operationId: 'issuePoints',
  tags: ['Points'],
  summary: 'Issue points',
  description: 'They can be spent at once, and lapse at the end of their lifetime, at midnight UTC.',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: movedPoints } } },
  },
  responses: {
    200: {
      description: 'Issued.',
      headers: replayedHeader,
      content: { 'application/json': { schema: transactionSchema } },
    },
    ...problems(...WRITING, 'balance_limit'),
  },
})

export function registerIssuePoints(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json')
    const command = { type: 'issue', amount: body.amount, ttlDays: deps.pointsTtlDays } as const
    const answer = await movePoints(c, deps, { username: body.account_id, body, command })
    return c.json(showTransaction(body.account_id, answer), 200)
  })
}
