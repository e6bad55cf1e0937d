import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '#api/app-types.ts'
import { problems } from '#api/problems/problem-responses.ts'

const route = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'healthz',
  tags: ['Operation'],
  summary: 'Whether this process is alive',
  description: 'Asks nobody else: restarting this process would not mend anything that it would find.',
  responses: {
    200: {
      description: 'Alive.',
      content: { 'application/json': { schema: z.object({ status: z.literal('ok') }).openapi('Health') } },
    },
    ...problems('misdirected_request', 'internal_error'),
  },
})

export function registerHealthz(app: App): void {
  app.openapi(route, (c) => c.json({ status: 'ok' as const }, 200))
}
