import { setImmediate } from 'node:timers/promises'
import { createRoute, z } from '@hono/zod-openapi'
import { countAwards, type PastAward, type PastRange, readGivenBefore, readPast, startOf } from '#db/campaign-past.ts'
import { readCampaignVersions } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import type { EvaluationWithinCaps } from '#domain/campaigns/award.ts'
import { Backtest, type BacktestTotals, type RuleTotals } from '#domain/campaigns/backtest.ts'
import { type Campaign, CampaignHistory } from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import type { App, AppDependencies } from './app-types.ts'
import { CLIENT_OPERATORS, requireClient } from './auth.ts'
import { limitPerCaller } from './caller-limits.ts'
import { ruleSchema } from './campaign-schemas.ts'
import { splitBySize } from './paging.ts'
import { Problem } from './problems.ts'
import { streamLines } from './response-streams.ts'
import { jsonBody, problems, WITH_BODY } from './responses.ts'
import { accountId, instantInput, timestamp } from './schemas.ts'
import { candidateShape, evaluationSchema, formatEvaluation, isStored, readCandidate } from './simulation.ts'

const dateInput = instantInput.transform((text) => new Date(text))

const backtestRequest = z
  .strictObject({
    ...candidateShape,
    from: dateInput.openapi({
      description: 'RFC 3339: start of the period, in the past and before its end.',
      example: '2026-11-01T00:00:00Z',
    }),
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
function* pageLines({ done, total, evaluated }: EvaluatedPage, areStored: boolean): Generator<Line, void, void> {
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

const backtestCampaignsRoute = createRoute({
  method: 'post',
  path: '/campaigns/backtest',
  ...CLIENT_OPERATORS,
  operationId: 'backtestCampaigns',
  tags: ['Campaigns'],
  summary: 'Simulate campaigns on the past',
  description:
    'Evaluates all purchases and events whose award ended since `from`, in that order, with schedules and caps; caps count points ' +
    'awarded before, less those reversed. Evaluated are all campaigns of the client, as they were at the time; or one of them as it ' +
    'is now (`campaign_name`), with the given changes; or, without a name, a campaign that is not stored. Nothing is written. ' +
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

const PAGE = 100

/** Of a page as it is answered, beyond the last award of it: what is put into JSON at once holds everything else up. */
const RULES_PER_PAGE = 2_000

/** What is to be tried on the past. */
export type BacktestPlan = PastRange & {
  /** Ends it, in the middle of a page, too; there are no totals then. */
  signal: AbortSignal
  /** One campaign, on everything; left out, all campaigns of the client, as they stood when it happened. */
  campaign?: Campaign
}

type Pages = AsyncGenerator<EvaluatedPage, BacktestTotals, void>

export type EvaluatedAward = PastAward & { evaluations: readonly EvaluationWithinCaps[] }

type EvaluatedPage = {
  /** Awards that are through, of how many. */
  done: number
  total: number
  evaluated: EvaluatedAward[]
}

/** What is given is remembered for as long as a backtest runs, since a refund may take it back: a kilobyte an award. */
const MAX_AWARDS = 100_000

/**
 * Evaluates everything that happened in a stretch of the past anew, page by page, in the order in which points were booked and taken
 * back. Caps count what was given before the stretch. Nothing is written. Whoever stops asking for pages ends it.
 *
 * @returns a generator of pages, which ends with the totals; or how many awards there are, when that is too many
 */
export async function openBacktest(sql: Sql, plan: BacktestPlan): Promise<Pages | { tooMany: number; most: number }> {
  const { campaign } = plan
  const total = await countAwards(sql, plan)
  if (total > MAX_AWARDS) return { tooMany: total, most: MAX_AWARDS }
  const history = new CampaignHistory(campaign ? [] : await readCampaignVersions(sql, [plan.client]))
  const counted = campaign ? [campaign.id] : history.everCapped()
  const backtest = new Backtest(await readGivenBefore(sql, counted, plan.from))
  const campaignsFor = ({ at, endedAt }: PastAward) => (campaign ? [campaign] : history.asOf(at, endedAt))
  return pages(sql, plan, backtest, campaignsFor, total)
}

async function* pages(
  sql: Sql,
  plan: BacktestPlan,
  backtest: Backtest,
  campaignsFor: (award: PastAward) => Campaign[],
  total: number,
): Pages {
  /** Many rules take their time, and this process has other requests to answer. */
  const pause = async () => {
    await setImmediate()
    plan.signal.throwIfAborted()
  }
  let done = 0
  for (let place = startOf(plan), more = true; more; ) {
    plan.signal.throwIfAborted()
    const { changes, next } = await readPast(sql, plan, place, PAGE)
    let evaluated: EvaluatedAward[] = []
    let rules = 0
    for (const { awarded, takenBack } of changes) {
      if (takenBack) backtest.takeBack(takenBack)
      else {
        const { id, accountId, event } = awarded
        const work = backtest.evaluate(id, accountId, event, campaignsFor(awarded))
        const evaluations = await runSliced(work, pause)
        evaluated.push({ ...awarded, evaluations })
        await pause()
        rules += evaluations.reduce((sum, evaluation) => sum + evaluation.rules.length, 0)
        if (rules < RULES_PER_PAGE) continue
        done += evaluated.length
        yield { done, total, evaluated }
        evaluated = []
        rules = 0
      }
    }
    done += evaluated.length
    yield { done, total, evaluated }
    more = next !== undefined
    place = next ?? place
  }
  return backtest.totals()
}
