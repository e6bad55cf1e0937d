import { setImmediate } from 'node:timers/promises'
import {
  countAwards,
  type PastAward,
  type PastRange,
  type PastTakenBack,
  readGivenBefore,
  readPast,
  startOf,
} from '#db/campaign-past.ts'
import { readCampaignVersions } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { type EvaluationWithinCaps, evaluateCampaigns, NO_AWARD } from '#domain/campaigns/award.ts'
import { Backtest, type BacktestTotals, type GivenBefore } from '#domain/campaigns/backtest.ts'
import { type Campaign, CampaignHistory, withItsGroup } from '#domain/campaigns/campaign.ts'
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
  /** What it is compared with. */
  saved?: Campaign
}

export type Pages = AsyncGenerator<EvaluatedPage, ComparedTotals, void>

export type EvaluatedAward = PastAward & {
  evaluations: readonly EvaluationWithinCaps[]
  points: number
  /** By what it is compared with; null: by nothing. */
  pointsSaved: number | null
}

/** An award that what is tried and what is saved would have given different points for. */
type Difference = Omit<EvaluatedAward, 'evaluations'> & { pointsSaved: number }

export type ComparedTotals = BacktestTotals & {
  saved: { totals: BacktestTotals; differing: number; examples: readonly Difference[] } | null
}

/** Awards that differ of which an answer tells, at most. */
export const MAX_EXAMPLES = 20

/** Counts awards that differ, and keeps those that differ most; of those that do alike, the first. */
class Differences {
  differing = 0
  examples: readonly Difference[] = []

  add({ evaluations: _, ...award }: EvaluatedAward): void {
    const { points, pointsSaved } = award
    if (pointsSaved === null || points === pointsSaved) return
    this.differing += 1
    const by = (one: Difference) => Math.abs(one.points - one.pointsSaved)
    const added = [...this.examples, { ...award, pointsSaved }]
    this.examples = added.sort((a, b) => by(b) - by(a)).slice(0, MAX_EXAMPLES)
  }
}

export type EvaluatedPage = {
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
  const { campaign, saved } = plan
  const total = await countAwards(sql, plan)
  if (total > MAX_AWARDS) return { tooMany: total, most: MAX_AWARDS }
  // Of one campaign, the others matter only for its group.
  const isAlone = campaign?.exclusiveGroup === null && (saved?.exclusiveGroup ?? null) === null
  const history = new CampaignHistory(isAlone ? [] : await readCampaignVersions(sql, [plan.client]))
  const counted = [...history.everCapped(), ...(campaign ? [campaign.id] : [])]
  const before = await readGivenBefore(sql, counted, plan.from)
  const tried = new PastRun(before, history, campaign)
  const compared = saved && new PastRun(before, history, saved)
  return pages(sql, plan, { tried, compared }, total)
}

/** What campaigns make of the past, change by change: those that there were, or one, beside those of its group. */
class PastRun {
  readonly #backtest: Backtest
  readonly #history: CampaignHistory
  readonly #campaign: Campaign | undefined

  constructor(givenBefore: readonly GivenBefore[], history: CampaignHistory, campaign: Campaign | undefined) {
    this.#backtest = new Backtest(givenBefore, campaign?.id)
    this.#history = history
    this.#campaign = campaign
  }

  #campaignsFor({ at, endedAt }: Pick<PastAward, 'at' | 'endedAt'>): Campaign[] {
    const all = this.#history.asOf(at, endedAt)
    return this.#campaign ? withItsGroup(this.#campaign, all) : all
  }

  async award(awarded: PastAward, pause: () => Promise<void>): Promise<readonly EvaluationWithinCaps[]> {
    const { id, accountId, event } = awarded
    return await runSliced(this.#backtest.evaluate(id, accountId, event, this.#campaignsFor(awarded)), pause)
  }

  async takeBack(takenBack: PastTakenBack, pause: () => Promise<void>): Promise<void> {
    const { kept } = takenBack
    const award = kept ? await runSliced(evaluateCampaigns(this.#campaignsFor(takenBack), kept), pause) : undefined
    this.#backtest.takeBack(takenBack, kept === null ? NO_AWARD : award)
  }

  totals(): BacktestTotals {
    return this.#backtest.totals()
  }
}

function pointsOf(evaluations: readonly EvaluationWithinCaps[]): number {
  return evaluations.reduce((sum, { points }) => sum + points, 0)
}

async function* pages(
  sql: Sql,
  plan: BacktestPlan,
  { tried, compared }: { tried: PastRun; compared: PastRun | undefined },
  total: number,
): Pages {
  /** Many rules take their time, and this process has other requests to answer. */
  const pause = async () => {
    await setImmediate()
    plan.signal.throwIfAborted()
  }
  const differences = new Differences()
  let done = 0
  for (let place = startOf(plan), more = true; more; ) {
    plan.signal.throwIfAborted()
    const { changes, next } = await readPast(sql, plan, place, PAGE)
    let evaluated: EvaluatedAward[] = []
    let rules = 0
    for (const { awarded, takenBack } of changes) {
      if (takenBack) {
        await tried.takeBack(takenBack, pause)
        await compared?.takeBack(takenBack, pause)
      } else {
        const evaluations = await tried.award(awarded, pause)
        const pointsSaved = compared ? pointsOf(await compared.award(awarded, pause)) : null
        const award = { ...awarded, evaluations, points: pointsOf(evaluations), pointsSaved }
        differences.add(award)
        evaluated.push(award)
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
  const { differing, examples } = differences
  return { ...tried.totals(), saved: compared ? { totals: compared.totals(), differing, examples } : null }
}
