import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems } from '#api/problems/problem-responses.ts'

const route = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'healthz',
  tags: ['Operation'],
  summary: 'Whether this process is alive, and can use its database',
  description:
    'Answers at once from what this process has seen: it fails when for a minute no statement was answered. Whether requests ' +
    'can be served right now, `/readyz` knows.',
  responses: {
    200: {
      description: 'Alive.',
      content: { 'application/json': { schema: z.object({ status: z.literal('ok') }).openapi('Health') } },
    },
    ...problems('misdirected_request', 'internal_error', 'unhealthy'),
  },
})

export function registerHealthz(app: App, { health }: AppDependencies): void {
  app.openapi(route, (c) => {
    const failing = health.failing()
    if (failing !== undefined) throw new Problem('unhealthy', failing)
    return c.json({ status: 'ok' as const }, 200)
  })
}
