import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { readAward, takeEvent } from '#db/awards.ts'
import type { App, AppDependencies } from './app-types.ts'
import { clientName } from './campaign-schemas.ts'
import { keyedRequest, keyReused, markReplayed, requiredIdempotencyHeaders } from './idempotency.ts'
import { campaignAwardSchema, showAward } from './purchase-schemas.ts'
import { startAward, waitForOutcome } from './purchase-workflows.ts'
import { jsonBody, problems, replayedHeader, retryAfterHeader, WRITING } from './responses.ts'
import { accountId, line } from './schemas.ts'

/** Levels of objects and arrays within each other. */
const DEPTH = 32

/** What rules look at: any JSON object that can be stored, which NUL and half a surrogate pair cannot. */
export const eventPayload = z
  .record(z.string(), z.unknown())
  .refine((payload) => isWithin(payload, DEPTH), `must not be nested deeper than ${DEPTH} levels`)
  .refine((payload) => !isWithin(payload, DEPTH) || isText(JSON.stringify(payload)), 'must not have NUL in its texts')
  .openapi({ description: 'What rules look at, beside type, client, accountId and occurredAt.', example: { stars: 5 } })

function isWithin(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') return true
  return depth > 0 && Object.values(value).every((member) => isWithin(member, depth - 1))
}

/** In JSON as `JSON.stringify` writes it, both are escapes; a backslash before them is escaped itself. */
function isText(json: string): boolean {
  return !/(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json)
}

const newEvent = z
  .strictObject({
    type: line(100).openapi({ description: 'What happened.', example: 'ReviewWritten' }),
    client: clientName.openapi({ example: 'ReviewSite' }),
    account_id: accountId,
    payload: eventPayload,
  })
  .openapi('NewEvent')

const eventStatus = z.enum(['running', 'booked', 'nothing', 'parked', 'dismissed'])

const ON_RECORD = 'The event is on record, and will be carried out. The same Idempotency-Key tells how it stands.'

const eventSchema = z
  .object({
    event_id: z.uuid(),
    status: eventStatus.openapi({
      description: '`running`: under way. `parked`: it waits for an operator; `dismissed`: one decided against it.',
    }),
    points: z.number().int().openapi({ description: 'Points that were booked for it.', example: 5 }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule gave what.' }),
  })
  .openapi('Event')

const content = { 'application/json': { schema: eventSchema } }

const createEventRoute = createRoute({
  method: 'post',
  path: '/events',
  operationId: 'createEvent',
  tags: ['Campaigns'],
  summary: 'Award points for what happened in another system',
  description:
    'The campaigns of the client that run now decide. Once it is accepted it is carried out, whatever happens to this ' +
    'request; the same Idempotency-Key tells how it stands.',
  request: {
    headers: requiredIdempotencyHeaders,
    body: jsonBody(newEvent),
  },
  responses: {
    200: { description: 'How its award ended.', headers: replayedHeader, content },
    202: { description: 'Under way.', headers: { ...retryAfterHeader, ...replayedHeader }, content },
    ...problems(...WRITING, 'temporal_unavailable'),
  },
})

export function registerEvents(app: App, deps: AppDependencies): void {
  app.openapi(createEventRoute, async (c) => {
    const body = c.req.valid('json')
    const { account_id: username, ...rest } = body
    const request = keyedRequest(c, username, body)
    const taken = await takeEvent(deps.writes, request, { ...rest, username, eventId: uuidv7() })
    if (!taken.ok) throw keyReused()
    if (taken.replayed) markReplayed(c)
    const { eventId } = taken
    let award = await readAward(deps.sql, eventId)
    if (award.state === 'pending') {
      const handle = await startAward(
        deps,
        { eventId },
        { accountId: award.accountId, staticSummary: `${username} earns points for ${body.type}`, ifAway: ON_RECORD },
      )
      await waitForOutcome(deps, handle, c.req.raw.signal)
      award = await readAward(deps.sql, eventId)
    }
    const answer = {
      event_id: eventId,
      status: award.state === 'pending' ? ('running' as const) : eventStatus.parse(award.state),
      points: award.points,
      campaigns: award.evaluation ? showAward(award.evaluation) : [],
    }
    if (answer.status !== 'running') return c.json(answer, 200)
    c.header('Retry-After', '1')
    return c.json(answer, 202)
  })
}
