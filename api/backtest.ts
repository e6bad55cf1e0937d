import { createRoute, z } from '@hono/zod-openapi'
import { readClock } from '#db/points.ts'
import type { BacktestTotals, RuleTotals } from '#domain/campaigns/backtest.ts'
import type { Campaign } from '#domain/campaigns/campaign.ts'
import { valueOfPoints } from '#domain/money.ts'
import type { App, AppDependencies } from './app-types.ts'
import { CLIENT_OPERATORS, requireClient } from './auth.ts'
import { limitPerCaller } from './caller-limits.ts'
import { invalidRequest } from './errors.ts'
import { splitBySize } from './paging.ts'
import {
  type ComparedTotals,
  type EvaluatedAward,
  type EvaluatedPage,
  MAX_EXAMPLES,
  openBacktest,
  type Pages,
} from './past-run.ts'
import { Problem } from './problems.ts'
import { COSTLY } from './rate-limits.ts'
import { streamLines } from './response-streams.ts'
import { jsonBody, problems, WITH_BODY } from './responses.ts'
import { ruleSchema } from './rule-schemas.ts'
import { accountId, amountOutput, instantInput, orNull, timestamp, userId } from './schemas.ts'
import {
  campaignEvaluationSchema,
  candidateShape,
  formatCampaignEvaluation,
  isStored,
  readCandidate,
} from './simulation.ts'

/** How far back a backtest goes of itself. */
const DEFAULT_DAYS = 30
const DAY_MS = 86_400_000

const dateInput = instantInput.transform((text) => new Date(text))

const backtestRequest = z
  .strictObject({
    ...candidateShape,
    from: dateInput.optional().openapi({
      description: `RFC 3339: start of the period, in the past and before its end; default: ${DEFAULT_DAYS} days before that.`,
      example: '2026-11-01T00:00:00Z',
    }),
    to: dateInput.optional().openapi({ description: 'End of the period, exclusive; default: now.' }),
    ignore_schedule: z.boolean().default(false).openapi({
      description:
        'Whether the one campaign is evaluated as if it were active, without a start and an end; so is its saved version.',
    }),
  })
  .openapi('Backtest')

const awardShape = {
  kind: z.enum(['purchase', 'event']),
  id: z.uuid().openapi({ description: 'Id of the purchase or event.' }),
  user_id: userId,
  account_id: orNull(accountId).openapi({ description: 'The username; null: the user was erased.' }),
  occurred_at: timestamp,
  points: z.number().int().openapi({ description: 'Points it would have earned.' }),
}

