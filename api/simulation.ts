import { createRoute, z } from '@hono/zod-openapi'
import { NIL } from 'uuid'
import { type BacktestPage, openBacktest, type Pages } from '#db/campaigns/backtest.ts'
import { readGiven } from '#db/campaigns/grants.ts'
import { listCampaignsOf } from '#db/campaigns/read.ts'
import type { Database } from '#db/client.ts'
import { readClock } from '#db/points/load.ts'
import { findUser } from '#db/wallets.ts'
import { refuseAboveCeiling, remainingOf } from '#domain/campaigns/award.ts'
import type { BacktestTotals } from '#domain/campaigns/backtest.ts'
import type { Campaign, RuleOutcome } from '#domain/campaigns/campaign.ts'
import { type CampaignEvent, STORE_CLIENT } from '#domain/campaigns/event.ts'
import { type Judgement, judge } from '#domain/campaigns/judgement.ts'
import type { App, AppDependencies } from './app-types.ts'
import { campaignName, clientName, requireCampaign, ruleSchema, termsGiven, withGiven } from './campaign-schemas.ts'
import { eventPayload } from './events.ts'
import { Problem } from './problems.ts'
import { streamLines } from './response-streams.ts'
import { jsonBody, problems, READING } from './responses.ts'
import { accountId, instantGiven, timestamp } from './schemas.ts'

/** What is to be tried: all campaigns of a client, one of them, one of them with changes, or one that is not stored yet. */
const candidateShape = {
  client: clientName.default(STORE_CLIENT),
  campaign_name: campaignName
    .optional()
    .openapi({ description: 'Only this stored campaign, with what is given below in place of what it has.' }),
  ...termsGiven,
}

type CandidateInput = z.output<z.ZodObject<typeof candidateShape>>

/**
 * The one campaign that is to be tried, or undefined for all that the client has.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
async function readCandidate(
  sql: Database,
  { client, campaign_name: name, ...given }: CandidateInput,
): Promise<Campaign | undefined> {
  if (name === undefined && !Object.keys(termsGiven).some((term) => term in given)) return undefined
  const stored = name === undefined ? undefined : await requireCampaign(sql, client, name)
  return { id: stored?.id ?? NIL, client, name: name ?? '', ...withGiven(given, stored) }
}

/** Whether a campaign has a name that others know it by. */
function isStored({ id }: Campaign): boolean {
  return id !== NIL
}

const outcomeSchema = z.object({
  rule: z.number().int().openapi({ description: 'Which of the rules, from 0.' }),
  outcome: z.enum(['gave', 'did_not_match', 'not_evaluated']),
  exact: z.string().optional().openapi({ description: 'What it gave, before rounding.', example: '170' }),
  reason: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({ description: 'Why it was not evaluated.' }),
})

const judgementSchema = z
  .object({
    campaign_name: z.string().nullable().openapi({ description: 'Null for one that is not stored.', example: '1' }),
    not_running: z
      .enum(['inactive', 'not_started', 'ended', 'no_instant'])
      .nullable()
      .openapi({ description: 'Why it gives nothing, whatever its rules say; null: it runs when the event occurs.' }),
    earned: z.number().int().openapi({ description: 'What its rules come to, whether it runs or not.', example: 170 }),
    exact: z.string().openapi({ description: 'The same before rounding.', example: '170' }),
    limited_by: z.enum(['total_points', 'points_per_customer', 'points_per_award']).nullable().openapi({
      description:
        'What leaves less than was earned: a cap, or that the award would be more points than one transaction takes.',
    }),
    points: z
      .number()
      .int()
      .openapi({ description: 'What it gives: 0 if it does not run, within its caps if it does.' }),
    rules: z.array(outcomeSchema),
  })
  .openapi('CampaignJudgement')

const LIMITS = {
  totalPoints: 'total_points',
  pointsPerCustomer: 'points_per_customer',
  pointsPerAward: 'points_per_award',
} as const

/** @param isStored whether the campaign is one that has a name */
function showJudgement(judgement: Judgement, isStored: boolean): z.infer<typeof judgementSchema> {
  const { campaign, notRunning, earned, exact, limitedBy, points, rules } = judgement
  return {
    campaign_name: isStored ? campaign : null,
    not_running: notRunning,
    earned,
    exact,
    limited_by: limitedBy && LIMITS[limitedBy],
    points,
    rules: rules.map(showOutcome),
  }
}

