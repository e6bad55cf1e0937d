import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { startAward, waitForOutcome } from '#api/purchases/carry-out.ts'
import { parkedPath } from '#api/schemas/identifiers.ts'
import { readParkedAward, type StoredAward } from '#db/awards.ts'
import type { Database } from '#db/client.ts'
import { parkedAwardSchema, showParkedAward } from './parked-award.ts'

const route = createRoute({
  method: 'post',
  path: '/operations/parked/{id}/retry',
  operationId: 'retryParkedAward',
  tags: ['Operations'],
  summary: 'Book a parked award',
  description:
    'Takes no body. Books what the purchase earned by the evaluation that was kept, as far as caps leave room now. It is ' +
    'tried for ten minutes, whatever happens to this request, and books once, however often it is asked for: no ' +
    'Idempotency-Key is needed. Answers how the award stands, which is still `parked` if it takes longer, or in vain.',
  request: { params: parkedPath },
  responses: {
    200: {
      description: 'The award, as it stands now.',
      content: { 'application/json': { schema: parkedAwardSchema } },
    },
    ...problems(...READING, 'foreign_request', 'unknown_parked_award', 'temporal_unavailable'),
  },
})

export function registerRetryParked(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    const parked = await requireParked(deps.sql, id)
    if (parked.state !== 'parked') return c.json(showParkedAward(parked), 200)
    const handle = await startAward(deps, parked.kind === 'event' ? { eventId: id } : { purchaseId: id }, {
      accountId: parked.accountId,
      staticSummary: `The points that ${parked.username} earned are booked`,
      ifAway: 'The award stays parked. Send the request again.',
    })
    await waitForOutcome(deps, handle, c.req.raw.signal)
    return c.json(showParkedAward(await requireParked(deps.sql, id)), 200)
  })
}

/** @throws Problem `unknown_parked_award` */
export async function requireParked(sql: Database, id: string): Promise<StoredAward> {
  const parked = await readParkedAward(sql, id)
  if (!parked) throw new Problem('unknown_parked_award', `No award of "${id}" was parked.`)
  return parked
}