const awardSchema = z.object({
  ...awardShape,
  points_saved: z.number().int().nullable().openapi({
    description: 'Points it would have earned by the saved version of the campaign; null: it is not compared.',
  }),
  points_issued: z.number().int().openapi({ description: 'Points it actually earned.' }),
  campaigns: z.array(campaignEvaluationSchema),
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

/** Points, and what they pay for. */
const worthShape = {
  points: count.openapi({ description: 'Points they would have earned.' }),
  amount: amountOutput.openapi({ description: 'What these pay for, at `point_value`.' }),
  points_taken_back: count.openapi({ description: 'Points of these that would have been reversed.' }),
  amount_taken_back: amountOutput,
}

const comparisonSchema = z
  .object({
    ...worthShape,
    differing: count.openapi({ description: 'Number of purchases and events that would have earned more or less.' }),
    examples: z
      .array(z.object({ ...awardShape, points_saved: count }).openapi('BacktestDifference'))
      .openapi({ description: `Those of them that differ most, at most ${MAX_EXAMPLES}.` }),
  })
  .openapi('BacktestComparison')

const totalsSchema = z
  .object({
    line: z.literal('totals'),
    evaluated: count.openapi({ description: 'Number of purchases and events evaluated.' }),
    ...worthShape,
    points_issued: count.openapi({ description: 'Points they actually earned.' }),
    amount_issued: amountOutput,
    point_value: amountOutput.openapi({ description: 'Value of one point as configured now.', example: 0.1 }),
    saved: orNull(comparisonSchema).openapi({
      description: 'The same by the saved version of the campaign; null: none was named, or no terms were given.',
    }),
  })
  .openapi('BacktestTotals', { description: 'The last line of a backtest that is complete.' })

const campaignTotalsSchema = z
  .object({
    line: z.literal('campaign'),
    campaign_name: z.string().nullable(),
    points: count,
    points_taken_back: count,
    earning: count.openapi({ description: 'Number of purchases and events that it awards points for.' }),
    limited: count.openapi({ description: 'Number of them that a cap, or another campaign of its group, limits.' }),
    not_running: count.openapi({ description: 'Number of purchases and events while it was not running.' }),
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
  deps: AppDependencies,
  input: z.output<typeof backtestRequest>,
  signal: AbortSignal,
): Promise<AsyncGenerator<Line, void, void>> {
  const { sql } = deps
  const { client } = input
  const now = new Date(await readClock(sql))
  const until = input.to !== undefined && input.to < now ? input.to : now
  const from = input.from ?? new Date(until.getTime() - DEFAULT_DAYS * DAY_MS)
  if (from >= until) {
    throw invalid('from', 'must be before to, and in the past')
  }
  const candidate = await readCandidate(sql, input)
  if (input.ignore_schedule && !candidate) throw invalid('ignore_schedule', 'must come with a campaign')
  const tried = ({ campaign, saved }: NonNullable<typeof candidate>) => {
    const always = { status: 'active', startsAt: null, endsAt: null } as const
    const withSchedule = (one: Campaign): Campaign => (input.ignore_schedule ? { ...one, ...always } : one)
    return { campaign: withSchedule(campaign), ...(saved && { saved: withSchedule(saved) }) }
  }
  const backtest = await openBacktest(sql, { client, from, until, signal, ...(candidate && tried(candidate)) })
  if ('tooMany' in backtest) {
    throw invalid(
      'from',
      `is too long ago: there are ${backtest.tooMany} purchases and events since, the maximum is ${backtest.most}`,
    )
  }
  return lines(backtest, { ...deps, isStored: candidate === undefined || isStored(candidate.campaign) })
}

function invalid(path: keyof z.input<typeof backtestRequest>, message: string): Problem {
  return invalidRequest('body', [{ path, message }])
}

type Context = Pick<AppDependencies, 'pointsTtlDays' | 'pointValueMinor' | 'money'> & { isStored: boolean }

async function* lines(backtest: Pages, context: Context): AsyncGenerator<Line, void, void> {
  let issued = 0
  try {
    for (let step = await backtest.next(); ; step = await backtest.next()) {
      if (step.done) return yield* totalsLines(step.value, context, issued)
      issued += step.value.evaluated.reduce((sum, { pointsIssued }) => sum + pointsIssued, 0)
      yield* pageLines(step.value, context)
    }
  } finally {
    await backtest.return(undefined as never)
  }
}

/** A page, in as many lines as its size asks for; at least one, for the progress. */
function* pageLines({ done, total, evaluated }: EvaluatedPage, context: Context): Generator<Line, void, void> {
  const awards = evaluated.map((award) => ({
    ...formatAward(award),
    points_saved: award.pointsSaved,
    points_issued: award.pointsIssued,
    campaigns: award.evaluations.map((evaluation) =>
      formatCampaignEvaluation(evaluation, { ...context, awardedAt: new Date(award.endedAt / 1000).toISOString() }),
    ),
  }))
  let before = done - awards.length
  for (const part of splitBySize(awards)) {
    before += part.length
    yield { line: 'page', done: before, total, awards: part }
  }
  if (awards.length === 0) yield { line: 'page', done, total, awards }
}

function formatAward({ kind, id, accountId, username, event, points }: Omit<EvaluatedAward, 'evaluations'>) {
  return { kind, id, user_id: accountId, account_id: username, occurred_at: event.occurredAt, points }
}

function* totalsLines(
  { evaluated, campaigns, saved, ...totals }: ComparedTotals,
  { isStored: areStored, money, pointValueMinor }: Context,
  pointsIssued: number,
): Generator<Line, void, void> {
  const amount = (points: number) => money.majorFromMinor(valueOfPoints(points, pointValueMinor))
  const worth = ({ points, takenBack }: Pick<BacktestTotals, 'points' | 'takenBack'>) => ({
    points,
    amount: amount(points),
    points_taken_back: takenBack,
    amount_taken_back: amount(takenBack),
  })
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
  yield {
    line: 'totals',
    evaluated,
    ...worth(totals),
    points_issued: pointsIssued,
    amount_issued: amount(pointsIssued),
    point_value: amount(1),
    saved: saved && {
      ...worth(saved.totals),
      differing: saved.differing,
      examples: saved.examples.map((one) => ({ ...formatAward(one), points_saved: one.pointsSaved })),
    },
  }
}

function formatRuleTotals({ didNotMatch, notEvaluated, rule, ...sums }: RuleTotals) {
  return { rule, ...sums, did_not_match: didNotMatch, not_evaluated: notEvaluated }
}

/** Maximum of concurrent backtests in one process, which has other requests to answer; and of what one caller has of them. */
const MAX_BACKTESTS = 4
const MAX_BACKTESTS_PER_CALLER = 2

const backtestCampaignsRoute = createRoute({
  method: 'post',
  path: '/campaigns/backtest',
  ...CLIENT_OPERATORS,
  ...COSTLY,
  operationId: 'backtestCampaigns',
  tags: ['Campaigns'],
  summary: 'Simulate campaigns on the past',
  description:
    'Evaluates all purchases and events whose award ended since `from`, in that order, with schedules and caps; caps count points ' +
    'awarded before, less those reversed. Evaluated are all campaigns of the client, as they were at the time; or one of them as it ' +
    'is now (`campaign_name`), with the given changes, beside its saved version, which it is compared with; or, without a name, a ' +
    'campaign that is not stored. One campaign is evaluated beside the others of its exclusive group as they were at the time, which ' +
    'are not told of. Nothing is written. ' +
    'Answers with newline-delimited JSON: pages as they are evaluated, then the totals of each campaign and its rules, ' +
    'then the totals of all. No line is longer than a megabyte. Close the connection to cancel it; an answer without totals is ' +
    'incomplete.',
  request: { body: jsonBody(backtestRequest) },
  responses: {
    200: {
      description: 'Pages, then totals.',
      content: { 'application/x-ndjson': { schema: backtestLine } },
    },
    ...problems(...WITH_BODY, 'unknown_campaign', 'too_many_at_once', 'too_many_backtests'),
  },
})

/** `POST /campaigns/backtest`. */
export function registerBacktest(app: App, deps: AppDependencies): void {
  let running = 0
  const count = limitPerCaller('backtests', MAX_BACKTESTS_PER_CALLER)
  app.openapi(backtestCampaignsRoute, async (c) => {
    const input = c.req.valid('json')
    requireClient(c, input.client)
    const end = count(c)
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