function showOutcome(outcome: RuleOutcome, rule: number): z.infer<typeof outcomeSchema> {
  return { rule, ...outcome }
}

const eventSimulation = z
  .strictObject({
    ...candidateShape,
    event: eventPayload
      .refine(({ occurredAt }) => occurredAt === undefined || instantGiven.safeParse(occurredAt).success, {
        path: ['occurredAt'],
        message: 'must be an RFC 3339 instant',
      })
      .openapi({
        description:
          'What rules look at. Left out, `type` is PurchaseCompleted and `occurredAt` is now. Caps per customer count what its ' +
          '`username`, or `accountId`, already has.',
        example: { amount: 1700, total: 1700, quantity: 1 },
      }),
  })
  .openapi('EventSimulation')

const simulationSchema = z
  .object({
    points: z.number().int().openapi({ description: 'What the campaigns give together.', example: 170 }),
    campaigns: z.array(judgementSchema),
  })
  .openapi('SimulationResult')

/** @throws Problem `unknown_campaign`, `invalid_request` */
async function simulateEvent(
  sql: Database,
  given: z.output<typeof eventSimulation>,
): Promise<z.infer<typeof simulationSchema>> {
  const { client, event: members } = given
  const event = { type: 'PurchaseCompleted', occurredAt: await readClock(sql), ...members, client } as CampaignEvent
  const candidate = await readCandidate(sql, given)
  const campaigns = candidate ? [candidate] : await listCampaignsOf(sql, client)
  const ids = campaigns.map(({ id }) => id)
  const userId = await findUser(sql, accountOf(event))
  const givenBy = await readGiven(sql, ids, userId ?? '')
  const judged = refuseAboveCeiling(
    campaigns.map((campaign) => judge(campaign, event, remainingOf(campaign.caps, givenBy(campaign.id)))),
  )
  const areStored = candidate === undefined || isStored(candidate)
  const judgements = judged.map((judgement) => showJudgement(judgement, areStored))
  return { points: judgements.reduce((sum, { points }) => sum + points, 0), campaigns: judgements }
}

/** Of a purchase it is the username; of other events, the account. Somebody who has no points yet, where neither is told. */
function accountOf({ username, accountId }: CampaignEvent): string {
  return [username, accountId].find((id) => typeof id === 'string') ?? ''
}

const instant = instantGiven.transform((text) => new Date(text))

const backtestRequest = z
  .strictObject({
    ...candidateShape,
    from: instant.openapi({ description: 'RFC 3339: where the past begins.', example: '2026-11-01T00:00:00Z' }),
    to: instant.optional().openapi({ description: 'The first instant that no longer counts; left out: now.' }),
  })
  .openapi('Backtest')

const awardSchema = z.object({
  kind: z.enum(['purchase', 'event']),
  id: z.uuid().openapi({ description: 'Of the purchase or event.' }),
  account_id: accountId,
  occurred_at: timestamp,
  points: z.number().int().openapi({ description: 'What it would have earned.' }),
  points_issued: z.number().int().openapi({ description: 'What it earned in truth.' }),
  campaigns: z.array(judgementSchema),
})

const pageSchema = z
  .object({
    line: z.literal('page'),
    done: z.number().int().openapi({ description: 'Purchases and events that are through ...' }),
    total: z.number().int().openapi({ description: '... of about so many.' }),
    awards: z.array(awardSchema),
  })
  .openapi('BacktestPage')

const count = z.number().int()

const totalsSchema = z
  .object({
    line: z.literal('totals'),
    judged: count.openapi({ description: 'Purchases and events.' }),
    points: count.openapi({ description: 'What they would have earned.' }),
    points_taken_back: count.openapi({ description: 'What would have been taken back of it.' }),
    points_issued: count.openapi({ description: 'What they earned in truth.' }),
    campaigns: z.array(
      z.object({
        campaign_name: z.string().nullable(),
        points: count,
        points_taken_back: count,
        earning: count.openapi({ description: 'How many purchases and events got points by it.' }),
        limited: count.openapi({ description: 'How many got less than they earned, because of a cap.' }),
        not_running: count.openapi({ description: 'How many came while it did not run.' }),
        rules: z.array(
          z.object({
            rule: ruleSchema,
            gave: count.openapi({ description: 'How often it gave points, while its campaign ran.' }),
            did_not_match: count,
            not_evaluated: count,
            sum: z.string().openapi({ description: 'What it gave, before rounding and caps.', example: '1700.5' }),
            reason: z.string().nullable().openapi({ description: 'Why it was not evaluated, the first time.' }),
          }),
        ),
      }),
    ),
  })
  .openapi('BacktestTotals')

