import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { resourceId } from '#api/schemas/identifiers.ts'
import { page, pageOf, pageQuery } from '#api/schemas/paging.ts'
import { listWallets } from '#db/wallets.ts'
import { showUser, userSchema } from './user.ts'

const route = createRoute({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  tags: ['Users'],
  summary: 'Who can buy',
  description: 'In the order of their names.',
  request: { query: pageQuery(resourceId) },
  responses: {
    200: {
      description: 'A page of users.',
      content: { 'application/json': { schema: pageOf(userSchema).openapi('UserPage') } },
    },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListUsers(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const wallets = await listWallets(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(wallets, limit, showUser, (wallet) => wallet.username),
      200,
    )
  })
}
