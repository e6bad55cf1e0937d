import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR } from '#api/requests/caller.ts'
import { parkedPath } from '#api/schemas/identifiers.ts'
import { line } from '#api/schemas/text.ts'
import { dismissAward } from '#db/awards.ts'
import { parkedAwardSchema, showParkedAward } from './parked-award.ts'
import { requireParked } from './retry-parked.ts'

const dismissal = z
  .strictObject({ reason: line(500).openapi({ example: 'The campaign was a mistake; settled by letter.' }) })
  .openapi('NewDismissal')

const route = createRoute({
  method: 'post',
  path: '/operations/parked/{id}/dismissal',
  operationId: 'dismissParkedAward',
  tags: ['Operations'],
  summary: 'Decide that a parked award is never booked',
  description:
    'Says why; who and when is recorded with it. It happens once: asking again changes nothing and answers what stands, so no ' +
    'Idempotency-Key is needed. An award that was booked, or ended otherwise, in the meantime: 409.',
  request: {
    params: parkedPath,
    body: { required: true, content: { 'application/json': { schema: dismissal } } },
  },
  responses: {
    200: { description: 'Dismissed.', content: { 'application/json': { schema: parkedAwardSchema } } },
    ...problems(
      ...READING,
      'invalid_request',
      'malformed_json',
      'foreign_request',
      'body_too_large',
      'unsupported_media_type',
      'unknown_parked_award',
      'not_parked',
    ),
  },
})

export function registerDismissParked(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    await requireParked(sql, id)
    const { state } = await dismissAward(writes, id, c.req.valid('json').reason, DEMO_ACTOR)
    if (state !== 'dismissed') {
      throw new Problem('not_parked', `The award is ${state}.`, {
        awardStatus: z.enum(['booked', 'nothing', 'voided']).parse(state),
      })
    }
    return c.json(showParkedAward(await requireParked(sql, id)), 200)
  })
}
