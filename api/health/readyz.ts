import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { readinessCheck } from '#api/problems/catalogue.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems } from '#api/problems/problem-responses.ts'
import { checkDatabase, checkTemporal } from './readiness.ts'

const readinessSchema = z.object({ status: z.literal('ready'), checks: z.array(readinessCheck) }).openapi('Readiness')

const route = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'readyz',
  tags: ['Operation'],
  summary: 'Whether requests can be served',
  description:
    'Checks that the database answers and has the schema, that Temporal answers, and that the search attributes of the ' +
    'workflows are registered there.',
  responses: {
    200: { description: 'Ready.', content: { 'application/json': { schema: readinessSchema } } },
    ...problems('misdirected_request', 'internal_error', 'not_ready'),
  },
})

export function registerReadyz(app: App, { sql, temporal }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const checks = (await Promise.all([checkDatabase(sql), checkTemporal(temporal)])).flat()
    const failed = checks.filter((check) => !check.ok)
    if (failed.length === 0) return c.json({ status: 'ready' as const, checks }, 200)
    const detail = failed.map((check) => `${check.name}: ${check.detail}.`).join(' ')
    throw new Problem('not_ready', detail, { checks })
  })
}
