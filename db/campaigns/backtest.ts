import { setImmediate } from 'node:timers/promises'
import type { Sql } from '#db/client.ts'
import { Backtest, type BacktestTotals } from '#domain/campaigns/backtest.ts'
import type { Campaign } from '#domain/campaigns/campaign.ts'
import { CampaignHistory } from '#domain/campaigns/history.ts'
import type { Judgement } from '#domain/campaigns/judgement.ts'
import { countAwards, type PastAward, type PastRange, readGivenBefore, readPast, startOf } from './past.ts'
import { readCampaignVersions } from './read.ts'

const PAGE = 100

/** What is to be tried on the past. */
export type BacktestPlan = PastRange & {
  /** One campaign, on everything; left out, all campaigns of the client, as they stood when it happened. */
  campaign?: Campaign
}

export type JudgedAward = PastAward & { judgements: readonly Judgement[] }

export type BacktestPage = {
  /** Awards that are through, of how many. */
  done: number
  total: number
  judged: JudgedAward[]
}

/**
 * Judges everything that happened in a stretch of the past anew, page by page, in the order in which points were booked and taken
 * back. Caps count what was given before the stretch. Nothing is written. Whoever stops asking for pages ends it.
 *
 * @returns a generator of pages, which ends with the totals
 */
export async function openBacktest(
  sql: Sql,
  plan: BacktestPlan,
): Promise<AsyncGenerator<BacktestPage, BacktestTotals, void>> {
  const { campaign } = plan
  const history = new CampaignHistory(campaign ? [] : await readCampaignVersions(sql, plan.client))
  const counted = campaign ? [campaign.id] : history.everCapped()
  const backtest = new Backtest(await readGivenBefore(sql, counted, plan.from))
  const campaignsFor = ({ event, endedAt }: PastAward) =>
    campaign ? [campaign] : history.asOf(new Date(event.occurredAt), endedAt)
  return pages(sql, plan, backtest, campaignsFor, await countAwards(sql, plan))
}

async function* pages(
  sql: Sql,
  plan: BacktestPlan,
  backtest: Backtest,
  campaignsFor: (award: PastAward) => Campaign[],
  total: number,
): AsyncGenerator<BacktestPage, BacktestTotals, void> {
  let done = 0
  for (let place = startOf(plan), more = true; more; ) {
    const { changes, next } = await readPast(sql, plan, place, PAGE)
    const judged: JudgedAward[] = []
    for (const { awarded, takenBack } of changes) {
      if (takenBack) backtest.takeBack(takenBack)
      else {
        const { id, accountId, event } = awarded
        judged.push({ ...awarded, judgements: backtest.judge(id, accountId, event, campaignsFor(awarded)) })
        // Many rules take their time, and this process has other requests to answer.
        await setImmediate()
      }
    }
    done += judged.length
    yield { done, total, judged }
    more = next !== undefined
    place = next ?? place
  }
  return backtest.totals()
}
