import { setImmediate } from 'node:timers/promises'
import { countAwards, type PastAward, type PastRange, readGivenBefore, readPast, startOf } from '#db/campaign-past.ts'
import { readCampaignVersions } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import type { EvaluationWithinCaps } from '#domain/campaigns/award.ts'
import { Backtest, type BacktestTotals } from '#domain/campaigns/backtest.ts'
import { type Campaign, CampaignHistory } from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'

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

export type Pages = AsyncGenerator<BacktestPage, BacktestTotals, void>

export type EvaluatedAward = PastAward & { evaluations: readonly EvaluationWithinCaps[] }

export type BacktestPage = {
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
