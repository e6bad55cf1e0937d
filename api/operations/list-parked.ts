import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { page, pageOf, pageQuery } from '#api/schemas/paging.ts'
import { listParkedAwards } from '#db/awards.ts'
import { parkedAwardSchema, showParkedAward } from './parked-award.ts'

const route = createRoute({
  method: 'get',
  path: '/operations/parked',
  operationId: 'listParkedAwards',
  tags: ['Operations'],
  summary: 'Awards that could not be booked and wait to be retried',
  description: 'Oldest purchase first. Their sales stand.',
  request: { query: pageQuery(z.uuid()) },
  responses: {
    200: {
      description: 'A page of parked awards.',
      content: { 'application/json': { schema: pageOf(parkedAwardSchema).openapi('ParkedAwardPage') } },
    },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListParked(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const parked = await listParkedAwards(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(parked, limit, showParkedAward, (award) => award.id),
      200,
    )
  })
}
