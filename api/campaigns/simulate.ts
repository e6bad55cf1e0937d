import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { streamLines } from './line-stream.ts'
import { eventSimulation, simulateEvent, simulationSchema } from './simulate-event.ts'
import { backtestLine, backtestLines, backtestRequest } from './simulate-past.ts'

/** Under way at once in one process, which has other requests to answer. */
const MOST_BACKTESTS = 2

const route = createRoute({
  method: 'post',
  path: '/campaigns/simulate',
  operationId: 'simulateCampaigns',
  tags: ['Campaigns'],
  summary: 'What campaigns make of an event, or would have made of the past',
  description:
    'With `event`: what each rule makes of it, and why another gives nothing. With `from`: a backtest over everything whose ' +
    'points were booked, or came to nothing, since then, in the order in which that happened, with schedules and caps; ' +
    'caps count what was given before, and have room again for what was taken back. ' +
    'Tried are all campaigns of the client, as they stood at the time; or one of them as it stands now (`campaign_name`), with ' +
    'the changes that are given; or, without a name, one that is not stored. Nothing is written. ' +
    'A backtest answers in lines of JSON: pages, as they come, and at the end the totals. Close the connection to cancel it; ' +
    'an answer without totals is not complete.',
  request: {
    body: { required: true, content: { 'application/json': { schema: z.union([eventSimulation, backtestRequest]) } } },
  },
  responses: {
    200: {
      description: 'What each rule gave, or why not.',
      content: {
        'application/json': { schema: simulationSchema },
        'application/x-ndjson': { schema: backtestLine },
      },
    },
    ...problems(
      ...READING,
      'invalid_request',
      'malformed_json',
      'foreign_request',
      'body_too_large',
      'unsupported_media_type',
      'unknown_campaign',
      'too_many_backtests',
    ),
  },
})

export function registerSimulate(app: App, deps: AppDependencies): void {
  let underWay = 0
  app.openapi(route, async (c) => {
    const given = c.req.valid('json')
    if ('event' in given) return c.json(await simulateEvent(deps.sql, given), 200)
    if (underWay >= MOST_BACKTESTS)
      throw new Problem('too_many_backtests', `${underWay} are under way here. Try later.`)
    underWay += 1
    const ended = () => {
      underWay -= 1
    }
    const open = (over: AbortSignal) => backtestLines(deps, given, over)
    // The types of routes know JSON and text only.
    return (await streamLines(c, deps, { open, ended })) as never
  })
}
