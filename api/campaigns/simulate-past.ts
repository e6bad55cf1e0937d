import { z } from '@hono/zod-openapi'
import type { AppDependencies } from '#api/app-types.ts'
import { accountId } from '#api/points/points-transaction.ts'
import { Problem } from '#api/problems/problem.ts'
import { instantGiven, timestamp } from '#api/schemas/text.ts'
import { type BacktestPage, openBacktest, type Pages } from '#db/campaigns/backtest.ts'
import { readClock } from '#db/points.ts'
import type { BacktestTotals } from '#domain/campaigns/backtest.ts'
import { candidateShape, isStored, readCandidate } from './candidate.ts'
import { judgementSchema, showJudgement } from './judgement.ts'
import { ruleSchema } from './rule-schema.ts'

const instant = instantGiven.transform((text) => new Date(text))

export const backtestRequest = z
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

export const backtestLine = z.discriminatedUnion('line', [pageSchema, totalsSchema, problemSchema])

type Line = z.input<typeof pageSchema> | z.input<typeof totalsSchema>

/**
 * Opens a backtest; what can go wrong at once, does.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
export async function backtestLines(
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
