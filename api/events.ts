import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { type EventAward, readEvaluation, readEventAward, recordExternalEvent } from '#db/awards.ts'
import type { Database } from '#db/client.ts'
import { STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { MAX_DEPTH } from '#domain/strict-json.ts'
import type { App, AppDependencies } from './app-types.ts'
import { actorOf, OPERATORS, requireClient, SERVICES } from './auth.ts'
import {
  awardEvaluationSchema,
  formatAwardEvaluation,
  formatIssuedPoints,
  issuedPointsSchema,
} from './award-schemas.ts'
import { clientName, eventType } from './campaign-schemas.ts'
import { keyedRequest, keyReusedProblem, markReplayed, requiredIdempotencyHeaders } from './idempotency.ts'
import { Problem } from './problems.ts'
import { readRecorded, startEventAward, waitForAward } from './purchase-workflows.ts'
import { COSTLY } from './rate-limits.ts'
import { json, jsonBody, problems, READING, replayedHeader, retryAfterHeader, WRITING } from './responses.ts'
import { accountId, eventPath, inAnyCase, NUMBER_PUBLISHED } from './schemas.ts'

const NO_NUL = '^[^\\u0000]*$'
const NAMES_WITHOUT_NUL = { propertyNames: { pattern: NO_NUL } }
const ANY_VALUE = { anyOf: [{ $ref: '#/components/schemas/EventValue' }, { type: 'null' as const }] }

/** Any JSON but null, for the OpenAPI document. */
export const EVENT_VALUE_PUBLISHED = {
  type: ['string' as const, 'number' as const, 'boolean' as const, 'array' as const, 'object' as const],
  description:
    'Any JSON that is stored as it is: texts without NUL, and numbers with no more digits than a double holds.',
  pattern: NO_NUL,
  ...NUMBER_PUBLISHED,
  items: ANY_VALUE,
  ...NAMES_WITHOUT_NUL,
  additionalProperties: ANY_VALUE,
}

/**
 * Input of the rules: any JSON object. What is nested too deep, or no text to Postgres, is refused in every body (api/strict-requests.ts).
 */
export const eventPayload = z.record(z.string(), z.unknown()).openapi({
  description:
    'Input of the rules, beside type, client, accountId, occurredAt, and the members of customer and local, which count only as the store ' +
    `knows them. Nested at most ${MAX_DEPTH} levels deep.`,
  ...NAMES_WITHOUT_NUL,
  additionalProperties: ANY_VALUE,
  example: { stars: 5 },
})

const newEvent = z
  .strictObject({
    type: eventType.openapi({ description: 'Type of the event.', example: 'ReviewWritten' }),
    client: clientName
      .refine(
        (client) => client !== STORE_CLIENT,
        `must not be ${STORE_CLIENT}: that is the store, for its own purchases`,
      )
      .openapi({
        description: 'The system that it happened in, in any case of letters: it is kept in lower case. Not the store.',
        example: 'ReviewSite',
        not: { pattern: inAnyCase(STORE_CLIENT) } as never,
      }),
    account_id: accountId,
    payload: eventPayload,
  })
  .openapi('NewEvent')

const eventStatus = z.enum(['running', 'booked', 'nothing', 'parked', 'dismissed'])

const eventSchema = z
  .object({
    event_id: z.uuid(),
    status: eventStatus.openapi({
      description:
        'State of its award. `parked`: it waits for an operator; `dismissed`: an operator decided against it.',
    }),
    points: z.number().int().openapi({ description: 'Points that were issued.', example: 5 }),
    campaigns: z.array(issuedPointsSchema).openapi({ description: 'Points that were issued, by campaign.' }),
  })
  .openapi('Event')

const content = json(eventSchema)

const createEventRoute = createRoute({
  method: 'post',
  path: '/events',
  ...SERVICES,
  operationId: 'createEvent',
  tags: ['Campaigns'],
  summary: 'Award points for an event in another system',
  description:
    'Evaluates the campaigns of the client that are running now and name the type of the event in `event_types`. Once accepted, the event ' +
    'is processed whatever happens to this request; repeat it with the same Idempotency-Key for the state of the award.',
  request: { headers: requiredIdempotencyHeaders, body: jsonBody(newEvent) },
  responses: {
    200: { description: 'The award has ended.', headers: replayedHeader, content },
    202: { description: 'In progress.', headers: { ...retryAfterHeader, ...replayedHeader }, content },
    ...problems(...WRITING, 'unknown_account'),
  },
})

const getEventEvaluationRoute = createRoute({
  method: 'get',
  path: '/events/{id}/evaluation',
  ...OPERATORS,
  ...COSTLY,
  operationId: 'getEventEvaluation',
  tags: ['Campaigns'],
  summary: 'Get which rules of which campaigns gave the points of an event',
  description: 'As of a purchase: see `GET /purchases/{id}/evaluation`.',
  request: { params: eventPath },
  responses: {
    200: {
      description: 'The evaluation; without campaigns until the award has ended or is parked.',
      content: json(awardEvaluationSchema),
    },
    ...problems(...READING, 'foreign_request', 'unknown_event'),
  },
})

/** `POST /events` and what came of them. */
export function registerEvents(app: App, deps: AppDependencies): void {
  registerCreateEvent(app, deps)
  app.openapi(getEventEvaluationRoute, async (c) => {
    const { id } = c.req.valid('param')
    await requireAward(deps.sql, id)
    return c.json(formatAwardEvaluation(await readEvaluation(deps.sql, id)), 200)
  })
}

/** @throws Problem `unknown_event` */
async function requireAward(sql: Database, eventId: string): Promise<EventAward> {
  const award = await readEventAward(sql, eventId)
  if (!award) throw new Problem('unknown_event', `There is no event "${eventId}".`)
  return award
}

function registerCreateEvent(app: App, deps: AppDependencies): void {
  app.openapi(createEventRoute, async (c) => {
    const body = c.req.valid('json')
    const { account_id: username, ...rest } = body
    requireClient(c, body.client)
    const request = keyedRequest(c, body, { scope: body.client })
    const taken = await recordExternalEvent(deps.writes, request, {
      ...rest,
      username,
      eventId: uuidv7(),
      actor: actorOf(c, body.client),
      // Where people sign in, events are for users who were added.
      addsUser: deps.auth === undefined,
    })
    if (!taken.ok && taken.problem === 'unknown_user')
      throw new Problem('unknown_account', `There is no user "${username}". POST /users adds one.`)
    if (!taken.ok) throw keyReusedProblem()
    if (taken.replayed) markReplayed(c)
    const { eventId } = taken
    const award = await carryOut(deps, eventId, c.req.raw.signal)
    const { state = 'pending', points = 0, campaigns = [] } = award ?? {}
    const status = state === 'pending' ? ('running' as const) : eventStatus.parse(state)
    const answer = { event_id: eventId, status, points, campaigns: campaigns.map(formatIssuedPoints) }
    if (answer.status !== 'running') return c.json(answer, 200)
    c.header('Retry-After', '1')
    return c.json(answer, 202)
  })
}

/**
 * Has the award of an event carried out that is on record, and waits for it.
 *
 * @returns the award as it is then; undefined while it cannot be read
 */
async function carryOut(deps: AppDependencies, eventId: string, client: AbortSignal): Promise<EventAward | undefined> {
  const read = () => readRecorded(deps, eventId, () => requireAward(deps.sql, eventId))
  const award = await read()
  if (award?.state !== 'pending') return award
  const handle = await startEventAward(deps, eventId, award.accountId)
  if (handle !== undefined) await waitForAward(deps, handle, client)
  return await read()
}
