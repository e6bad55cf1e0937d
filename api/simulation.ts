import { setImmediate } from 'node:timers/promises'
import { createRoute, z } from '@hono/zod-openapi'
import { NIL } from 'uuid'
import { listCampaignsOf, readGiven } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import { findUser } from '#db/wallets.ts'
import { type EvaluationWithinCaps, evaluateWithinCaps, remainingOf } from '#domain/campaigns/award.ts'
import type { BacktestTotals, RuleTotals } from '#domain/campaigns/backtest.ts'
import type { Campaign, RuleOutcome } from '#domain/campaigns/campaign.ts'
import { type CampaignEvent, PURCHASE_COMPLETED, STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import type { App, AppDependencies } from './app-types.ts'
import { type BacktestPage, openBacktest, type Pages } from './backtest.ts'
import { limitPerCaller } from './caller-limits.ts'
import { campaignName, clientName, mergeTerms, requireCampaign, ruleSchema, termsInput } from './campaign-schemas.ts'
import { eventPayload } from './events.ts'
import { Problem } from './problems.ts'
import { streamLines } from './response-streams.ts'
import { jsonBody, problems, WITH_BODY } from './responses.ts'
import { accountId, instantInput, splitBySize, timestamp } from './schemas.ts'

/** The campaigns to simulate: all of a client, a stored one, a stored one with changes, or one that is not stored. */
const candidateShape = {
  client: clientName.default(STORE_CLIENT),
  campaign_name: campaignName
    .optional()
    .openapi({ description: 'Only this stored campaign, with the terms given here in place of its own.' }),
  ...termsInput,
}

type CandidateInput = z.output<z.ZodObject<typeof candidateShape>>

/**
 * The one campaign to simulate; undefined: all campaigns of the client.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
async function readCandidate(
  sql: Database,
  { client, campaign_name: name, ...terms }: CandidateInput,
): Promise<Campaign | undefined> {
  if (name === undefined && !Object.keys(termsInput).some((term) => term in terms)) return undefined
  const stored = name === undefined ? undefined : await requireCampaign(sql, client, name)
  return { id: stored?.id ?? NIL, client, name: name ?? '', ...mergeTerms(terms, stored) }
}

function isStored({ id }: Campaign): boolean {
  return id !== NIL
}

const outcomeSchema = z.object({
  rule: z.number().int().openapi({ description: 'Index of the rule, from 0.' }),
  outcome: z.enum(['gave', 'did_not_match', 'not_evaluated']),
  exact: z.string().optional().openapi({ description: 'Points before rounding.', example: '170' }),
  reason: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({ description: 'Why it was not evaluated.' }),
})

const evaluationSchema = z
  .object({
    campaign_name: z
      .string()
      .nullable()
      .openapi({ description: 'Null for a campaign that is not stored.', example: '1' }),
    not_running: z.enum(['inactive', 'other_type', 'not_started', 'ended', 'no_instant']).nullable().openapi({
      description:
        'Why it awards nothing, whatever its rules say; `other_type`: it is for events of other types; null: it runs for the event.',
    }),
    earned: z.number().int().openapi({ description: 'Sum of its rules, whether it is running or not.', example: 170 }),
    exact: z.string().openapi({ description: 'The sum before rounding.', example: '170' }),
    limited_by: z.enum(['total_points', 'points_per_customer', 'points_per_award']).nullable().openapi({
      description: 'Why fewer points are awarded than earned: a cap, or the maximum of one transaction.',
    }),
    points: z.number().int().openapi({ description: 'Points awarded, within its caps; 0 if it is not running.' }),
    rules: z.array(outcomeSchema),
  })
  .openapi('CampaignEvaluation')

const LIMITS = {
  totalPoints: 'total_points',
  pointsPerCustomer: 'points_per_customer',
  pointsPerAward: 'points_per_award',
} as const

/** @param isStored whether the campaign has a name */
function formatEvaluation(evaluation: EvaluationWithinCaps, isStored: boolean): z.infer<typeof evaluationSchema> {
  const { campaign, notRunning, earned, exact, limitedBy, points, rules } = evaluation
  return {
    campaign_name: isStored ? campaign : null,
    not_running: notRunning,
    earned,
    exact,
    limited_by: limitedBy && LIMITS[limitedBy],
    points,
    rules: rules.map(formatOutcome),
  }
}

function formatOutcome(outcome: RuleOutcome, rule: number): z.infer<typeof outcomeSchema> {
  return { rule, ...outcome }
}

const eventSimulation = z
  .strictObject({
    ...candidateShape,
    event: eventPayload
      .refine(({ occurredAt }) => occurredAt === undefined || instantInput.safeParse(occurredAt).success, {
        path: ['occurredAt'],
        message: 'must be an RFC 3339 instant',
      })
      .openapi({
        description:
          'The event for the rules. By default `type` is PurchaseCompleted and `occurredAt` is now. Caps per customer apply to ' +
          'its `username` or `accountId`.',
        example: { amount: 1700, total: 1700, quantity: 1 },
      }),
  })
  .openapi('EventSimulation')

const simulationSchema = z
  .object({
    points: z.number().int().openapi({ description: 'Sum over all campaigns.', example: 170 }),
    campaigns: z.array(evaluationSchema),
  })
  .openapi('SimulationResult')

/** Evaluates the campaigns on one event. @throws Problem `unknown_campaign`, `invalid_request` */
async function simulateEvent(
  sql: Database,
  input: z.output<typeof eventSimulation>,
  client: AbortSignal,
): Promise<z.infer<typeof simulationSchema>> {
  const { client: owner, event: members } = input
  const event = {
    type: PURCHASE_COMPLETED,
    occurredAt: await readClock(sql),
    ...members,
    client: owner,
  } as CampaignEvent
  const candidate = await readCandidate(sql, input)
  const campaigns = candidate ? [candidate] : await listCampaignsOf(sql, owner)
  const ids = campaigns.map(({ id }) => id)
  const userId = await findUser(sql, accountOf(event))
  const givenBy = await readGiven(sql, ids, userId ?? '')
  const work = evaluateWithinCaps(campaigns, event, ({ id, caps }) => remainingOf(caps, givenBy(id)))
  // Whoever has gone needs no result.
  const evaluations = await runSliced(work, async () => {
    await setImmediate()
    client.throwIfAborted()
  })
  const areStored = candidate === undefined || isStored(candidate)
  return {
    points: evaluations.reduce((sum, { points }) => sum + points, 0),
    campaigns: evaluations.map((evaluation) => formatEvaluation(evaluation, areStored)),
  }
}

/** The user that an event is about: `username` of a purchase, `accountId` of other events; empty if it has neither. */
function accountOf({ username, accountId }: CampaignEvent): string {
  return [username, accountId].find((id) => typeof id === 'string') ?? ''
}

const dateInput = instantInput.transform((text) => new Date(text))

const backtestRequest = z
  .strictObject({
    ...candidateShape,
    from: dateInput.openapi({ description: 'RFC 3339: start of the period.', example: '2026-11-01T00:00:00Z' }),
    to: dateInput.optional().openapi({ description: 'End of the period, exclusive; default: now.' }),
  })
  .openapi('Backtest')

const awardSchema = z.object({
  kind: z.enum(['purchase', 'event']),
  id: z.uuid().openapi({ description: 'Id of the purchase or event.' }),
  account_id: accountId,
  occurred_at: timestamp,
  points: z.number().int().openapi({ description: 'Points it would have earned.' }),
  points_issued: z.number().int().openapi({ description: 'Points it actually earned.' }),
  campaigns: z.array(evaluationSchema),
})

const pageSchema = z
  .object({
    line: z.literal('page'),
    done: z.number().int().openapi({ description: 'Number of purchases and events evaluated so far.' }),
    total: z.number().int().openapi({ description: 'Number of all purchases and events; an estimate.' }),
    awards: z.array(awardSchema),
  })
  .openapi('BacktestPage')

const count = z.number().int()

const totalsSchema = z
  .object({
    line: z.literal('totals'),
    judged: count.openapi({ description: 'Number of purchases and events evaluated.' }),
    points: count.openapi({ description: 'Points they would have earned.' }),
    points_taken_back: count.openapi({ description: 'Points of these that would have been reversed.' }),
    points_issued: count.openapi({ description: 'Points they actually earned.' }),
  })
  .openapi('BacktestTotals', { description: 'The last line of a backtest that is complete.' })

const campaignTotalsSchema = z
  .object({
    line: z.literal('campaign'),
    campaign_name: z.string().nullable(),
    points: count,
    points_taken_back: count,
    earning: count.openapi({ description: 'Number of purchases and events that it awards points for.' }),
    limited: count.openapi({ description: 'Number of them that a cap limits.' }),
    not_running: count.openapi({ description: 'Number of purchases and events that it did not run for.' }),
  })
  .openapi('BacktestCampaign', { description: 'The totals of a campaign. Those of its rules follow.' })

const ruleTotalsSchema = z
  .object({
    line: z.literal('rules'),
    rules: z.array(
      z.object({
        rule: ruleSchema,
        gave: count.openapi({ description: 'How often it matched while its campaign was running.' }),
        did_not_match: count,
        not_evaluated: count,
        sum: z.string().openapi({ description: 'Sum of its points before rounding and caps.', example: '1700.5' }),
        reason: z.string().nullable().openapi({ description: 'Reason of the first failed evaluation.' }),
      }),
    ),
  })
  .openapi('BacktestRules', {
    description: 'The totals of rules of the campaign of the line before: every rule that it had while it was running.',
  })

const text = z.string()

const problemSchema = z
  .object({
    line: z.literal('problem'),
    problem: z
      .object({ type: text, title: text, status: count, detail: text, code: text, requestId: text })
      .openapi({ description: 'The problem (RFC 9457) that ended the backtest. No totals follow.' }),
  })
  .openapi('BacktestProblem')

const resultLine = z.discriminatedUnion('line', [pageSchema, campaignTotalsSchema, ruleTotalsSchema, totalsSchema])
const backtestLine = z.discriminatedUnion('line', [...resultLine.options, problemSchema])

type Line = z.input<typeof resultLine>

/**
 * Starts a backtest. Errors in the request are thrown before the first line.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
async function backtestLines(
  { sql }: AppDependencies,
  input: z.output<typeof backtestRequest>,
  signal: AbortSignal,
): Promise<AsyncGenerator<Line, void, void>> {
  const { client, from } = input
  const now = new Date(await readClock(sql))
  const until = input.to !== undefined && input.to < now ? input.to : now
  if (from >= until) {
    throw invalidFrom('must be before to, and in the past')
  }
  const campaign = await readCandidate(sql, input)
  const backtest = await openBacktest(sql, { client, from, until, signal, ...(campaign && { campaign }) })
  if ('tooMany' in backtest) {
    throw invalidFrom(
      `is too long ago: there are ${backtest.tooMany} purchases and events since, the maximum is ${backtest.most}`,
    )
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
      if (step.done) return yield* totalsLines(step.value, areStored, issued)
      issued += step.value.evaluated.reduce((sum, { pointsIssued }) => sum + pointsIssued, 0)
      yield* pageLines(step.value, areStored)
    }
  } finally {
    await backtest.return(undefined as never)
  }
}

/** A page, in as many lines as its size asks for; at least one, for the progress. */
function* pageLines({ done, total, evaluated }: BacktestPage, areStored: boolean): Generator<Line, void, void> {
  const awards = evaluated.map(({ kind, id, username, event, pointsIssued, evaluations }) => ({
    kind,
    id,
    account_id: username,
    occurred_at: event.occurredAt,
    points: evaluations.reduce((sum, { points }) => sum + points, 0),
    points_issued: pointsIssued,
    campaigns: evaluations.map((evaluation) => formatEvaluation(evaluation, areStored)),
  }))
  let before = done - awards.length
  for (const part of splitBySize(awards)) {
    before += part.length
    yield { line: 'page', done: before, total, awards: part }
  }
  if (awards.length === 0) yield { line: 'page', done, total, awards }
}

function* totalsLines(
  { evaluated, points, takenBack, campaigns }: BacktestTotals,
  areStored: boolean,
  pointsIssued: number,
): Generator<Line, void, void> {
  for (const { campaign, rules, ...total } of campaigns) {
    yield {
      line: 'campaign',
      campaign_name: areStored ? campaign : null,
      points: total.points,
      points_taken_back: total.takenBack,
      earning: total.earning,
      limited: total.limited,
      not_running: total.notRunning,
    }
    for (const part of splitBySize(rules.map(formatRuleTotals))) yield { line: 'rules', rules: part }
  }
  yield { line: 'totals', judged: evaluated, points, points_taken_back: takenBack, points_issued: pointsIssued }
}

function formatRuleTotals({ didNotMatch, notEvaluated, rule, ...sums }: RuleTotals) {
  return { rule, ...sums, did_not_match: didNotMatch, not_evaluated: notEvaluated }
}

/** Maximum of concurrent backtests in one process, which has other requests to answer; and of what one caller has of them. */
const MAX_BACKTESTS = 4
const MAX_BACKTESTS_PER_CALLER = 2
/** While rules are typed there is one for each pause. */
const MAX_SIMULATIONS_PER_CALLER = 8

const simulateCampaignsRoute = createRoute({
  method: 'post',
  path: '/campaigns/simulate',
  operationId: 'simulateCampaigns',
  tags: ['Campaigns'],
  summary: 'Simulate campaigns on an event, or on the past (backtest)',
  description:
    'With `event`: the result of each rule on this event, or why it awards nothing. With `from`: a backtest over all purchases ' +
    'and events whose award ended since then, in that order, with schedules and caps; caps count points awarded before, less ' +
    'those reversed. Simulated are all campaigns of the client, as they were at the time; or one of them as it is now ' +
    '(`campaign_name`), with the given changes; or, without a name, a campaign that is not stored. Nothing is written. ' +
    'A backtest answers with newline-delimited JSON: pages as they are evaluated, then the totals of each campaign and its rules, ' +
    'then the totals of all. No line is longer than a megabyte. Close the connection to cancel it; an answer without totals is ' +
    'incomplete.',
  request: { body: jsonBody(z.union([eventSimulation, backtestRequest])) },
  responses: {
    200: {
      description: 'The result of each rule.',
      content: {
        'application/json': { schema: simulationSchema },
        'application/x-ndjson': { schema: backtestLine },
      },
    },
    ...problems(...WITH_BODY, 'unknown_campaign', 'too_many_at_once', 'too_many_backtests'),
  },
})

/** `POST /campaigns/simulate`. */
export function registerSimulation(app: App, deps: AppDependencies): void {
  let running = 0
  const countBacktest = limitPerCaller('backtests', MAX_BACKTESTS_PER_CALLER)
  const countSimulation = limitPerCaller('simulations', MAX_SIMULATIONS_PER_CALLER)
  app.openapi(simulateCampaignsRoute, async (c) => {
    const input = c.req.valid('json')
    if ('event' in input) {
      const end = countSimulation(c)
      return c.json(await simulateEvent(deps.sql, input, c.req.raw.signal).finally(end), 200)
    }
    const end = countBacktest(c)
    if (running >= MAX_BACKTESTS) {
      end()
      throw new Problem('too_many_backtests', `${running} backtests are running on this server. Try again later.`)
    }
    running += 1
    const ended = () => {
      running -= 1
      end()
    }
    const open = (signal: AbortSignal) => backtestLines(deps, input, signal)
    // The types of routes do not know newline-delimited JSON.
    return (await streamLines(c, deps, { open, ended })) as never
  })
}