const text = z.string()

const problemSchema = z
  .object({
    line: z.literal('problem'),
    problem: z
      .object({ type: text, title: text, status: count, detail: text, code: text, requestId: text })
      .openapi({ description: 'What went wrong on the way, as elsewhere (RFC 9457). No totals follow.' }),
  })
  .openapi('BacktestProblem')

const backtestLine = z.discriminatedUnion('line', [pageSchema, totalsSchema, problemSchema])

type Line = z.input<typeof pageSchema> | z.input<typeof totalsSchema>

/**
 * Opens a backtest; what can go wrong at once, does.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
async function backtestLines(
  { sql }: AppDependencies,
  given: z.output<typeof backtestRequest>,
  signal: AbortSignal,
): Promise<AsyncGenerator<Line, void, void>> {
  const { client, from } = given
  const now = new Date(await readClock(sql))
  const until = given.to !== undefined && given.to < now ? given.to : now
  if (from >= until) {
    throw invalidFrom('must be before to, and in the past')
  }
  const campaign = await readCandidate(sql, given)
  const backtest = await openBacktest(sql, { client, from, until, signal, ...(campaign && { campaign }) })
  if ('tooMany' in backtest) {
    throw invalidFrom(`is too long ago: ${backtest.tooMany} purchases and events, and ${backtest.most} are the most`)
  }
  return lines(backtest, campaign === undefined || isStored(campaign))
}

function invalidFrom(message: string): Problem {
  return new Problem('invalid_request', `In the body, from: ${message}.`, { errors: [{ path: 'from', message }] })
}

async function* lines(backtest: Pages, areStored: boolean): AsyncGenerator<Line, void, void> {
  let issued = 0
  try {
    for (let step = await backtest.next(); ; step = await backtest.next()) {
      if (step.done) return yield showTotals(step.value, areStored, issued)
      issued += step.value.judged.reduce((sum, { pointsIssued }) => sum + pointsIssued, 0)
      yield showPage(step.value, areStored)
    }
  } finally {
    await backtest.return(undefined as never)
  }
}

function showPage({ done, total, judged }: BacktestPage, areStored: boolean): z.input<typeof pageSchema> {
  const awards = judged.map(({ kind, id, username, event, pointsIssued, judgements }) => ({
    kind,
    id,
    account_id: username,
    occurred_at: event.occurredAt,
    points: judgements.reduce((sum, { points }) => sum + points, 0),
    points_issued: pointsIssued,
    campaigns: judgements.map((judgement) => showJudgement(judgement, areStored)),
  }))
  return { line: 'page', done, total, awards }
}

function showTotals(
  { judged, points, takenBack, campaigns }: BacktestTotals,
  areStored: boolean,
  pointsIssued: number,
): z.input<typeof totalsSchema> {
  return {
    line: 'totals',
    judged,
    points,
    points_taken_back: takenBack,
    points_issued: pointsIssued,
    campaigns: campaigns.map(({ campaign, rules, ...total }) => ({
      campaign_name: areStored ? campaign : null,
      points: total.points,
      points_taken_back: total.takenBack,
      earning: total.earning,
      limited: total.limited,
      not_running: total.notRunning,
      rules: rules.map(({ didNotMatch, notEvaluated, rule, ...sums }) => ({
        rule,
        ...sums,
        did_not_match: didNotMatch,
        not_evaluated: notEvaluated,
      })),
    })),
  }
}

/** Under way at once in one process, which has other requests to answer. */
const MOST_BACKTESTS = 2

const simulateCampaignsRoute = createRoute({
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
    body: jsonBody(z.union([eventSimulation, backtestRequest])),
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

export function registerSimulation(app: App, deps: AppDependencies): void {
  let underWay = 0
  app.openapi(simulateCampaignsRoute, async (c) => {
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
