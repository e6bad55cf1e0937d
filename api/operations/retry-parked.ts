import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { waitForEvent } from '#api/events/carry-out.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { startRetry, waitForOutcome } from '#api/purchases/carry-out.ts'
import { requirePurchase } from '#api/purchases/purchase.ts'
import { parkedPath } from '#api/schemas/identifiers.ts'
import type { Database } from '#db/client.ts'
import { type ParkedAward, readParkedAward } from '#db/parked-awards.ts'
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
    if (parked.award !== 'parked') return c.json(showParkedAward(parked), 200)
    if (parked.kind === 'event') {
      const { username: accountId } = parked
      await waitForEvent(deps, { eventId: id, accountId, type: 'what was parked' }, c.req.raw.signal)
    } else {
      const handle = await startRetry(deps, await requirePurchase(deps.sql, id))
      await waitForOutcome(deps, handle, c.req.raw.signal)
    }
    return c.json(showParkedAward(await requireParked(deps.sql, id)), 200)
  })
}

async function requireParked(sql: Database, id: string): Promise<ParkedAward> {
  const parked = await readParkedAward(sql, id)
  if (!parked) throw new Problem('unknown_parked_award', `No award of "${id}" was parked.`)
  return parked
}
