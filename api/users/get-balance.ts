import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { userPath } from '#api/schemas/identifiers.ts'
import { requireUser, showUser, userSchema } from './user.ts'

const route = createRoute({
  method: 'get',
  path: '/users/balance/{username}',
  operationId: 'getBalance',
  tags: ['Users'],
  summary: 'What a user can spend',
  request: { params: userPath },
  responses: {
    200: { description: 'The balance.', content: { 'application/json': { schema: userSchema } } },
    ...problems(...READING, 'unknown_user'),
  },
})

export function registerGetBalance(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const wallet = await requireUser(sql, c.req.valid('param').username)
    return c.json(showUser(wallet), 200)
  })
}
